"""A record of the table's stream, read: the row before a change and after it."""

from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ossi.aws.items import from_item
from ossi.domain.contribution import Contribution, ContributionKey, name_in_log
from ossi.domain.errors import UnknownContribution, UnreadableContribution

_Image = dict[str, dict[str, Any]]
# In so many ways a value is none of DynamoDB's.
_NO_VALUE = (TypeError, ValueError, ArithmeticError, AttributeError)
_NEEDED = {"INSERT": {"NewImage"}, "MODIFY": {"OldImage", "NewImage"}, "REMOVE": set[str]()}


class _Images(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    old: _Image | None = Field(None, alias="OldImage")
    new: _Image | None = Field(None, alias="NewImage")


class _Record(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    name: str = Field(alias="eventName")
    images: _Images = Field(alias="dynamodb")


class _Keys(BaseModel):
    keys: _Image = Field({}, alias="Keys")


class _Named(BaseModel):
    """What a record that cannot be read may still tell."""

    event_id: str | None = Field(None, alias="eventID")
    images: _Keys = Field(alias="dynamodb")


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
    images = {"OldImage": read.images.old, "NewImage": read.images.new}
    if missing := needed - {name for name, image in images.items() if image}:
        raise UnreadableContribution(f"a record without {' and '.join(sorted(missing))}")
    if read.name == "REMOVE":
        return None, None
    old, new = _row(read.images.old), _row(read.images.new)
    return (Contribution.from_row(old) if old else None), Contribution.from_row(new)


def about(record: object) -> dict[str, object]:
    """What the log may say of any record: its id, and the key of its row; nothing where it tells neither."""
    try:
        named = _Named.model_validate(record)
        return {"event": named.event_id, "contribution": name_in_log(_row(named.images.keys))}
    except (ValidationError, UnreadableContribution):
        return {}


def contribution_key(record: object) -> ContributionKey | None:
    """The key of the record's row; None where it can't be read."""
    try:
        keys = _row(_Named.model_validate(record).images.keys)
        return ContributionKey.parse(f"{keys.get('userId')}#{keys.get('timestamp')}")
    except (ValidationError, UnreadableContribution, UnknownContribution):
        return None


def _row(image: _Image | None) -> dict[str, Any]:
    try:
        return from_item(image or {})
    except _NO_VALUE as error:
        raise UnreadableContribution(f"an attribute that is no DynamoDB value ({type(error).__name__})") from None


def number_of(record: object) -> str | None:
    """The record's sequence number, by which Lambda is told that it has to come again."""
    change: object = cast("dict[str, object]", record).get("dynamodb") if isinstance(record, dict) else None
    number = cast("dict[str, object]", change).get("SequenceNumber") if isinstance(change, dict) else None
    return number if isinstance(number, str) else None
