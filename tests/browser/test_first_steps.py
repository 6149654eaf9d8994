"""Somebody who has read nothing finds the way by the first steps on the page."""

import re

from playwright.sync_api import expect

from browser.conftest import Window
from integration.playground_slack.bot import FakeBot
from local_slack.client import SlackControl
from local_slack.server import SlackServer


def test_the_first_steps_lead_through_the_page(
    slack: SlackControl, running_slack: SlackServer, bot: FakeBot, window: Window
) -> None:
    assert slack.workspace().users
    here = window(running_slack.url)
    here.open()
    page = here.page
    steps = page.get_by_role("region", name="First steps")
    step = steps.get_by_role("listitem")
    step.nth(0).get_by_role("button").click()
    expect(here.composer).to_have_value("/ossi new ")
    expect(here.composer).to_be_focused()
    step.nth(1).get_by_role("button").click()
    expect(page.locator("#title")).to_contain_text("ossi-management")
    expect(page.get_by_label("Act as")).to_have_value("U0MAIJA01")
    step.nth(2).get_by_role("button").click()
    expect(page.locator("#title")).to_contain_text("open-source")
    step.nth(3).get_by_role("button").click()
    expect(page.locator("#title")).to_contain_text("ossi-management")
    expect(here.composer).to_have_value(re.compile("^/ossi report 20"))
    here.composer.press("Enter")
    expect(here.composer).to_have_value("")
    here.until(lambda: bool(bot.received), "the bot is sent the command")
    assert [each.payload["text"][:9] for each in bot.received] == ["report 20"]

    steps.get_by_role("button", name="Hide the first steps").click()
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(steps).to_be_hidden()
    page.get_by_role("button", name="First steps").click()
    expect(steps).to_be_visible()


def test_whoever_is_taken_out_of_a_channel_sees_it_no_longer(
    slack: SlackControl, running_slack: SlackServer, window: Window
) -> None:
    here = window(running_slack.url)
    slack.say("C0MANAGERS", "U0MATTI01", "between us managers")
    here.open("U0MAIJA01", "C0MANAGERS")
    expect(here.messages("between us managers")).to_have_count(1)
    slack.kick("C0MANAGERS", "U0MAIJA01")
    expect(here.messages("between us managers")).to_have_count(0)
    expect(here.page.locator("#title")).to_have_text("ossi")
    here.expect_conversations("open-source", "ossi", "ossi home")
