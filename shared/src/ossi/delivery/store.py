"""What deliveries need of storage, as a Protocol. It holds no rule: what may be written when is the policy's business."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ossi.delivery.record import DeliveryKey, Record


@dataclass(frozen=True)
class Place:
    """What is known of a place's pace. Moments are ms since the epoch.

    closed_until: Slack takes no message there before. queued_until: what waits there goes first, and whoever works that off says until
    when that's so; others leave their messages to them.
    """

    closed_until: int = 0
    queued_until: int = 0


class DeliveryChanged(Exception):
    """Someone else has written the record since it was read. found: as it is now; None: there is none."""

    def __init__(self, found: Record | None) -> None:
        super().__init__("the record of a delivery has changed")
        self.found = found


class Deliveries(Protocol):
    """The records of everything that Ossi owes anybody."""

    def read(self, keys: Iterable[DeliveryKey], *, consistent: bool = False) -> dict[DeliveryKey, Record]:
        """The records that there are. Those that can't be read are logged, and have the state UNREADABLE."""
        ...

    def swap(self, record: Record, as_read: Record | None) -> None:
        """Stores the record if it is still as it was read; None: if there is none. Raises DeliveryChanged.

        A record that stands there already, by its token, was stored by this very call: its first answer was lost on the way.
        """
        ...

    def unsettled(self, kind: str, after: str = "") -> Iterator[DeliveryKey]:
        """Every delivery of that kind that is to be looked at, by subject. kind: what stands before the # of its subject.

        after: only those whose subject comes after that one. It may be behind by a moment.
        """
        ...

    def places(self, names: Collection[str]) -> dict[str, Place]:
        """What is known of the places' pace."""
        ...

    def close_place(self, name: str, until: int) -> None:
        """Slack takes no message there before `until` (ms)."""
        ...

    def queue_place(self, name: str, until: int) -> None:
        """What waits there goes first, until then (ms)."""
        ...
