"""Rounds over all rows of the table: rare, since each costs, and needed for what the stream never delivered."""

from collections.abc import Callable
from datetime import timedelta

from ossi.delivery.deliver import Office
from ossi.ports import Checkpoint, Progress
from ossi_reconcile.reconcile import Summary, Task, reconcile

# Looking at rows is what costs (docs/cost.md). So a round over few of them is followed by the next one soon, one over 360 after an hour,
# and every table is looked through once a day.
SHORTEST_PAUSE = timedelta(minutes=15)
PAUSE_FOR_A_ROW = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(days=1)


def go_on(office: Office, checkpoint: Checkpoint, seconds_left: Callable[[], float]) -> Summary | None:
    """Goes on with the round where the last run stopped, or begins a new one. None: it's not time for one.

    What was never recorded is recorded as owed; it's worked off with everything else that is due.
    """
    before = checkpoint.read()
    if not _is_due(before, office.now()):
        return None
    # Where the last round is long ago, no one has seen what has happened since: all rows have their turn.
    seen_of_late = 0 <= office.now() - before.ended_at < 2 * LONGEST_PAUSE / timedelta(milliseconds=1)
    turn = before.number if before.ended_at and seen_of_late else None
    summary = reconcile(office, Task(only_record=True, turn=turn), seconds_left, before.position)
    rows = summary.looked_at + (before.rows if before.position is not None else 0)
    since = before.since or office.now()
    if summary.done:
        checkpoint.write(Progress(None, rows, office.now(), since, before.number + 1))
    elif summary.looked_at:
        checkpoint.write(Progress(summary.position, rows, before.ended_at, since, before.number))
    return summary


def _is_due(progress: Progress, now: int) -> bool:
    """Whether a round has been begun, or the pause after the last one is over. now: ms."""
    if progress.position is not None or progress.ended_at > now:
        return True
    pause = min(max(progress.rows * PAUSE_FOR_A_ROW, SHORTEST_PAUSE), LONGEST_PAUSE)
    return now - progress.ended_at >= pause / timedelta(milliseconds=1)
