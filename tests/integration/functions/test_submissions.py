"""Submitted forms: one row each, whatever Slack or the network do."""

import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from fakes import HELSINKI
from integration.functions.events import Context, interaction_body, load, signed
from integration.functions.world import AINO, DESCRIPTION, NEWCOMER, PUBLIC, URL, World, at_once, this_month, typed_in
from ossi.domain.contribution import Status
from ossi_interactions.bootstrap import app
from ossi_interactions.handler import handler

SHORT = DESCRIPTION[:49]


def test_the_same_modal_submitted_twice_is_one_row(world: World) -> None:
    view = world.open_form()
    assert world.submit(view).result == "closed"
    again = world.control.submit(view, AINO, even_if_closed=True)
    assert (again.status, again.body) == (200, "")
    assert len(world.cloud.rows()) == 1
    assert world.run_stream() == []
    assert world.told() == {"aino": 1, "management": 1, "public": 0}


def test_the_same_modal_submitted_twice_at_once_is_one_row(world: World) -> None:
    view = world.open_form()
    results = at_once(*(lambda: world.submit(view) for _ in range(2)))
    assert [result.status for result in results] == [200, 200]
    assert len(world.cloud.rows()) == 1


def test_a_replayed_submission_is_one_row(world: World) -> None:
    world.submit(world.open_form())
    event = world.gateway.events[-1]
    assert handler(event, Context()) == {"statusCode": 200, "body": ""}
    assert len(world.cloud.rows()) == 1


def test_another_form_is_another_row(world: World) -> None:
    for _ in range(2):
        assert world.submit(world.open_form()).result == "closed"
    assert len(world.cloud.rows()) == 2


def test_two_rows_of_one_person_in_one_millisecond(world: World) -> None:
    moment = datetime.now(HELSINKI)
    vars(app())["clock"] = lambda: moment
    for _ in range(3):
        assert world.submit(world.open_form()).result == "closed"
    at = int(moment.timestamp() * 1000)
    assert [row.timestamp for row in world.cloud.rows()] == [at, at + 1, at + 2]


def test_what_is_not_valid_comes_back_beside_its_field_with_everything_typed(world: World) -> None:
    view = world.open_form()
    wrong = {"description": SHORT, "url": "https://.", "level": "LARGE", "month": "2020-01"}
    result = world.control.submit(view, AINO, wrong, skip_client_checks=True)
    assert result.result == "errors"
    assert set(result.errors) == {"description", "url", "month", "level"}
    assert "this has 49" in result.errors["description"]
    assert result.view is not None
    assert typed_in(result.view, "description") == SHORT
    assert world.cloud.rows() == []

    assert world.submit(result.view).result == "closed"
    assert [row.text for row in world.cloud.rows()] == [DESCRIPTION]


def test_what_nobody_can_see_is_cleaned_and_not_refused(world: World) -> None:
    description = f"\ufeff\u200b{DESCRIPTION} 👩\u200d💻 \u202e:wave::skin-tone-3:\u202c a::lock::b \u2800\u200b"
    url = "HTTPS://GitHub.com/owner/Typed\u2060-Address\u200b"
    assert world.submit(world.open_form(), description=description, url=url).result == "closed"
    (row,) = world.cloud.rows()
    shown = f"{DESCRIPTION} 👩\u200d💻 :wave::skin-tone-3: a::lock::b"
    assert (row.text, row.url) == (shown, "https://github.com/owner/Typed-Address")
    assert world.run_stream() == []
    for message in (*world.managers_see(), *world.control.dm(AINO)):
        assert shown in message.rendered
        acts = [(act.kind, act.value) for act in message.acts if act.where == "blocks"]
        assert ("link", "https://github.com/owner/Typed-Address") in acts
        assert [value for kind, value in acts if kind == "emoji" and "wave" not in value.partition("::")[0]] == []
        assert ("emoji", "wave::skin-tone-3") in acts


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("description", "\u200b" * 50, "this has 0"),
        ("description", "x" + "\u2060" * 40 + "\u2800" * 10, "this has 1"),
        ("description", f"{DESCRIPTION} https://user:typed-secret@host/", "would be published"),
        ("url", "https://user:typed-secret@host/owner", "would be published"),
        ("url", "\u200b\ufeff", "full web address"),
    ],
)
def test_what_cannot_be_cleaned_comes_back_with_everything_typed(
    world: World, field: str, typed: str, said: str
) -> None:
    result = world.control.submit(world.open_form(), AINO, {field: typed}, skip_client_checks=True)
    assert result.result == "errors"
    assert said in result.errors[field]
    assert "typed-secret" not in result.errors[field]
    assert result.view is not None
    assert typed_in(result.view, field) == typed
    assert world.cloud.rows() == []


def test_what_slacks_client_lets_through_is_stored_as_typed(world: World) -> None:
    text = "<!channel> &amp; *bold* `code` :tada: שלום =HYPERLINK() ".ljust(2000, "&")
    assert world.submit(world.open_form(), description=text).result == "closed"
    assert [row.text for row in world.cloud.rows()] == [text]
    assert world.run_stream() == []
    for message in (*world.managers_see(), *world.control.dm(AINO)):
        assert text in message.rendered
        acts = {(act.kind, act.value) for act in message.acts}
        assert not acts & {("broadcast", "channel"), ("bold", "bold"), ("code", "code")}


def test_the_month_is_kept_that_the_form_offered_before_midnight(world: World) -> None:
    october = datetime(2026, 10, 31, 23, 58, tzinfo=HELSINKI)
    payload = load("view_submission")
    payload["view"]["state"]["values"]["month"]["month"]["selected_option"]["value"] = "2026-10"
    payload["view"]["private_metadata"] = f'{{"openedAt": {int(october.timestamp() * 1000)}}}'
    vars(app())["clock"] = lambda: october + timedelta(days=3)
    answer = handler(signed("/interactions", interaction_body(payload)), Context())
    assert '"month"' in answer["body"]
    vars(app())["clock"] = lambda: october + timedelta(minutes=5)
    assert handler(signed("/interactions", interaction_body(payload)), Context())["body"] == ""
    assert [row.contribution_month for row in world.cloud.rows()] == ["2026-10"]


# the name


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("timeout", {}),
        ("cut", {}),
        ("ratelimited", {"retry_after": 30}),
        ("http_503", {}),
        ("slack_error", {"error": "user_not_found"}),
    ],
)
def test_the_user_name_serves_where_slack_does_not_answer_in_time(
    world: World, kind: Any, arguments: dict[str, Any]
) -> None:
    view = world.open_form()
    world.control.fail("users.info", kind, **arguments)
    started = time.monotonic()
    assert world.submit(view).result == "closed"
    assert time.monotonic() - started < 3
    assert [row.name for row in world.cloud.rows()] == ["aino"]


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"username": "a" * 50_000}, "a" * 100),
        ({"username": " aino\n\x07", "name": "other"}, "aino"),
        ({"username": "\x00", "name": "aino"}, "aino"),
        ({"username": {"first": "Aino"}, "name": ""}, AINO),
    ],
)
def test_a_user_name_is_kept_on_one_line_and_short(world: World, user: dict[str, Any], name: str) -> None:
    payload = load("view_submission")
    payload["view"]["state"]["values"]["month"]["month"]["selected_option"]["value"] = str(this_month())
    payload["user"] |= user
    world.control.fail("users.info", "http_503")
    answer = handler(signed("/interactions", interaction_body(payload)), Context())
    assert answer == {"statusCode": 200, "body": ""}
    assert [row.name for row in world.cloud.rows()] == [name]


def test_somebody_without_a_real_name_has_the_user_name(world: World) -> None:
    assert world.submit(world.open_form(NEWCOMER), NEWCOMER).result == "closed"
    assert [row.name for row in world.cloud.rows()] == ["newcomer"]


@pytest.mark.parametrize(
    ("real_name", "user_name", "stored"),
    [
        ("\u200bAino \u202eLahti\u202c\n", "aino", "Aino Lahti"),
        ("\u2800\u3164", "\u200baino", "aino"),
        ("\u200b", "\u200b", "U0UNSEEN1"),
    ],
)
def test_a_name_is_one_that_can_be_seen(world: World, real_name: str, user_name: str, stored: str) -> None:
    world.control.add_user("U0UNSEEN1", user_name, real_name=real_name)
    world.control.invite(PUBLIC, "U0UNSEEN1")
    assert world.submit(world.open_form("U0UNSEEN1"), "U0UNSEEN1").result == "closed"
    assert [row.name for row in world.cloud.rows()] == [stored]


# what may break


def test_a_form_that_cannot_be_stored_stays_open_and_can_be_sent_again(world: World) -> None:
    view = world.open_form()
    world.cloud.drop_ledger()
    result = world.submit(view)
    assert result.result == "errors"
    assert "press Submit again" in result.errors["description"]
    assert world.cloud.rows() == []

    world.cloud.create_ledger()
    assert world.submit(view).result == "closed"
    (row,) = world.cloud.rows()
    assert (row.status, row.text, row.url, row.contribution_month) == (
        Status.PENDING, DESCRIPTION, URL, str(this_month()),
    )  # fmt: skip


@pytest.mark.parametrize(
    "view",
    [None, {}, {"callback_id": "contribution_form"}, {"callback_id": "contribution_form", "id": "V1", "state": {}}],
)
def test_a_submission_without_its_parts_is_answered_and_stores_nothing(world: World, view: object) -> None:
    payload = {"type": "view_submission", "user": {"id": AINO}, "view": view}
    answer = handler(signed("/interactions", interaction_body(payload)), Context())
    assert answer["statusCode"] == 200
    assert "response_action" in answer["body"]
    assert world.cloud.rows() == []


def test_a_form_of_somebody_else_is_acknowledged(world: World) -> None:
    payload = load("view_submission")
    payload["view"]["callback_id"] = "another_form"
    assert handler(signed("/interactions", interaction_body(payload)), Context()) == {"statusCode": 200, "body": ""}
    assert world.cloud.rows() == []
