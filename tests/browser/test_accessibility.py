"""The page for everybody: axe finds nothing serious, the keyboard alone is enough, and it fits on a telephone."""

from typing import Any, Literal, cast

import pytest
from axe_playwright_python.sync_playwright import Axe  # pyright: ignore[reportMissingTypeStubs] - it has none
from playwright.sync_api import Page, expect
from slack_sdk import WebClient

from browser.conftest import Window
from browser.gallery import ACTING, TEXTS, modal
from integration.playground_slack.bot import Answer, FakeBot, Received
from local_slack.client import SlackControl
from local_slack.server import SlackServer

CHANNEL = "C0OPENSRC"
Scheme = Literal["light", "dark"]


def _findings(page: Page) -> list[str]:
    """What axe calls serious or critical: the rule, and the places."""
    response = cast("dict[str, list[dict[str, Any]]]", Axe().run(page).response)
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in response["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


@pytest.fixture
def web(running_slack: SlackServer) -> WebClient:
    return WebClient(running_slack.seed.bot_token, base_url=running_slack.api_url)


def _answer_with_a_modal(web: WebClient, bot: FakeBot) -> None:
    def reply(received: Received) -> Answer:
        if received.payload.get("command"):
            web.views_open(trigger_id=received.payload["trigger_id"], view=modal())
        return Answer()

    bot.reply = reply


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    scheme: Scheme, slack: SlackControl, running_slack: SlackServer, web: WebClient, bot: FakeBot, window: Window
) -> None:
    web.chat_postMessage(channel=CHANNEL, text="all", blocks=[*TEXTS, *ACTING])
    web.chat_postEphemeral(channel=CHANNEL, user="U0AINO001", text="only for you")
    slack.say(CHANNEL, "U0EINO001", "hello <@U0AINO001>, `code`, see https://example.org")
    slack.fail("chat.update", "http_500")
    here = window(running_slack.url, scheme=scheme)
    here.open("U0AINO001", CHANNEL)
    page = here.page
    expect(here.messages("A header")).to_have_count(1)
    assert _findings(page) == []

    here.composer.fill("/os")
    expect(page.locator("#completions [role=option]").first).to_be_visible()
    assert _findings(page) == []

    _answer_with_a_modal(web, bot)
    here.send("/ossi new")
    here.modal.get_by_role("button", name="Send it").click()
    expect(here.modal.get_by_text("Please complete this required field.").first).to_be_visible()
    assert _findings(page) == []
    here.modal.get_by_role("button", name="Not now").click()

    page.get_by_role("button", name="Inspector").click()
    page.locator(".traffic summary").first.click()
    assert _findings(page) == []
    page.get_by_role("tab", name="Break things").click()
    expect(page.get_by_text("In force")).to_be_visible()
    assert _findings(page) == []


def test_the_keyboard_alone_is_enough(
    slack: SlackControl, running_slack: SlackServer, web: WebClient, bot: FakeBot, window: Window
) -> None:
    assert slack.workspace().users
    here = window(running_slack.url)
    here.open("U0AINO001", CHANNEL)
    page = here.page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skips to the composer
    expect(here.composer).to_be_focused()

    _answer_with_a_modal(web, bot)
    page.keyboard.type("/ossi")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#completions [aria-selected=true]")).to_contain_text("/ossi list")
    page.keyboard.press("Enter")
    expect(here.composer).to_have_value("/ossi list")
    page.keyboard.press("Enter")
    expect(here.modal.get_by_label("Words")).to_be_focused()

    # The focus stays in the modal, whichever way one goes.
    for key in ["Tab"] * 25 + ["Shift+Tab"] * 5:
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(here.modal).to_have_count(0)
    expect(here.composer).to_be_focused()

    # A menu opens, moves and closes.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Say hello")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Shortcuts")).to_be_focused()

    # The inspector's tabs follow the arrows.
    page.get_by_role("button", name="Inspector").focus()
    page.keyboard.press("Enter")
    page.get_by_role("tab", name="Traffic").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", selected=True)).to_be_focused()
    expect(page.get_by_role("tab", name="Break things")).to_be_focused()


def test_new_messages_are_read_out(
    slack: SlackControl, running_slack: SlackServer, web: WebClient, window: Window
) -> None:
    assert slack.workspace().users
    here = window(running_slack.url)
    here.open("U0AINO001", CHANNEL)
    web.chat_postMessage(channel=CHANNEL, text="Something *happened*")
    region = here.page.locator("[aria-live=polite]")
    expect(region).to_have_text("ossi: Something happened")


@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off(
    width: int, scheme: Scheme, slack: SlackControl, running_slack: SlackServer, web: WebClient, window: Window
) -> None:
    web.chat_postMessage(channel=CHANNEL, text="all", blocks=[*TEXTS, *ACTING])
    slack.say(CHANNEL, "U0EINO001", "a" * 400)
    here = window(running_slack.url, width=width, height=740, scheme=scheme)
    here.open("U0AINO001", CHANNEL)
    expect(here.messages("A header")).to_have_count(1)
    page = here.page
    wide = page.evaluate(
        "() => [...document.querySelectorAll('#message-scroll, main, .top, body')]"
        ".filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.id || each.tagName)"
    )
    assert wide == []
    if width < 760:
        page.get_by_role("button", name="Conversations").click()
        page.get_by_role("button", name="ossi APP").click()
        expect(page.locator("#title")).to_have_text("ossi")
        expect(page.get_by_role("button", name="ossi APP")).to_be_hidden()


def test_a_page_that_loses_its_server_says_so_and_comes_back(
    slack: SlackControl, running_slack: SlackServer, web: WebClient, window: Window
) -> None:
    assert slack.workspace().users
    here = window(running_slack.url)
    here.open("U0AINO001", CHANNEL)
    page = here.page
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    web.chat_postMessage(channel=CHANNEL, text="Said in between")
    page.context.set_offline(False)
    expect(here.messages("Said in between")).to_have_count(1)
    # The browser itself complains of the requests that the page made meanwhile.
    here.problems[:] = [problem for problem in here.problems if "ERR_INTERNET_DISCONNECTED" not in problem]
