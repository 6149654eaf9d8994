"""The month as CSV and as JSON, for scripts: every contribution of every status, one row each (docs/report.md)."""

import csv
import json
import re
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO, TextIOWrapper
from zoneinfo import ZoneInfo

from ossi.domain.contribution import Status
from ossi.domain.report import IN_ORDER, Report
from ossi_report.cell_values import moment_in
from ossi_report.columns import (
    AMOUNT,
    COMPENSATION,
    CURRENCY,
    DECIDED_AT,
    DECIDED_BY,
    DESCRIPTION,
    FILE_COLUMNS,
    NAME,
    SLACK_ID,
    STATUS,
    TARGET_MONTH,
    TIMESTAMP,
    URL,
    json_key,
)
from ossi_report.figures import MonthFigures

JSON_FORMAT = 1
"""Goes up when something in the JSON file is renamed or means something else; what is added leaves it as it is."""

# What Excel, LibreOffice or Google Sheets may take for a formula as they open a CSV file (OWASP, "CSV Injection"), also
# as full-width signs. The apostrophes make the protection reversible: '=1 that was typed becomes ''=1.
_ACTS = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")

_Value = str | float | None


def build_csv(report: Report, figures: MonthFigures, zone: ZoneInfo, made_at: datetime) -> bytes:
    """The month's rows as RFC 4180 has them (commas, CRLF, quotes where needed), in UTF-8 with a byte order mark.

    Without the mark Excel reads the file as of the machine's old code page. A text that a spreadsheet might take for a formula has an
    apostrophe before it, which a script takes away (docs/report.md). Half a character, which only a damaged row can hold, becomes "?".
    """
    del made_at  # a row says its month, and a CSV file has no place for more than rows
    file = BytesIO()
    text = TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(FILE_COLUMNS)
    for row in _rows(report, figures, zone):
        writer.writerow([_csv_cell(row[column]) for column in FILE_COLUMNS])
    text.detach()  # flushes, and leaves the file open
    return file.getvalue()


def build_json(report: Report, figures: MonthFigures, zone: ZoneInfo, made_at: datetime) -> bytes:
    """The month's rows as one JSON object in UTF-8, a line for each contribution, every text exactly as it was typed.

    made_at: aware; moments are in zone, with their offset from UTC.
    """
    closed_at = report.edition.closed_at
    head = {
        "format": JSON_FORMAT,
        "month": str(report.month),
        "made_at": made_at.astimezone(zone).isoformat(timespec="seconds"),
        "closed_at": closed_at and closed_at.astimezone(zone).isoformat(timespec="seconds"),
        "time_zone": str(zone),
    }
    file = BytesIO()
    file.write(_json(head).removesuffix(b"}") + b', "contributions": [')
    separator = b"\n"
    for row in _rows(report, figures, zone):
        file.write(separator + _json({json_key(column): row[column] for column in FILE_COLUMNS}))
        separator = b",\n"
    file.write(b"\n]}\n")
    return file.getvalue()


def _rows(report: Report, figures: MonthFigures, zone: ZoneInfo) -> Iterator[dict[str, _Value]]:
    """By status, and as the workbook has them. Only what was accepted has an amount: the column's sum is what is to be paid."""
    for contribution in (each for status in IN_ORDER for each in figures.rows if each.status is status):
        level = report.levels.get(contribution.level) if contribution.status is Status.ACCEPTED else None
        decided_at = contribution.decided_at
        yield {
            SLACK_ID: contribution.user_id,
            TARGET_MONTH: contribution.contribution_month,
            TIMESTAMP: _iso(contribution.timestamp, zone),
            NAME: contribution.person,
            COMPENSATION: contribution.level,
            DESCRIPTION: contribution.text,
            URL: contribution.url,
            STATUS: contribution.status.value,
            # At most 12 digits (CompensationLevel): a float holds them exactly.
            AMOUNT: None if level is None else float(level.amount),
            CURRENCY: None if level is None else level.currency,
            DECIDED_BY: contribution.decided_by,
            DECIDED_AT: None if decided_at is None else _iso(decided_at, zone),
        }


def _iso(timestamp: int, zone: ZoneInfo) -> str:
    """2026-10-05T09:30:15.000+03:00; a number that is no moment stays one."""
    moment = moment_in(timestamp, zone)
    return str(timestamp) if moment is None else moment.isoformat(timespec="milliseconds")


def _csv_cell(value: _Value) -> str:
    if isinstance(value, str):
        return f"'{value}" if _ACTS.match(value) else value
    return "" if value is None else f"{value:.2f}"


def _json(value: object) -> bytes:
    # What UTF-8 cannot hold, half a character, becomes an escape, which JSON reads as the same.
    return json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace")
