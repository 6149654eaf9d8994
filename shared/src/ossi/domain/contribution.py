"""A contribution: one row of the table, and what is known about its decision."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AliasGenerator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
)
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from ossi.domain.errors import UnknownContribution, UnreadableContribution
from ossi.domain.history import EVENTS_MAX, Event, UnknownWord, read_events
from ossi.domain.history import TIMESTAMP_MAX as TIMESTAMP_MAX
from ossi.domain.history import Status as Status
from ossi.domain.message_ref import ID_MAX
from ossi.domain.message_ref import MessageRef as MessageRef  # whoever reads a contribution reads where it was decided

_SLACK_ID = re.compile(r"[A-Z0-9]{1,64}", re.ASCII)


_Id = Annotated[str, Field(max_length=ID_MAX)]


@dataclass(frozen=True, slots=True)
class ContributionKey:
    """The table's key: who, and when in milliseconds since the epoch. str() gives it as one text, for a button's value."""

    user_id: str
    timestamp: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads what str() gave. Raises UnknownContribution for anything else."""
        user_id, separator, timestamp = text.rpartition("#")
        # 15 digits: see TIMESTAMP_MAX.
        if not separator or not 0 < len(user_id) <= ID_MAX or re.fullmatch(r"[0-9]{1,15}", timestamp) is None:
            raise UnknownContribution(text[:50])
        return cls(user_id, int(timestamp))

    def __str__(self) -> str:
        return f"{self.user_id}#{self.timestamp}"


def _text_or_empty(value: object) -> object:
    """Rows of older days lack some texts, or hold null."""
    return "" if value is None else value


def _shared(text: str) -> str:
    return sys.intern(str(text))


_Text = Annotated[str, BeforeValidator(_text_or_empty)]
# What many rows have alike is kept once: a report holds a month of them.
_Repeated = Annotated[_Text, AfterValidator(_shared)]
_Milliseconds = Annotated[int, Field(ge=0, le=TIMESTAMP_MAX)]


class Contribution(BaseModel):
    """A row of the table. timestamp, decided_at and imported_at are milliseconds since the epoch; contribution_month is YYYY-MM.

    submission_id: of the form that it was stored from; a row without one was written by hand, or before there was this attribute.
    imported_at: when it was brought in from another system. events: what happened to it, as far as the row keeps it: see
    domain.lifecycle.history_of for all of it. version: the number of its last event; None: the row keeps none.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=AliasGenerator(alias=to_camel),
        validate_by_name=True,
        hide_input_in_errors=True,  # what a person typed is not for the log
    )

    user_id: Annotated[_Id, Field(min_length=1), AfterValidator(_shared)]
    timestamp: _Milliseconds
    status: Status
    level: Annotated[_Repeated, Field(alias="size")] = ""  # the original's name for it, which the table keeps
    text: _Text = ""
    name: _Repeated = ""
    url: _Text = ""
    contribution_month: _Repeated = ""
    decided_by: Annotated[str, AfterValidator(_shared)] | None = None
    decided_at: _Milliseconds | None = None
    decided_in: MessageRef | None = None
    submission_id: str | None = None
    imported_at: _Milliseconds | None = None
    events: Annotated[tuple[Event, ...], PlainValidator(read_events)] = ()
    version: Annotated[int, Field(ge=0, le=EVENTS_MAX)] | None = None

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Reads a row as stored.

        Raises UnreadableContribution, which names the attributes and keeps their values to itself; its `newer` says that nothing is
        wrong but a status or an event that this version doesn't know.
        """
        try:
            found = cls.model_validate(row)
        except ValidationError as error:
            problems = error.errors()
            wrong = sorted({".".join(str(part) for part in problem["loc"]) for problem in problems})
            raise UnreadableContribution(
                "wrong or missing: " + ", ".join(wrong), newer=all(map(_is_unknown_word, problems))
            ) from None
        # Which attributes were there tells nothing here, and takes as much memory as the texts.
        found.model_fields_set.clear()
        return found

    def to_row(self) -> dict[str, Any]:
        """The row to store; what is unknown is left out."""
        row = self.model_dump(by_alias=True, exclude_none=True, exclude={"events"}, mode="json")
        return row | ({"events": [event.to_row() for event in self.events]} if self.events else {})

    @property
    def key(self) -> ContributionKey:
        """The table's key of this row."""
        return ContributionKey(self.user_id, self.timestamp)

    @property
    def person(self) -> str:
        """The name to show; a row without one shows the user's id."""
        return self.name or self.user_id


def _is_unknown_word(problem: ErrorDetails) -> bool:
    """Whether a newer version may have written the attribute: its status, or a kind of event, is a word that this one doesn't know."""
    if problem["type"] == "enum":
        return problem["loc"] == ("status",) and isinstance(problem["input"], str)
    return isinstance(problem.get("ctx", {}).get("error"), UnknownWord)


def name_in_log(row: Mapping[str, object]) -> str:
    """How the log calls a row that cannot be read: by its key, as far as that is an id of Slack's and a number. Never another value."""
    user_id, timestamp = row.get("userId"), row.get("timestamp")
    who = user_id if isinstance(user_id, str) and _SLACK_ID.fullmatch(user_id) else "?"
    return f"{who}#{timestamp if isinstance(timestamp, int | Decimal) else '?'}"
