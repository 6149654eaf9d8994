"""Structured logs: one JSON object a line, with ids and codes, never with what people typed, names or URLs.

Our own lines go to standard output, on AWS too, where Lambda's log format is JSON: "Lambda doesn't double-encode any logs that
are already JSON encoded" (AWS Lambda Developer Guide, "Configuring JSON and plain text log formats"). Lambda's own formatter
(awslambdaric 4, JsonFormatter) would write what `extra` holds just as well, but also the message of every exception, in which may
stand what somebody typed; and at DEBUG it would let botocore print the secret's value.
"""

import json
import logging
import os
import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, cast

from ossi.runtime.metrics import count

_NOT_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "aws_request_id",
    "tenant_id",
}
_ALWAYS = "always"  # an extra= field: written whatever the level

_about: ContextVar[dict[str, object] | None] = ContextVar("about", default=None)


def add_log_fields(**fields: object) -> None:
    """Adds fields to every following line of this invocation, the closing one included. Ids and codes only."""
    about = _about.get()
    if about is not None:
        about.update(fields)


@contextmanager
def in_every_line(**fields: object) -> Generator[dict[str, object]]:
    """Every line that is written meanwhile has these fields, and what `add_log_fields` adds; those without a value are left out."""
    about = {name: value for name, value in fields.items() if value is not None}
    token = _about.set(about)
    try:
        yield about
    finally:
        _about.reset(token)


class JsonFormatter(logging.Formatter):
    """Writes the message, the invocation's fields, and every extra= field of a record.

    level and timestamp are where Lambda looks for them. An exception appears as its type, its code and where it happened: not as
    its message. What a library logs appears without the text that it put together.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "timestamp": at.removesuffix("+00:00") + "Z",
            "level": record.levelname,
            "message": record.getMessage() if _is_ours(record) else _template(record),
            "logger": record.name,
            **(_about.get() or {}),
        }
        if _is_ours(record):
            fields = vars(record).items()
            line.update({name: value for name, value in fields if name not in _NOT_FIELDS and name != _ALWAYS})
        if record.exc_info and record.exc_info[1] is not None:
            line.update(_failure(record.exc_info[1]))
        # Half a character, which no encoding has a place for, is written as JSON can name it: \ud800.
        return json.dumps(line, default=str, ensure_ascii=False).encode(errors="backslashreplace").decode()


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] == "ossi"


def _template(record: logging.LogRecord) -> str:
    """What stands in a library's source: with arguments the text has places for them, without it may hold anything."""
    where = f"{record.module}.{record.funcName}:{record.lineno}"
    return f"{record.msg} ({where})" if record.args else where


def _failure(error: BaseException) -> dict[str, object]:
    fields: dict[str, object] = {"error": type(error).__name__}
    code = _code(error)
    if code is not None:
        fields["code"] = code
    if error.__cause__ is not None:
        fields["cause"] = type(error.__cause__).__name__
    frames = traceback.extract_tb(error.__traceback__)
    fields["trace"] = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return fields


def _code(error: BaseException) -> str | None:
    """A SlackError's code; which call AWS refused, and why; which parts pydantic found wrong, and how."""
    code: object = getattr(error, "code", None)
    if isinstance(code, str):
        return code
    response: object = getattr(error, "response", None)
    if isinstance(response, dict):
        said = cast("dict[str, dict[str, Any]]", response).get("Error", {})
        return f"{getattr(error, 'operation_name', '?')}: {said.get('Code', '?')}"
    if type(error).__name__ == "ValidationError":
        details = cast("Any", error).errors(include_input=False, include_context=False, include_url=False)
        return ", ".join(f"{'.'.join(map(str, each['loc']))}: {each['type']}" for each in details)
    return None


class _Lines(logging.Handler):
    """Counts every record's metric, and writes those of at least the wanted level to standard output."""

    def __init__(self, least: int) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.least = least

    def emit(self, record: logging.LogRecord) -> None:
        """See logging.Handler."""
        name: object = getattr(record, "metric", None)
        if isinstance(name, str):
            count(name)
        if record.levelno >= self.least or getattr(record, _ALWAYS, False):
            # Looked up now: whoever runs us may have put another stream there since.
            sys.stdout.write(self.format(record) + "\n")
            sys.stdout.flush()


def set_up() -> None:
    """Lets the loggers of ossi write JSON at OSSI_LOG_LEVEL (default INFO). May be called again.

    In Lambda the lines of all libraries go the same way, from WARNING on: below that they tell of requests and answers.
    """
    least = logging.getLevelNamesMapping()[os.environ.get("OSSI_LOG_LEVEL", "INFO").upper()]
    logger = logging.getLogger("ossi")
    # A line that is too unimportant to be written still counts.
    logger.setLevel(min(least, logging.INFO))
    lines = next((each for each in logger.handlers if isinstance(each, _Lines)), None)
    if lines is None:
        lines = _Lines(least)
        logger.addHandler(lines)
        logger.propagate = False
    lines.least = least
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        root = logging.getLogger()
        root.handlers[:] = [lines]
        root.setLevel(logging.WARNING)
