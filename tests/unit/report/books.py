"""The workbooks that are looked at as files: by the rules of their format, and by the program that opens them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from ossi.domain.contribution import Contribution, Status
from ossi.domain.levels import DEFAULT_LEVELS, CompensationLevel, CompensationLevels
from ossi.domain.months import Month
from ossi.domain.payroll import Change, ChangeKind
from ossi.domain.report import Edition, MonthBefore, Report
from ossi_report.aggregate import aggregate
from ossi_report.workbook import build_workbook
from unit.report.months import CLOSED, HELSINKI, MADE_AT, OCTOBER, PROVISIONAL, STOCKHOLM, contribution
from unit.report.typed import NASTY

LEVELS = CompensationLevels(
    [
        *DEFAULT_LEVELS,
        STOCKHOLM,
        CompensationLevel(key="TOKYO", label='=Bonus "in" Japan, _x0041_', amount=Decimal(30_000_000), currency="JPY"),
        CompensationLevel(key="CENTS", label="Bonus & cents", amount=Decimal("0.07"), currency="USD"),
        CompensationLevel(key="KUWAIT", label="Bonus in Kuwait", amount=Decimal("12.345"), currency="KWD"),
    ]
)
SEPTEMBER = OCTOBER.previous()

# What was typed -> where the cell has to lead.
LINKS = {
    "https://github.com/owner/project/pull/1": "https://github.com/owner/project/pull/1",
    "https://example.com/a?b=c&d=%20e#f": "https://example.com/a?b=c&d=%20e#f",
    "https://example.com/#a#b": "https://example.com/#a#b",
    'https://gitlab.com/g/p?labels[]=a|b&q="100%"': "https://gitlab.com/g/p?labels%5B%5D=a%7Cb&q=%22100%25%22",
    "https://fi.wikipedia.org/wiki/Ääkköset_(kirjaimet)": "https://fi.wikipedia.org/wiki/Ääkköset_(kirjaimet)",
    "https://example.com/_x0041_/=1+1": "https://example.com/_x0041_/=1+1",
    "https://example.com/" + "a" * 2000: "https://example.com/" + "a" * 2000,
    "javascript:alert(1)": None,
    "file:///etc/passwd": None,
    "https://example.com/a b": None,
    "github.com/owner": None,
}
LONG_LINK = "https://github.com/some-organisation/some-repository/pull/12345"
LONG_TEXT = ("Rewrote the connection pool of the driver so that it no longer leaks sockets. " * 26)[
    :1990
].rstrip() + " THEEND"


@dataclass(frozen=True)
class Book:
    """A report, and the workbook that is made of it."""

    contributions: tuple[Contribution, ...]
    edition: Edition = CLOSED

    @cached_property
    def content(self) -> bytes:
        """The XLSX file."""
        report = Report(OCTOBER, self.contributions, LEVELS, self.edition, MonthBefore(SEPTEMBER, 0, {}))
        return build_workbook(report, aggregate(OCTOBER, report.rows, LEVELS), HELSINKI, MADE_AT)


def _moments() -> Iterator[int]:
    """Each another minute, by which a row can be found again, at its very beginning: what is a little before it shows another one."""
    moment = datetime(2026, 10, 1, 8, tzinfo=HELSINKI)
    while True:
        yield int(moment.timestamp() * 1000)
        moment += timedelta(minutes=1)


def _typed() -> Book:
    """Every odd text in every place where a text can stand, on every sheet."""
    moments = _moments()
    kinds: tuple[tuple[Status, Month], ...] = (
        (Status.ACCEPTED, OCTOBER), (Status.ACCEPTED, SEPTEMBER), (Status.PENDING, OCTOBER), (Status.DECLINED, OCTOBER),
    )  # fmt: skip
    rows = [
        contribution(
            timestamp=next(moments), user_id=f"U{number:03}", name=text, level=text, text=text, url=text,
            status=status, contribution_month=str(month), decided_by=None if status is Status.PENDING else text,
            decided_at=None if status is Status.PENDING else next(moments),
        )
        for number, text in enumerate(NASTY)
        for status, month in kinds
    ]  # fmt: skip
    changed = [contribution(timestamp=next(moments), name=text, level=text, text=text, url=text) for text in NASTY]
    changes = tuple(Change(ChangeKind.LEVEL, row, counted_as=row.level, counted_in=SEPTEMBER) for row in changed)
    return Book(tuple(rows), replace(CLOSED, again=True, compared_at=CLOSED.closed_at, changes=changes))


def _currencies() -> Book:
    moments = _moments()
    sizes = [level.key for level in LEVELS]
    months = (OCTOBER, SEPTEMBER)
    return Book(
        tuple(
            contribution(timestamp=next(moments), user_id=f"U{person}", name=name, level=size, contribution_month=str(month))
            for month in months
            for person, name in enumerate(["Aino Lahti", "Eino Mäki", "李小龍", "مريم"])
            for size in sizes[person:]
        )
    )  # fmt: skip


def _changes() -> Book:
    moments = _moments()
    rows = [contribution(timestamp=next(moments), level="MEDIUM", contribution_month=str(SEPTEMBER)) for _ in range(3)]
    gone = Contribution(user_id="U9", timestamp=next(moments), status=Status.ACCEPTED)
    changes = (
        Change(ChangeKind.ACCEPTED, contribution(timestamp=next(moments))),
        Change(ChangeKind.NOT_ACCEPTED, contribution(timestamp=next(moments)), counted_as="SMALL"),
        Change(ChangeKind.REMOVED, gone, counted_as="MEDIUM"),
        Change(ChangeKind.ELSEWHERE, contribution(timestamp=next(moments)), counted_in=SEPTEMBER),
    )
    return Book(tuple(rows), replace(CLOSED, again=True, compared_at=CLOSED.closed_at, changes=changes))


def _links() -> Book:
    moments = _moments()
    return Book(tuple(contribution(timestamp=next(moments), url=url) for url in LINKS))


def _pages() -> Book:
    """More than a page holds, with the longest text that the form takes and a long address."""
    moments = _moments()
    rows = [
        contribution(timestamp=next(moments), user_id=f"U{number:03}", name=f"Person {number:03}")
        for number in range(90)
    ]
    longest = contribution(
        timestamp=next(moments), name="Anna-Kaisa Hämäläinen-Virtanen", text=LONG_TEXT, url=LONG_LINK
    )
    waiting = contribution(timestamp=next(moments), status=Status.PENDING, decided_by=None, decided_at=None)
    return Book((*rows, longest, waiting))


BOOKS = {
    "typed": _typed(),
    "currencies": _currencies(),
    "changes": _changes(),
    "links": _links(),
    "pages": _pages(),
    "pending": Book((contribution(status=Status.PENDING, decided_by=None, decided_at=None),), PROVISIONAL),
    "empty": Book(()),
}
