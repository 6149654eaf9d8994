"""The month as CSV and as JSON, for scripts: every contribution of every status, one row each (docs/report.md)."""

import csv
import json
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from io import BytesIO, TextIOWrapper
from zoneinfo import ZoneInfo

from ossi.domain.contribution import Status
from ossi.domain.levels import CompensationLevel
from ossi.domain.money import decimal_places
from ossi.domain.report import IN_ORDER, Report
from ossi_report.cell_values import moment_in
from ossi_report.columns import (
    AMOUNT,
    COMPENSATION,
    CURRENCY,
    DECIDED_AT,
    DECIDED_BY,
    DECIDER,
    DESCRIPTION,
    EMAIL,
    FILE_COLUMNS,
    LEVEL,
    NAME,
    SLACK_ID,
    STATUS,
    TARGET_MONTH,
    TIMESTAMP,
    URL,
    json_key,
    with_email,
)
from ossi_report.figures import MonthFigures

JSON_FORMAT = 1
"""Goes up when something in the JSON file is renamed or means something else; what is added leaves it as it is."""

# What programs take for a formula (OWASP, "CSV Injection"), also as full-width signs, with what they may pass over before it: white space,
# control characters, quotes. Apostrophes are passed over too, so the protection is reversible: '=1 that was typed becomes ''=1.
_ACTS = r"(?=(?:[^\S\t\r\n]|[\x00-\x08\x0e-\x1b\x7f'\"])*[=+\-@＝＋－＠])"
_ACTS_FIRST = re.compile(_ACTS)
# A program that splits the file at semicolons or tabs sees no quotes: there a value may begin anywhere in a text.
_ACTS_SOMEWHERE = re.compile(rf"(\A|[;\t\r\n]){_ACTS}")

_Value = str | Decimal | None
# What UTF-8 cannot hold, half a character, is made an escape when it is written, which JSON reads as the same.
_as_json = json.JSONEncoder(ensure_ascii=False).encode


def build_csv(report: Report, figures: MonthFigures, zone: ZoneInfo, made_at: datetime) -> bytes:
    """The month's rows as RFC 4180 has them (commas, CRLF, quotes around texts), in UTF-8 with a byte order mark.

    Without the mark Excel reads the file as of the machine's old code page. What a spreadsheet might take for a formula, at whatever it
    splits the file, has an apostrophe before it, which a script takes away (docs/report.md, ADR 24). Half a character, which only a
    damaged row can hold, becomes "?".
    """
    del made_at  # a row says its month, and a CSV file has no place for more than rows
    file = BytesIO()
    text = TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
    columns = _columns(figures)
    text.write(",".join(columns) + "\r\n")
    # Quotes around every text: a program that splits at several separators leaves what is in them alone.
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    for row in _rows(report, figures, zone):
        writer.writerow([_csv_cell(row[column]) for column in columns])
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
    text = TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="")
    text.write(_as_json(head).removesuffix("}") + ', "contributions": [')
    keys = {column: _as_json(json_key(column)) for column in _columns(figures)}
    separator = "\n"
    for row in _rows(report, figures, zone):
        pairs = ", ".join(f"{key}: {_json_value(row[column])}" for column, key in keys.items())
        text.write(f"{separator}{{{pairs}}}")
        separator = ",\n"
    text.write("\n]}\n")
    text.detach()  # flushes, and leaves the file open
    return file.getvalue()


def _columns(figures: MonthFigures) -> tuple[str, ...]:
    return with_email(FILE_COLUMNS, wanted=figures.people.emails is not None)


def _rows(report: Report, figures: MonthFigures, zone: ZoneInfo) -> Iterator[dict[str, _Value]]:
    """By status, and as the workbook has them. Only what was accepted has an amount: the column's sum is what is to be paid."""
    amounts: dict[str, Decimal] = {}
    names, emails = figures.people.names, figures.people.emails or {}
    for contribution in (each for status in IN_ORDER for each in figures.rows if each.status is status):
        level, accepted = report.levels.get(contribution.level), contribution.status is Status.ACCEPTED
        if level.key not in amounts:
            amounts[level.key] = _with_its_places(level)
        decided_by, decided_at = contribution.decided_by, contribution.decided_at
        yield {
            SLACK_ID: contribution.user_id,
            TARGET_MONTH: contribution.contribution_month,
            TIMESTAMP: _iso(contribution.timestamp, zone),
            NAME: contribution.person,
            COMPENSATION: contribution.level,
            DESCRIPTION: contribution.text,
            URL: contribution.url,
            STATUS: contribution.status.value,
            AMOUNT: amounts[level.key] if accepted else None,
            CURRENCY: level.currency if accepted else None,
            DECIDED_BY: decided_by,
            DECIDED_AT: None if decided_at is None else _iso(decided_at, zone),
            LEVEL: level.label,
            DECIDER: names.get(decided_by, decided_by) if decided_by else None,
            EMAIL: emails.get(contribution.user_id),
        }


def _iso(timestamp: int, zone: ZoneInfo) -> str:
    """2026-10-05T09:30:15.000+03:00; a number that is no moment stays one."""
    moment = moment_in(timestamp, zone)
    return str(timestamp) if moment is None else moment.isoformat(timespec="milliseconds")


def _with_its_places(level: CompensationLevel) -> Decimal:
    """The amount with the decimal places of its currency, so that it's written with them: 1500.10."""
    return Decimal(f"{level.amount:.{decimal_places(level.amount, level.currency)}f}")


def _csv_cell(value: _Value) -> str | Decimal:
    if isinstance(value, str):
        return _protected(value)
    return "" if value is None else value


def _protected(text: str) -> str:
    if ";" not in text and text.isprintable():  # so without tabs and line ends: nearly every text
        return f"'{text}" if _ACTS_FIRST.match(text) else text
    return _ACTS_SOMEWHERE.sub(r"\1'", text)


def _json_value(value: _Value) -> str:
    # A number with all its digits, which no binary number has to hold.
    if value is None or isinstance(value, Decimal):
        return "null" if value is None else str(value)
    return _as_json(value)
