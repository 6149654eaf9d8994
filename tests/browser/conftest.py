"""A browser for the session, the whole bot for the flows, and a local Slack with a bot of the tests for the rest."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from browser.chromium import ARGUMENTS, CHROMIUM, PACKAGES
from browser.workspace import WAIT_MS, Workspace, new_workspace
from debian import ensure_or_skip
from integration.playground_slack.bot import FakeBot
from local_slack.client import SlackControl
from local_slack.seed import Seed, SeedShortcut
from local_slack.server import SlackServer
from ossi_cli.build import build_for_local_aws
from ossi_playground.local import LocalOssi, Options
from ossi_playground.seed import load_seed

Window = Callable[..., Workspace]
expect.set_options(timeout=WAIT_MS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    ensure_or_skip(PACKAGES)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    """Opens windows; a page on which a script failed fails the test, whatever else it showed."""
    opened: list[Workspace] = []

    def opener(url: str, **how: object) -> Workspace:
        _context, workspace = new_workspace(browser, url, **how)  # pyright: ignore[reportArgumentType] - passed on
        opened.append(workspace)
        return workspace

    yield opener
    for workspace in opened:
        workspace.page.context.close()
    assert [problem for workspace in opened for problem in workspace.problems] == []


@pytest.fixture(scope="session")
def ossi(browser: Browser) -> Iterator[LocalOssi]:
    """The whole bot, with the demonstration data. Asks for the browser first: without one, nothing has to be built."""
    assert browser.is_connected()
    with LocalOssi(Options(artifacts=build_for_local_aws(), demo_data=True)) as running:
        yield running


@pytest.fixture
def ossi_url(ossi: LocalOssi) -> str:
    return str(ossi.ready()["slack_url"])


def _seed_with_shortcuts() -> Seed:
    seed = load_seed()
    shortcuts = (
        SeedShortcut(type="global", name="Say hello", callback_id="hello"),
        SeedShortcut(type="message", name="Keep this", callback_id="keep"),
    )
    return seed.model_copy(update={"app": seed.app.model_copy(update={"shortcuts": shortcuts})})


@pytest.fixture(scope="session")
def running_slack() -> Iterator[SlackServer]:
    with SlackServer(_seed_with_shortcuts()) as server:
        yield server


@pytest.fixture
def slack(running_slack: SlackServer) -> Iterator[SlackControl]:
    """The control of a local Slack that is as the seed describes it."""
    with SlackControl(running_slack.url) as control:
        control.reset()
        yield control


@pytest.fixture
def bot(running_slack: SlackServer) -> Iterator[FakeBot]:
    with FakeBot(running_slack.seed.signing_secret) as bot:
        running_slack.configure_app(
            slash_url=f"{bot.url}/slash", interactions_url=f"{bot.url}/interactions", events_url=f"{bot.url}/events"
        )
        yield bot
