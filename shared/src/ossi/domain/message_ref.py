"""A reference to a message that stands in Slack."""

import sys
from dataclasses import dataclass

ID_MAX = 255
"""Characters of an id: ids become part of keys and of messages, which have their limits."""


@dataclass(frozen=True, slots=True)
class MessageRef:
    """Where a Slack message stands: the channel's id and the message's ts. Raises ValueError for what is neither."""

    channel: str
    ts: str

    def __post_init__(self) -> None:
        if not all(_is_id(part) for part in (self.channel, self.ts)):
            raise ValueError("not the place of a message")
        # A month's decisions were made in one channel: its id is kept once.
        object.__setattr__(self, "channel", sys.intern(str(self.channel)))


def _is_id(value: object) -> bool:
    return isinstance(value, str) and len(value) <= ID_MAX
