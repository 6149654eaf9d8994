"""What reports have counted, as DynamoDB keeps it: all or nothing, each month closed once, and never read half."""

from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import boto3
import pytest

from integration.functions.cloud import LEDGER, MONTH_INDEX, TABLE, Cloud
from integration.functions.world import a_row, at_once
from ossi.aws.contributions import DynamoContributions
from ossi.aws.dynamodb import to_item
from ossi.domain.contribution import ContributionKey, Status
from ossi.domain.errors import UnreadableReport
from ossi.domain.levels import DEFAULT_LEVELS
from ossi.domain.months import Month
from ossi.domain.payroll import Counted, CountedList, Earlier, ReportRecord, Shown
from ossi_report.report_records import DynamoReportRecords

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)


@cache
def client() -> Any:
    return boto3.client("dynamodb")


@pytest.fixture
def records(cloud: Cloud) -> DynamoReportRecords:
    del cloud  # it has to be there
    return DynamoReportRecords(client(), LEDGER)


def record(month: Month = OCTOBER, *, closed: bool = True, run: str = "run") -> ReportRecord:
    return ReportRecord(
        month=month,
        run=run,
        made_at=1_793_700_000_123,
        closed=closed,
        counted=CountedList("", 0, 0),
        levels=DEFAULT_LEVELS,
        accepted=3,
        late=1,
        pending=2,
        declined=0,
        totals={"EUR": Decimal("250.10"), "SEK": Decimal(0)},
    )


def entries(count: int, level: str = "SMALL") -> tuple[Counted, ...]:
    return tuple(Counted(ContributionKey(f"U{number % 7}", number), level, OCTOBER) for number in range(count))


def test_what_the_channel_got_last_is_read_as_it_was_kept(records: DynamoReportRecords) -> None:
    first, last = Shown("0a", "C0MANAGERS", "ossi-2026-10-x", 1_793_700_000_123), Shown("0b", "C0MANAGERS", "", 0)
    records.keep_shown(OCTOBER, first)
    assert (records.shown(OCTOBER), records.shown(NOVEMBER)) == (first, None)
    records.keep_shown(OCTOBER, last)
    assert records.shown(OCTOBER) == last
    assert (records.all(), records.version()) == ({}, 0)


@pytest.mark.parametrize("closed", [True, False])
def test_a_record_is_read_as_it_was_kept(records: DynamoReportRecords, cloud: Cloud, closed: bool) -> None:
    earlier = Earlier(1_793_000_000_000, CountedList("counted#2026-10#a", 1, 5))
    kept = records.keep(replace(record(closed=closed), earlier=earlier), entries(3), 0)

    assert kept is not None
    assert records.all() == {OCTOBER: kept}
    assert replace(kept, counted=CountedList("", 0, 0)) == replace(record(closed=closed), earlier=earlier)
    assert records.counted(kept.counted) == entries(3)
    assert records.version() == (1 if closed else 0)
    # What is paid is kept for ever, what is provisional for three months.
    lives = {row.get("expiresAt") for row in cloud.ledger().values()} - {None}
    assert lives == (set() if closed else {1_793_700_000 + 90 * 24 * 3600})


@pytest.mark.parametrize(
    ("counted", "parts"),
    [
        (entries(0), 0),
        (entries(2000), 1),
        (entries(4001), 3),
        # DynamoDB refuses an item above 400 KB.
        (tuple(Counted(ContributionKey("Ü" * 255, at), "L" * 150, OCTOBER) for at in range(1000)), 3),
    ],
)
def test_a_long_list_is_kept_in_parts(
    records: DynamoReportRecords, cloud: Cloud, counted: tuple[Counted, ...], parts: int
) -> None:
    kept = records.keep(record(), counted, 0)

    assert kept is not None
    assert records.counted(kept.counted) == counted
    assert len([row for row in cloud.ledger().values() if "entries" in row]) == kept.counted.parts == parts


def test_a_month_is_closed_once(records: DynamoReportRecords) -> None:
    assert records.keep(record(run="first"), entries(1), 0) is not None

    assert records.keep(record(run="second"), entries(2), 1) is None
    assert records.keep(record(run="third", closed=False), entries(2), 1) is None
    assert records.all()[OCTOBER].run == "first"
    assert records.version() == 1


def test_a_provisional_report_gives_way(records: DynamoReportRecords) -> None:
    for run in ("first", "second"):
        assert records.keep(record(run=run, closed=False), entries(1), 0) is not None
    assert records.keep(record(run="closing"), entries(1), 0) is not None
    assert records.all()[OCTOBER].run == "closing"


def test_a_month_cannot_be_closed_by_what_was_read_before_another_was(records: DynamoReportRecords) -> None:
    assert records.keep(record(OCTOBER), entries(1), 0) is not None

    assert records.keep(record(NOVEMBER), entries(1), 0) is None
    assert set(records.all()) == {OCTOBER}
    assert records.keep(record(NOVEMBER), entries(1), 1) is not None
    assert records.version() == 2


@pytest.mark.parametrize("months", [(OCTOBER, OCTOBER), (OCTOBER, NOVEMBER)])
def test_of_two_that_close_at_the_same_moment_one_wins(
    records: DynamoReportRecords, months: tuple[Month, Month]
) -> None:
    kept = at_once(*[lambda month=month: records.keep(record(month), entries(3), 0) for month in months])

    assert sum(each is not None for each in kept) == 1
    assert records.version() == len(records.all()) == 1


def spoil(key: tuple[str, str], **values: Any) -> None:
    item = client().get_item(TableName=LEDGER, Key=to_item({"id": key[0], "effect": key[1]})).get("Item", {})
    client().put_item(TableName=LEDGER, Item={**item, **to_item({"id": key[0], "effect": key[1], **values})})


@pytest.mark.parametrize(
    "values",
    [{"closed": "yes"}, {"madeAt": "soon"}, {"counted": None}, {"levels": [{"key": "x"}]}, {"totals": {"EUR": "many"}}],
)
def test_a_closed_record_that_cannot_be_read_stops_everything(
    records: DynamoReportRecords, values: dict[str, Any]
) -> None:
    """A guess could pay somebody twice."""
    records.keep(record(), entries(1), 0)
    spoil(("reports", "2026-10"), **values)

    with pytest.raises(UnreadableReport, match="2026-10"):
        records.all()


def test_a_provisional_record_that_cannot_be_read_counts_for_nothing(records: DynamoReportRecords) -> None:
    records.keep(record(closed=False), entries(1), 0)
    spoil(("reports", "2026-10"), madeAt="soon")

    assert records.all() == {}
    assert records.keep(record(), entries(1), 0) is not None


def test_a_pointer_of_no_month_stops_everything(records: DynamoReportRecords) -> None:
    records.keep(record(), entries(1), 0)
    spoil(("reports", "soon"), closed=True)

    with pytest.raises(UnreadableReport, match="soon"):
        records.all()


@pytest.mark.parametrize(
    "stored",
    [
        [],
        [{"contribution": "U#1"}],
        [{"contribution": "nobody", "level": "SMALL", "month": "2026-10"}] * 3,
        [{"contribution": "U#1", "level": "SMALL", "month": "soon"}] * 3,
    ],
)
def test_a_list_of_which_something_is_missing_stops_everything(
    records: DynamoReportRecords, stored: list[dict[str, str]]
) -> None:
    kept = records.keep(record(), entries(3), 0)
    assert kept is not None
    spoil((kept.counted.id, "part#0001"), entries=stored)

    with pytest.raises(UnreadableReport):
        records.counted(kept.counted)


# what else the report asks of the tables


def test_a_month_is_read_by_status(cloud: Cloud) -> None:
    cloud.put(*[a_row(timestamp=at, status=status) for at, status in enumerate(Status)])
    table = DynamoContributions(client(), TABLE, MONTH_INDEX)

    assert [row.timestamp for row in table.of_month(OCTOBER, Status.ACCEPTED)] == [1]
    assert len(list(table.of_month(OCTOBER))) == 3
