"""Real interactions with something wrong in them: answered or refused, and nothing is stored that a form may not hold."""

import itertools
import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import HELSINKI
from integration.functions.events import Context, Event, interaction_body, load, signed
from integration.functions.world import DESCRIPTION, MANAGEMENT, World, a_row, this_month
from integration.fuzz.conftest import Answers, Logged
from integration.fuzz.shapes import JUNK, each_spoiled, fuzzed, replaced, spoiled
from integration.fuzz.test_requests import nothing_failed
from ossi.domain.contribution import Contribution, Status
from ossi.domain.form import DESCRIPTION_MIN, Submission, SubmittedForm, check
from ossi.domain.levels import CompensationLevels
from ossi.domain.typed_text import what_is_seen
from ossi_interactions.handler import handler

_WRONG: tuple[Any, ...] = (None, 7, "\ud800", {"": None})
_FORMS = itertools.count()
_NOWHERE = ("http://127.0.0.1:9/", "http://", "https://[", "http://127.0.0.1:x/", "http://ä ö/", "ftp://127.0.0.1/")
_NO_WAY = {"no way to answer a click", "a click could not be answered"}


def submission() -> Event:
    payload = load("view_submission")
    payload["view"]["state"]["values"]["month"]["month"]["selected_option"]["value"] = str(this_month())
    payload["view"]["private_metadata"] = json.dumps({"openedAt": int(datetime.now(HELSINKI).timestamp() * 1000)})
    return payload


def click(**action: str) -> Event:
    payload = load("block_actions")
    payload["response_url"] = None
    payload["actions"][0] |= action
    return payload


SHORTCUT: Event = {
    "type": "shortcut",
    "callback_id": "new_contribution",
    "trigger_id": "1.2.3",
    "user": {"id": "U0AINO001", "username": "aino"},
    "team": {"id": "T0OSSI001", "domain": "ossi-playground"},
    "action_ts": "1792994760.123456",
}
MESSAGE_SHORTCUT: Event = {
    **SHORTCUT,
    "type": "message_action",
    "channel": {"id": "C0OPENSRC", "name": "open-source"},
    "message": {"type": "message", "user": "U0EINO001", "text": "see https://github.com/owner/project", "ts": "1.2"},
    "message_ts": "1.2",
    "response_url": None,
}
CLOSED: Event = {**load("view_submission"), "type": "view_closed", "is_cleared": False}
CLICKS = {
    "accept": click(),
    "decline": click(action_id="decline_contribution"),
    "older": click(action_id="list_older", value="1792994700001"),
    "newer": click(action_id="list_newer", value="1"),
    "close": click(action_id="close_month", value="2020-09"),
}


def opened_anew(payload: Any) -> Any:
    """A form of its own, or it would have been stored before; unless that is what was spoiled."""
    match payload:
        case {"view": {"id": str(view_id)}} if view_id == load("view_submission")["view"]["id"]:
            return replaced(payload, ("view", "id"), f"V{next(_FORMS)}")
        case _:
            return payload


def send(payload: Any) -> dict[str, Any]:
    return handler(signed("/interactions", interaction_body(payload)), Context())


def only_what_a_form_may_hold(world: World, answer: dict[str, Any]) -> None:
    """What has been stored is valid by the form's own rules, and only if the sender was told so. Takes it away again."""
    for row in world.cloud.rows():
        assert answer == {"statusCode": 200, "body": ""}
        assert row.status is Status.PENDING
        assert re.fullmatch(r"[A-Z0-9]+", row.user_id)
        assert isinstance(row.submission_id, str)
        form = SubmittedForm(row.text, row.url, row.contribution_month, row.level)
        assert isinstance(check(form, datetime.now(HELSINKI), 2, CompensationLevels()), Submission)
        world.cloud.remove(row)


def test_a_form_spoiled_in_any_one_place_stores_only_what_is_valid(world: World, logged: Logged) -> None:
    payload = submission()
    payload["view"] = {part: payload["view"][part] for part in ("id", "callback_id", "state", "private_metadata")}
    for part in ("user", "view", "type"):
        for path, inner in each_spoiled({part: payload[part]}, _WRONG):
            answer = send(opened_anew({key: value for key, value in payload.items() if key != part} | inner))
            nothing_failed(answer, logged)
            only_what_a_form_may_hold(world, answer)
            assert path


@fuzzed(30)
@given(payload=st.deferred(lambda: spoiled(submission())))
def test_a_form_spoiled_in_several_places_stores_only_what_is_valid(world: World, logged: Logged, payload: Any) -> None:
    answer = send(opened_anew(payload))
    nothing_failed(answer, logged)
    only_what_a_form_may_hold(world, answer)


@pytest.mark.parametrize("name", ["accept", "older", "close"])
def test_a_click_spoiled_in_any_one_place_is_answered_and_decides_only_as_its_sender_may(
    world: World, logged: Logged, answers: Answers, name: str
) -> None:
    payload = {**CLICKS[name], "response_url": answers.url}
    for part in ("user", "actions", "container", "channel", "message", "response_url"):
        for _path, inner in each_spoiled({part: payload[part]}, _WRONG):
            spoilt = {key: value for key, value in payload.items() if key != part} | inner
            answered_and_decided_only_as_its_sender_may(world, logged, answers, spoilt)


@fuzzed(30)
@given(payload=st.one_of(*map(spoiled, CLICKS.values())), address=st.none() | st.sampled_from(_NOWHERE))
def test_a_click_spoiled_in_several_places_is_answered_and_decides_only_as_its_sender_may(
    world: World, logged: Logged, answers: Answers, payload: Any, address: str | None
) -> None:
    payload = {**payload, "response_url": address or answers.url}
    answered_and_decided_only_as_its_sender_may(world, logged, answers, payload)


def answered_and_decided_only_as_its_sender_may(world: World, logged: Logged, answers: Answers, payload: Any) -> None:
    before = a_row()
    world.cloud.put(before)
    answer = send(payload)
    lines = nothing_failed(answer, logged)
    told = answers.taken()
    assert all(each["text"] for each in told)
    while world.cloud.invoked:
        asked = world.cloud.invoked.pop()
        assert (asked["source"], asked["by"], asked["requestedBy"]) == ("close", "manager", payload["user"]["id"])
        assert asked["month"] in [str(action["value"]).strip() for action in payload["actions"]]
    (after,) = world.cloud.rows()
    if after != before:
        assert after.decided_by == payload["user"]["id"]
        assert MANAGEMENT in json.dumps([payload.get("container"), payload.get("channel")])
        assert str(before.key) in [action["value"] for action in payload["actions"]]
        decision = {"status", "decidedBy", "decidedAt", "decidedIn", "events", "version"}
        rest = [
            {name: value for name, value in row.to_row().items() if name not in decision} for row in (before, after)
        ]
        assert rest[0] == rest[1]
    elif answer["statusCode"] == 200 and payload.get("type") == "block_actions":
        assert told or _NO_WAY & {line["message"] for line in lines}, "a click that was answered with silence"


@fuzzed(40)
@given(payload=st.one_of(*map(spoiled, (SHORTCUT, MESSAGE_SHORTCUT, CLOSED))) | JUNK)
def test_what_ossi_has_no_use_for_does_nothing(world: World, logged: Logged, payload: Any) -> None:
    nothing_failed(send(payload), logged)
    assert world.cloud.rows() == []


@fuzzed(30)
@given(text=st.text(max_size=50) | st.sampled_from(["[" * 100_000, '{"a":' * 100_000, "1" * 5000, "NaN", '"\\ud800"']))
@pytest.mark.usefixtures("world")
def test_a_payload_that_is_no_json_is_refused(logged: Logged, text: str) -> None:
    answer = handler(signed("/interactions", urlencode({"payload": text}).encode()), Context())
    nothing_failed(answer, logged)
    assert answer["statusCode"] == 401


_ANY = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    "\u200b\ufeff\u00ad\u202e\u2069\u2800\u3164\u200d\ufe0f\U000e0041 :/@\n"
)


@fuzzed(40)
@given(
    description=st.text(_ANY, max_size=120) | st.text(_ANY, max_size=40).map(lambda text: f"{text}{DESCRIPTION}{text}"),
    url=st.text(_ANY, max_size=30)
    | st.builds("{0}https://host{1}/x{0}".format, st.text(_ANY, max_size=5), st.text(_ANY, max_size=5)),
)
def test_whatever_is_typed_is_stored_as_it_can_be_seen_or_comes_back_beside_its_field(
    world: World, logged: Logged, description: str, url: str
) -> None:
    world.cloud.empty()
    payload = submission()
    payload["view"]["id"] = f"V{next(_FORMS)}"
    typed = {"description": description, "url": url}
    for field, text in typed.items():
        payload["view"]["state"]["values"][field][field]["value"] = text
    answer = send(payload)
    nothing_failed(answer, logged)
    rows = world.cloud.rows()
    if rows:
        (row,) = rows
        assert what_is_seen(row.text) == what_is_seen(description)
        assert len(what_is_seen(row.text)) >= DESCRIPTION_MIN
        assert row.url == what_is_seen(row.url)
        assert "@" not in row.url.split("/")[2]
    else:
        body = json.loads(answer["body"])
        assert body["response_action"] == "errors"
        assert set(body["errors"]) <= set(typed)


_DEEP = "nested very deep"


def nested(payload: Any, depth: int) -> bytes:
    """The body of that payload, in which a list in a list in a list ... stands in the place of _DEEP."""
    text = json.dumps(payload).replace(json.dumps(_DEEP), "[" * depth + "]" * depth)
    return urlencode({"payload": text}).encode()


def deep_payloads() -> dict[str, Any]:
    form = submission()
    return {
        "a field's value": replaced(form, ("view", "state", "values", "url", "url", "value"), _DEEP),
        "a field": replaced(form, ("view", "state", "values", "url"), _DEEP),
        "another field": replaced(form, ("view", "state", "values", "more"), _DEEP),
        "the state": replaced(form, ("view", "state"), _DEEP),
        "the blocks": replaced(form, ("view", "blocks"), _DEEP),
        "the name": replaced(form, ("user", "username"), _DEEP),
        "a button's value": replaced(CLICKS["accept"], ("actions", 0, "value"), _DEEP),
        "the message": replaced(CLICKS["accept"], ("message",), {"blocks": _DEEP}),
        "the place": replaced(CLICKS["older"], ("container", "channel_id"), _DEEP),
        "the kind": replaced(form, ("type",), _DEEP),
        "all of it": _DEEP,
    }


@pytest.mark.parametrize("depth", [100, 300, 900, 15_000])
@pytest.mark.parametrize("name", deep_payloads())
def test_a_payload_that_is_nested_deep_is_answered(world: World, logged: Logged, name: str, depth: int) -> None:
    answer = handler(signed("/interactions", nested(opened_anew(deep_payloads()[name]), depth)), Context())
    nothing_failed(answer, logged)
    only_what_a_form_may_hold(world, answer)


@pytest.mark.parametrize("depth", [100, 300, 900, 15_000])
@pytest.mark.parametrize("piece", ["[", '{"a":'])
def test_what_a_form_remembers_may_be_nested_deep(world: World, logged: Logged, piece: str, depth: int) -> None:
    payload = replaced(submission(), ("view", "private_metadata"), piece * depth)
    answer = send(opened_anew(payload))
    nothing_failed(answer, logged)
    only_what_a_form_may_hold(world, answer)


def test_half_a_character_is_stored_as_a_question_mark(world: World, logged: Logged) -> None:
    payload = submission()
    payload["view"]["state"]["values"]["description"]["description"]["value"] += "\ud800"
    nothing_failed(send(payload), logged)
    rows: list[Contribution] = world.cloud.rows()
    assert [row.text[-1] for row in rows] == ["?"]
