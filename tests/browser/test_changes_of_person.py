"""The person changes while something is on its way: what arrives late is for another page, and nothing is asked for in between."""

from collections.abc import Callable

import pytest
from playwright.sync_api import APIResponse, Request, Response, Route, expect
from slack_sdk import WebClient

from browser.conftest import Window
from browser.gallery import entry, modal
from browser.workspace import Workspace
from integration.playground_slack.bot import Answer, FakeBot, Received
from local_slack.client import SlackControl
from local_slack.server import SlackServer

AINO, EINO, MAIJA = "U0AINO001", "U0EINO001", "U0MAIJA01"
PUBLIC, MANAGEMENT = "C0OPENSRC", "C0MANAGERS"
SIDEBAR = "**/conversations"


@pytest.fixture
def web(running_slack: SlackServer) -> WebClient:
    return WebClient(running_slack.seed.bot_token, base_url=running_slack.api_url)


@pytest.fixture
def here(slack: SlackControl, running_slack: SlackServer, window: Window) -> Workspace:
    """A window whose page has asked for nothing yet. Its fixture fails on an error in the console and on a request without an id."""
    assert slack.workspace().users
    return window(running_slack.url)


def _open(here: Workspace, user: str, channel: str | None = None) -> None:
    """Opens the page and waits until it asks for nothing more.

    Everything is loaded once at the start and once when the page is told "hello", the views last.
    """
    views: list[str] = []

    def note(answer: Response) -> None:
        if answer.url.endswith(f"{user}/views"):
            views.append(answer.url)

    here.page.on("response", note)
    here.open(user, channel)
    here.until(lambda: len(views) == 2, "the page has loaded everything")
    here.page.remove_listener("response", note)


def _hold(here: Workspace, address: str, requests: int = 1) -> Callable[[int], Route]:
    """Holds the next requests for the address, so many; the returned function waits for the nth of them."""
    held: list[Route] = []
    here.page.route(address, lambda route: held.append(route) if len(held) < requests else route.continue_())

    def nth(count: int) -> Route:
        here.until(lambda: len(held) >= count, f"{count} requests for {address}")
        return held[count - 1]

    return nth


def _asked_for_messages(here: Workspace) -> list[str]:
    """From now on: the addresses of lists of messages that the page asks for."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/messages?" in request.url:
            asked.append(request.url.partition("/_control")[2])

    here.page.on("request", note)
    return asked


def test_two_changes_in_a_row_ask_for_no_channel_in_between(here: Workspace) -> None:
    _open(here, AINO)
    expect(here.page.locator("#title")).to_have_text("ossi")
    asked = _asked_for_messages(here)
    held = _hold(here, SIDEBAR, 2)
    here.act_as("Eino Mäki")
    held(1)
    here.act_as("Maija Salo")
    last = held(2)
    with here.page.expect_response(f"**/users/{EINO}/conversations"):
        held(1).continue_()
    last.continue_()
    here.expect_conversations("open-source", "ossi-management", "ossi", "ossi home")
    here.until(lambda: bool(asked), "a request for the messages")
    assert [each for each in asked if "//" in each] == []
    assert {each.partition("user=")[2] for each in asked} == {f"{MAIJA}&ephemeral=1"}


def test_a_change_while_a_channel_loads_shows_nothing_of_the_person_before(here: Workspace, web: WebClient) -> None:
    web.chat_postMessage(channel=PUBLIC, text="for all")
    web.chat_postEphemeral(channel=PUBLIC, user=AINO, text="for Aino alone")
    _open(here, AINO)
    held: list[tuple[Route, APIResponse]] = []
    here.page.route(f"**/messages?user={AINO}*", lambda route: held.append((route, route.fetch())))
    here.go("open-source")
    here.until(lambda: bool(held), "a request for the messages")
    here.act_as("Eino Mäki")
    expect(here.messages("for all")).to_have_count(1)
    route, made_for_aino = held[0]
    with here.page.expect_response(f"**/messages?user={AINO}*"):
        route.fulfill(response=made_for_aino)
    web.chat_postMessage(channel=PUBLIC, text="afterwards")
    expect(here.messages("afterwards")).to_have_count(1)
    expect(here.messages("for all")).to_have_count(1)
    expect(here.messages("for Aino alone")).to_have_count(0)


def test_a_change_while_everything_loads_asks_for_no_channel_of_the_person_before(
    here: Workspace, slack: SlackControl
) -> None:
    _open(here, MAIJA, MANAGEMENT)
    expect(here.page.locator("#title")).to_contain_text("ossi-management")
    asked = _asked_for_messages(here)
    held = _hold(here, SIDEBAR, 2)
    slack.reset()
    held(1)
    here.act_as("Aino Lahti")
    last = held(2)
    with here.page.expect_response(f"**/users/{MAIJA}/conversations"):
        held(1).continue_()
    last.continue_()
    here.expect_conversations("open-source", "ossi", "ossi home")
    here.until(lambda: bool(asked), "a request for the messages")
    assert [each for each in asked if MANAGEMENT in each] == []


def test_what_the_person_before_is_told_does_not_appear(
    here: Workspace, running_slack: SlackServer, web: WebClient, window: Window
) -> None:
    managers = window(running_slack.url)
    managers.open(MAIJA, MANAGEMENT)
    _open(here, MAIJA, MANAGEMENT)
    held = _hold(here, SIDEBAR)
    here.act_as("Aino Lahti")
    held(1)
    web.chat_postMessage(channel=MANAGEMENT, text="for managers")
    expect(managers.messages("for managers")).to_have_count(1)
    assert here.messages("for managers").count() == 0
    held(1).continue_()
    here.expect_conversations("open-source", "ossi", "ossi home")
    expect(here.messages("for managers")).to_have_count(0)


def test_what_is_sent_before_there_is_a_channel_stays_in_the_composer(here: Workspace, slack: SlackControl) -> None:
    _open(here, AINO)
    held = _hold(here, SIDEBAR)
    here.act_as("Eino Mäki")
    held(1)
    here.send("hello from Eino")
    expect(here.page.locator("#notes")).to_contain_text("still loading")
    expect(here.composer).to_have_value("hello from Eino")
    held(1).continue_()
    here.expect_conversations("open-source", "ossi", "ossi home")
    here.composer.press("Enter")
    expect(here.messages("hello from Eino")).to_have_count(1)
    assert [message.user for message in slack.dm(EINO)] == [EINO]


def test_a_person_who_is_gone_is_followed_by_another(here: Workspace, slack: SlackControl, web: WebClient) -> None:
    slack.add_user("U0GUEST01", "guest", "Gunilla Guest")
    slack.invite(PUBLIC, "U0GUEST01")
    # What is asked for a person while the server forgets them is answered 404, and no page can know.
    _open(here, "U0GUEST01", PUBLIC)
    expect(here.page.get_by_label("Act as")).to_have_value("U0GUEST01")
    slack.reset()
    expect(here.page.get_by_label("Act as")).to_have_value(AINO)
    expect(here.page.locator("#title")).to_contain_text("open-source")
    web.chat_postEphemeral(channel=PUBLIC, user=AINO, text="told to Aino")
    expect(here.messages("told to Aino")).to_have_count(1)


def test_a_modal_that_opens_before_the_answer_to_the_one_below_can_be_submitted(
    here: Workspace, web: WebClient, bot: FakeBot
) -> None:
    def form(title: str) -> dict[str, object]:
        name = {"type": "plain_text", "text": title}
        return {
            **modal(),
            "title": name,
            "blocks": [entry("words", "Words", {"type": "plain_text_input"}, optional=True)],
        }

    def reply(received: Received) -> Answer:
        if received.payload.get("command"):
            web.views_open(trigger_id=received.payload["trigger_id"], view=form("First"))
        elif received.payload["view"]["title"]["text"] == "First":
            return Answer.of({"response_action": "push", "view": form("Second")})
        return Answer()

    bot.reply = reply
    _open(here, AINO)
    here.send("/ossi new")
    expect(here.modal.get_by_role("heading", name="First")).to_be_visible()
    held: list[tuple[Route, APIResponse]] = []
    here.page.route("**/submit", lambda route: held.append((route, route.fetch())), times=1)
    here.modal.get_by_role("button", name="Send it").click()
    expect(here.modal.get_by_role("heading", name="Second")).to_be_visible()
    here.modal.get_by_role("button", name="Send it").click()
    here.until(lambda: len(bot.of_type("view_submission")) == 2, "the bot is sent the second form")
    expect(here.modal.get_by_role("heading", name="First")).to_be_visible()
    route, answer = held[0]
    with here.page.expect_response("**/submit"):
        route.fulfill(response=answer)
    expect(here.modal.get_by_role("button", name="Send it")).to_be_enabled()
