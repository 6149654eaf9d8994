"""A decision: the management channel's message loses its buttons and names the decider (R7).

The message whose button was pressed is known at once. The request itself may be another one: for a row that was decided by hand it's
the only one, and where a request was posted twice because an answer of Slack's was lost, it's the second. It waits for the request.
"""

from collections.abc import Iterator, Sequence

from ossi.delivery.effect import Redraw
from ossi.delivery.effects import ask_management
from ossi.domain.history import Event
from ossi.domain.lifecycle import DECISIONS
from ossi.domain.message_ref import MessageRef
from ossi.slack.messages.notifications import Words

_Target = tuple[str, MessageRef | None, str]


def _pressed(name: str, history: Sequence[Event]) -> Iterator[_Target]:
    seen: list[MessageRef] = []
    for event in history:
        if event.seen_in is not None and event.seen_in not in seen:
            yield (f"{name}#{event.id}" if seen else name), event.seen_in, ""
            seen.append(event.seen_in)


def _others(name: str, history: Sequence[Event]) -> Iterator[_Target]:
    for wanted in ask_management.EFFECT.wanted(history):
        yield wanted.name.replace(ask_management.EFFECT.name, name, 1), None, wanted.name


PRESSED = Redraw("redraw_request", DECISIONS, _pressed, Words.request)
OTHERS = Redraw("redraw_other_request", DECISIONS, _others, Words.request)
