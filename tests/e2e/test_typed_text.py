"""What people type appears as they typed it, wherever it appears, and does nothing (N5, N6)."""

from __future__ import annotations

import html
import io
import re
from dataclasses import dataclass
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.cell import Cell

from e2e.driving import ACCEPT, DECLINE, MAIJA, MATTI, TEXT, URL, Ossi, typed_in
from e2e.workbooks import announcement, fetch, link_in, sheet
from local_slack.control_models import MessageRead

TEXTS = {
    "mentions": f"<!channel> <!here> <!everyone> <@{MATTI}> <#C0OPENSRC> <!subteam^S1> @channel @here {TEXT}",
    "links": f"<https://evil.example|click here> <mailto:a@evil.example> {TEXT}",
    "entities": f"a & b < c > d &amp; &lt;!channel&gt; &#60;!channel&#62; <> && {TEXT}",
    "backticks": f"`code` ```pre``` ``two`` ` {TEXT}",
    "styles": f"*bold* _italic_ ~strike~ *a*b*_c_* **two** {TEXT}",
    "lines": f"one\n> quoted\n&gt; quoted too\n• item\n\n```\npre\n```\n{TEXT}",
    "emoji": f"😄 👩‍👩‍👧‍👦 🇫🇮 :tada: :not an emoji: 12:30:45 {TEXT}",
    "right to left": f"שלום עולם مرحبا \u202eevil.exe\u202c שלום (a) [b] {TEXT}",
    "2,000 ampersands": "&" * 2000,
    "2,000 tags": "<!channel>" * 200,
    "a link's formula": f'=HYPERLINK("https://evil.example","click") {TEXT}',
    "a sum": f"=1+1 {TEXT}",
    "a command's formula": f"@SUM(1+1)*cmd|' /C calc'!A0 {TEXT}",
    "a plus": f"+1 {TEXT}",
    "a minus": f"-1 {TEXT}",
    "a quote": f"'=1+1 {TEXT}",
    "pasted": f"\ufeff\u200e 👩\u200d💻 ❤\ufe0f :wave::skin-tone-3: a::lock::b {TEXT}\u200b\u2800",
    "control characters": f"bell\x07 escape\x1b[31m back\x08space nul\x00 tab\t end {TEXT}",
    "odd spaces": f"no\u00a0break zero\u200bwidth line\u2028separator bom\ufeff {TEXT}",
}
# What nobody can see goes from the ends, and controls of direction that reach beyond the text (R45).
SHOWN = {name: re.sub("[\u202a-\u202e]", "", text).strip("\ufeff\u200e\u200b\u2800 ") for name, text in TEXTS.items()}
NAME = "Ella <!channel> *Bold* & `Co`"

# All that acts in Ossi's own words.
OUR_BOLD = {"From ", "Compensation", "Contribution month", "Submitted", "Your contributions, newest first"}


@dataclass(frozen=True)
class Shown:
    """Where one text appeared."""

    user: str
    prefilled: str
    messages: dict[str, MessageRead]
    description: Cell | None
    name: Cell | None


@dataclass(frozen=True)
class Everything:
    """What was shown of each text, the report's message and the workbook."""

    shown: dict[str, Shown]
    report: MessageRead
    workbook: bytes


def is_declined(name: str) -> bool:
    """Some are declined, so that those messages are seen too."""
    return name in {"mentions", "2,000 ampersands"}


@pytest.fixture(scope="module")
def everything(running_ossi: Ossi) -> Everything:
    """All texts on their whole way, at once."""
    ossi = running_ossi
    ossi.start_over()
    people = {name: ossi.employee(NAME) for name in TEXTS}
    prefilled: dict[str, str] = {}
    for name, user in people.items():
        view = ossi.open_form(user, TEXTS[name])
        prefilled[name] = typed_in(view, "description")["value"]
        ossi.slack.submit(view, user, {"description": TEXTS[name], "url": URL, "level": "SMALL"})
    rows = {name: ossi.rows(user)[0] for name, user in people.items()}
    requests = {name: ossi.request(row) for name, row in rows.items()}
    for name, request in requests.items():
        ossi.decide(request, MAIJA, DECLINE if is_declined(name) else ACCEPT)
    redrawn = {name: ossi.settled(rows[name], request)[1] for name, request in requests.items()}
    public = {each.text.partition("<@")[2].partition(">")[0]: each for each in ossi.published()}
    month = next(iter(rows.values()))["contributionMonth"]
    ossi.slack.command(MAIJA, f"report {month}")
    report = announcement(ossi)
    workbook = fetch(link_in(report)).content
    accepted = {str(cells["Slack ID"].value): cells for cells in sheet(workbook, "Accepted")}
    shown: dict[str, Shown] = {}
    for name, user in people.items():
        confirmation, decision = ossi.told(rows[name])
        (listed,) = ossi.slack.command(user, "list").ephemeral
        messages = {"confirmation": confirmation, "request": requests[name], "redrawn": redrawn[name]}
        messages |= {"decision": decision, "list": listed}
        if not is_declined(name):
            messages["public"] = public[user]
        cells = accepted.get(user, {})
        shown[name] = Shown(user, prefilled[name], messages, cells.get("Description"), cells.get("Name"))
    return Everything(shown, report, workbook)


@pytest.mark.parametrize("name", TEXTS)
def test_it_appears_as_typed_in_every_message(everything: Everything, name: str) -> None:
    text, shown = SHOWN[name], everything.shown[name]

    assert shown.prefilled == text
    for place, message in shown.messages.items():
        if place == "list" and len(text) > 250:
            assert text[:249] + "…" in message.rendered
        else:
            assert text in message.rendered, place
        # What notifications and screen readers say is the same, as far as it goes.
        assert html.unescape(message.text.replace("…", "")).find(text[:80]) >= 0, place


@pytest.mark.parametrize("name", TEXTS)
def test_nothing_of_it_acts(everything: Everything, name: str) -> None:
    shown = everything.shown[name]

    for place, message in shown.messages.items():
        for act in message.acts:
            allowed = {
                "user": {shown.user, MAIJA},
                "link": {URL},
                "bold": OUR_BOLD,
                "emoji": {"tada", "wave", "wave::skin-tone-3", "white_check_mark", "no_entry_sign"},
                # The whole description, set as a quotation by us.
                "quote": {act.value} if act.value.startswith(SHOWN[name][:40]) else set[str](),
            }
            assert act.value in allowed.get(act.kind, set()), (place, act)


@pytest.mark.parametrize("name", [name for name in TEXTS if not is_declined(name)])
def test_it_is_a_text_in_the_workbook(everything: Everything, name: str) -> None:
    cell, person = everything.shown[name].description, everything.shown[name].name

    assert cell is not None
    assert person is not None
    # A spreadsheet cannot hold control characters; it shows their pictures.
    pictures = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"}
    assert cell.value == SHOWN[name].translate(pictures)
    assert (cell.data_type, cell.hyperlink) == ("s", None)
    assert (person.value, person.data_type) == (NAME, "s")


def test_the_workbook_holds_no_formula(everything: Everything) -> None:
    with ZipFile(io.BytesIO(everything.workbook)) as book:
        sheets = [book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/sheet")]

    assert len(sheets) == len(load_workbook(io.BytesIO(everything.workbook)).sheetnames)
    assert not [sheet for sheet in sheets if b"<f>" in sheet or b"<f " in sheet]


def test_a_name_does_nothing_in_the_announcement(everything: Everything) -> None:
    report = everything.report

    assert NAME in report.rendered
    acts = [act for act in report.acts if act.where == "blocks"]
    # The one place that is set apart, the picture of the month, is so by us and as a whole.
    assert {act.kind for act in acts if NAME in act.value} == {"pre"}
    # Of the name's own marks nothing acts.
    assert {act.value for act in acts if act.kind == "user"} == {MAIJA}
    assert not [act for act in acts if act.value.strip("<>!*`") in {"channel", "Bold", "Co"}]


@pytest.mark.parametrize(
    "typed", ["<!channel>", "*bold*", "`code`", f"<@{MATTI}>", "&amp;", "<https://evil.example|x>"]
)
def test_a_command_that_cannot_be_understood_is_quoted_as_typed(ossi: Ossi, typed: str) -> None:
    ossi.slack.fail("views.open", "slack_error", error="expired_trigger_id")
    answers = {
        "help": ossi.slack.command(MAIJA, typed),
        "month": ossi.slack.command(MAIJA, f"report {typed}"),
        "form": ossi.slack.command(MAIJA, f"new {typed}"),
    }

    for place, answer in answers.items():
        (message,) = answer.ephemeral
        assert typed in message.rendered, place
        assert not [act for act in message.acts if act.value in typed and act.kind != "quote"], place
