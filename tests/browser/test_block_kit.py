"""What the page draws and sends, with a bot of the tests behind the local Slack."""

import threading
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Locator, Route, expect
from slack_sdk import WebClient

from browser.conftest import Window
from browser.gallery import ACTING, TEXTS, modal, mrkdwn
from browser.workspace import Workspace
from integration.playground_slack.bot import Answer, FakeBot, Received
from local_slack.client import SlackControl
from local_slack.server import SlackServer

CHANNEL = "C0OPENSRC"


@pytest.fixture
def web(running_slack: SlackServer) -> WebClient:
    return WebClient(running_slack.seed.bot_token, base_url=running_slack.api_url)


@pytest.fixture
def here(slack: SlackControl, running_slack: SlackServer, window: Window) -> Workspace:
    assert slack.workspace().users
    opened = window(running_slack.url)
    opened.open("U0AINO001", CHANNEL)
    return opened


def _post(web: WebClient, blocks: list[dict[str, Any]]) -> None:
    web.chat_postMessage(channel=CHANNEL, text="a message", blocks=blocks)


def _actions(here: Workspace, bot: FakeBot, count: int) -> list[dict[str, Any]]:
    """The actions that the bot got, once there are count of them: a click is on its way for a moment."""
    here.until(lambda: len(bot.of_type("block_actions")) >= count, f"{count} actions that the bot is told of")
    return [payload["actions"][0] for payload in bot.of_type("block_actions")]


def _opening(web: WebClient, view: dict[str, Any]) -> Any:
    def reply(received: Received) -> Answer:
        if "trigger_id" in received.payload and received.payload.get("type") in (None, "shortcut", "message_action"):
            web.views_open(trigger_id=received.payload["trigger_id"], view=view)
        return Answer()

    return reply


def _open_modal(here: Workspace, web: WebClient, bot: FakeBot) -> Locator:
    bot.reply = _opening(web, modal())
    here.send("/ossi new")
    expect(here.modal.get_by_role("heading", name="All fields")).to_be_visible()
    return here.modal


def test_texts_are_drawn_as_slack_draws_them(here: Workspace, web: WebClient, slack: SlackControl) -> None:
    _post(web, TEXTS)
    message = here.messages("A header")
    expect(message.get_by_role("heading")).to_have_text("A header 🎉 *literal*")
    words = message.locator(".text").first
    expect(words.locator("strong")).to_have_text("bold")
    expect(words.locator("em")).to_have_text("italic")
    expect(words.locator("s")).to_have_text("gone")
    expect(words.locator("code")).to_have_text("code <&>")
    expect(words.locator(".mention")).to_have_text(["@Eino Mäki", "#open-source", "@here"])
    expect(words.get_by_role("link")).to_have_count(1)
    expect(words.get_by_role("link")).to_have_attribute("href", "https://example.org/a?b=1&c=2")
    expect(words).to_contain_text("👋 09:30:15 <!channel> &lt; trap")
    expect(message.locator(".section blockquote")).to_have_text("quoted\ntwice")
    expect(message.locator(".section pre")).to_have_text("pre *not bold*\nformatted")
    expect(message.locator(".field")).to_have_text(["One\n1", "two <b>", "three", "four"])
    expect(message.locator(".context")).to_contain_text("<img src=x onerror=alert(1)>")
    rich = message.locator(".rich-text")
    expect(rich.locator(".paragraph").first).to_have_text("Rich @Aino Lahti <!channel> *literal* 👍there")
    expect(rich.locator("ol > li")).to_have_text(["first", "second"])
    expect(rich.locator("blockquote")).to_have_text("wise words")
    expect(message.get_by_role("img", name="a small picture")).to_have_count(1)
    # The page and the server's own reading, by which the other tests judge, agree on what acts.
    acts = slack.messages(CHANNEL)[-1].acts
    assert sum(act.kind in ("user", "channel", "broadcast") for act in acts) == 4


def test_what_people_type_stays_text(here: Workspace, slack: SlackControl) -> None:
    typed = "<!channel> & <b>bold</b> <@U0EINO001>"
    here.send(typed)
    expect(here.messages("<!channel>").locator(".text")).to_have_text(typed)
    expect(here.messages("<!channel>").locator(".mention, b")).to_have_count(0)
    assert slack.messages(CHANNEL)[-1].acts == []


def test_a_message_that_comes_while_a_list_of_all_is_on_its_way_stays(here: Workspace, web: WebClient) -> None:
    held: list[tuple[Route, APIResponse]] = []
    # The list is made, and arrives only after what happens next.
    here.page.route("**/messages?*", lambda route: held.append((route, route.fetch())))
    here.go("open-source")
    here.until(lambda: bool(held), "a request for the messages")
    web.chat_postMessage(channel=CHANNEL, text="In between")
    expect(here.messages("In between")).to_be_visible()

    (route, made_before) = held.pop(0)
    with here.page.expect_response("**/messages?*"):
        route.fulfill(response=made_before)

    web.chat_postMessage(channel=CHANNEL, text="Afterwards")
    expect(here.messages("Afterwards")).to_be_visible()
    expect(here.messages("In between")).to_be_visible()


def test_a_button_shows_that_it_works_until_the_answer_is_there(here: Workspace, web: WebClient, bot: FakeBot) -> None:
    answered = threading.Event()

    def reply(_received: Received) -> Answer:
        answered.wait(5)
        return Answer()

    bot.reply = reply
    _post(web, ACTING)
    button = here.page.get_by_role("button", name="Plain")
    button.dblclick()
    expect(button).to_have_attribute("aria-busy", "true")
    expect(button.locator(".spinner")).to_be_visible()
    answered.set()
    expect(button).not_to_have_attribute("aria-busy", "true")
    assert [action["value"] for action in _actions(here, bot, 1)] == ["p"]


def test_a_bot_that_does_not_answer_is_named(here: Workspace, web: WebClient, bot: FakeBot) -> None:
    bot.reply = lambda _received: Answer(500)
    _post(web, ACTING)
    here.page.get_by_role("button", name="Plain").click()
    expect(here.page.locator("#notes")).to_contain_text("could not be reached, or answered with an error")


def test_a_confirmation_is_asked_for(here: Workspace, web: WebClient, bot: FakeBot) -> None:
    _post(web, ACTING)
    dialog = here.page.get_by_role("dialog", name="Are you sure?")
    here.page.get_by_role("button", name="Remove").click()
    expect(dialog).to_contain_text("This cannot be undone.")
    dialog.get_by_role("button", name="Leave it").click()
    here.page.get_by_role("button", name="Remove").click()
    here.page.keyboard.press("Escape")
    assert _actions(here, bot, 0) == []
    here.page.get_by_role("button", name="Remove").click()
    dialog.get_by_role("button", name="Do it").click()
    expect(dialog).to_have_count(0)
    slack_has_it = here.page.get_by_role("button", name="Remove")
    expect(slack_has_it).not_to_have_attribute("aria-busy", "true")
    assert [action["action_id"] for action in _actions(here, bot, 1)] == ["sure"]


def test_menus_dates_and_ticks_go_to_the_bot_at_once(here: Workspace, web: WebClient, bot: FakeBot) -> None:
    _post(web, ACTING)
    page = here.page
    idle = page.locator("#messages [aria-busy=true]")
    for act in (
        lambda: page.get_by_label("Colour").select_option("blue"),
        lambda: page.get_by_label("Day").fill("2026-10-31"),
        lambda: page.get_by_label("Pick some").get_by_label("Green").check(),
        lambda: page.get_by_label("Pick one").get_by_label("Red").check(),
    ):
        act()
        expect(idle).to_have_count(0)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Move").click()
    expect(idle).to_have_count(0)
    chosen = {action["action_id"]: action for action in _actions(here, bot, 5)}
    assert chosen["colour"]["selected_option"]["value"] == "blue"
    assert chosen["day"]["selected_date"] == "2026-10-31"
    assert [each["value"] for each in chosen["some"]["selected_options"]] == ["green"]
    assert chosen["one"]["selected_option"]["value"] == "red"
    assert chosen["more"]["selected_option"]["value"] == "move"


def test_a_modal_holds_every_kind_of_field(here: Workspace, web: WebClient, bot: FakeBot) -> None:
    form = _open_modal(here, web, bot)
    expect(form.get_by_label("Words")).to_be_focused()
    form.get_by_label("Words").fill("more than twenty characters")
    expect(form.get_by_text("27 of 20")).to_be_visible()
    form.get_by_label("Site").fill("no address")
    form.get_by_role("button", name="Send it").click()
    expect(form.get_by_text("at most 20 characters")).to_be_visible()
    expect(form.get_by_text("Please enter a valid URL.")).to_be_visible()
    expect(form.get_by_role("group", name="One")).to_contain_text("Please complete this required field.")
    assert bot.of_type("view_submission") == []

    form.get_by_label("Words").fill("few words")
    form.get_by_label("Site").fill("https://example.org")
    form.get_by_label("Count").fill("3")
    form.get_by_role("group", name="Some").get_by_label("Blue").check()
    form.get_by_role("group", name="One").get_by_label("Green").check()
    form.get_by_label("Day").fill("2026-11-02")
    form.get_by_label("Who").select_option(label="Eino Mäki")
    bot.reply = lambda _received: Answer.of({"response_action": "errors", "errors": {"words": "Not these words."}})
    form.get_by_role("button", name="Send it").click()
    expect(form.get_by_text("Not these words.")).to_be_visible()
    expect(form.get_by_label("Words")).to_be_focused()
    expect(form.get_by_role("group", name="One").get_by_label("Green")).to_be_checked()

    bot.reply = lambda _received: Answer()
    form.get_by_role("button", name="Send it").click()
    expect(here.modal).to_have_count(0)
    values = bot.of_type("view_submission")[-1]["view"]["state"]["values"]
    flat = {block: entries[block] for block, entries in values.items() if block in entries}
    assert flat["words"]["value"] == "few words"
    assert flat["story"]["value"] is None
    assert flat["count"]["value"] == "3"
    assert flat["colour"]["selected_option"]["value"] == "green"
    assert [each["value"] for each in flat["some"]["selected_options"]] == ["blue"]
    assert flat["one"]["selected_option"]["value"] == "green"
    assert flat["day"]["selected_date"] == "2026-11-02"
    assert flat["who"]["selected_user"] == "U0EINO001"


def test_a_modal_that_the_bot_changes_keeps_what_was_typed(here: Workspace, web: WebClient, bot: FakeBot) -> None:
    form = _open_modal(here, web, bot)
    form.get_by_label("Words").fill("typed before")

    def reply(received: Received) -> Answer:
        changed = modal()
        changed["blocks"].insert(0, {"type": "section", "text": mrkdwn("One more thing")})
        web.views_update(view_id=received.payload["view"]["id"], view=changed)
        return Answer()

    bot.reply = reply
    form.get_by_role("button", name="Another field").click()
    expect(form.get_by_text("One more thing")).to_be_visible()
    expect(form.get_by_label("Words")).to_have_value("typed before")


def test_a_modal_is_cancelled_and_the_bot_hears_of_it(here: Workspace, web: WebClient, bot: FakeBot) -> None:
    form = _open_modal(here, web, bot)
    bot.reply = lambda _received: Answer()
    form.get_by_role("button", name="Not now").click()
    expect(here.modal).to_have_count(0)
    expect(here.composer).to_be_focused()
    here.until(lambda: bool(bot.of_type("view_closed")), "the bot is told that the modal was closed")
    assert [payload["view"]["callback_id"] for payload in bot.of_type("view_closed")] == ["all"]


def test_a_submission_without_an_answer_says_so_and_can_be_repeated(
    here: Workspace, web: WebClient, bot: FakeBot
) -> None:
    view = {**modal(), "blocks": [modal()["blocks"][2]]}
    bot.reply = _opening(web, view)
    here.send("/ossi new")
    expect(here.modal).to_be_visible()
    bot_is_down = Answer(503)
    bot.reply = lambda received: bot_is_down if received.payload.get("type") == "view_submission" else Answer()
    send = here.modal.get_by_role("button", name="Send it")
    send.click()
    expect(here.modal.locator(".modal-trouble")).to_contain_text("We had some trouble connecting.")
    expect(send).to_be_enabled()
    bot.reply = lambda _received: Answer()
    send.click()
    expect(here.modal).to_have_count(0)


def test_shortcuts_are_those_that_the_app_offers(here: Workspace, bot: FakeBot) -> None:
    page = here.page
    page.get_by_role("button", name="Shortcuts").click()
    page.get_by_role("menuitem", name="Say hello").click()
    here.send("a message with an address")
    message = here.messages("a message with an address")
    message.hover()
    message.get_by_role("button", name="Message actions").click()
    page.get_by_role("menuitem", name="Keep this").click()
    expect(message.get_by_role("menu")).to_be_hidden()
    here.until(lambda: bool(bot.of_type("shortcut")), "the bot is told of the shortcut")
    assert [each["callback_id"] for each in bot.of_type("shortcut")] == ["hello"]
    here.until(lambda: bool(bot.of_type("message_action")), "the bot is told of the message shortcut")
    assert [each["callback_id"] for each in bot.of_type("message_action")] == ["keep"]
    message.hover()
    message.get_by_role("button", name="Message actions").click()
    page.get_by_role("menuitem", name="Copy link").click()
    expect(page.locator("#announcements")).to_contain_text("Copied.")
    page.goto(page.evaluate("navigator.clipboard.readText()"))
    expect(page.locator(".message.pointed-out")).to_contain_text("a message with an address")


def test_the_home_is_what_the_bot_publishes(here: Workspace, web: WebClient, bot: FakeBot) -> None:
    page = here.page
    page.get_by_role("button", name="ossi home").click()
    expect(page.get_by_text("has not published a home for you")).to_be_visible()
    view = {
        "type": "home",
        "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Welcome home"}}, ACTING[0]],
    }
    web.views_publish(user_id="U0AINO001", view=view)
    expect(page.get_by_role("heading", name="Welcome home")).to_be_visible()
    page.get_by_role("button", name="Plain").click()
    expect(page.get_by_role("button", name="Plain")).not_to_have_attribute("aria-busy", "true")
    assert _actions(here, bot, 1)[0]["action_id"] == "plain"


def test_an_unknown_command_is_named(here: Workspace) -> None:
    here.send("/osso new")
    expect(here.page.locator("#notes")).to_contain_text("/osso is not a command here. There is: /ossi.")
    expect(here.composer).to_have_value("/osso new")
