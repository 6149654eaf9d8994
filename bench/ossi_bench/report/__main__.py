"""`make bench-report`: the month's workbook beside SheetJS's, XlsxWriter's and plain openpyxl's, and the whole report function."""

from collections.abc import Mapping

import click

from ossi_bench import machine
from ossi_bench.findings import Finding, at_most, conclude, table
from ossi_bench.report import function, workbooks
from ossi_bench.report.workbooks import OSSI, SHEETJS, SHEETJS_ORIGINAL, Took

_SIZES = (1_000, 10_000, 100_000)
_JUDGED = 100_000
_LAMBDA_MIB = 512


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rows", type=click.IntRange(1), multiple=True, default=_SIZES, show_default=True, help="Of a month.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="In which the writers take turns.")
def bench_report(rows: tuple[int, ...], rounds: int) -> None:
    """Measure and print tables. Exit code 1 where a goal is missed. Leave the machine alone meanwhile: about ten minutes."""
    click.echo(f"{machine.describe()}\n")
    writers = workbooks.prepare()
    workbooks.check(writers)
    found: list[Finding] = []
    for count in rows:
        took = workbooks.measure(writers, count, rounds)
        click.echo("\n".join(_figures(count, took)))
        reported = function.measure(count)
        size = f"{count:,} contributions"
        of_size = [*_ratios(size, took, judged=count == _JUDGED), _function(size, reported)]
        found += of_size
        click.echo("\n".join(table(f"{size}, compared", of_size)))
    conclude(found)


def _figures(count: int, took: Mapping[str, Took]) -> list[str]:
    lines = [f"### {count:,} contributions", ""]
    lines += ["| writer | aggregation | writing | whole process | peak memory | file |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {name} | {_aggregation(each)} | {each.write_s:.2f} s | {each.whole_s:.2f} s | {each.peak_mib:.0f} MiB "
        f"| {each.file_mb:.2f} MB |"
        for name, each in took.items()
    ]
    return [*lines, ""]


def _aggregation(took: Took) -> str:
    """Only Ossi does any."""
    return f"{took.aggregate_s:.2f} s, {took.aggregate_peak_mib:.0f} MiB" if took.aggregate_s else ""


def _ratios(size: str, took: Mapping[str, Took], *, judged: bool) -> list[Finding]:
    """Beside SheetJS with the same cells there are goals; the original's sheet has less in it."""
    ossi, found = took[OSSI], list[Finding]()
    for peer, has_goals in ((SHEETJS, judged), (SHEETJS_ORIGINAL, False)):
        other = took[peer]
        for what, ratio, goal in (
            ("aggregation and writing", ossi.work_s / other.work_s, 1.6),
            ("peak memory", ossi.peak_mib / other.peak_mib, 0.3),
            ("file", ossi.file_mb / other.file_mb, 0.15),
        ):
            name = f"{size}: {what}, beside {peer}"
            found.append(at_most(name, ratio, goal, "x", places=3) if has_goals else Finding(name, f"{ratio:.3f} x"))
    return found


def _function(size: str, reported: function.Reported) -> Finding:
    return at_most(
        f"{size}: the report function's peak memory, with XLSX, CSV and JSON",
        reported.peak_mib, _LAMBDA_MIB, "MiB", f"({reported.seconds:.1f} s)", places=0,
    )  # fmt: skip


if __name__ == "__main__":
    bench_report()
