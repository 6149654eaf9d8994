"""The table's stream: every message that follows a change goes out from here (R9)."""

import logging
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from ossi.domain.contribution import Contribution
from ossi.domain.errors import DeliveryIncomplete, UnreadableContribution
from ossi.domain.transitions import transition_of
from ossi.effects import EFFECTS
from ossi.invocation import invocation
from ossi.use_cases.deliver import Delivery, deliver
from ossi_stream.bootstrap import App, app
from ossi_stream.changes import change_of, id_of

_logger = logging.getLogger("ossi.stream")


@invocation("stream")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The Lambda's entry. event: a DynamoDB stream batch. Answers a partial batch response: what is to be delivered again."""
    records = Records(app(), context)
    # A batch of which everything failed is reported like any other; an error would have Lambda cut it in halves for nothing.
    processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
    with processor(event["Records"], records.handle, lambda_context=context):
        processor.process()
    return dict(processor.response())


class Records:
    """Handles the records of one batch."""

    def __init__(self, application: App, context: Any) -> None:
        self._app = application
        self._context = context
        self._waiting: set[str] = set()

    def handle(self, record: DynamoDBRecord) -> None:
        """One change of the table. Raises whatever makes it necessary that the record comes again."""
        raw: object = record.raw_event  # which may be anything: only the batch processor calls it a record
        event_id = id_of(raw)
        try:
            old, new = change_of(raw)
        except UnreadableContribution as error:
            # A row that somebody spoiled by hand: nothing can be told about it, and it must not hold up the others.
            _logger.error("a changed row cannot be read", extra={"why": str(error), "event": event_id})
            return
        transition = transition_of(old, new)
        if transition is None or new is None:
            return
        if str(new.key) in self._waiting:
            raise DeliveryIncomplete([transition.value])  # behind its own earlier change, which comes again too
        try:
            deliver(transition, self._delivery(new), EFFECTS, self._seconds_left)
        except Exception as error:
            self._waiting.add(str(new.key))
            if not isinstance(error, DeliveryIncomplete):
                # The batch processor keeps it to itself: without this line nobody would learn what happened.
                _logger.exception("a change could not be handled", extra={"event": event_id})
            raise

    def _delivery(self, contribution: Contribution) -> Delivery:
        settings = self._app.settings
        return Delivery(
            contribution=contribution,
            chat=self._app.chat,
            ledger=self._app.ledger,
            words=self._app.words,
            management_channel=settings.management_channel,
            public_channel=settings.public_channel,
        )

    def _seconds_left(self) -> float:
        return float(self._context.get_remaining_time_in_millis()) / 1000
