"""/ossi: every answer is for the one who typed, whatever Slack or AWS do."""

import json
import time
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from fakes import HELSINKI
from integration.functions.events import SEED, Context, interaction_body, signed, slash_body
from integration.functions.world import (
    AINO,
    DESCRIPTION,
    EINO,
    MAIJA,
    MANAGEMENT,
    MATTI,
    PUBLIC,
    TYPED,
    World,
    a_row,
    typed_in,
)
from local_slack.control_models import MessageRead
from ossi.domain.months import Month
from ossi_interactions.handler import handler as interactions_handler
from ossi_slash.handler import handler


def answered(world: World, user: str, text: str) -> MessageRead:
    result = world.control.command(user, text, channel=PUBLIC)
    assert (result.status, result.error) == (200, None)
    (message,) = result.ephemeral
    assert message.visible_to == user
    assert world.control.messages(PUBLIC) == [], "every answer is ephemeral"
    return message


# help


@pytest.mark.parametrize("text", ["", "help", "HELP"])
def test_help(world: World, text: str) -> None:
    seen = answered(world, AINO, text).rendered
    assert "/ossi new [text]" in seen
    assert "Ossi 0.0.1 · test" in seen


def test_an_unknown_word_is_named_with_the_nearest_command(world: World) -> None:
    seen = answered(world, AINO, "reprot 2026-10").rendered
    assert "I do not know the word “reprot”. Did you mean /ossi report?" in seen
    assert "/ossi new [text]" in seen


@pytest.mark.parametrize("word", ["<!channel>", "*bold*", "`code`", "&amp;", f"{TYPED}" * 200])
def test_an_unknown_word_is_shown_as_typed(world: World, word: str) -> None:
    message = answered(world, AINO, word)
    assert word[:59] in message.rendered
    assert not {act.kind for act in message.acts} & {"broadcast", "link", "pre"}


def test_the_documented_form_is_answered_in_json(world: World) -> None:
    answer = handler(signed("/slash", slash_body()), Context())
    assert answer["statusCode"] == 200
    assert answer["headers"] == {"content-type": "application/json"}
    assert json.loads(answer["body"])["response_type"] == "ephemeral"
    assert world.calls() == []


# new


@pytest.mark.parametrize("text", ["", DESCRIPTION, "first\n  second\n\nthird", "<!channel> & *x* :tada:"])
def test_new_opens_the_form_with_the_text_in_it(world: World, text: str) -> None:
    result = world.control.command(AINO, f"new {text}", channel=PUBLIC)
    assert (result.status, result.body, result.error) == (200, "", None)
    assert result.view is not None
    assert typed_in(result.view, "description") == (text or None)
    month = next(action for action in result.view.actions if action.action_id == "month")
    assert str(Month.of(datetime.now(HELSINKI))) in month.options


def test_a_text_that_is_too_long_is_cut_and_said_to_be(world: World) -> None:
    view = world.open_form(text="x" * 2500)
    assert typed_in(view, "description") == "x" * 2000
    assert "2,500" in view.rendered


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("timeout", {}),
        ("cut", {}),
        ("http_500", {}),
        ("http_503", {}),
        ("ratelimited", {"retry_after": 60}),
        ("slack_error", {"error": "expired_trigger_id"}),
        ("slack_error", {"error": "invalid_auth"}),
    ],
)
def test_a_form_that_does_not_open_gives_the_text_back_in_time(
    world: World, kind: Any, arguments: dict[str, Any]
) -> None:
    world.control.fail("views.open", kind, **arguments)
    started = time.monotonic()
    message = answered(world, AINO, f"new {DESCRIPTION}")
    assert time.monotonic() - started < 3
    assert DESCRIPTION in message.rendered
    assert "Slack didn't let me open the form, so nothing was saved." in message.rendered
    assert len(world.calls("views.open")) == 1


# list


def quotes(message: MessageRead) -> list[str]:
    return [
        element["elements"][0]["text"]
        for block in message.blocks
        if block["type"] == "rich_text"
        for element in json.loads(json.dumps(block["elements"]))
        if element["type"] == "rich_text_quote"
    ]


def latest(world: World) -> MessageRead:
    (message,) = world.control.ephemeral(AINO)
    return message


def test_twenty_five_rows_are_paged_forward_and_back(world: World) -> None:
    rows = [a_row(timestamp=1_792_994_700_000 + number, text=f"number {number}") for number in range(25)]
    world.cloud.put(*rows, a_row(user_id=EINO, text="of another"))
    newest_first = [row.text for row in reversed(rows)]

    answered(world, AINO, "list")
    pages = [quotes(latest(world))]
    for _ in range(2):
        assert world.control.press(AINO, "list_older").status == 200
        pages.append(quotes(latest(world)))
    assert pages == [newest_first[:10], newest_first[10:20], newest_first[20:]]
    assert [action.action_id for action in latest(world).actions] == ["list_newer"]

    for page in (pages[1], pages[0]):
        assert world.control.press(AINO, "list_newer").status == 200
        assert quotes(latest(world)) == page
    assert [action.action_id for action in latest(world).actions] == ["list_older"]


def test_a_page_is_always_of_the_one_who_presses(world: World) -> None:
    mine = [a_row(timestamp=1_792_994_700_000 + number) for number in range(11)]
    world.cloud.put(*mine, a_row(user_id=EINO, timestamp=1, text="of Eino"))
    answered(world, AINO, "list")
    world.control.press(AINO, "list_older")
    payload = world.last_payload() | {"user": {"id": EINO, "username": "eino"}}
    interactions_handler(signed("/interactions", interaction_body(payload)), Context())
    assert quotes(latest(world)) == ["of Eino"]


@pytest.mark.parametrize("count", [1, 10])
def test_a_single_page_has_no_buttons(world: World, count: int) -> None:
    world.cloud.put(*(a_row(timestamp=1_792_994_700_000 + number) for number in range(count)))
    message = answered(world, AINO, "list")
    assert len(quotes(message)) == count
    assert message.actions == []


def test_nothing_to_list(world: World) -> None:
    assert "/ossi new" in answered(world, AINO, "list").rendered


def test_a_spoiled_row_does_not_hide_the_others(world: World) -> None:
    world.cloud.put({**a_row(timestamp=1).to_row(), "status": "DONE"}, a_row(timestamp=2), a_row(timestamp=3, text=""))
    message = answered(world, AINO, "list")
    assert quotes(message) == ["no description", DESCRIPTION]
    assert "One contribution here cannot be shown." in message.rendered


def test_a_page_of_spoiled_rows_leads_to_the_others(world: World) -> None:
    spoiled = [{**a_row(timestamp=100 + number).to_row(), "status": "DONE"} for number in range(20)]
    world.cloud.put(a_row(timestamp=1, text="the oldest"), *spoiled, a_row(timestamp=900, text="the newest"))
    world.cloud.put({**a_row().to_row(), "timestamp": Decimal("1E+125")}, {**a_row().to_row(), "timestamp": -1})
    assert quotes(answered(world, AINO, "list")) == ["the newest"]
    for direction, shown in [("older", []), ("older", ["the oldest"]), ("newer", []), ("newer", ["the newest"])]:
        assert world.control.press(AINO, f"list_{direction}").status == 200
        assert quotes(latest(world)) == shown
        assert "contributions here cannot be shown." in latest(world).rendered or shown == ["the oldest"]


def test_rows_that_are_too_large_for_one_answer_of_the_table_are_paged(world: World) -> None:
    """DynamoDB ends an answer at 1 MB, whatever number of rows it was asked for."""
    world.cloud.put(*(a_row(timestamp=number, text=f"{number} " + "x" * 300_000) for number in range(1, 6)))
    seen = [text.partition(" ")[0] for text in quotes(answered(world, AINO, "list"))]
    while any(action.action_id == "list_older" for action in latest(world).actions):
        world.control.press(AINO, "list_older")
        seen += [text.partition(" ")[0] for text in quotes(latest(world))]
    assert seen == ["5", "4", "3", "2", "1"]


def test_an_outage_of_the_table_is_answered(world: World) -> None:
    world.cloud.drop_contributions()
    assert "Something went wrong" in answered(world, AINO, "list").rendered


# report


def previous_month() -> Month:
    return Month.of(datetime.now(HELSINKI)).previous()


def test_a_manager_starts_the_report_of_the_previous_month(world: World) -> None:
    assert previous_month().label in answered(world, MAIJA, "report").rendered
    (event,) = world.cloud.invoked
    assert (event["source"], event["month"], event["requestedBy"]) == ("slash", str(previous_month()), MAIJA)
    assert event["responseUrl"].startswith("http")


def test_a_manager_names_a_month(world: World) -> None:
    assert "February 2025" in answered(world, MAIJA, "report 2025-2").rendered
    assert "February 2025" in answered(world, MAIJA, "report February 2025").rendered
    assert [event["month"] for event in world.cloud.invoked] == ["2025-02", "2025-02"]


def test_the_running_month_is_said_to_be_provisional(world: World) -> None:
    assert "it's provisional" in answered(world, MAIJA, "report this").rendered
    assert world.cloud.invoked[0]["month"] == str(Month.of(datetime.now(HELSINKI)))


def test_a_month_that_has_not_begun_is_answered(world: World) -> None:
    assert "December 9998 has not begun" in answered(world, MAIJA, "report 9998-12").rendered
    assert world.cloud.invoked == []


def test_each_command_is_a_run_of_its_own_and_a_replay_is_not(world: World) -> None:
    answered(world, MAIJA, "report 2026-10")
    handler(world.gateway.events[-1], Context())
    world.control.command(MAIJA, "report 2026-10", channel=PUBLIC)
    runs = [event["requestId"] for event in world.cloud.invoked]
    assert runs[0] == runs[1] != runs[2]


@pytest.mark.parametrize("text", ["report", "report 2026-10", "report nonsense"])
def test_an_employee_gets_a_friendly_no(world: World, text: str) -> None:
    assert "members of the management channel" in answered(world, AINO, text).rendered
    assert world.cloud.invoked == []


@pytest.mark.parametrize("typed", [f"{TYPED}", "2026-13", "<!channel>", "some month"])
def test_a_month_that_cannot_be_read_is_answered_with_an_example(world: World, typed: str) -> None:
    message = answered(world, MAIJA, f"report {typed}")
    assert f"“{typed}”" in message.rendered
    assert f"/ossi report {previous_month()}" in message.rendered
    assert not [act for act in message.acts if act.kind == "broadcast"]
    assert world.cloud.invoked == []


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [("timeout", {}), ("cut", {}), ("http_503", {}), ("ratelimited", {"retry_after": 60})],
)
def test_nobody_is_let_in_while_slack_is_down(world: World, kind: Any, arguments: dict[str, Any]) -> None:
    world.control.fail("conversations.members", kind, **arguments)
    started = time.monotonic()
    assert "try again in a moment" in answered(world, MAIJA, "report").rendered
    assert time.monotonic() - started < 3
    assert world.cloud.invoked == []


SET_UP = ["missing_scope", "channel_not_found", "invalid_auth", "not_in_channel", "token_revoked", "account_inactive"]


@pytest.mark.parametrize("error", SET_UP)
@pytest.mark.parametrize(("method", "text"), [("conversations.members", "report"), ("views.open", "new")])
def test_a_broken_set_up_is_told_apart_from_a_moment_s_trouble(
    world: World, capsys: pytest.CaptureFixture[str], error: str, method: str, text: str
) -> None:
    """It gave "try again in a moment" for ever, with no line in the log and no metric (issue 15)."""
    world.control.fail(method, "slack_error", times=None, error=error)
    said = answered(world, MAIJA, text).rendered
    assert "trying again won't help" in said
    assert f"tell your Ossi admin: {error}" in said
    assert world.cloud.invoked == []
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (line,) = [line for line in lines if line["level"] == "ERROR"]
    assert (line["why"], line["metric"]) == (error, "Failed")
    assert lines[-1]["Failed"] == 1


def test_a_name_that_slack_never_tells_wakes_an_admin(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.control.fail("users.info", "slack_error", error="missing_scope")
    assert world.register().name == "aino"
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["why"], line["metric"]) for line in lines if line["level"] == "ERROR"] == [
        ("missing_scope", "Failed")
    ]


def test_the_members_are_kept_for_those_who_are_among_them(world: World) -> None:
    for user in (MAIJA, MATTI, MAIJA):
        world.control.command(user, "report", channel=PUBLIC)
    assert len(world.calls("conversations.members")) == 1


def test_whoever_has_just_joined_the_managers_is_not_refused(world: World) -> None:
    answered(world, MAIJA, "report")
    world.control.invite(MANAGEMENT, AINO)
    assert "on its way" in answered(world, AINO, "report").rendered


def test_a_large_management_channel_is_read_page_by_page(world: World) -> None:
    for number in range(1500):
        user = f"U0CROWD{number:04d}"
        world.control.add_user(user, f"crowd{number}")
        world.control.invite(SEED.management_channel, user)
    assert "on its way" in answered(world, MAIJA, "report").rendered
    world.control.invite(PUBLIC, "U0CROWD1499")
    result = world.control.command("U0CROWD1499", "report", channel=PUBLIC)
    assert "on its way" in result.ephemeral[0].rendered
    assert len(world.calls("conversations.members")) == 2


def test_a_report_function_that_cannot_be_started_is_answered(world: World) -> None:
    world.cloud.refuse_invocations()
    assert "Something went wrong" in answered(world, MAIJA, "report").rendered
