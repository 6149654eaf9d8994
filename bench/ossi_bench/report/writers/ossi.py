"""Ossi: aggregates and writes as the report function does."""

import sys

from ossi_bench.report.writers.stopwatch import Stopwatch

STOPWATCH = Stopwatch()  # before Ossi is imported, which is a part of what it takes

import json  # noqa: E402
from datetime import UTC, datetime  # noqa: E402
from pathlib import Path  # noqa: E402
from zoneinfo import ZoneInfo  # noqa: E402

from ossi.domain.compensation import CompensationLevels  # noqa: E402
from ossi.domain.contribution import Contribution  # noqa: E402
from ossi.domain.months import Month  # noqa: E402
from ossi.domain.report import Edition, MonthBefore, Report  # noqa: E402
from ossi_report.aggregate import summarize  # noqa: E402
from ossi_report.workbook import build_workbook  # noqa: E402


def main() -> None:
    """See the package."""
    month, levels, made_at = Month(2026, 10), CompensationLevels(), datetime(2026, 11, 3, 4, tzinfo=UTC)
    with Path(sys.argv[1]).open(encoding="utf-8") as file:
        rows = tuple(Contribution.from_row(json.loads(line)) for line in file)
    STOPWATCH.lap("load_s")
    summarize(month, rows, levels)
    STOPWATCH.lap("aggregate_s")
    report = Report(month, rows, levels, Edition(made_at, made_at), MonthBefore(month.previous(), 0, {}))
    Path(sys.argv[2]).write_bytes(build_workbook(report, ZoneInfo("Europe/Helsinki"), made_at))
    STOPWATCH.lap("write_s")
    STOPWATCH.tell()


main()
