"""Delivers what a contribution's history calls for (R6 to R9): each message once, and a failing one holds up nobody."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ossi.contracts import CONTRIBUTIONS, contribution_subject
from ossi.delivery.effect import Effect, Sender, Wanted
from ossi.delivery.policy import (
    Failed,
    NothingToSend,
    Outcome,
    Refusal,
    Sent,
    Unwritable,
    after,
    claimed,
    given_up,
    limit_ms,
    owed,
    postponed,
    superseded,
)
from ossi.delivery.record import ROW_GONE, DeliveryKey, Record, State
from ossi.delivery.store import Deliveries, DeliveryChanged
from ossi.domain.contribution import Contribution, ContributionKey
from ossi.domain.errors import UnknownContribution, UnreadableContribution
from ossi.domain.lifecycle import history_of, is_explained
from ossi.domain.message_ref import MessageRef
from ossi.ports import Contributions
from ossi.slack.errors import FailureKind, SlackError

_logger = logging.getLogger(__name__)

LOOK = "look"
"""The name of the record that says: look at this row."""
LOOK_AGAIN_MS = 300_000
_WAIT_FOR_ANOTHER_MS = 30_000
_NEVER = -1
_TRIES = 5  # at writing a record that others write too
# Whoever is deactivated or has left reads nothing any more (Slack: errors of chat.postMessage and conversations.open).
GONE = frozenset({"user_disabled", "user_not_found", "users_not_found", "user_not_visible", "cannot_dm_bot"})


class Result(StrEnum):
    """What came of one delivery. DUE: it waits for its time, its place or another delivery. NEEDLESS: there is nothing to send."""

    SENT = "sent"
    SENT_BEFORE = "sent before"
    NEEDLESS = "needless"
    SET_ASIDE = "set aside"
    UNKNOWN = "unknown"
    HELD = "held"
    FAILED = "failed"
    DUE = "due"


@dataclass(frozen=True)
class Settlement:
    """What came of one delivery, and the code of what went wrong.

    record: as it stands now; None: it can't be known. closed_until: when its place takes the next message (ms), if Slack limited it.
    """

    result: Result
    reason: str = ""
    record: Record | None = None
    kind: FailureKind | None = None
    closed_until: int = 0


@dataclass(frozen=True)
class Office:
    """What delivering needs. now: ms since the epoch."""

    deliveries: Deliveries
    contributions: Contributions
    sender: Sender
    effects: Sequence[Effect]
    now: Callable[[], int]


_REFUSED = {
    Refusal.SETTLED: Result.SENT_BEFORE,
    Refusal.HELD: Result.HELD,
    Refusal.NOT_DUE: Result.DUE,
    Refusal.PARKED: Result.SET_ASIDE,
    Refusal.UNKNOWN: Result.UNKNOWN,
    Refusal.UNREADABLE: Result.SET_ASIDE,
}
UNREADABLE_RECORD = "unreadable_record"
"""The reason where a record stands in the way that only a hand can have spoiled."""


def subject_of(key: ContributionKey) -> str:
    """What the deliveries of that contribution are about."""
    return contribution_subject(key)


def contribution_in(subject: str) -> ContributionKey:
    """The contribution that the subject names. Raises UnknownContribution for any other subject."""
    kind, _, key = subject.partition("#")
    if kind != CONTRIBUTIONS:
        raise UnknownContribution(subject[:50])
    return ContributionKey.parse(key)


def key_of(contribution: Contribution, wanted: Wanted) -> DeliveryKey:
    """The delivery's key."""
    return DeliveryKey(subject_of(contribution.key), wanted.name)


def deliver_once(
    office: Office,
    contribution: Contribution,
    wanted: Wanted,
    known: Record | None = None,
    *,
    leave_doubts: bool = False,
) -> Settlement:
    """Sends one message, unless someone else did or does, and records what came of it. known: its record, if it was read just now.

    leave_doubts: what may have arrived already is left to the reconciler, which asks first whether Slack answers.
    """
    about: dict[str, object] = {"effect": wanted.name, "contribution": str(contribution.key)}
    ref, waiting = _target(office, contribution, wanted)
    if waiting == _NEVER:
        return Settlement(Result.SET_ASIDE, UNREADABLE_RECORD)
    if waiting is not None:
        return Settlement(Result.DUE, "waits_for_another", _wait(office, contribution, wanted, waiting))
    claim = _claim(office, contribution, wanted, known, leave_doubts=leave_doubts)
    if isinstance(claim, Settlement):
        if claim.result is Result.HELD:
            _logger.info("someone else is sending it", extra=about)
        if claim.result is Result.SENT_BEFORE and wanted.effect.idempotent:
            _look_again(office, contribution, wanted)  # whoever drew it may have died before this
        return claim
    outcome = _attempt(office, contribution, wanted, ref, about)
    if wanted.effect.idempotent and isinstance(outcome, Sent | NothingToSend):
        # Whoever came with a later version meanwhile has left it to this attempt, which may die before its last look.
        outcome = replace(outcome, overtaken=_is_overtaken(office, contribution, wanted))
    record = record_outcome(office.deliveries, claim, outcome, office.now())
    settlement = _settlement(outcome, record, about)
    if isinstance(outcome, Failed) and outcome.kind is FailureKind.LIMITED:
        closed_until = office.now() + limit_ms(outcome.retry_after_s)
        office.deliveries.close_place(claim.place, closed_until)
        settlement = replace(settlement, closed_until=closed_until)
    if wanted.effect.idempotent and settlement.result in {Result.SENT, Result.NEEDLESS}:
        _look_again(office, contribution, wanted)
    return settlement


def _target(office: Office, contribution: Contribution, wanted: Wanted) -> tuple[MessageRef | None, int | None]:
    """The message to redraw, and until when (ms) to wait for it to be posted; None: no waiting."""
    if not wanted.waits_for:
        return wanted.ref, None
    key = DeliveryKey(subject_of(contribution.key), wanted.waits_for)
    record = office.deliveries.read([key], consistent=True).get(key)
    if record is None or (record.state is State.PARKED and record.open):
        # It comes too late, and nobody may post it after this: nothing would take its buttons away.
        away = superseded(record or owed(key, "", office.now()))
        try:
            office.deliveries.swap(away, record)
        except DeliveryChanged as change:
            record = change.found or away
        else:
            record = away
    if record.state is State.UNREADABLE:
        return None, _NEVER
    if not record.settled:
        return None, max(record.due_at, office.now() + _WAIT_FOR_ANOTHER_MS)
    pressed = any(event.seen_in == record.ref for event in history_of(contribution))
    return (None if pressed else record.ref), None


def _claim(
    office: Office, contribution: Contribution, wanted: Wanted, known: Record | None, *, leave_doubts: bool
) -> Record | Settlement:
    key, as_read = key_of(contribution, wanted), known
    place = wanted.effect.rate_limit_key(office.sender, contribution)
    for _ in range(_TRIES):
        now = office.now()
        base = as_read or owed(key, place, now)
        # The first versions of Ossi recorded no version: they drew at the first decision.
        base = replace(base, place=place, drawn=base.drawn or (wanted.first if base.state is State.SENT else 0))
        if wanted.effect.superseded_by and not base.open and base.state is not State.SENT and not base.row_gone:
            return Settlement(Result.NEEDLESS, base.reason, base)  # what superseded it was told meanwhile
        claim = claimed(base, now, wanted=wanted.version, idempotent=wanted.effect.idempotent)
        if isinstance(claim, Refusal) and not (claim is Refusal.UNKNOWN and base.state is not State.UNKNOWN):
            reason = UNREADABLE_RECORD if claim is Refusal.UNREADABLE else base.reason
            return Settlement(_REFUSED[claim], reason, base)
        if isinstance(claim, Record) and leave_doubts and base.open and base.ambiguous:
            return Settlement(Result.DUE, base.reason, base)
        record = given_up(base) if isinstance(claim, Refusal) else claim
        try:
            office.deliveries.swap(record, as_read)
        except DeliveryChanged as change:
            as_read = change.found
            continue
        if isinstance(claim, Refusal):
            _log_unknown(record)
            return Settlement(Result.UNKNOWN, record.reason, record)
        return record
    return Settlement(Result.HELD, "", as_read)


def _attempt(
    office: Office, contribution: Contribution, wanted: Wanted, ref: MessageRef | None, about: dict[str, object]
) -> Outcome:
    effect = wanted.effect
    if effect.idempotent and ref is None:
        return NothingToSend(drawn=wanted.version)
    try:
        message = effect.write(office.sender.words, contribution)
    except Exception as error:  # the same row gives the same error each time
        _logger.exception("a message could not be written", extra=about)
        return Unwritable(type(error).__name__)
    try:
        sent = effect.send(office.sender, contribution, message, ref)
    except SlackError as error:
        if error.code in GONE and effect.rate_limit_key(office.sender, contribution) == contribution.user_id:
            return NothingToSend(error.code)
        return Failed(error.kind, error.code, error.retry_after_s, idempotent=effect.idempotent)
    except Exception as error:  # nobody foresaw it, and it may have happened after Slack took the message
        _logger.exception("a message was not sent, for a reason nobody foresaw", extra=about)
        return Failed(FailureKind.AMBIGUOUS, type(error).__name__, idempotent=effect.idempotent)
    if effect.idempotent and sent is None:
        return NothingToSend(drawn=wanted.version)
    return Sent(sent, drawn=wanted.version)


def record_outcome(deliveries: Deliveries, claim: Record, outcome: Outcome, now: int) -> Record:
    """Records what came of an attempt, and answers the record.

    Someone else may hold the claim meanwhile, if this attempt took longer than the claim: what has arrived is recorded all the same,
    so that no further copy is sent; anything else is then their business.
    """
    as_read: Record = claim
    record = after(claim, outcome, now)
    for _ in range(_TRIES):
        try:
            deliveries.swap(record, as_read)
        except DeliveryChanged as change:
            if change.found is None or not isinstance(outcome, Sent | NothingToSend):
                return change.found or record
            if change.found.state is State.SENT and change.found.drawn >= record.drawn:
                return change.found
            as_read, record = change.found, after(change.found, outcome, now)
        else:
            return record
    return record


def _settlement(outcome: Outcome, record: Record, about: dict[str, object]) -> Settlement:
    why = about | {"why": record.reason}
    match outcome:
        case Sent():
            _logger.info("sent", extra=about | {"metric": "Delivered"})
            return Settlement(Result.SENT, "", record)
        case NothingToSend():
            return Settlement(Result.NEEDLESS, outcome.reason, record)
        case Unwritable():
            _logger.error("parked: the message can't be written", extra=why | {"metric": "SetAside"})
            return Settlement(Result.SET_ASIDE, record.reason, record)
        case Failed():
            if record.state is State.PARKED:
                _logger.error("parked: Slack refused it for good", extra=why | {"metric": "SetAside"})
                return Settlement(Result.SET_ASIDE, record.reason, record, outcome.kind)
            if record.state is State.UNKNOWN:
                _log_unknown(record)
                return Settlement(Result.UNKNOWN, record.reason, record, outcome.kind)
            _logger.warning(
                "not sent, to be tried again", extra=about | {"why": outcome.code, "metric": "DeliveryRetried"}
            )
            return Settlement(Result.FAILED, outcome.code, record, outcome.kind)


def _log_unknown(record: Record) -> None:
    about = {"contribution": record.key.subject.partition("#")[2], "effect": record.key.effect, "why": record.reason}
    _logger.error("nobody knows whether it arrived: an operator decides", extra=about | {"metric": "SetAside"})


def _is_overtaken(office: Office, contribution: Contribution, drawn: Wanted) -> bool:
    """Whether the row calls for a later version than the one that was drawn; so it may, where that can't be known."""
    try:
        current = _current(office, contribution)
    except Exception:  # the table failed: whoever works off what is due looks
        _logger.exception("the row could not be looked at again", extra={"contribution": str(contribution.key)})
        return True
    return current is not None and (_is_ahead_of_its_history(current) or _later(current, drawn) is not None)


def _look_again(office: Office, contribution: Contribution, drawn: Wanted) -> None:
    """A redrawing that was overtaken while it was on its way must not be the last word."""
    current = _current(office, contribution)
    if current is None or _is_ahead_of_its_history(current):
        return  # nobody may draw what no event tells yet: it would be in the name of whoever decided before
    later = _later(current, drawn)
    if later is not None:
        deliver_once(office, current, later)


def _current(office: Office, contribution: Contribution) -> Contribution | None:
    try:
        return office.contributions.get(contribution.key)
    except UnreadableContribution:  # spoiled by hand since: that change tells it, and nothing can be drawn from it
        return None


def _is_ahead_of_its_history(contribution: Contribution) -> bool:
    """Whether a hand has changed its status, and that isn't stored as an event yet."""
    return bool(contribution.events) and not is_explained(contribution)


def _later(current: Contribution, drawn: Wanted) -> Wanted | None:
    """The redrawing that the row calls for as it is now, if that is a later version of the same one."""
    for wanted in drawn.effect.wanted(history_of(current)):
        if wanted.name == drawn.name and wanted.version > drawn.version and not wanted.event.silent:
            return wanted
    return None


def owe(office: Office, contribution: Contribution, wanted: Wanted, due_at: int | None = None) -> Record | None:
    """Records that a message is owed, unless that was recorded before. due_at: when it may be tried (ms); None: now."""
    place = wanted.effect.rate_limit_key(office.sender, contribution)
    now = office.now()
    record, as_read = owed(key_of(contribution, wanted), place, now, due_at), None
    for _ in range(_TRIES):
        try:
            office.deliveries.swap(record, as_read)
        except DeliveryChanged as change:
            found = change.found
            if found is None:
                as_read = None
                continue
            drawn = found.drawn or (wanted.first if found.state is State.SENT else 0)
            if not found.row_gone and (found.state is not State.SENT or drawn >= wanted.version):
                return found
            as_read = found
            record = replace(found, state=State.DUE, due_at=record.due_at, drawn=drawn, open=True, token=record.token)
        else:
            return record
    return None


def _wait(office: Office, contribution: Contribution, wanted: Wanted, until: int) -> Record | None:
    """Records that a message is owed and can't be sent before then (ms)."""
    record = owe(office, contribution, wanted, until)
    if record is None or not record.open or record.state is State.UNKNOWN or record.due_at > office.now():
        return record
    waiting = postponed(record, until)
    try:
        office.deliveries.swap(waiting, record)
    except DeliveryChanged as change:
        return change.found
    return waiting


def settle(office: Office, record: Record, why: str, *, row_gone: bool = False) -> None:
    """Puts a delivery away that isn't to be sent any more; row_gone: unless somebody restores its row."""
    away = superseded(record)
    if row_gone:
        away = replace(away, reason=ROW_GONE)
    try:
        office.deliveries.swap(away, record)
    except DeliveryChanged:
        return  # someone else is at it, and the next look sees what came of that
    about = {"effect": record.key.effect, "contribution": record.key.subject.partition("#")[2], "why": why}
    _logger.info("not sent, and not to be sent any more", extra=about)


def look_later(office: Office, key: ContributionKey) -> None:
    """Records that a row is to be looked at again: it tells something that this version doesn't understand."""
    now = office.now()
    record = owed(DeliveryKey(subject_of(key), LOOK), "", now, now + LOOK_AGAIN_MS)
    try:
        office.deliveries.swap(record, None)
    except DeliveryChanged as change:
        if change.found is not None and not change.found.open:
            office.deliveries.swap(replace(record, attempts=0), change.found)
