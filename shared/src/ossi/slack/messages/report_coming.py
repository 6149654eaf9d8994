"""What someone reads who asked for a report (R11). The report's own words are elsewhere: only its function needs them."""

from ossi.domain.months import Month
from ossi.ports import Message


def report_coming(month: Month, *, running: bool = False) -> Message:
    """To the one who asked. running: the month is not over yet."""
    text = f"I am making the report of {month.label}. It will be in the management channel in a moment."
    return Message(f"{text} The month is not over, so the report is provisional." if running else text)
