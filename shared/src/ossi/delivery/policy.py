"""The one policy of all deliveries, as pure functions: who may try now, and what an attempt's outcome makes of the record.

At most MOST_AMBIGUOUS sends may have arrived. Each attempt counts as one of them from the moment it's claimed, and a definite answer
takes that back: so an attempt that dies between Slack's answer and the record of it counts too.
"""

import secrets
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from ossi.delivery.record import ROW_GONE, DeliveryKey, Record, State
from ossi.domain.message_ref import MessageRef
from ossi.slack.errors import FailureKind

MOST_AMBIGUOUS = 3
LEASE_S = 65
"""How long a claim holds: a little longer than the functions that make claims may take for one batch (60 s)."""
SECOND_TRY_MS = 60_000
THIRD_TRY_MS = 3_600_000
_FIRST_BACKOFF_MS = 5_000
# What may pass at any moment is tried about once a minute, so that it arrives within two minutes of its cause's end.
LONGEST_BACKOFF_MS = 60_000
# What was refused for good waits for a person, who need not know of any command: the bot is invited, the channel unarchived, and the
# message goes out by itself. Each further attempt waits twice as long, since each costs a call and wakes the alarm.
FIRST_PARKING_MS = 3_600_000
LONGEST_PARKING_MS = 7 * 24 * 3_600_000
LIMITED_AT_PACE = 3
"""So many attempts of a message follow the pace of its place alone."""
LIMIT_MIN_MS, LIMIT_MAX_MS = 1_000, 3_600_000
LONGEST_LEASE_S = 3600
"""A claim that ends later than twice this from now, which only a hand can have written, counts as lapsed, or its message would wait
for ever."""


@dataclass(frozen=True)
class Sent:
    """Slack took it. ref: where it stands, if Slack said so. drawn: the version that a redrawn message shows.

    overtaken: whether the row may call for a later version already, so that somebody has to look again.
    """

    ref: MessageRef | None = None
    drawn: int = 0
    overtaken: bool = False


@dataclass(frozen=True)
class NothingToSend:
    """There was nothing to send, or nobody whom it could reach any more. reason: why, for the record. overtaken: as of Sent."""

    reason: str = ""
    drawn: int = 0
    overtaken: bool = False


@dataclass(frozen=True)
class Failed:
    """Slack did not take it, or did not say so. retry_after_s: what Slack asked for, of a limit. idempotent: may be repeated freely."""

    kind: FailureKind
    code: str
    retry_after_s: float | None = None
    idempotent: bool = False


@dataclass(frozen=True)
class Unwritable:
    """The message could not be written: the same row gives the same error each time. reason: the error's name."""

    reason: str


Outcome = Sent | NothingToSend | Failed | Unwritable


class Refusal(StrEnum):
    """Why a delivery can't be claimed now."""

    SETTLED = "settled"
    HELD = "held"
    NOT_DUE = "not due"
    PARKED = "parked"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


def owed(key: DeliveryKey, place: str, now: int, due_at: int | None = None, requested_by: str = "") -> Record:
    """The record of a delivery that nobody has tried yet. now: ms."""
    return Record(
        key,
        place=place,
        owed_at=now,
        due_at=now if due_at is None else due_at,
        requested_by=requested_by,
        token=secrets.token_hex(8),
    )


def claimed(record: Record, now: int, *, wanted: int = 0, idempotent: bool = False) -> Record | Refusal:
    """The record of whoever tries now (ms), or why nobody may.

    wanted: the version that a redrawing has to show; one that shows an older version is due again, whatever became of it.
    """
    refusal = _refusal(record, now, wanted)
    if refusal is not None:
        return refusal
    lease_until = now // 1000 + LEASE_S
    ambiguous = record.ambiguous if idempotent else record.ambiguous + 1
    # Should whoever claims it die, it's due as if the answer had been lost.
    due_at = lease_until * 1000 + (THIRD_TRY_MS - SECOND_TRY_MS if ambiguous == MOST_AMBIGUOUS - 1 else 0)
    return replace(
        record,
        state=State.CLAIMED,
        attempts=record.attempts + 1,
        ambiguous=ambiguous,
        lease_until=lease_until,
        due_at=due_at,
        owed_at=record.owed_at or now,
        open=True,
        token=secrets.token_hex(8),
    )


def _refusal(record: Record, now: int, wanted: int) -> Refusal | None:
    if record.state not in {State.SENT, State.UNKNOWN} and record.put_away and wanted <= record.drawn:
        return Refusal.SETTLED  # it would come too late
    match record.state:
        case State.SENT:
            return None if wanted > record.drawn else Refusal.SETTLED
        case State.UNREADABLE:
            return Refusal.UNREADABLE
        case State.UNKNOWN:
            return Refusal.UNKNOWN
        case State.CLAIMED:
            if now < record.due_at:
                return Refusal.HELD
        case State.PARKED:
            if now < record.due_at:
                return Refusal.PARKED
        case State.DUE:
            if now < record.due_at:
                return Refusal.NOT_DUE
        case _:
            assert_never(record.state)
    return Refusal.UNKNOWN if record.ambiguous >= MOST_AMBIGUOUS else None


def given_up(record: Record) -> Record:
    """The record of a delivery that may have arrived as often as is allowed: an operator decides."""
    return replace(record, state=State.UNKNOWN, due_at=0, lease_until=0, open=True, token=secrets.token_hex(8))


def after(record: Record, outcome: Outcome, now: int) -> Record:
    """What the outcome of an attempt makes of its claimed record. now: ms since the epoch."""
    answered = replace(record, lease_until=0, token=secrets.token_hex(8))
    match outcome:
        case Sent():
            sent = replace(answered, reason="", ref=outcome.ref, drawn=outcome.drawn)
            return _settled(sent, now, overtaken=outcome.overtaken)
        case NothingToSend():
            nothing = replace(answered, reason=outcome.reason, drawn=outcome.drawn)
            return _settled(nothing, now, overtaken=outcome.overtaken)
        case Unwritable():
            return parked(_taken_back(answered), outcome.reason, now)
        case Failed():
            return _after_failure(answered, outcome, now)
        case _:
            assert_never(outcome)


def _settled(record: Record, now: int, *, overtaken: bool) -> Record:
    if overtaken:
        return replace(record, state=State.DUE, due_at=now)
    return replace(record, state=State.SENT, due_at=0, open=False)


def _after_failure(record: Record, failed: Failed, now: int) -> Record:
    definite = record if failed.idempotent else _taken_back(record)
    match failed.kind:
        case FailureKind.LIMITED:
            # A message that the place is never open for is tried ever more rarely: perhaps it's not the place that Slack means.
            patience = backoff_ms(definite.attempts) if definite.attempts > LIMITED_AT_PACE else 0
            return _due(definite, failed.code, now + max(limit_ms(failed.retry_after_s), patience))
        case FailureKind.NOT_DONE | FailureKind.REFUSED_FOR_NOW:
            return _due(definite, failed.code, now + backoff_ms(definite.attempts))
        case FailureKind.AMBIGUOUS:
            if failed.idempotent:
                return _due(definite, failed.code, now + backoff_ms(definite.attempts, longest=THIRD_TRY_MS))
            if record.ambiguous >= MOST_AMBIGUOUS:
                return replace(given_up(record), reason=failed.code)
            return _due(record, failed.code, now + (SECOND_TRY_MS if record.ambiguous == 1 else THIRD_TRY_MS))
        case FailureKind.REFUSED_FOR_GOOD:
            return parked(definite, failed.code, now)
        case _:
            assert_never(failed.kind)


def _taken_back(record: Record) -> Record:
    return replace(record, ambiguous=max(record.ambiguous - 1, 0))


def _due(record: Record, reason: str, due_at: int) -> Record:
    return replace(record, state=State.DUE, reason=reason, due_at=due_at)


def parked(record: Record, reason: str, now: int) -> Record:
    """The record of what can't be sent until someone removes the cause: tried again ever more rarely. now: ms."""
    failures = record.failures + 1
    return replace(record, state=State.PARKED, reason=reason, failures=failures, due_at=now + parking_ms(failures))


def limit_ms(retry_after_s: float | None) -> int:
    """For how long Slack's Retry-After closes a place: at least a second, at most an hour."""
    return min(max(round((retry_after_s or 0) * 1000), LIMIT_MIN_MS), LIMIT_MAX_MS)


def backoff_ms(attempts: int, longest: int = LONGEST_BACKOFF_MS) -> int:
    """How long to wait after so many attempts."""
    return min(_FIRST_BACKOFF_MS * 2 ** min(max(attempts - 1, 0), 20), longest)


def parking_ms(failures: int) -> int:
    """How long what was refused for good so often is left alone."""
    return min(FIRST_PARKING_MS * 2 ** min(max(failures - 1, 0), 20), LONGEST_PARKING_MS)


def superseded(record: Record) -> Record:
    """The record of a delivery that would come too late: what it was, and why it failed, is kept."""
    reason = "" if record.reason == ROW_GONE else record.reason  # the row was restored since
    return replace(record, open=False, reason=reason, token=secrets.token_hex(8))


def postponed(record: Record, due_at: int) -> Record:
    """The record of a delivery that waits for something else until then (ms)."""
    return replace(record, due_at=due_at, token=secrets.token_hex(8))


def reopened(record: Record, now: int) -> Record:
    """The record once an operator has decided that it be sent again, whatever became of it before."""
    return replace(
        record, state=State.DUE, due_at=now, ambiguous=0, lease_until=0, open=True, token=secrets.token_hex(8)
    )
