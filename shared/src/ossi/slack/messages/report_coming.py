"""What someone reads who asked for a report (R11). The report's own words are elsewhere: only its function needs them."""

from ossi.domain.months import Month
from ossi.ports import Message


def report_coming(month: Month, channel: str, *, running: bool = False) -> Message:
    """To the one who asked. channel: the id of the management channel. running: the month is not over yet."""
    text = f"The {month.label} report is on its way to <#{channel}>, or just to you if nothing has changed since the last one."
    return Message(f"{text} The month isn't over yet, so it's provisional." if running else text)
