"""Structured logs: one JSON object a line, with ids and codes, never with what people typed.

On AWS Lambda's own JSON log format does the same (LoggingConfig); this keeps the lines alike wherever a function runs.
"""

import json
import logging
import os
import sys

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "aws_request_id"}


class JsonFormatter(logging.Formatter):
    """Writes the message and every extra= field of a record."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        line: dict[str, object] = {"level": record.levelname, "message": record.getMessage(), "logger": record.name}
        request_id = getattr(record, "aws_request_id", None)
        if request_id:
            line["requestId"] = request_id
        line.update({key: value for key, value in vars(record).items() if key not in _STANDARD})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def set_up() -> None:
    """Lets the loggers of ossi write JSON at OSSI_LOG_LEVEL (default INFO). Where Lambda formats JSON itself, only the level is set."""
    logger = logging.getLogger("ossi")
    logger.setLevel(os.environ.get("OSSI_LOG_LEVEL", "INFO").upper())
    if os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON" or logger.handlers:
        return
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)
    logger.propagate = False
