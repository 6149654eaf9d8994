"""Compares rows with the records of their deliveries: what was never recorded is owed (N1)."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ossi.delivery.deliver import Office, key_of, subject_of
from ossi.delivery.effect import Effect, Wanted, wanted_of
from ossi.delivery.record import DeliveryKey, Record, State
from ossi.delivery.takeover import history_by_records, may_owe
from ossi.domain.contribution import Contribution
from ossi.domain.errors import ContributionChanged
from ossi.domain.history import Event
from ossi.domain.lifecycle import adopt, is_explained

_logger = logging.getLogger("ossi.reconcile")

NOT_LOOKED_AT = "a row could not be looked at"

Records = dict[DeliveryKey, Record]


@dataclass(frozen=True)
class Unsent:
    """A delivery that a row calls for and that isn't settled. record: None: nothing was ever recorded of it."""

    contribution: Contribution
    wanted: Wanted
    record: Record | None


def unsent_of(office: Office, rows: Sequence[Contribution], *, dry: bool = False) -> list[list[Unsent] | None]:
    """What each row calls for and wasn't settled, in the order in which people should read it. dry: changes nothing.

    A change by hand that no event tells is stored as an event first, unless the row has changed again. None: that failed, or its
    records can't be read; it's logged, and the other rows are none the worse for it.
    """
    try:
        records = office.deliveries.read([key for row in rows for key in _keys(office, row)])
    except Exception as error:
        if len(rows) > 1:  # perhaps it's one row's key that is refused
            _logger.warning("the records of several rows cannot be read at once", extra={"why": type(error).__name__})
            return [found for row in rows for found in unsent_of(office, [row], dry=dry)]
        for row in rows:
            _logger.exception(NOT_LOOKED_AT, extra=about_failure(row, error))
        return [None] * len(rows)
    found: list[list[Unsent] | None] = []
    for row in rows:
        try:
            found.append(_unsent(office, row, records, dry=dry))
        except Exception as error:
            _logger.exception(NOT_LOOKED_AT, extra=about_failure(row, error))
            found.append(None)
    return found


def about_failure(row: Contribution, error: Exception) -> dict[str, object]:
    """For the log, with a metric: nobody else would hear of what was never recorded."""
    return {"contribution": str(row.key), "why": type(error).__name__, "metric": "Unreadable"}


def _keys(office: Office, row: Contribution) -> Iterable[DeliveryKey]:
    if not row.events and not may_owe(row):
        return
    subject = subject_of(row.key)
    names = {effect.name for effect in office.effects} if not row.events else set[str]()
    names |= {wanted.name for wanted in wanted_of(office.effects, history_by_records(row, office.effects, ()))}
    yield from (DeliveryKey(subject, name) for name in sorted(names))


def _unsent(office: Office, row: Contribution, records: Records, *, dry: bool) -> list[Unsent]:
    subject = subject_of(row.key)
    recorded = {key.effect for key in records if key.subject == subject}
    history = history_by_records(row, office.effects, recorded)
    found = [
        Unsent(row, wanted, records.get(key_of(row, wanted)))
        for wanted in wanted_of(office.effects, history)
        if not is_too_late(wanted, history, office, row, records)
    ]
    found = [each for each in found if not _is_settled(each)]
    if not found or dry:
        return found
    stored = adopted(office, row, history)
    return [] if stored is None else [Unsent(stored, each.wanted, each.record) for each in found]


def adopted(office: Office, row: Contribution, history: Sequence[Event]) -> Contribution | None:
    """The row with its last change stored as an event, as it has to be before anything is told of it (R8).

    history: all that is known of the row's past. None: the row has changed since it was read, and the stream tells of that.
    """
    if is_explained(row):
        return row
    stored = adopt(row, history=history)
    try:
        office.contributions.save(stored, row)
    except ContributionChanged:
        return None
    return stored


def keys_beside(row: Contribution, effects: Sequence[Effect]) -> Iterator[DeliveryKey]:
    """The deliveries that have to be known to say whether another one of the same contribution would come too late."""
    subject = subject_of(row.key)
    if not row.events:
        yield from (DeliveryKey(subject, effect.name) for effect in effects)
        return
    if len(row.events) > 1:
        superseding = {name for effect in effects for name in effect.superseded_by}
        for wanted in wanted_of(effects, row.events):
            if wanted.effect.name in superseding:
                yield DeliveryKey(subject, wanted.name)


def is_too_late(wanted: Wanted, history: Sequence[Event], office: Office, row: Contribution, records: Records) -> bool:
    """Whether the delivery would tell something that isn't so any more, or that people know already."""
    if wanted.event.silent or wanted.is_too_late(history):
        return True
    later = [each for each in wanted_of(office.effects, history) if each.effect.name in wanted.effect.superseded_by]
    keys = [key_of(row, each) for each in later if each.event.n > wanted.event.n]
    return any(records[key].state is State.SENT for key in keys if key in records)


def _is_settled(unsent: Unsent) -> bool:
    record, wanted = unsent.record, unsent.wanted
    if record is None or record.state is not State.SENT:
        return False
    return wanted.version <= (record.drawn or wanted.first)
