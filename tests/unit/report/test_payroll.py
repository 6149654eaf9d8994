"""Nobody goes unpaid, nobody is paid twice: whatever is submitted, decided, changed by hand and reported, in any order."""

from datetime import datetime
from decimal import Decimal

from hypothesis import given, settings

from fakes import HELSINKI, FakeClock, FakeContributions, FakeReportRecords
from ossi.domain.contribution import Contribution
from ossi.domain.levels import DEFAULT_LEVELS, CompensationLevel, CompensationLevels
from ossi_report.aggregate import aggregate
from ossi_report.close_month import Books
from unit.report.payroll import ACTS, Act, Payroll

STOCKHOLM = CompensationLevel(key="STOCKHOLM", label="Bonus in Sweden", amount=Decimal("1500.10"), currency="SEK")
LEVELS = CompensationLevels([*DEFAULT_LEVELS, STOCKHOLM])


def payroll() -> Payroll:
    table, records = FakeContributions(), FakeReportRecords()
    clock = FakeClock(datetime(2026, 1, 20, 12, tzinfo=HELSINKI))

    def put(row: Contribution) -> None:
        table.rows[row.key] = row

    return Payroll(
        Books(table, records, clock, HELSINKI, LEVELS, 2),
        clock,
        put,
        lambda key: table.rows.pop(key),
        lambda act: records.before_keeping.append(act),
    )


@settings(deadline=None, max_examples=150)
@given(ACTS)
def test_every_accepted_contribution_is_counted_once(acts: list[Act]) -> None:
    office = payroll()

    office.do(acts)
    office.close_everything()

    office.assert_each_is_counted_once()
    for record in office.books.records.all().values():
        if not record.accepted:
            continue
        entries = office.books.records.counted(record.counted)
        rows = [entry.shown(None) for entry in entries]
        summary = aggregate(record.month, rows, CompensationLevels(record.levels)).summary
        assert (summary.totals, summary.accepted, summary.late) == (record.totals, record.accepted, record.late)
