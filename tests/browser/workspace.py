"""The page as a person uses it: by what stands on it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect

WAIT_MS = 20_000
_LOOK_MS = 20


@dataclass
class Workspace:
    """A browser window with the page in it."""

    page: Page
    url: str
    problems: list[str]

    def open(self, user: str | None = None, channel: str | None = None) -> None:
        """Opens the page, as somebody and in a channel where given."""
        query = "&".join(f"{key}={value}" for key, value in (("as", user), ("channel", channel)) if value)
        self.page.goto(f"{self.url}/?{query}")
        self.page.wait_for_selector("body[data-ready]")

    def act_as(self, name: str) -> None:
        """Becomes somebody else."""
        self.page.get_by_label("Act as").select_option(label=name)

    def go(self, name: str) -> None:
        """Opens a conversation by its name in the sidebar."""
        sidebar = self.page.get_by_role("navigation", name="Conversations")
        sidebar.get_by_role("button", name=name).first.click()
        expect(sidebar.locator("[aria-current]")).to_contain_text(name.split()[0])

    @property
    def composer(self) -> Locator:
        """Where one writes."""
        return self.page.locator("#composer-text")

    def send(self, text: str) -> None:
        """Writes and sends something, by clicking."""
        self.composer.fill(text)
        self.page.get_by_role("button", name="Send").click()

    @property
    def modal(self) -> Locator:
        """The modal that is open."""
        return self.page.locator("dialog.modal")

    def messages(self, text: str) -> Locator:
        """The messages that hold this text."""
        return self.page.locator("#messages > li.message").filter(has_text=text)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Waits for something that happens outside the page, such as what the bot is told. Fails with `what` after WAIT_MS."""
        deadline = time.monotonic() + WAIT_MS / 1000
        while not condition():
            assert time.monotonic() < deadline, f"not within {WAIT_MS} ms: {what}"
            self.page.wait_for_timeout(_LOOK_MS)  # and the page's own events are handled meanwhile

    def expect_conversations(self, *names: str) -> None:
        """The sidebar offers these, and nothing else."""
        expect(self.page.locator("#conversations .entry-name")).to_have_text(list(names))


def _is_problem(message: ConsoleMessage) -> bool:
    # A picture whose host is invented cannot be loaded, and that is all.
    return message.type == "error" and ".invalid/" not in str(message.location)


def _is_empty_request(request: Request) -> bool:
    # Nothing has an empty id: /users//conversations, ?user=&ephemeral=1.
    address = urlsplit(request.url)
    return "//" in address.path or any(pair.endswith("=") for pair in address.query.split("&"))


def new_workspace(
    browser: Browser,
    url: str,
    *,
    width: int = 1280,
    height: int = 800,
    scheme: Literal["light", "dark"] = "light",
) -> tuple[BrowserContext, Workspace]:
    """A window of its own: nothing is shared with others, as on another person's machine."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        accept_downloads=True,
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if _is_problem(message) else None)
    page.on("request", lambda asked: problems.append(f"asked for {asked.url}") if _is_empty_request(asked) else None)
    return context, Workspace(page, url, problems)
