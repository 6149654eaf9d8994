"""What Slack sends to /interactions, as typed models: whatever does not fit is refused here and gets no further.

What says who acts on what has to be right. What Slack may leave out, and what only helps (a name, a way to answer), counts as
missing where it is of another kind.
"""

import json
import re
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from ossi.domain.message_ref import MessageRef
from ossi.runtime.errors import RequestRefused

_KIND = re.compile(r"[a-z_]{1,40}", re.ASCII)


def _or_empty(value: object) -> object:
    return value if isinstance(value, str) else ""


def _or_none_of_it(value: object) -> object:
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType]  # looked at by pydantic


_Text = Annotated[str, BeforeValidator(_or_empty)]
_Object = Annotated[dict[str, Any], BeforeValidator(_or_none_of_it)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class Person(_Part):
    """Who acts."""

    id: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,64}$")]
    username: _Text = ""
    name: _Text = ""


class View(_Part):
    """A modal. state: holds what was filled in."""

    id: Annotated[str, Field(min_length=1, max_length=255)]
    callback_id: str
    state: dict[str, Any]
    private_metadata: _Text = ""


class Action(_Part):
    """A pressed button, or another element that somebody used: those have no value.

    One that cannot be read is an unknown button, so that whoever pressed it gets an answer.
    """

    action_id: _Text = ""
    value: _Text = ""


class FormSent(_Part):
    """A modal was submitted."""

    type: Literal["view_submission"]
    user: Person
    view: View


class ButtonsPressed(_Part):
    """Buttons of a message were pressed. trigger_id: opens a form, once, within 3 seconds."""

    type: Literal["block_actions"]
    user: Person
    actions: Annotated[list[Action], Field(min_length=1)]
    trigger_id: _Text = ""
    response_url: _Text = ""
    container: _Object = {}
    channel: _Object = {}
    message: _Object = {}

    @property
    def seen_in(self) -> MessageRef | None:
        """The message, if it says where it stands."""
        channel = self.container.get("channel_id") or self.channel.get("id")
        ts = self.container.get("message_ts") or self.message.get("ts")
        return MessageRef(channel=channel, ts=ts) if isinstance(channel, str) and isinstance(ts, str) else None

    @property
    def is_ephemeral(self) -> bool:
        """Whether the message isn't kept by Slack, and only its reader sees it."""
        return self.container.get("is_ephemeral") is True

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """The message's blocks, as Slack has them; none where Slack doesn't send them."""
        blocks: object = self.message.get("blocks")
        found = cast("list[object]", blocks) if isinstance(blocks, list) else []
        return [cast("dict[str, Any]", block) for block in found if isinstance(block, dict)]


class UnreadableForm(RequestRefused):
    """A submitted form that cannot be read. first_field: beside which that is said; of the contribution's form where nobody knows."""

    def __init__(self, why: str, first_field: str = "description") -> None:
        super().__init__(why)
        self.first_field = first_field


class Other(_Part):
    """A kind that Ossi has no use for."""

    type: str


Payload = FormSent | ButtonsPressed | Other
_MODELS: dict[str, TypeAdapter[Payload]] = {
    "view_submission": TypeAdapter(FormSent),
    "block_actions": TypeAdapter(ButtonsPressed),
}


def read_payload(text: str) -> Payload:
    """Reads the field `payload` of an interaction. Raises RequestRefused or UnreadableForm, which name what is wrong and no value."""
    payload = _json_object(text)
    kind = payload.get("type")
    if not isinstance(kind, str) or kind not in _MODELS:
        return Other(type=kind if isinstance(kind, str) and _KIND.fullmatch(kind) else "unknown")
    try:
        return _MODELS[kind].validate_python(payload)
    except ValidationError as error:
        wrong = sorted({".".join(map(str, each["loc"])) for each in error.errors(include_input=False)})
        refusal = UnreadableForm if kind == "view_submission" else RequestRefused
        raise refusal(f"{kind}, wrong or missing: {', '.join(wrong[:10])}") from None


def _json_object(text: str) -> dict[str, Any]:
    try:
        # JSON can name half a character (\ud800), which neither DynamoDB nor an answer can hold: it becomes a question mark.
        whole = json.dumps(json.loads(text), ensure_ascii=False).encode(errors="replace")
        payload: object = json.loads(whole)
    except (ValueError, RecursionError) as error:
        raise RequestRefused("a payload that is not JSON") from error
    if not isinstance(payload, dict):
        raise RequestRefused("a payload that is no object")
    return cast("dict[str, Any]", payload)
