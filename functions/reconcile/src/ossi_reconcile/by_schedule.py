"""What a scheduled run of the reconciler does: soon what was begun and not sent, now and then every row of the table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ossi.ports import Checkpoint, Progress
from ossi_reconcile.reconcile import Reconciler, Summary, Task, reconcile

# Looking at every row is what costs: about 2.6 units of reading each (docs/cost.md). So a round over few rows is followed by the next one
# at once, one over 360 after an hour, and every table is looked through once a day.
PAUSE_FOR_A_ROW = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(days=1)


@dataclass(frozen=True)
class Checkpoints:
    """Where each of the two works goes on in the next run."""

    unsettled: Checkpoint
    rounds: Checkpoint


def reconcile_by_schedule(
    reconciler: Reconciler, bookmarks: Checkpoints, seconds_left: Callable[[], float]
) -> tuple[Summary, Summary | None]:
    """Goes on where the last run stopped. Answers what came of the unsettled messages, and of the rows if it was their turn.

    Where the messages already fail one after the other, the rows wait: theirs would fail alike.
    """
    unsettled = _go_on(reconciler, Task(unsettled=True), bookmarks.unsettled, seconds_left)
    if unsettled.halted or not _is_due(bookmarks.rounds.read(), _now_ms(reconciler)):
        return unsettled, None
    return unsettled, _go_on(reconciler, Task(), bookmarks.rounds, seconds_left)


def _is_due(progress: Progress, now_ms: int) -> bool:
    """Whether a round has been begun, or the pause after the last one is over."""
    if progress.position is not None or progress.ended_at > now_ms:
        return True
    pause = min(progress.rows * PAUSE_FOR_A_ROW, LONGEST_PAUSE)
    return now_ms - progress.ended_at >= pause / timedelta(milliseconds=1)


def _go_on(reconciler: Reconciler, task: Task, bookmark: Checkpoint, seconds_left: Callable[[], float]) -> Summary:
    before = bookmark.read()
    summary = reconcile(reconciler, task, seconds_left, before.position)
    rows = summary.looked_at + (before.rows if before.position is not None else 0)
    if summary.done:
        bookmark.write(Progress(None, rows, _now_ms(reconciler)))
    elif summary.looked_at:
        bookmark.write(Progress(summary.position, rows, before.ended_at))
    return summary


def _now_ms(reconciler: Reconciler) -> int:
    return int(reconciler.clock().timestamp() * 1000)
