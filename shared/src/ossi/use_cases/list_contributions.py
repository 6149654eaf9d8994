"""A person's own contributions, newest first, a page at a time (R10)."""

from typing import Protocol

from ossi.ports import Contributions, Page

PAGE_SIZE = 10


class ListingWorld(Protocol):
    """What listing needs."""

    @property
    def contributions(self) -> Contributions: ...


def list_contributions(
    user_id: str, world: ListingWorld, *, before: int | None = None, after: int | None = None
) -> Page:
    """The newest page, or the one just older than `before`, or just newer than `after` (ms since the epoch).

    Where there is nothing beyond that edge any more it is the newest page.
    """
    page = world.contributions.page(user_id, PAGE_SIZE, before=before, after=after)
    if page.first is None and (before is not None or after is not None):
        page = world.contributions.page(user_id, PAGE_SIZE)
    return page
