"""Ossi: aggregates and writes as the report function does."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ossi_bench.report.writers.stopwatch import Stopwatch


def main() -> None:
    """See the package."""
    stopwatch = Stopwatch()
    # Here, for to import pandas and openpyxl is a part of what it takes.
    from ossi.domain.contribution import Contribution
    from ossi.domain.levels import CompensationLevels
    from ossi.domain.months import Month
    from ossi.domain.report import Edition, MonthBefore, Report
    from ossi_report.aggregate import aggregate
    from ossi_report.workbook import build_workbook

    month, levels, made_at = Month(2026, 10), CompensationLevels(), datetime(2026, 11, 3, 4, tzinfo=UTC)
    with Path(sys.argv[1]).open(encoding="utf-8") as file:
        rows = tuple(Contribution.from_row(json.loads(line)) for line in file)
    stopwatch.lap("load_s")
    figures = aggregate(month, rows, levels)
    stopwatch.lap("aggregate_s")
    report = Report(month, rows, levels, Edition(made_at, made_at), MonthBefore(month.previous(), 0, {}))
    Path(sys.argv[2]).write_bytes(build_workbook(report, figures, ZoneInfo("Europe/Helsinki"), made_at))
    stopwatch.lap("write_s")
    stopwatch.tell()


main()
