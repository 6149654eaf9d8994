"""Tells the management channel, once for each run, that a report could not be made."""

import logging
from collections.abc import Callable

from ossi.domain.contribution import MessageRef
from ossi.domain.months import Month
from ossi.ports import Chat, Claim, Ledger, Message
from ossi.slack.messages.report_failure import report_failed, report_stopped

_logger = logging.getLogger(__name__)
_EFFECT = "announce_trouble"


class Trouble:
    """What there is to tell about one run. Nothing is raised: the error that is told about matters more, and an alarm tells it too."""

    def __init__(
        self, ledger: Ledger, chat: Chat, channel: str, month: Month, run_id: str, requested_by: str | None
    ) -> None:
        self._ledger = ledger
        self._chat = chat
        self._channel = channel
        self._month = month
        self._run_id = run_id
        self._requested_by = requested_by
        self._told: MessageRef | None = None

    def tell_stopped(self) -> None:
        """Earlier attempts died: said before the last one begins, since that may die as well."""
        self._try(lambda: self._post(report_stopped(self._month, self._requested_by)))

    def tell_failed(self, error: Exception) -> None:
        """The last attempt failed. What was said before it is redrawn."""
        message, told = report_failed(self._month, self._requested_by, error), self._told
        self._try(lambda: self._chat.update(told, message) if told else self._post(message))

    def _post(self, message: Message) -> None:
        if self._ledger.claim(self._run_id, _EFFECT) is Claim.GRANTED:
            self._told = self._chat.post(self._channel, message)
            self._ledger.record_sent(self._run_id, _EFFECT, self._told)

    def _try(self, tell: Callable[[], None]) -> None:
        try:
            tell()
        except Exception:  # perhaps Slack is the very thing that fails
            about = {"run": self._run_id, "effect": _EFFECT, "metric": "ReportFailed"}
            _logger.exception("the management channel was not told that the report failed", extra=about)
