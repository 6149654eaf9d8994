"""What stands around each Lambda handler: the closing line, its metrics, and what becomes of an error."""

import json
import logging
import re
import time
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


def test_what_an_alarm_watches_becomes_a_metric_and_every_count_stands_in_the_closing_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def work() -> None:
        for _ in range(3):
            logger.info("sent", extra={"metric": "Delivered"})
        logger.warning("refused", extra={"metric": "Refused"})
        # Both wait for a person's hand: one alarm, so one metric.
        logger.warning("parked", extra={"metric": "SetAside"})
        logger.warning("a row cannot be read", extra={"metric": "Unreadable"})
        add_log_fields(outcome="refused")

    closing = run(work, capsys)[-1]
    assert metrics(closing) == {
        (("test",), "Refused"): (1, "Count"),
        (("test",), "SetAside"): (2, "Count"),
    }
    assert (closing["Delivered"], closing["Unreadable"], closing["outcome"]) == (3, 1, "refused")


def test_what_no_alarm_watches_is_not_paid_for(capsys: pytest.CaptureFixture[str]) -> None:
    closing = run(lambda: logger.info("sent", extra={"metric": "Delivered"}), capsys)[-1]
    assert closing["Delivered"] == 1
    assert "_aws" not in closing


def arrived(ms_ago: int) -> dict[str, Any]:
    return {"requestContext": {"requestId": "UaBc=", "timeEpoch": int(time.time() * 1000) - ms_ago}}


@pytest.mark.parametrize(
    ("ms_ago", "late"),
    [
        (100, False),
        (2_600, True),
        (9_000, True),
        (-5_000, False),  # clocks differ
        (3_600_000, False),  # handed in again later: nobody waits any more
    ],
)
def test_an_answer_that_comes_too_late_counts_as_failed(
    ms_ago: int, late: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    *before, closing = run(lambda: None, capsys, arrived(ms_ago))
    assert [line["message"] for line in before] == ["answered too late"] * late
    assert ("Failed" in closing) is late


def test_how_long_a_person_has_waited_contains_the_function_s_start(capsys: pytest.CaptureFixture[str]) -> None:
    (closing,) = run(lambda: None, capsys, arrived(1_000))
    assert closing["waitedMs"] >= 1_000 > closing["ms"]


def test_the_next_invocation_counts_anew(capsys: pytest.CaptureFixture[str]) -> None:
    run(lambda: logger.warning("refused", extra={"metric": "Refused"}), capsys)
    (closing,) = run(lambda: None, capsys)
    assert "Refused" not in closing
    assert "_aws" not in closing  # a metric of nothing would be paid for
    assert closing["outcome"] == "done"


def test_what_is_too_unimportant_to_be_written_is_counted_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OSSI_LOG_LEVEL", "ERROR")
    (closing,) = run(lambda: logger.warning("refused", extra={"metric": "Refused"}), capsys)
    assert metrics(closing)[("test",), "Refused"] == (1, "Count")
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


@pytest.mark.parametrize(
    "event", [{}, {"requestContext": None}, {"requestContext": {"requestId": 7, "timeEpoch": "now"}}, [], None]
)
def test_an_event_of_any_shape_gets_a_closing_line(event: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (closing,) = run(lambda: None, capsys, event)
    assert closing["requestId"] == "1-2-3"
    assert not closing.keys() & {"apiRequestId", "waitedMs"}
