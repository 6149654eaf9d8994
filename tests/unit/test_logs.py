"""Log lines: one JSON object each."""

import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from ossi.logs import JsonFormatter, set_up


@pytest.fixture(autouse=True)
def fresh_logger() -> Iterator[None]:
    logger = logging.getLogger("ossi")
    before = (logger.handlers[:], logger.propagate, logger.level)
    logger.handlers.clear()
    yield
    logger.handlers[:], logger.propagate = before[:2]
    logger.setLevel(before[2])


def test_a_line_is_one_json_object_with_every_extra_field(capsys: pytest.CaptureFixture[str]) -> None:
    set_up()
    set_up()  # a second time adds no second line
    logging.getLogger("ossi.test").warning("it ran\ninto something", extra={"why": "ratelimited", "count": 2})
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "level": "WARNING", "message": "it ran\ninto something", "logger": "ossi.test", "why": "ratelimited", "count": 2,
    }  # fmt: skip


def test_the_level_is_a_setting(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("OSSI_LOG_LEVEL", "error")
    set_up()
    logging.getLogger("ossi.test").warning("quiet")
    assert capsys.readouterr().out == ""


def test_where_lambda_formats_json_itself_there_is_no_second_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_LOG_FORMAT", "JSON")
    set_up()
    assert logging.getLogger("ossi").handlers == []


def test_a_trace_and_the_requests_id_are_in_the_line() -> None:
    try:
        raise KeyError("what")
    except KeyError:
        record = logging.LogRecord("ossi", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    vars(record)["aws_request_id"] = "1-2-3"
    vars(record)["odd"] = object
    line: dict[str, Any] = json.loads(JsonFormatter().format(record))
    assert line["requestId"] == "1-2-3"
    assert "KeyError" in line["exception"]
    assert "object" in line["odd"]
