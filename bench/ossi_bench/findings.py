"""What a measurement found, and how it is shown."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn


@dataclass(frozen=True)
class Finding:
    """One line of the table. good: whether the goal is reached; None where there is none, or where it cannot be judged here."""

    what: str
    measured: str
    goal: str = ""
    good: bool | None = None


def at_most(what: str, value: float, goal: float, unit: str, detail: str = "", places: int = 2) -> Finding:
    """A figure that may not exceed its goal, to the number of decimal places that is shown."""
    shown = f"{value:.{places}f} {unit}".strip()
    return Finding(
        what,
        f"{shown}  {detail}".rstrip(),
        f"at most {goal:g} {unit}".strip(),
        round(value, places) <= goal,
    )


def conclude(findings: Sequence[Finding]) -> NoReturn:
    """Says which goals were missed, and ends the process: with exit code 1 if there are any."""
    missed = [each.what for each in findings if each.good is False]
    print(f"{len(missed)} goals missed: {'; '.join(missed)}" if missed else "Every goal was reached.")
    sys.exit(1 if missed else 0)


def table(title: str, findings: Sequence[Finding]) -> list[str]:
    """Lines of Markdown."""
    lines = [f"### {title}", "", "| what | measured | goal | |", "|---|---|---|---|"]
    marks = {True: "reached", False: "**missed**", None: ""}
    lines += [f"| {each.what} | {each.measured} | {each.goal} | {marks[each.good]} |" for each in findings]
    return [*lines, ""]
