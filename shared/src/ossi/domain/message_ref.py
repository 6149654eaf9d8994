"""A reference to a message that stands in Slack."""

from dataclasses import dataclass

ID_MAX = 255
"""Characters of an id: ids become part of keys and of messages, which have their limits."""


@dataclass(frozen=True)
class MessageRef:
    """Where a Slack message stands: the channel's id and the message's ts. Raises ValueError for what is neither."""

    channel: str
    ts: str

    def __post_init__(self) -> None:
        if not all(isinstance(part, str) and len(part) <= ID_MAX for part in vars(self).values()):
            raise ValueError("not the place of a message")
