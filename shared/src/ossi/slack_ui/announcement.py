"""What the management channel reads about a month's report (R16, R18), and what the one who asked reads."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from slack_sdk.models.blocks import ContextBlock, HeaderBlock, MarkdownTextObject, PlainTextObject, SectionBlock

from ossi.domain.months import Month
from ossi.domain.report import MonthSummary
from ossi.ports import Message
from ossi.slack_ui.text import blocks_of, escape, plain, rich, section, shorten, typed

_NAMED = 20  # people named in the message; the workbook names all


def report_ready(
    summary: MonthSummary, links: Mapping[str, str], expires_at: datetime, requested_by: str | None
) -> Message:
    """The counts, the total, the contributors and the links.

    links: the suffixes of the files, xlsx among them, and where they are. expires_at: aware, in the configured time zone.
    """
    label = summary.month.label
    counts = f"{summary.accepted} accepted, {summary.pending} pending, {summary.declined} declined"
    total = money(summary.totals)
    until = f"{expires_at:%Y-%m-%d %H:%M}"
    names = ", ".join(shorten(person.name, 60) for person in summary.contributors[:_NAMED])
    further = len(summary.contributors) - _NAMED
    if further > 0:
        names += f" and {further} more"
    return Message(
        f"The report of {label}: {counts}. Total compensation: {total}. Contributors: {escape(names)}. "
        f"Download until {until}: {links['xlsx']}",
        blocks_of(
            HeaderBlock(text=PlainTextObject(text=f"Contributions of {label}")),
            SectionBlock(
                fields=[
                    MarkdownTextObject(text=f"*Contributions*\n{counts}"),
                    MarkdownTextObject(text=f"*Total compensation*\n{total}"),
                ]
            ),
            rich(section(plain(f"Contributors ({len(summary.contributors)}): "), *typed(names))),
            SectionBlock(text=MarkdownTextObject(text=f":page_facing_up: {_downloads(links)}")),
            _foot(f"The links work until {until}.", requested_by),
        ),
    )


def report_empty(summary: MonthSummary, requested_by: str | None) -> Message:
    """A month without accepted contributions: no file."""
    text = f"There are no accepted contributions for {summary.month.label}, so there is no report."
    if summary.pending or summary.declined:
        text += f" ({summary.pending} pending, {summary.declined} declined)"
    return Message(text, blocks_of(SectionBlock(text=MarkdownTextObject(text=text)), _foot("", requested_by)))


def report_coming(month: Month, *, running: bool = False) -> Message:
    """To the one who asked. running: the month is not over yet."""
    text = f"I am making the report of {month.label}. It will be in the management channel in a moment."
    return Message(f"{text} The month is not over, so the report is provisional." if running else text)


def money(totals: dict[str, Decimal]) -> str:
    """Amounts, each currency by itself: 250.00 EUR."""
    return ", ".join(f"{amount:,.2f} {currency}" for currency, amount in sorted(totals.items())) or "none"


def _downloads(links: Mapping[str, str]) -> str:
    """<…|Download the workbook>, or for scripts <…|CSV>, <…|JSON>"""
    workbook = f"<{escape(links['xlsx'])}|Download the workbook>"
    others = [f"<{escape(link)}|{suffix.upper()}>" for suffix, link in links.items() if suffix != "xlsx"]
    return f"{workbook}, or for scripts {', '.join(others)}" if others else workbook


def _foot(text: str, requested_by: str | None) -> ContextBlock:
    asked = f"Asked for by <@{requested_by}>." if requested_by else "Made by the schedule."
    return ContextBlock(elements=[MarkdownTextObject(text=f"{text} {asked}".strip())])
