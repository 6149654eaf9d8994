"""/ossi list: a person's own contributions, a page at a time (R10)."""

from zoneinfo import ZoneInfo

from ossi.domain.levels import CompensationLevels
from ossi.ports import Contributions, Message
from ossi.slack.messages.listing import listing

PAGE_SIZE = 10


def list_contributions(
    user_id: str,
    contributions: Contributions,
    zone: ZoneInfo,
    levels: CompensationLevels,
    *,
    before: int | None = None,
    after: int | None = None,
) -> Message:
    """The newest page, or the one just older than `before`, or just newer than `after` (ms since the epoch)."""
    page = contributions.page(user_id, PAGE_SIZE, before=before, after=after)
    if page.first is None and (before is not None or after is not None):
        page = contributions.page(user_id, PAGE_SIZE)  # what was there has been removed meanwhile: begin anew
    return listing(page, zone, levels)
