"""A month's report: one announcement a run, a failure that leaves the run free, and a link of seven days."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from ossi.delivery.errors import DeliveryIncomplete

from fakes import (
    HELSINKI,
    MANAGEMENT,
    FakeChat,
    FakeClock,
    FakeContributions,
    FakeLedger,
    FakeReportFiles,
    FakeReportRecords,
    contribution,
    fails_at,
)
from ossi.domain.contribution import Contribution, Status
from ossi.domain.levels import CompensationLevels
from ossi.domain.links import LinkExpired, check_link
from ossi.domain.months import Month
from ossi.domain.report import WAITING_OR_REFUSED, MonthSummary, Report
from ossi.slack.errors import PermanentSlackError, TransientSlackError
from ossi_report.close_month import Books
from ossi_report.figures import MonthFigures
from ossi_report.make_report import ReportMaker, ReportRun, WriteFile, make_report

OCTOBER = Month(2026, 10)
RUN = "report#2026-10#scheduled"
KEY = "a-key-of-thirty-two-characters-or-more"
NOW = datetime(2026, 11, 3, 6, 0, 0, 250_000, tzinfo=HELSINKI)


def aggregate(month: Month, rows: Sequence[Contribution], _levels: CompensationLevels) -> MonthFigures:
    counts = Counter(row.status for row in rows)
    others = {status: counts[status] for status in WAITING_OR_REFUSED}
    summary = MonthSummary(month, counts[Status.ACCEPTED], others, {"EUR": Decimal(1)}, ())
    return MonthFigures(summary, tuple(rows), {}, {}, {}, {}, (), ())


def writes(kind: str) -> WriteFile:
    def write(report: Report, figures: MonthFigures, zone: ZoneInfo, now: datetime) -> bytes:
        return f"{kind} {report.month} {len(figures.rows)} {zone} {now:%Y-%m-%d}".encode()

    return write


class Office:
    """A report maker with fakes around it."""

    def __init__(self, *rows: Contribution) -> None:
        self.contributions, self.records = FakeContributions(*rows), FakeReportRecords()
        self.ledger, self.bucket, self.chat, self.clock = FakeLedger(), FakeReportFiles(), FakeChat(), FakeClock(NOW)
        self.maker = ReportMaker(
            books=Books(
                contributions=self.contributions,
                records=self.records,
                clock=self.clock,
                zone=HELSINKI,
                levels=CompensationLevels(),
                grace_days=2,
            ),
            ledger=self.ledger,
            files=self.bucket,
            chat=self.chat,
            management_channel=MANAGEMENT,
            api_url="https://api.example",
            link_key=lambda: KEY,
            aggregate=aggregate,
            writers={kind: writes(kind) for kind in ("xlsx", "csv", "json")},
        )

    def make(self, run: str = RUN, requested_by: str | None = None) -> bool:
        return make_report(self.maker, ReportRun(OCTOBER, run, requested_by))

    def links(self) -> dict[str, tuple[str, str]]:
        """Suffix -> name and token of the links that were announced last."""
        announced = str(self.chat.sent[-1].message.blocks)
        found = re.findall(r"https://api\.example/reports/([^?]+\.(\w+))\?token=([0-9a-f.]+)", announced)
        return {suffix: (name, token) for name, suffix, token in found}

    def files(self) -> dict[str, bytes]:
        """Suffix -> what was stored, of one report."""
        return {name.rpartition(".")[2]: content for name, content in self.bucket.stored.items()}


ROWS = (
    contribution(status=Status.ACCEPTED),
    contribution(timestamp=1),
    contribution(timestamp=2, status=Status.DECLINED),
    contribution(timestamp=3, status=Status.ACCEPTED, contribution_month="2026-09"),
)


def test_a_report_is_stored_and_announced() -> None:
    office = Office(*ROWS)
    assert office.make(requested_by="U0MAIJA01")
    assert office.files() == {
        kind: f"{kind} 2026-10 3 Europe/Helsinki 2026-11-03".encode() for kind in ("xlsx", "csv", "json")
    }
    assert [call.where for call in office.chat.sent] == [MANAGEMENT]
    assert {name for name, _ in office.links().values()} == set(office.bucket.stored)
    assert "1 accepted, 1 pending, 1 declined" in office.chat.sent[0].message.text


def test_the_month_is_aggregated_once_for_the_message_and_all_files() -> None:
    office = Office(*ROWS)
    made: list[MonthFigures] = []
    written: list[MonthFigures] = []

    def counted(month: Month, rows: Sequence[Contribution], levels: CompensationLevels) -> MonthFigures:
        made.append(aggregate(month, rows, levels))
        return made[-1]

    def write(_report: Report, figures: MonthFigures, _zone: ZoneInfo, _now: datetime) -> bytes:
        written.append(figures)
        return b""

    writers = dict.fromkeys(office.maker.writers, write)
    assert make_report(replace(office.maker, aggregate=counted, writers=writers), ReportRun(OCTOBER, RUN))
    assert len(made) == 1
    assert [id(figures) for figures in written] == [id(made[0])] * 3


def test_the_same_run_delivered_twice_posts_one_report() -> None:
    office = Office(*ROWS)
    assert office.make()
    assert not office.make()
    assert len(office.chat.sent) == 1
    assert len(office.bucket.stored) == 3


def test_another_run_makes_another_report() -> None:
    office = Office(*ROWS)
    assert office.make()
    assert office.make("report#2026-10#asked#1.2.3")
    assert len(office.chat.sent) == 2
    assert len(office.bucket.stored) == 6


def test_a_run_that_is_under_way_elsewhere_is_tried_later() -> None:
    office = Office(*ROWS)
    office.ledger.hold(RUN, "announce_report")
    with pytest.raises(DeliveryIncomplete):
        office.make()
    assert office.chat.sent == []


@pytest.mark.parametrize(
    "error", [TransientSlackError("ratelimited"), PermanentSlackError("not_in_channel"), OSError("no")]
)
def test_a_failure_leaves_the_run_free_for_the_next_try(error: Exception) -> None:
    office = Office(*ROWS)
    office.chat.failing = fails_at(MANAGEMENT, error)
    with pytest.raises(type(error)):
        office.make()
    assert office.ledger.states[RUN, "announce_report"] == "due"
    assert office.ledger.reasons[RUN, "announce_report"] in {"ratelimited", "not_in_channel", "OSError"}

    office.chat.failing = FakeChat().failing
    assert office.make()
    assert len(office.chat.sent) == 1


@pytest.mark.parametrize("step", ["contributions", "records", "aggregate", "writers", "files", "link_key"])
def test_a_failure_on_the_way_leaves_the_run_free_too(step: str) -> None:
    office = Office(*ROWS)

    class Broken:
        def __getattr__(self, _name: str) -> object:
            return self

        def __call__(self, *_: object) -> object:
            raise ValueError("broken")

        __iter__ = __call__

    broken = (
        replace(office.maker, books=replace(office.maker.books, **{step: Broken()}))
        if hasattr(office.maker.books, step)
        else replace(office.maker, **{step: Broken()})
    )
    with pytest.raises(ValueError, match="broken"):
        make_report(broken, ReportRun(OCTOBER, RUN))
    assert office.chat.sent == []
    assert office.ledger.reasons[RUN, "announce_report"] == "ValueError"
    assert office.make()


@pytest.mark.parametrize("rows", [(), (contribution(),), (contribution(status=Status.DECLINED),)])
def test_a_month_without_accepted_contributions_gets_a_message_and_no_file(rows: tuple[Contribution, ...]) -> None:
    office = Office(*rows)
    assert office.make()
    assert office.bucket.stored == {}
    assert "no accepted contributions for October 2026" in office.chat.sent[0].message.text
    assert not office.make()
    assert len(office.chat.sent) == 1


@pytest.mark.parametrize(
    "now",
    [
        NOW,
        datetime(2026, 10, 20, 12, tzinfo=HELSINKI),  # the clocks go back on the 25th
        datetime(2026, 3, 25, 12, tzinfo=HELSINKI),  # and forward on the 29th
        datetime(2026, 12, 30, 6, tzinfo=HELSINKI),
    ],
)
def test_the_links_live_for_seven_days_to_the_second(now: datetime) -> None:
    office = Office(*ROWS)
    office.clock.now = now
    office.make()
    end = now.astimezone(UTC).replace(microsecond=0) + timedelta(days=7)
    assert set(office.links()) == {"xlsx", "csv", "json"}
    for name, token in office.links().values():
        check_link(name, token, KEY, end - timedelta(seconds=1))
        with pytest.raises(LinkExpired):
            check_link(name, token, KEY, end)
    assert f"Download until {end.astimezone(HELSINKI):%Y-%m-%d %H:%M}" in office.chat.sent[0].message.text
