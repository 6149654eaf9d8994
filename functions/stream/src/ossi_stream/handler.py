"""The table's stream: what follows from a change goes out from here (R9), or is recorded as owed."""

import logging
import time
from collections.abc import Sequence
from typing import Any, cast

from ossi.aws.dynamodb import is_refused_as_invalid
from ossi.aws.stream_records import about, change_of, contribution_key, number_of
from ossi.delivery.batch import Change, Time, deliver
from ossi.delivery.deliver import Office, look_later
from ossi.delivery.effects import EFFECTS
from ossi.domain.errors import UnreadableContribution
from ossi.runtime.invocation import invocation
from ossi_stream.announce import announce
from ossi_stream.bootstrap import app

_logger = logging.getLogger("ossi.stream")


@invocation("stream")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The Lambda's entry. event: a DynamoDB stream batch. Answers a partial batch response: what is to be delivered again."""
    office = app().office
    records = cast("Sequence[object]", event["Records"])
    changes: dict[int, Change] = {}
    again: set[int] = set()
    for number, record in enumerate(records):
        try:
            change = _change(record, office)
        except Exception:  # nobody foresaw it: it comes again, and the others go on
            _logger.exception("a change could not be handled", extra=about(record))
            again.add(number)
        else:
            changes |= {number: change} if change else {}
    clock = Time(lambda: float(context.get_remaining_time_in_millis()) / 1000, time.monotonic, time.sleep)
    recorded = deliver(list(changes.values()), office, clock)
    again |= {number for number, done in zip(changes, recorded, strict=True) if not done}
    return {"batchItemFailures": [{"itemIdentifier": number_of(records[number])} for number in sorted(again)]}


def _change(record: object, office: Office) -> Change | None:
    """What a record calls for; None: nothing."""
    try:
        old, new = change_of(record)
    except UnreadableContribution as error:
        key = contribution_key(record)
        if error.newer and key is not None:
            # A newer version runs beside this one, and knows what to do: whichever looks at the row in a few minutes.
            look_later(office, key)
            _logger.warning("a row that a newer version wrote is to be looked at later", extra=about(record))
            return None
        # A row that someone spoiled by hand: nothing can be told about it, and it must not hold up the others.
        _logger.error("a changed row cannot be read", extra=about(record) | {"why": str(error), "metric": "Unreadable"})
        return None
    try:
        return announce(old, new, EFFECTS, office.contributions)
    except Exception as error:
        if not is_refused_as_invalid(error):
            raise
        # Too large with one more event, or spoiled in a way that reads well: as above.
        _logger.exception("a changed row cannot be stored", extra=about(record) | {"metric": "Unreadable"})
        return None
