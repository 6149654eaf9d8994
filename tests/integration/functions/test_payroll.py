"""The payroll at random once more, on tables as DynamoDB has them: see tests/unit/report/payroll.py."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings

from examples import examples
from fakes import HELSINKI, FakeClock
from integration.functions.cloud import LEDGER, MONTH_INDEX, TABLE, Cloud
from integration.functions.test_report_records import client
from ossi.aws.contributions import DynamoContributions
from ossi.aws.dynamodb import to_item
from ossi.domain.levels import CompensationLevels
from ossi.domain.payroll import Counted, ReportRecord
from ossi_report.close_month import Books
from ossi_report.report_records import DynamoReportRecords
from unit.report.payroll import ACTS, Act, Payroll


class Interrupted(DynamoReportRecords):
    """Somebody else is quicker, when there is somebody."""

    def __init__(self) -> None:
        super().__init__(client(), LEDGER)
        self.before_keeping: list[Callable[[], object]] = []

    def keep(self, record: ReportRecord, counted: Sequence[Counted], version: int) -> ReportRecord | None:
        if self.before_keeping:
            self.before_keeping.pop(0)()
        return super().keep(record, counted, version)


def empty(table: str, *key: str) -> None:
    """Deletes all rows."""
    for item in client().scan(TableName=table)["Items"]:
        client().delete_item(TableName=table, Key={name: item[name] for name in key})


@settings(max_examples=examples(2), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_every_accepted_contribution_is_counted_once(cloud: Cloud, acts: list[Act]) -> None:
    empty(TABLE, "userId", "timestamp")
    empty(LEDGER, "id", "effect")
    records, clock = Interrupted(), FakeClock(datetime(2026, 1, 20, 12, tzinfo=HELSINKI))
    table = DynamoContributions(client(), TABLE, MONTH_INDEX)

    def remove(key: Any) -> None:
        client().delete_item(TableName=TABLE, Key=to_item({"userId": key.user_id, "timestamp": key.timestamp}))

    office = Payroll(
        Books(table, records, clock, HELSINKI, CompensationLevels(), 2),
        clock,
        lambda row: cloud.put(row),
        remove,
        records.before_keeping.append,
    )
    office.do(acts)
    office.close_everything()

    office.assert_each_is_counted_once()
