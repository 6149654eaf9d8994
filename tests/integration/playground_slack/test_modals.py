"""Modals: what a person can fill in, what Slack checks itself, what reaches the bot, and what its answer does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from integration.playground_slack.blocks import (
    AINO,
    EINO,
    Block,
    button,
    input_block,
    modal,
    mrkdwn,
    option,
    options,
    plain,
    section,
    text_input,
)
from integration.playground_slack.bot import Answer, FakeBot, Received
from integration.playground_slack.web import Web
from local_slack.client import ControlRefusedError, SlackControl
from local_slack.control_models import SubmitResult, ViewRead

LEVEL: Block = {
    "type": "static_select",
    "action_id": "level",
    "options": options(3),
    "initial_option": option("value1"),
}
FORM = modal(
    section("Hello"),
    input_block(text_input("description", min_length=5, max_length=20, multiline=True), block_id="description_block"),
    input_block({"type": "url_text_input", "action_id": "url"}, block_id="url_block"),
    input_block(LEVEL, block_id="level_block"),
    input_block(
        {"type": "checkboxes", "action_id": "tags", "options": [{"text": mrkdwn("*a*"), "value": "a"}, option("b")]},
        block_id="tags_block",
        optional=True,
    ),
    private_metadata="secret plan",
)
FILLED = {"description": "a good thing", "url": "https://example.org/x"}


@pytest.fixture
def opened(control: SlackControl, bot: FakeBot, web: Web) -> ViewRead:
    """The form, before Aino's eyes."""
    return open_modal(control, bot, web, FORM)


def open_modal(control: SlackControl, bot: FakeBot, web: Web, view: Block) -> ViewRead:
    trigger = control.command(AINO, "new").trigger_id
    bot.received.clear()
    view_id = str(web("views.open", trigger_id=trigger, view=view)["view"]["id"])
    return control.view(view_id)


def answering(body: object) -> Callable[[Received], Answer]:
    return lambda _received: Answer.of(body)


def test_a_submission_arrives_as_slack_sends_it(control: SlackControl, bot: FakeBot, opened: ViewRead) -> None:
    result = control.submit(opened, AINO, {**FILLED, "level_block": {"level": "value2"}, "tags": ["a"]})
    assert (result.status, result.result, result.view) == (200, "closed", None)
    assert control.views(AINO) == []
    (received,) = bot.received
    assert received.signed
    assert received.path == "/interactions"
    payload = received.payload
    assert (payload["type"], payload["user"]["id"], payload["response_urls"]) == ("view_submission", AINO, [])
    view = payload["view"]
    assert view["id"] == view["root_view_id"] == opened.id
    assert (view["callback_id"], view["private_metadata"], view["previous_view_id"]) == ("form", "secret plan", None)
    assert view["hash"] == opened.hash
    assert [block["type"] for block in view["blocks"]] == ["section", "input", "input", "input", "input"]
    assert view["state"]["values"] == {
        "description_block": {"description": {"type": "plain_text_input", "value": "a good thing"}},
        "url_block": {"url": {"type": "url_text_input", "value": "https://example.org/x"}},
        "level_block": {"level": {"type": "static_select", "selected_option": option("value2")}},
        "tags_block": {"tags": {"type": "checkboxes", "selected_options": [{"text": mrkdwn("*a*"), "value": "a"}]}},
    }


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({}, {"description_block": "required", "url_block": "required"}),
        ({**FILLED, "description": "four"}, {"description_block": "at least 5"}),
        ({**FILLED, "description": "x" * 21}, {"description_block": "at most 20"}),
        ({**FILLED, "url": "example.org"}, {"url_block": "valid URL"}),
        ({**FILLED, "level": None}, {"level_block": "required"}),
    ],
    ids=str,
)
def test_slacks_client_checks_before_it_sends(
    control: SlackControl, bot: FakeBot, opened: ViewRead, values: dict[str, Any], errors: dict[str, str]
) -> None:
    result = control.submit(opened, AINO, values)
    assert (result.result, result.status) == ("client_errors", None)
    assert result.errors.keys() == errors.keys()
    assert all(part in result.errors[block_id] for block_id, part in errors.items())
    assert bot.received == []
    sent = control.submit(opened, AINO, values, skip_client_checks=True)
    assert sent.result == "closed"
    assert len(bot.received) == 1


def test_only_what_is_offered_can_be_chosen(control: SlackControl, bot: FakeBot, opened: ViewRead) -> None:
    for values, sentence in (
        ({"level": "value9"}, "has no option 'value9'"),
        ({"colour": "red"}, "the field colour is not there"),
        ({"description": 5}, "takes a string"),
    ):
        with pytest.raises(ControlRefusedError, match=sentence):
            control.submit(opened, AINO, {**FILLED, **values})
    forged = {
        **FILLED,
        "level": "value9",
        "url": {"type": "url_text_input", "value": 7},
        "extra": {"x": {"value": "y"}},
    }
    control.submit(opened, AINO, forged, skip_client_checks=True)
    values = bot.received[0].payload["view"]["state"]["values"]
    assert values["level_block"]["level"]["selected_option"]["value"] == "value9"
    assert values["url_block"]["url"]["value"] == 7
    assert values["extra"]["x"] == {"value": "y"}


def test_errors_of_the_bot_keep_what_was_typed(control: SlackControl, bot: FakeBot, opened: ViewRead) -> None:
    bot.reply = answering({"response_action": "errors", "errors": {"url_block": "not this one"}})
    result = control.submit(opened, AINO, FILLED)
    assert (result.result, result.errors) == ("errors", {"url_block": "not this one"})
    assert result.view is not None
    assert result.view.values["description_block"] == {
        "description": {"type": "plain_text_input", "value": "a good thing"}
    }
    bot.reply = lambda _received: Answer()
    assert control.submit(opened, AINO, {"url": "https://example.org/other"}).result == "closed"
    assert (
        bot.received[1].payload["view"]["state"]["values"]["description_block"]["description"]["value"]
        == "a good thing"
    )


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(500), "Try again?"),
        (Answer(200, "ok"), "not JSON"),
        (Answer.of({}), "response_action is None"),
        (Answer.of({"response_action": "errors", "errors": {"nowhere": "x"}}), "nowhere is no input block"),
        (Answer.of({"response_action": "errors", "errors": {}}), "there are no errors"),
        (Answer.of({"response_action": "update", "view": {"type": "modal"}}), "missing required field: title"),
        (Answer.of({"response_action": "push", "view": None}), "must provide an object"),
    ],
    ids=str,
)
def test_a_bad_answer_leaves_the_modal_with_a_complaint(
    control: SlackControl, bot: FakeBot, opened: ViewRead, answer: Answer, why: str
) -> None:
    bot.reply = lambda _received: answer
    result = control.submit(opened, AINO, FILLED)
    assert result.result == "trouble"
    assert (result.message or "").startswith("We had some trouble connecting. Try again?")
    assert why in (result.message or "")
    assert result.view is not None
    assert [view.id for view in control.views(AINO)] == [opened.id]


def test_update_push_and_clear(control: SlackControl, bot: FakeBot, opened: ViewRead) -> None:
    second = modal(input_block(text_input("reason"), block_id="reason_block"), callback_id="second")
    bot.reply = answering({"response_action": "update", "view": second})
    updated = control.submit(opened, AINO, FILLED)
    assert updated.result == "updated"
    assert updated.view is not None
    assert (updated.view.id, updated.view.callback_id) == (opened.id, "second")
    assert updated.view.hash != opened.hash
    bot.reply = answering({"response_action": "push", "view": {**second, "callback_id": "third"}})
    pushed = control.submit(opened, AINO, {"reason": "because"})
    assert pushed.result == "pushed"
    assert pushed.view is not None
    assert pushed.view.view["previous_view_id"] == opened.id
    assert pushed.view.view["root_view_id"] == opened.id
    again = control.submit(pushed.view, AINO, {"reason": "because"})
    assert again.view is not None
    full = control.submit(again.view, AINO, {"reason": "because"})
    assert full.result == "trouble"
    assert "push_limit_reached" in (full.message or "")
    bot.reply = lambda _received: Answer()
    below = control.submit(again.view, AINO, {"reason": "because"})
    assert below.view is not None
    assert below.view.id == pushed.view.id
    bot.reply = answering({"response_action": "clear"})
    cleared = control.submit(below.view, AINO, {"reason": "because"})
    assert (cleared.result, cleared.view) == ("closed", None)
    assert control.views(AINO) == []


def test_a_modal_can_be_submitted_twice_at_once(control: SlackControl, bot: FakeBot, opened: ViewRead) -> None:
    together = Barrier(2, timeout=5)

    def answer(_received: Received) -> Answer:
        together.wait()
        return Answer()

    bot.reply = answer

    def submit(_number: int) -> SubmitResult:
        return control.submit(opened, AINO, FILLED)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(submit, range(2)))
    assert [result.result for result in results] == ["closed", "closed"]
    assert {payload["view"]["id"] for payload in bot.of_type("view_submission")} == {opened.id}
    with pytest.raises(ControlRefusedError, match="no longer open"):
        control.submit(opened, AINO, FILLED)
    bot.reply = lambda _received: Answer()
    assert control.submit(opened, AINO, FILLED, even_if_closed=True).result == "closed"
    assert len(bot.received) == 3


def test_a_modal_belongs_to_one_person(control: SlackControl, opened: ViewRead) -> None:
    with pytest.raises(ControlRefusedError, match="not before the eyes of U0EINO001"):
        control.submit(opened, EINO, FILLED)
    with pytest.raises(ControlRefusedError, match="there is no modal V1"):
        control.submit("V1", AINO, FILLED)


def test_cancelling_tells_the_bot_only_where_it_asked(control: SlackControl, bot: FakeBot, web: Web) -> None:
    quiet = open_modal(control, bot, web, FORM)
    assert control.close_view(quiet, AINO).status is None
    assert bot.received == []
    curious = open_modal(control, bot, web, {**FORM, "notify_on_close": True})
    assert control.close_view(curious, AINO).status == 200
    (payload,) = bot.of_type("view_closed")
    assert (payload["view"]["id"], payload["is_cleared"]) == (curious.id, False)
    assert control.views(AINO) == []


def test_the_bot_updates_and_pushes_views_itself(
    control: SlackControl, bot: FakeBot, web: Web, opened: ViewRead
) -> None:
    second = modal(
        input_block(text_input("description"), block_id="description_block"),
        {"type": "actions", "elements": [button("more")]},
    )
    control.submit(opened, AINO, {"description": "four"})
    assert web.error("views.update", view_id="V1", view=second) == "not_found"
    assert web.error("views.update", view_id=opened.id, view=second, hash="1.a") == "hash_conflict"
    assert web.error("views.update", view_id=opened.id, view={"type": "home", "blocks": []}) == "invalid_arguments"
    updated = web("views.update", view_id=opened.id, view=second, hash=opened.hash)["view"]
    assert updated["state"]["values"]["description_block"]["description"]["value"] == "four"
    pressed = control.press(AINO, "more", view_id=opened.id, values={"description": "typed"})
    (payload,) = bot.of_type("block_actions")
    assert payload["container"] == {"type": "view", "view_id": opened.id}
    assert payload["view"]["state"]["values"]["description_block"]["description"]["value"] == "typed"
    assert "response_url" not in payload
    pushed = web("views.push", trigger_id=pressed.trigger_id, view=modal(section("third")))["view"]
    assert (pushed["root_view_id"], pushed["previous_view_id"]) == (opened.id, opened.id)
    assert [view.id for view in control.views(AINO)] == [opened.id, pushed["id"]]
    without = {key: value for key, value in modal(section()).items() if key != "submit"}
    silent = open_modal(control, bot, web, without)
    with pytest.raises(ControlRefusedError, match="has no submit"):
        control.submit(silent, AINO)


def test_a_view_is_addressed_by_its_external_id(control: SlackControl, bot: FakeBot, web: Web) -> None:
    view = open_modal(control, bot, web, {**FORM, "external_id": "mine"})
    trigger = control.command(AINO).trigger_id
    assert web.error("views.open", trigger_id=trigger, view={**FORM, "external_id": "mine"}) == "duplicate_external_id"
    changed = {**FORM, "external_id": "mine", "title": plain("Other")}
    assert web("views.update", external_id="mine", view=changed)["view"]["id"] == view.id
    assert control.view(view.id).title == "Other"
