"""The whole way of a contribution, from the slash command to the spreadsheet."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from e2e.driving import ACCEPT, DECLINE, MAIJA, MATTI, TEXT, URL, Ossi, accepted_row, now_ms, typed_in
from e2e.workbooks import announcement, fetch, link_in, sheet
from ossi.domain.links import signed_path
from ossi.domain.months import Month

HELSINKI = ZoneInfo("Europe/Helsinki")


def month_now() -> Month:
    return Month.of(datetime.now(HELSINKI))


def test_a_contribution_is_registered_accepted_listed_and_reported(ossi: Ossi) -> None:
    ella, started = ossi.employee("Ella Esimerkki"), now_ms()

    view = ossi.open_form(ella, TEXT)
    assert typed_in(view, "description") == {"type": "plain_text_input", "value": TEXT}
    month: str = typed_in(view, "month")["selected_option"]["value"]
    done = ossi.slack.submit(view, ella, {"url": URL, "level": "SMALL"})
    assert (done.status, done.result, done.body) == (200, "closed", "")

    (row,) = ossi.rows(ella)
    assert started <= row["timestamp"] <= now_ms()
    stored = {
        "status": "PENDING", "size": "SMALL", "text": TEXT, "name": "Ella Esimerkki", "url": URL,
        "contributionMonth": month,
    }  # fmt: skip
    assert stored.items() <= row.items()
    assert "decidedBy" not in row

    request = ossi.request(row)
    (confirmation,) = ossi.told(row)
    for message in (confirmation, request):
        for shown in (TEXT, URL, "Small bonus - 50 €", Month.parse(month).label):
            assert shown in message.rendered
    assert "Ella Esimerkki" in request.rendered
    assert [action.text for action in request.actions] == ["Accept", "Decline"]
    assert ossi.published() == []

    pressed = ossi.decide(request, MAIJA, ACCEPT)
    assert (pressed.status, pressed.error, pressed.ephemeral) == (200, None, [])
    decided, redrawn = ossi.settled(row, request)
    assert (decided["status"], decided["decidedBy"]) == ("ACCEPTED", MAIJA)
    assert row["timestamp"] < decided["decidedAt"] <= now_ms()
    assert redrawn.edited
    assert redrawn.actions == []
    assert "Accepted by @Maija Salo" in redrawn.rendered
    assert TEXT in redrawn.rendered
    _, acceptance = ossi.told(row)
    assert "has been accepted" in acceptance.rendered
    (public,) = ossi.published()
    assert f"@Ella Esimerkki:\n{TEXT}\n{URL}" in public.rendered
    assert "bonus" not in public.rendered  # what is paid is nobody else's business

    (listed,) = ossi.slack.command(ella, "list").ephemeral
    assert TEXT in listed.rendered
    assert "Accepted" in listed.rendered

    (answer,) = ossi.slack.command(MATTI, f"report {month}").ephemeral
    assert "report is on its way to" in answer.rendered
    report = announcement(ossi)
    assert "1 accepted, 0 pending, 0 declined" in report.rendered
    assert "50.00 EUR" in report.rendered
    assert "Ella Esimerkki" in report.rendered
    assert "@Matti Koski" in report.rendered
    file = fetch(link_in(report))
    assert file.headers["content-disposition"] == f'attachment; filename="ossi-{month}.xlsx"'
    (cells,) = sheet(file.content, "Accepted")
    submitted_at = datetime.fromtimestamp(row["timestamp"] // 1000, HELSINKI).replace(tzinfo=None)
    decided_at = datetime.fromtimestamp(decided["decidedAt"] // 1000, HELSINKI).replace(tzinfo=None)
    assert {title: cell.value for title, cell in cells.items()} == {
        "Slack ID": ella, "Target month": month, "Timestamp": submitted_at, "Name": "Ella Esimerkki",
        "Compensation": "SMALL", "Description": TEXT, "URL": URL, "Amount": 50, "Currency": "EUR",
        "Decided by": MAIJA, "Decided at": decided_at, "Level": "Small bonus - 50 €", "Decider": "Maija Salo",
    }  # fmt: skip
    assert cells["URL"].hyperlink.target == URL

    for suffix, content_type in (("csv", "text/csv; charset=utf-8"), ("json", "application/json")):
        file = fetch(link_in(report, suffix))
        assert file.headers["content-disposition"] == f'attachment; filename="ossi-{month}.{suffix}"'
        assert file.headers["content-type"] == content_type
        assert TEXT in file.text


def test_a_contribution_is_registered_declined_and_listed(ossi: Ossi) -> None:
    ella = ossi.employee()
    row, request = ossi.submitted(ella)

    ossi.decide(request, MATTI, DECLINE)

    decided, redrawn = ossi.settled(row, request)
    assert (decided["status"], decided["decidedBy"]) == ("DECLINED", MATTI)
    assert redrawn.actions == []
    assert "Declined by @Matti Koski" in redrawn.rendered
    _, refusal = ossi.told(row)
    assert "has been declined" in refusal.rendered
    assert "@Matti Koski can tell you why" in refusal.rendered
    assert ossi.published() == []
    (listed,) = ossi.slack.command(ella, "list").ephemeral
    assert "Declined" in listed.rendered

    ossi.slack.command(MAIJA, f"report {row['contributionMonth']}")
    report = announcement(ossi)
    assert "no accepted contributions" in report.rendered
    assert "(0 pending, 1 declined)" in report.rendered
    assert not [act for act in report.acts if act.kind == "link"]


def test_somebody_without_a_real_name_goes_by_the_user_name(ossi: Ossi) -> None:
    row = ossi.submit("U0NONAME1")

    assert row["name"] == "newcomer"
    ossi.request(row)


def test_the_report_of_no_month_is_that_of_the_previous_one(ossi: Ossi) -> None:
    previous = month_now().previous()
    ossi.write([accepted_row("U0AINO001", now_ms(), str(previous), name="Aino Lahti", size="MEDIUM")])

    (answer,) = ossi.slack.command(MAIJA, "report").ephemeral

    assert previous.label in answer.rendered
    report = announcement(ossi)
    assert f"Contributions of {previous.label}" in report.rendered
    assert "200.00 EUR" in report.rendered
    (cells,) = sheet(fetch(link_in(report)).content, "Accepted")
    assert cells["Slack ID"].value == "U0AINO001"


def test_a_month_without_anything_gets_a_message_without_a_file(ossi: Ossi) -> None:
    ossi.slack.command(MAIJA, "report 2019-02")

    report = announcement(ossi)

    assert "There are no accepted contributions for February 2019" in report.rendered
    assert not [act for act in report.acts if act.kind == "link"]


@pytest.mark.parametrize("typed", ["soon", "2026-13", "13/2026", "2026-11 please", "٢٠٢٦-١١"])
def test_a_month_that_cannot_be_read_is_answered_with_an_example(ossi: Ossi, typed: str) -> None:
    (answer,) = ossi.slack.command(MAIJA, f"report {typed}").ephemeral

    assert typed in answer.rendered
    assert f"/ossi report {month_now().previous()}" in answer.rendered
    assert ossi.posts() == []


def test_an_employee_is_told_that_reports_are_for_others(ossi: Ossi) -> None:
    ella = ossi.employee()

    (answer,) = ossi.slack.command(ella, "report 2026-10").ephemeral

    assert answer.is_ephemeral
    assert "Reports are for members of the management channel" in answer.rendered
    assert ossi.scan(ossi.ready.ledger_table) == []


def link_key(ossi: Ossi) -> str:
    secret_id = ossi.variable("download", "OSSI_LINK_SECRET_ID")
    secret = ossi.aws.client("secretsmanager").get_secret_value(SecretId=secret_id)["SecretString"]
    return str(json.loads(secret)["linkSigningKey"])


def test_the_link_works_for_whoever_has_it_and_only_as_it_was_made(ossi: Ossi) -> None:
    ossi.write([accepted_row("U0AINO001", now_ms(), "2024-05")])
    ossi.slack.command(MAIJA, "report 2024-05")
    link = link_in(announcement(ossi))
    address, token = link.split("?token=")

    # Every browser, and what asks before it fetches.
    first, second, head = fetch(link), fetch(link), fetch(link, "HEAD")
    assert first.content == second.content
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(first.content))

    # Not: another file, another time, another signature, none at all.
    later = str(int(token[:10]) + 1)
    altered = [
        f"{address[:-6]}x.xlsx?token={token}",
        f"{address}?token={later}{token[10:]}",
        f"{address}?token={token[:-1]}{'0' if token[-1] != '0' else '1'}",
        f"{address}?token=",
        address,
    ]
    for wrong in altered:
        answer = fetch(wrong)
        assert answer.status_code == 404, wrong
        assert "This link is not right" in answer.text

    # Not: when its seven days are over.
    name = address.rpartition("/")[2]
    api = link.partition("/reports/")[0]
    until = datetime.fromtimestamp(int(token[:10]), UTC)
    assert timedelta(days=7, minutes=-1) < until - datetime.now(UTC) <= timedelta(days=7)
    expired = fetch(api + signed_path(name, datetime.now(UTC) - timedelta(seconds=1), link_key(ossi)))
    assert expired.status_code == 410
    assert "This link has expired" in expired.text
    assert fetch(api + signed_path(name, until, link_key(ossi))).content == first.content
