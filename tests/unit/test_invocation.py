"""What stands around each Lambda handler: the closing line, its metrics, and what becomes of an error."""

import json
import logging
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ossi.runtime.invocation import InvocationFailed, invocation
from ossi.runtime.logs import add_log_fields
from ossi.slack.errors import PermanentSlackError

TYPED = "what somebody typed"
CONTEXT = SimpleNamespace(aws_request_id="1-2-3")
EVENT: dict[str, Any] = {"requestContext": {"requestId": "UaBc="}}
logger = logging.getLogger("ossi.test")


@pytest.fixture(autouse=True)
def stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSSI_STACK", "test")
    monkeypatch.delenv("OSSI_LOG_LEVEL", raising=False)
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME", raising=False)


def handler(work: Callable[[], None]) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    @invocation("slash")
    def handle(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
        work()
        return {"statusCode": 200}

    return handle


def run(work: Callable[[], None], capsys: pytest.CaptureFixture[str], event: Any = EVENT) -> list[dict[str, Any]]:
    assert handler(work)(event, CONTEXT) == {"statusCode": 200}
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def metrics(line: dict[str, Any]) -> dict[tuple[tuple[str, ...], str], tuple[object, str]]:
    """(values of the dimensions, name) -> value and unit: what CloudWatch makes of the line.

    Written from Amazon's specification of the embedded metric format, which refuses the whole line for one mistake.
    """
    assert isinstance(line["_aws"]["Timestamp"], int)
    found: dict[tuple[tuple[str, ...], str], tuple[object, str]] = {}
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert directive.keys() == {"Namespace", "Dimensions", "Metrics"}
        assert directive["Namespace"] == "Ossi"
        assert directive["Metrics"]
        for dimensions in directive["Dimensions"]:
            assert len(dimensions) <= 30
            values = tuple(line[name] for name in dimensions)
            assert all(isinstance(value, str) and 0 < len(value) <= 1024 for value in values)
            for metric in directive["Metrics"]:
                assert re.fullmatch(r"[A-Za-z]{1,255}", metric["Name"])
                assert isinstance(line[metric["Name"]], int)
                found[values, metric["Name"]] = line[metric["Name"]], metric["Unit"]
    return found


def test_the_closing_line_says_how_it_went(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        add_log_fields(command="new")
        logger.info("in between")

    between, closing = run(work, capsys)
    ids = {"requestId": "1-2-3", "apiRequestId": "UaBc=", "function": "slash", "command": "new"}
    assert {key: between[key] for key in ids} == ids
    assert {key: closing[key] for key in ids} == ids
    assert (closing["message"], closing["level"], closing["outcome"]) == ("handled", "INFO", "done")
    assert 0 <= closing["ms"] < 5000


def test_what_was_counted_becomes_metrics(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        for _ in range(3):
            logger.info("sent", extra={"metric": "Delivered"})
        logger.warning("refused", extra={"metric": "Refused"})
        add_log_fields(outcome="refused")

    closing = run(work, capsys)[-1]
    assert metrics(closing) == {
        (("test",), "Delivered"): (3, "Count"),
        (("test",), "Refused"): (1, "Count"),
    }
    assert closing["outcome"] == "refused"


def test_the_next_invocation_counts_anew(capsys: pytest.CaptureFixture[str]) -> None:
    run(lambda: logger.info("sent", extra={"metric": "Delivered"}), capsys)
    (closing,) = run(lambda: None, capsys)
    assert "Delivered" not in closing
    assert "_aws" not in closing  # a metric of nothing would be paid for
    assert closing["outcome"] == "done"


def test_what_is_too_unimportant_to_be_written_is_counted_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OSSI_LOG_LEVEL", "ERROR")
    (closing,) = run(lambda: logger.info("sent", extra={"metric": "Delivered"}), capsys)
    assert metrics(closing)[("test",), "Delivered"] == (1, "Count")
    assert closing["level"] == "INFO"  # Lambda lets INFO through whatever the setting: see infra


def test_an_error_that_nobody_foresaw_goes_on_without_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        raise KeyError(TYPED)

    with pytest.raises(InvocationFailed, match=r"^KeyError$") as caught:
        handler(work)(EVENT, CONTEXT)
    assert caught.value.__cause__ is None
    failure, closing = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (failure["message"], failure["error"]) == ("the invocation failed", "KeyError")
    assert closing["outcome"] == "failed"
    assert "_aws" not in closing  # Lambda counts it
    assert TYPED not in json.dumps([failure, closing])


def test_an_error_of_ossi_s_own_goes_on_as_it_is() -> None:
    def work() -> None:
        raise PermanentSlackError("channel_not_found")

    with pytest.raises(PermanentSlackError, match="channel_not_found"):
        handler(work)(EVENT, CONTEXT)


@pytest.mark.parametrize("event", [{}, {"requestContext": None}, {"requestContext": {"requestId": 7}}, [], None])
def test_an_event_of_any_shape_gets_a_closing_line(event: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (closing,) = run(lambda: None, capsys, event)
    assert closing["requestId"] == "1-2-3"
    assert "apiRequestId" not in closing
