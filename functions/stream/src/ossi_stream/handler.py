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
from ossi_stream.changes import about, change_of

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
        """One change of the table. Raises whatever makes it necessary that the record comes again; the log says why."""
        raw: object = record.raw_event  # which may be anything: only the batch processor calls it a record
        try:
            old, new = change_of(raw)
            self._tell(old, new)
        except UnreadableContribution as error:
            # A row that somebody spoiled by hand: nothing can be told about it, and it must not hold up the others.
            _logger.error(
                "a changed row cannot be read", extra=about(raw) | {"why": str(error), "metric": "Unreadable"}
            )
        except DeliveryIncomplete:
            raise  # each message has said why
        except Exception:
            # The batch processor keeps it to itself: without this line nobody would learn what happened.
            _logger.exception("a change could not be handled", extra=about(raw))
            raise

    def _tell(self, old: Contribution | None, new: Contribution | None) -> None:
        transition = transition_of(old, new)
        if transition is None or new is None:
            return
        key = str(new.key)
        if key in self._waiting:
            _logger.warning("waits behind an earlier change of its row", extra={"contribution": key})
            raise DeliveryIncomplete([transition.value])  # that one comes again too
        try:
            deliver(transition, self._delivery(new), EFFECTS, self._seconds_left)
        except Exception:
            self._waiting.add(key)
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
