"""What every Lambda handler does around its work: the context of its log lines, the time it took, its outcome, its metrics."""

import functools
import logging
import os
import time
from collections.abc import Callable
from typing import Any

from ossi.domain.errors import OssiError
from ossi.runtime.logs import in_every_line, set_up
from ossi.runtime.metrics import counting
from ossi.runtime.preload import preload

_logger = logging.getLogger(__name__)

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

DONE, FAILED = "done", "failed"

TOO_LATE_MS = 2500
"""An answer that took so long, with the function's start, counts as failed: Slack gives up after 3 seconds, and counts its way too."""
_LONGEST_WAIT_MS = (
    30_000  # API Gateway gives up by then (its quotas for HTTP APIs); what is older was handed in again, say by a test
)


class InvocationFailed(Exception):
    """Lambda and its failure queue get to see the kind of an error that nobody foresaw, and not its message."""


def invocation(function: str) -> Callable[[Handler], Handler]:
    """Wraps the Lambda handler of the function of that name.

    Every line has Lambda's request id and, for a request to the API, the API's own. A closing line says how it went: the
    outcome that the handler noted (`add_log_fields(outcome=...)`), else done or failed, the milliseconds, for a request to the API
    also those since it arrived there, in which a start of the function is contained, and all counts.
    An error that is not one of Ossi's is logged and raised as InvocationFailed.

    It wraps while the handler's module is being imported: where Lambda prepares for requests to come, everything that they may
    need is imported then, see preload.
    """

    def wrap(handler: Handler) -> Handler:
        preload("ossi", handler.__module__.partition(".")[0])

        @functools.wraps(handler)
        def wrapped(event: dict[str, Any], context: Any) -> dict[str, Any]:
            set_up()
            started = time.monotonic()
            ids = {"requestId": getattr(context, "aws_request_id", None), "apiRequestId": _api_request_id(event)}
            with counting() as metrics, in_every_line(**ids, function=function) as about:
                try:
                    return handler(event, context)
                except Exception as error:
                    about["outcome"] = FAILED
                    _logger.exception("the invocation failed")  # Lambda's own metric counts these
                    if isinstance(error, OssiError):
                        raise
                    raise InvocationFailed(type(error).__name__) from None
                finally:
                    ms = round((time.monotonic() - started) * 1000)
                    about |= {"outcome": str(about.get("outcome", DONE)), "ms": ms}
                    waited_ms = _waited_ms(event)
                    if waited_ms is not None:
                        about |= {"waitedMs": waited_ms}
                        if TOO_LATE_MS <= waited_ms <= _LONGEST_WAIT_MS:
                            _logger.warning("answered too late", extra={"metric": "Failed"})
                    embedded = metrics.embedded(os.environ.get("OSSI_STACK", "none"), round(time.time() * 1000))
                    _logger.info("handled", extra={**embedded, "always": True})

        return wrapped

    return wrap


def _api_request_id(event: object) -> str | None:
    """API Gateway's id of the request, which its access log has too."""
    request_id = _in_request_context(event, "requestId")
    return request_id if isinstance(request_id, str) else None


def _waited_ms(event: object) -> int | None:
    """How long ago the request arrived at API Gateway, by the clocks of both; None: it's no request to the API."""
    arrived = _in_request_context(event, "timeEpoch")
    if not isinstance(arrived, int) or isinstance(arrived, bool):
        return None
    return max(round(time.time() * 1000) - arrived, 0)


def _in_request_context(event: object, name: str) -> object:
    context: object = event.get("requestContext") if isinstance(event, dict) else None  # pyright: ignore[reportUnknownVariableType,reportUnknownMemberType]
    return context.get(name) if isinstance(context, dict) else None  # pyright: ignore[reportUnknownVariableType,reportUnknownMemberType]
