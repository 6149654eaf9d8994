"""Makes docs/images/*.png from the running demonstration: what the README shows is what runs.

    make screenshots

Starts `ossi local --seed` on a free port, does with Debian's Chromium what a person would do, and takes pictures on the way. The
report is downloaded by its link, and its sheets are drawn by LibreOffice.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, expect, sync_playwright
from workbook_pictures import draw_sheets, missing_programs

from ossi.contracts import ADMIN, CloseAsked, to_wire
from ossi.domain.months import Month
from ossi_cli.build import build_for_local_aws
from ossi_playground.local import LocalOssi, Options

IMAGES = Path(__file__).parents[3] / "docs" / "images"
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
_AINO, _MAIJA, _EINO = "U0AINO001", "U0MAIJA01", "U0EINO001"
_TEXT = (
    "Taught the cache to share its entries between branches, with a lock that survives a killed build. "
    "Builds of pull requests take a third of the time now."
)
_URL = "https://code.example.org/kasa/build-cache/pull/382"
_OVERLOOKED = "calendars that keep their time zones to themselves"
_DOWNLOAD = "Download the workbook"
_WAIT_MS = 20_000


@contextmanager
def _page(
    browser: Browser, url: str, *, width: int = 1280, height: int = 800, scheme: Literal["light", "dark"] = "light"
) -> Generator[Page]:
    """A window of that size, in which the first steps have been put away. url: where it begins."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, timezone_id="Europe/Helsinki", locale="en-GB"
    )
    context.set_default_timeout(_WAIT_MS)
    context.add_init_script("localStorage.setItem('local-slack.tour.hidden', '1')")
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("body[data-ready]")
    try:
        yield page
    finally:
        context.close()


def _shoot(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=IMAGES / f"{name}.png")
    sys.stdout.write(f"docs/images/{name}.png\n")


def _register(browser: Browser, url: str) -> None:
    with _page(browser, f"{url}/?as={_AINO}") as page:
        expect(page.locator("#messages")).to_contain_text("Added a health endpoint")
        page.locator("#composer-text").fill("/os")
        _shoot(page, "command")
        page.locator("#composer-text").fill(f"/ossi new {_TEXT}")
        page.get_by_role("button", name="Send").click()
        modal = page.locator("dialog.modal")
        modal.get_by_label("Where can it be seen?").fill(_URL)
        modal.get_by_label("Compensation").select_option("MEDIUM")
        _shoot(page, "form")
        modal.get_by_role("button", name="Submit").click()
        expect(modal).to_have_count(0)
        expect(page.locator("#messages")).to_contain_text("Taught the cache to share")


def _decide(browser: Browser, url: str, channel: str) -> None:
    with _page(browser, f"{url}/?as={_MAIJA}&channel={channel}") as page:
        request = page.locator("#messages > li", has_text="Taught the cache to share")
        expect(request).to_be_visible()
        _shoot(page, "decision")
        request.get_by_role("button", name="Accept").click()
        expect(request).to_contain_text("Accepted by")


def _close(browser: Browser, ossi: LocalOssi, channel: str, workbook: Path) -> None:
    """Asks for last month's report. What was overlooked is accepted after its own month was closed: so it is late in this one."""
    month, url = Month.of(datetime.now(ZoneInfo("Europe/Helsinki"))).previous(), str(ossi.ready()["slack_url"])
    with _page(browser, f"{url}/?as={_MAIJA}&channel={channel}") as page:
        _close_as_an_admin(ossi, month.previous())
        expect(page.get_by_role("link", name=_DOWNLOAD)).to_have_count(1)
        overlooked = page.locator("#messages > li", has_text=_OVERLOOKED)
        overlooked.get_by_role("button", name="Accept").click()
        expect(overlooked).to_contain_text("Accepted by")
    with _page(browser, f"{url}/?as={_MAIJA}&channel={channel}") as page:  # which shows the end of the channel
        _report(page, month, links=2)
        _shoot(page, "report")
        with page.expect_download() as downloading:
            page.get_by_role("link", name=_DOWNLOAD).last.click()
        downloading.value.save_as(workbook)


def _close_as_an_admin(ossi: LocalOssi, month: Month) -> None:
    """As `ossi close` does."""
    if ossi.aws is not None:
        asked = CloseAsked(month=str(month), by=ADMIN, request_id="screenshots")
        client = ossi.aws.emulator.client("lambda")
        client.invoke(FunctionName=ossi.ready()["functions"]["report"], Payload=json.dumps(to_wire(asked)))


def _report(page: Page, month: Month, links: int) -> None:
    page.locator("#composer-text").fill(f"/ossi report {month}")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("link", name=_DOWNLOAD)).to_have_count(links)


def _draw(workbook: Path) -> None:
    names = {"Summary": "workbook-summary", "Accepted": "workbook-accepted"}
    draw_sheets(workbook, {sheet: IMAGES / f"{name}.png" for sheet, name in names.items()})
    sys.stdout.writelines(f"docs/images/{name}.png\n" for name in names.values())


def _look_around(browser: Browser, url: str, channels: dict[str, Any]) -> None:
    public, management = channels["public"], channels["management"]
    with _page(browser, f"{url}/?as={_EINO}&channel={public}") as page:
        expect(page.locator("#messages")).to_contain_text("Taught the cache to share")
        page.locator("#composer-text").fill("/ossi list")
        page.get_by_role("button", name="Send").click()
        expect(page.locator("#messages")).to_contain_text("newest first")
        _shoot(page, "list")
    with _page(browser, f"{url}/?as={_MAIJA}&channel={management}", scheme="dark", width=1440, height=860) as page:
        page.get_by_role("button", name="Inspector").click()
        page.locator(".traffic summary").first.click()
        _shoot(page, "inspector-dark")
    with _page(browser, f"{url}/?as={_AINO}", width=360, height=740) as page:
        expect(page.locator("#messages")).to_contain_text("accepted")
        _shoot(page, "telephone")


def main() -> None:
    """Takes all pictures. Ends with a sentence where there is no Chromium or no LibreOffice."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit(
            "The pictures need Chromium. On Debian: apt install chromium fonts-noto-core fonts-noto-color-emoji"
        )
    missing = missing_programs()
    if missing is not None:
        raise SystemExit(missing)
    expect.set_options(timeout=_WAIT_MS)
    options = Options(artifacts=build_for_local_aws(), demo_data=True)
    with LocalOssi(options) as ossi, sync_playwright() as playwright, TemporaryDirectory() as temporary:
        ready = ossi.ready()
        browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        url = str(ready["slack_url"])
        _register(browser, url)
        workbook = Path(temporary) / "report.xlsx"
        _decide(browser, url, ready["channels"]["management"])
        _close(browser, ossi, ready["channels"]["management"], workbook)
        _look_around(browser, url, ready["channels"])
        browser.close()
        _draw(workbook)


if __name__ == "__main__":
    main()
