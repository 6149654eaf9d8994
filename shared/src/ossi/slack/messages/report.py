"""What the management channel reads about a month's report (R16, R18, R33)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from slack_sdk.models.blocks import (
    ActionsBlock,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from ossi.domain.contribution import Status
from ossi.domain.money import written
from ossi.domain.months import NAMES, Month
from ossi.domain.payroll import Change, ChangeKind, Closer
from ossi.domain.report import Edition, MonthBefore, MonthSummary, Report, is_late
from ossi.ports import Message
from ossi.slack.block_kit import blocks_of, escape, month_label, plain, rich, section, shorten, typed
from ossi.slack.messages.closing import close_button, origin
from ossi.slack.messages.notifications import words_of
from ossi.slack.text_bar_chart import text_bar_chart

_NAMED = 20  # people named in the message; the workbook names all
_CURRENCIES = 12  # a hundred levels could have as many; a field takes 2,000 characters
_MONTHS = 6

_KINDS = {
    ChangeKind.NOT_ACCEPTED: "no longer accepted",
    ChangeKind.REMOVED: "removed",
    ChangeKind.LEVEL: "with another level",
    ChangeKind.MONTH: "moved to another month",
    ChangeKind.ELSEWHERE: "counted in another report",
}


def report_ready(
    report: Report,
    summary: MonthSummary,
    links: Mapping[str, str],
    expires_at: datetime,
    closer: Closer | None,
    requested_by: str,
) -> Message:
    """What the month comes to, what has to be known of it, and the links.

    links: the suffixes of the files, xlsx among them, and where they are. expires_at: aware, in the configured time zone. closer: who
    closed the month with it; None: it was only to be read. requested_by: a user's id; empty: nobody that is known.
    """
    label = summary.month.label
    counts = _counts(summary)
    total = money(summary.totals)
    until = _moment(expires_at)
    names = ", ".join(shorten(person.name, 60) for person in summary.contributors[:_NAMED])
    further = len(summary.contributors) - _NAMED
    if further > 0:
        names += f" and {further} more"
    notes = [_standing(report.edition, report.month), *_notes(report, summary)]
    fields = {
        "Contributions": counts,
        "Total compensation": total,
        f"Against {report.before.month.label}": _difference(summary, report.before),
    }
    return Message(
        f"{label} report: {counts}. Total compensation: {total}. Contributors: {escape(names)}. {' '.join(notes)} "
        f"Download until {until}: {links['xlsx']}",
        blocks_of(
            HeaderBlock(text=PlainTextObject(text=f"Contributions of {label}")),
            *_paragraphs(notes[:1]),
            SectionBlock(fields=[MarkdownTextObject(text=f"*{name}*\n{value}") for name, value in fields.items()]),
            rich(
                section(plain(f"Contributors ({len(summary.contributors)}): "), *typed(names)), *text_bar_chart(summary)
            ),
            *_paragraphs(notes[1:]),
            SectionBlock(text=MarkdownTextObject(text=f":page_facing_up: {_downloads(links)}")),
            *_buttons(report),
            _foot(_life(expires_at), closer, requested_by),
        ),
    )


def report_unchanged(report: Report, channel: str, links: Mapping[str, str], expires_at: datetime) -> Message:
    """For whoever asks for what the channel has already. links: as in report_ready; none for a month without files.

    With the button, where the month can be closed: the channel's message may be gone.
    """
    label = report.month.label
    texts = [f"Nothing has changed since the last {label} report in <#{channel}>, so I didn't post it again."]
    if links:
        texts.append(f":page_facing_up: {_downloads(links)}\n{_life(expires_at)}")
    return Message(" ".join(texts), blocks_of(*_paragraphs(texts), *_buttons(report)))


def report_empty(report: Report, summary: MonthSummary, closer: Closer | None, requested_by: str) -> Message:
    """A month without anything to count: no file. closer and requested_by: as in report_ready."""
    text = f"There are no accepted contributions for {summary.month.label}, so there is no report."
    if any(summary.others.values()):
        text += f" ({_others(summary)})"
    standing = _standing(report.edition, report.month, pays=False)
    notes = [text, standing, *_notes(report, summary, with_file=False)]
    foot = _foot("", closer, requested_by)
    return Message(" ".join(notes), blocks_of(*_paragraphs(notes), *_buttons(report), foot))


def money(totals: Mapping[str, Decimal], *, signed: bool = False) -> str:
    """Amounts, each currency by itself and with its decimal places: 250.00 EUR, 30,000 JPY; signed: +250.00 EUR."""
    amounts = [f"{written(amount, code, signed=signed)} {code}" for code, amount in sorted(totals.items())]
    return _listed(amounts, _CURRENCIES) or "none"


def _counts(summary: MonthSummary) -> str:
    late = f" ({summary.late} of them late)" if summary.late else ""
    return f"{summary.accepted} accepted{late}, {_others(summary)}"


def _others(summary: MonthSummary) -> str:
    """2 pending, 1 declined"""
    return ", ".join(f"{count} {words_of(status).word.lower()}" for status, count in summary.others.items())


def _difference(summary: MonthSummary, before: MonthBefore) -> str:
    """Against the report of the month before, its late ones included."""
    if not before.accepted:
        return "nothing was accepted then"
    count = summary.accepted - before.accepted
    contributions = f"{abs(count)} {'more' if count > 0 else 'fewer'}" if count else "as many contributions"
    zero = Decimal(0)
    currencies = {*summary.totals, *before.totals}
    amounts = {code: summary.totals.get(code, zero) - before.totals.get(code, zero) for code in currencies}
    changed = {code: amount for code, amount in amounts.items() if amount}
    return f"{contributions}, {money(changed, signed=True) if changed else 'the same amount'}"


def _standing(edition: Edition, month: Month, *, pays: bool = True) -> str:
    """pays: something is counted."""
    if edition.history:
        return (
            ":books: *For reference only: please don't pay from this report.* "
            f"{month.label} is from before I started closing months."
        )
    if edition.closable:
        return (
            ":hourglass_flowing_sand: *Provisional: please don't pay from this report.* "
            f"{month.label} is over, and you can close it with the button below."
        )
    if edition.closed_at is None:
        day = _day(edition.closes_at, month.year)
        return f":hourglass_flowing_sand: *Provisional: please don't pay from this report.* {month.label} can be closed from {day}."
    if edition.again:
        return (
            f":repeat: *Copy of a closed report.* {month.label} was closed on {_day(edition.closed_at, month.year)} "
            f"at {edition.closed_at:%H:%M} ({_zone(edition.closed_at)}), and these are the figures from then."
        )
    pay = "Pay these amounts from this report only. " if pays else ""
    return f":lock: *{month.label} is closed.* {pay}Anything accepted from now on goes into the next report."


def _buttons(report: Report) -> list[ActionsBlock]:
    return [close_button(report.month)] if report.edition.closable else []


def _notes(report: Report, summary: MonthSummary, *, with_file: bool = True) -> list[str]:
    """What has to be known besides the figures, each as mrkdwn. with_file: there is a workbook that says more."""
    notes: list[str] = []
    if summary.late:
        accepted = [row for row in report.rows if row.status is Status.ACCEPTED]
        months = sorted({row.contribution_month for row in accepted if is_late(row, report.month)})
        of = _listed([month_label(month) for month in months], _MONTHS)
        closed = "that month was" if len(months) == 1 else "those months were"
        them = "it" if summary.late == 1 else "them"
        pays = "This report pays" if report.edition.closed_at else f"The report that closes {report.month.label} pays"
        notes.append(
            f":alarm_clock: *{summary.late} came late:* accepted for {of} after {closed} closed. {pays} {them}: "
            f"{money(summary.late_totals)}, on the sheet Late and in the totals."
        )
    if report.edition.compared_at is not None:
        changes = _changes(report.edition, report.edition.compared_at)
        notes.append(
            f"{changes} The sheet Changes has each of them." if with_file and report.edition.changes else changes
        )
    if report.unclosed:
        waiting = [f"{month.label} ({count} accepted)" for month, count in report.unclosed.items()]
        commands = [f"`/ossi report {month}`" for month in report.unclosed]
        notes.append(
            f":warning: *Skipped, so no report pays them yet:* {_listed(waiting, _MONTHS)}. "
            f"You can close them from their own reports: {_listed(commands, _MONTHS)}."
        )
    if report.unannounced:
        months = _listed([month.label for month in report.unannounced], _MONTHS)
        commands = _listed([f"`/ossi report {month}`" for month in report.unannounced], _MONTHS)
        notes.append(
            f":mailbox_with_mail: *Closed, but not announced yet:* {months}. Slack hasn't confirmed the message. "
            f"To see it now: {commands}."
        )
    return notes


def _changes(edition: Edition, compared_at: datetime) -> str:
    since = f"the report of {_moment(compared_at)}"
    if not edition.changes:
        return f"Nothing has changed since {since}."
    counts = [
        f"{count} {words}"
        for kind, words in _KINDS.items()
        if (count := sum(each.kind is kind for each in edition.changes))
    ]
    accepted = [each for each in edition.changes if each.kind is ChangeKind.ACCEPTED]
    if accepted:
        counts.insert(0, f"{len(accepted)} accepted{_whereabouts(accepted, edition)}")
    return f":pencil2: *Since {since}:* {'; '.join(counts)}."


def _whereabouts(accepted: Sequence[Change], edition: Edition) -> str:
    """Which reports count what was accepted after the month was closed."""
    if not edition.again:
        return ""
    months = sorted({each.counted_in for each in accepted if each.counted_in is not None})
    waiting = sum(each.counted_in is None for each in accepted)
    parts = [f"in the report of {_listed([month.label for month in months], _MONTHS)}"] if months else []
    parts += [f"{waiting if months else 'will be'} in the next report that is closed"] if waiting else []
    return f" ({', '.join(parts)})"


def _listed(texts: Sequence[str], most: int) -> str:
    further = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {further} more" if further > 0 else "")


def _paragraphs(texts: Iterable[str]) -> list[SectionBlock]:
    return [SectionBlock(text=MarkdownTextObject(text=text)) for text in texts]


def _day(moment: datetime, year: int) -> str:
    """3 December, with its year where that isn't the one given."""
    day = f"{moment.day} {NAMES[moment.month - 1]}"
    return day if moment.year == year else f"{day} {moment.year}"


def _life(expires_at: datetime) -> str:
    return f"The links work until {_moment(expires_at)}, {_zone(expires_at)} time."


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _zone(moment: datetime) -> str:
    return str(moment.tzinfo)


def _downloads(links: Mapping[str, str]) -> str:
    """<…|Download the workbook>, or for scripts <…|CSV>, <…|JSON>"""
    workbook = f"<{escape(links['xlsx'])}|Download the workbook>"
    others = [f"<{escape(link)}|{suffix.upper()}>" for suffix, link in links.items() if suffix != "xlsx"]
    return f"{workbook}, or for scripts {', '.join(others)}" if others else workbook


def _foot(text: str, closer: Closer | None, requested_by: str) -> ContextBlock:
    return ContextBlock(elements=[MarkdownTextObject(text=f"{text} {origin(closer, requested_by)}".strip())])
