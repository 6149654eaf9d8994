"""The names of the report's sheets and columns, in their order.

People build on them (docs/report.md lists them): a name stays, and a new column comes after those that are there. First come
the columns of the original's sheet.
"""

from typing import assert_never

from ossi.domain.contribution import Status

SUMMARY = "Summary"
ACCEPTED = "Accepted"
LATE = "Late"
PENDING = "Pending"
DECLINED = "Declined"
CHANGES = "Changes"

SLACK_ID = "Slack ID"
TARGET_MONTH = "Target month"
TIMESTAMP = "Timestamp"
NAME = "Name"
COMPENSATION = "Compensation"  # the level's key, as in the original's sheet
DESCRIPTION = "Description"
URL = "URL"
STATUS = "Status"
AMOUNT = "Amount"
CURRENCY = "Currency"
DECIDED_BY = "Decided by"  # the Slack id
DECIDED_AT = "Decided at"
LEVEL = "Level"  # its label
COUNT = "Count"
CHANGE = "Change"
COUNTED_AS = "Counted as"
COUNTED_IN = "Counted in"
DECIDER = "Decider"
EMAIL = "Email"

_ORIGINAL = (SLACK_ID, TARGET_MONTH, TIMESTAMP, NAME, COMPENSATION, DESCRIPTION, URL)

SHEET_COLUMNS = {
    ACCEPTED: (*_ORIGINAL, AMOUNT, CURRENCY, DECIDED_BY, DECIDED_AT, LEVEL, DECIDER),
    LATE: (*_ORIGINAL, AMOUNT, CURRENCY, DECIDED_BY, DECIDED_AT, LEVEL, DECIDER),
    PENDING: (*_ORIGINAL, AMOUNT, CURRENCY, LEVEL),
    DECLINED: (*_ORIGINAL, DECIDED_BY, DECIDED_AT, LEVEL, DECIDER),  # no amounts: nothing there is to be paid
    CHANGES: (*_ORIGINAL, CHANGE, COUNTED_AS, COUNTED_IN, LEVEL),
}
SUMMARY_COLUMNS = (NAME, SLACK_ID, LEVEL, COUNT, AMOUNT, CURRENCY)  # of the table per contributor and level
FILE_COLUMNS = (
    *_ORIGINAL,
    STATUS,
    AMOUNT,
    CURRENCY,
    DECIDED_BY,
    DECIDED_AT,
    LEVEL,
    DECIDER,
)  # of the CSV file, which holds every status


def with_email(columns: tuple[str, ...], *, wanted: bool) -> tuple[str, ...]:
    """The columns, and the addresses as the last one where they are wanted (`ossi:reportEmails`)."""
    return (*columns, EMAIL) if wanted else columns


def sheet_of(status: Status) -> str:
    """The sheet that shows the contributions of that status; late ones have their own."""
    match status:
        case Status.ACCEPTED:
            return ACCEPTED
        case Status.PENDING:
            return PENDING
        case Status.DECLINED:
            return DECLINED
        case _:
            assert_never(status)


def json_key(column: str) -> str:
    """The name of a column in the JSON file: "Slack ID" is slack_id there."""
    return column.lower().replace(" ", "_")
