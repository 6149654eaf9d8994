"""The table's stream: every message that follows a change goes out from here (R9), each lane's by a function of its own."""

import logging
import time
from collections.abc import Sequence
from typing import Any, cast

from ossi.aws.stream_records import about, change_of, number_of
from ossi.delivery.batch import Change, Time, deliver
from ossi.delivery.deliver import Delivery, Lane
from ossi.delivery.effects import EFFECTS
from ossi.domain.contribution import Contribution
from ossi.domain.errors import UnreadableContribution
from ossi.domain.transitions import transition_of
from ossi.runtime.invocation import invocation
from ossi_stream.bootstrap import App, app

_logger = logging.getLogger("ossi.stream")


@invocation("stream")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The Lambda's entry. event: a DynamoDB stream batch. Answers a partial batch response: what is to be delivered again."""
    application = app()
    records = cast("Sequence[object]", event["Records"])
    changes: dict[int, Change] = {}
    again: set[int] = set()
    for number, record in enumerate(records):
        try:
            change = _change(record, application)
        except Exception:  # nobody foresaw it: it comes again, and the others go on
            _logger.exception("a change could not be handled", extra=about(record))
            again.add(number)
        else:
            changes |= {number: change} if change else {}
    clock = Time(lambda: float(context.get_remaining_time_in_millis()) / 1000, time.monotonic, time.sleep)
    effects = [effect for effect in EFFECTS if effect.lane is application.settings.lane]
    unsent = deliver(list(changes.values()), effects, clock)
    again |= {number for number, names in zip(changes, unsent, strict=True) if names}
    return {"batchItemFailures": [{"itemIdentifier": number_of(records[number])} for number in sorted(again)]}


def _change(record: object, application: App) -> Change | None:
    """What a record tells; None: nothing to anybody."""
    try:
        old, new = change_of(record)
    except UnreadableContribution as error:
        # A row that somebody spoiled by hand: nothing can be told about it, and it must not hold up the others.
        if application.settings.lane is Lane.DIRECT:  # both lanes read it; once is enough for whoever counts
            _logger.error(
                "a changed row cannot be read", extra=about(record) | {"why": str(error), "metric": "Unreadable"}
            )
        return None
    transition = transition_of(old, new)
    return None if transition is None or new is None else Change(transition, _delivery(new, application))


def _delivery(contribution: Contribution, application: App) -> Delivery:
    return Delivery(
        contribution=contribution,
        chat=application.chat,
        ledger=application.ledger,
        words=application.words,
        management_channel=application.settings.management_channel,
        public_channel=application.settings.public_channel,
    )
