"""The whole flow by clicking alone, on the real bot: functions, table, stream, bucket, all of it."""

import json
from pathlib import Path

from boto3.dynamodb.conditions import Attr
from openpyxl import load_workbook
from playwright.sync_api import expect

from browser.conftest import Window
from browser.workspace import Workspace
from ossi_playground.local import LocalOssi

TEXT = "Mended <!channel> the cache & *taught* it to share its entries between branches =HYPERLINK(1) :tada:"
URL = "https://code.example.org/kasa/build-cache/pull/340"


def _rows(ossi: LocalOssi, marker: str) -> list[object]:
    assert ossi.aws is not None
    table = ossi.aws.emulator.resource("dynamodb").Table(ossi.aws.outputs["table"])
    return [row for row in table.scan()["Items"] if marker in str(row["text"])]


def _send_what_is_owed(ossi: LocalOssi) -> None:
    """Lets its time come and runs the reconciler, as its schedule does: nobody waits for a minute here."""
    assert ossi.aws is not None
    aws, outputs = ossi.aws.emulator, ossi.aws.outputs
    ledger = aws.resource("dynamodb").Table(outputs["ledgerTable"])
    for record in ledger.scan(FilterExpression=Attr("state").eq("DUE"))["Items"]:
        key = {name: record[name] for name in ("id", "effect")}
        ledger.update_item(Key=key, UpdateExpression="SET dueAt = :past", ExpressionAttributeValues={":past": 1})
    event = json.dumps({"source": "schedule"})
    answer = aws.client("lambda").invoke(FunctionName=outputs["functions"]["reconcile"], Payload=event)
    assert "FunctionError" not in answer, answer["Payload"].read()


def _register(workspace: Workspace, text: str) -> None:
    workspace.send(f"/ossi new {text}")
    workspace.modal.get_by_label("Where can it be seen?").fill(URL)
    workspace.modal.get_by_label("Compensation").select_option("MEDIUM")
    workspace.modal.get_by_role("button", name="Submit").click()
    expect(workspace.modal).to_have_count(0)


def test_from_the_command_to_the_downloaded_report(
    ossi: LocalOssi, ossi_url: str, window: Window, tmp_path: Path
) -> None:
    here = window(ossi_url)
    here.open()
    page = here.page
    here.expect_conversations("open-source", "ossi", "ossi home")

    # Aino follows the first step and picks the word from the completions.
    here.composer.press_sequentially("/os")
    page.get_by_role("option", name="/ossi new").click()
    expect(here.composer).to_have_value("/ossi new ")
    here.composer.press_sequentially("too short")
    page.get_by_role("button", name="Send").click()

    # What is missing or too short is said beside the fields, and what was typed stays.
    modal = here.modal
    description = modal.get_by_label("What did you contribute?")
    expect(description).to_have_value("too short")
    modal.get_by_role("button", name="Submit").click()
    expect(modal.get_by_text("at least 50 characters")).to_be_visible()
    expect(modal.get_by_text("Please complete this required field.")).to_have_count(2)
    expect(description).to_have_attribute("aria-invalid", "true")

    # What only the bot can judge comes back from the bot, to the same place.
    description.fill("short, and filled up with blanks" + " " * 60)
    modal.get_by_label("Where can it be seen?").fill(URL)
    modal.get_by_label("Compensation").select_option("MEDIUM")
    modal.get_by_role("button", name="Submit").click()
    expect(modal.get_by_text("Please tell a little more")).to_be_visible()
    expect(modal.get_by_label("Where can it be seen?")).to_have_value(URL)

    # A double click stores one contribution.
    description.fill(TEXT)
    modal.get_by_role("button", name="Submit").dblclick()
    expect(modal).to_have_count(0)
    confirmation = here.messages("Mended <!channel> the cache & *taught* it")
    expect(confirmation).to_have_count(1)
    expect(confirmation.locator("blockquote .mention, blockquote strong")).to_have_count(0)
    assert len(_rows(ossi, "Mended <!channel>")) == 1

    # Maija decides, with a double click too.
    here.act_as("Maija Salo")
    here.expect_conversations("open-source", "ossi-management", "ossi", "ossi home")
    here.go("ossi-management")
    request = here.messages("Mended <!channel>")
    expect(request).to_contain_text("Medium bonus")
    request.get_by_role("button", name="Accept").dblclick()
    expect(request).to_contain_text("Accepted by @Maija Salo")
    expect(request.get_by_role("button", name="Accept")).to_have_count(0)
    expect(here.messages("You have decided on this one before")).to_have_count(0)

    # Eino reads about it, and sees nothing of what is not his business.
    here.act_as("Eino Mäki")
    here.expect_conversations("open-source", "ossi", "ossi home")
    here.go("open-source")
    expect(here.messages("Mended <!channel>")).to_have_count(1)
    expect(here.messages("Mended <!channel>")).not_to_contain_text("bonus")

    # Matti asks for the report of the contribution's month and downloads it.
    here.act_as("Matti Koski")
    here.go("ossi-management")
    month = page.evaluate("new Intl.DateTimeFormat('sv-SE', {timeZone: 'Europe/Helsinki'}).format().slice(0, 7)")
    here.send(f"/ossi report {month}")
    link = here.messages("Contributions of").get_by_role("link", name="Download the workbook")
    expect(link).to_have_count(1)
    with page.expect_download() as downloading:
        link.click()
    target = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(target)
    cells = [cell for sheet in load_workbook(target) for row in sheet.iter_rows(values_only=True) for cell in row]
    assert any("Mended <!channel>" in str(cell) for cell in cells)


def test_what_happens_appears_on_other_peoples_pages_by_itself(ossi_url: str, window: Window) -> None:
    employee, manager = window(ossi_url), window(ossi_url)
    employee.open("U0EINO001")
    manager.open("U0MATTI01", "C0OPENSRC")

    _register(employee, "Declined later: wrote a long blog post about the many ways in which caches go stale")
    expect(manager.page.locator(".has-unread", has_text="ossi-management")).to_be_visible()
    manager.go("ossi-management")
    request = manager.messages("Declined later")
    request.get_by_role("button", name="Decline").click()
    expect(request).to_contain_text("Declined by @Matti Koski")

    expect(employee.messages("your contribution has been declined")).to_have_count(1)
    expect(employee.page.locator("#announcements")).to_contain_text("declined")


def test_only_the_one_who_asked_sees_the_answer(ossi_url: str, window: Window) -> None:
    here = window(ossi_url)
    here.open("U0AINO001", "C0OPENSRC")
    here.send("/ossi report")
    refusal = here.messages("Reports are for members of the management channel")
    expect(refusal).to_have_count(1)
    expect(refusal).to_contain_text("Only visible to you")

    here.act_as("Eino Mäki")
    expect(here.page.locator("#title")).to_contain_text("open-source")
    expect(refusal).to_have_count(0)

    here.act_as("Aino Lahti")
    expect(refusal).to_have_count(1)
    refusal.get_by_role("button", name="Dismiss").click()
    expect(refusal).to_have_count(0)


def test_nothing_is_lost_while_slack_is_broken(ossi: LocalOssi, ossi_url: str, window: Window) -> None:
    here = window(ossi_url)
    here.open("U0NONAME1")
    page = here.page
    page.get_by_role("button", name="Inspector").click()
    page.get_by_role("tab", name="Break things").click()
    page.get_by_role("switch", name="Slack answers 500").check()
    expect(page.get_by_text("chat.postMessage: http_500")).to_be_visible()

    _register(here, "Survives the storm: made the client of the weather service retry what failed on the way")
    page.get_by_role("tab", name="Traffic").click()
    expect(page.locator(".traffic .failed", has_text="chat.postMessage").first).to_be_visible()
    page.get_by_role("tab", name="Tables").click()
    owed = page.get_by_role("region", name="Ledger").get_by_role("cell", name="DUE")
    expect(owed).to_have_count(2)
    expect(here.messages("Survives the storm")).to_have_count(0)

    page.get_by_role("tab", name="Break things").click()
    page.get_by_role("button", name="Mend everything").click()
    expect(page.get_by_text("Slack is well.")).to_be_visible()
    _send_what_is_owed(ossi)
    expect(here.messages("Survives the storm")).to_have_count(1)
    page.get_by_role("tab", name="Tables").click()
    expect(owed).to_have_count(0)


def test_the_inspector_shows_rows_logs_and_traffic(ossi_url: str, window: Window) -> None:
    here = window(ossi_url)
    here.open("U0AINO001")
    page = here.page
    expect(page.get_by_role("complementary", name="Inspector")).to_be_hidden()
    page.get_by_role("button", name="Inspector").click()
    here.send("/ossi help")
    entry = page.locator(".traffic li", has_text="slash_command").first
    expect(entry).to_contain_text("ms")
    entry.locator("summary").click()
    expect(entry).to_contain_text('"command": "/ossi"')

    page.get_by_role("tab", name="Tables").click()
    expect(page.get_by_role("region", name="Contributions").get_by_role("cell", name="ACCEPTED").first).to_be_visible()
    page.get_by_role("tab", name="Logs").click()
    page.get_by_label("Function").select_option("slash")
    expect(page.locator(".logs")).to_contain_text("command")
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary", name="Inspector")).to_be_hidden()


def test_the_demonstration_data_is_there_and_has_told_nobody(ossi_url: str, window: Window) -> None:
    here = window(ossi_url)
    here.open("U0MAIJA01", "C0MANAGERS")
    expect(here.page.locator("#act-as option")).to_have_count(13)
    expect(here.messages("Added a health endpoint to the pool")).to_have_count(1)
    decided = "Added Finnish and Swedish translations"
    expect(here.messages(decided)).to_have_count(0)

    here.act_as("Saara Nieminen")
    here.go("open-source")
    here.send("/ossi list")
    expect(here.messages("Your contributions, newest first")).to_contain_text(decided)
    expect(here.messages(decided)).to_have_count(1)
