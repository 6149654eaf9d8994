"""A record of the table's stream, read: the row before a change and after it."""

from typing import Any, cast

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import StreamRecord
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ossi.domain.contribution import Contribution
from ossi.domain.errors import UnreadableContribution

_Image = dict[str, dict[str, Any]]
_NEEDED = {"INSERT": {"NewImage"}, "MODIFY": {"OldImage", "NewImage"}, "REMOVE": set[str]()}


class _Images(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    old: _Image | None = Field(None, alias="OldImage")
    new: _Image | None = Field(None, alias="NewImage")


class _Record(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    name: str = Field(alias="eventName")
    images: _Images = Field(alias="dynamodb")


def change_of(record: object) -> tuple[Contribution | None, Contribution | None]:
    """The row before and after; None: there was none. Raises UnreadableContribution, which says what is wrong and no value."""
    try:
        read = _Record.model_validate(record)
    except ValidationError as error:
        wrong = sorted({".".join(map(str, each["loc"][:2])) for each in error.errors(include_input=False)})
        raise UnreadableContribution(f"a record, wrong or missing: {', '.join(wrong)}") from None
    needed = _NEEDED.get(read.name)
    if needed is None:
        raise UnreadableContribution("a record of an unknown kind of event")
    # Without the other image a decision would look like a row that was always so, and nobody would be told.
    images = read.images.model_dump(by_alias=True, exclude_none=True)
    if missing := needed - {name for name, image in images.items() if image}:
        raise UnreadableContribution(f"a record without {' and '.join(sorted(missing))}")
    if read.name == "REMOVE":
        return None, None
    try:
        rows = StreamRecord(images)
        old, new = rows.old_image, rows.new_image
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise UnreadableContribution(f"an attribute that is no DynamoDB value ({type(error).__name__})") from None
    return (Contribution.from_row(old) if old else None), Contribution.from_row(new)


def id_of(record: object) -> str | None:
    """The record's id, for the log."""
    event_id = cast("dict[str, object]", record).get("eventID") if isinstance(record, dict) else None
    return event_id if isinstance(event_id, str) else None
