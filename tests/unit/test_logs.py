"""Log lines: one JSON object each, with codes and ids, and without what people typed."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pydantic import ValidationError

from ossi.domain.contribution import Contribution, Status
from ossi.runtime.logs import add_log_fields, in_every_line, set_up
from ossi.runtime.settings import WrongEnvironment
from ossi.slack.errors import PermanentSlackError
from ossi_slash.settings import Settings

TYPED = "what somebody typed"
ours = logging.getLogger("ossi.test")


@pytest.fixture(autouse=True)
def fresh_loggers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME", raising=False)
    loggers = logging.getLogger("ossi"), logging.getLogger()
    before = [(logger.handlers[:], logger.propagate, logger.level) for logger in loggers]
    loggers[0].handlers.clear()
    yield
    for logger, (handlers, propagate, level) in zip(loggers, before, strict=True):
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    printed = capsys.readouterr()
    assert printed.err == ""
    return [json.loads(line) for line in printed.out.splitlines()]


def line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (only,) = lines(capsys)
    return only


def test_a_line_is_one_json_object_with_every_extra_field(capsys: pytest.CaptureFixture[str]) -> None:
    set_up()
    set_up()  # a second time adds no second line
    ours.warning("it ran\ninto something", extra={"why": "ratelimited", "count": 2, "odd": object})
    written = line(capsys)
    assert written.pop("timestamp").endswith("Z")
    assert written == {
        "level": "WARNING", "message": "it ran\ninto something", "logger": "ossi.test", "why": "ratelimited", "count": 2,
        "odd": "<class 'object'>",
    }  # fmt: skip


def test_the_timestamp_is_as_lambda_reads_it(capsys: pytest.CaptureFixture[str]) -> None:
    set_up()
    record = ours.makeRecord("ossi.test", logging.INFO, "", 0, "at noon", (), None)
    record.created = 1_792_994_700.0625
    ours.handle(record)
    assert line(capsys)["timestamp"] == "2026-10-26T06:05:00.062Z"


def test_the_level_is_a_setting(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("OSSI_LOG_LEVEL", "error")
    set_up()
    ours.warning("quiet")
    assert lines(capsys) == []
    monkeypatch.setenv("OSSI_LOG_LEVEL", "DEBUG")
    set_up()
    ours.debug("loud")
    assert line(capsys)["message"] == "loud"


def test_what_is_noted_is_in_every_later_line_and_ends_with_the_invocation(capsys: pytest.CaptureFixture[str]) -> None:
    set_up()
    with in_every_line(requestId="1-2-3", apiRequestId=None):
        ours.info("first")
        add_log_fields(command="new")
        ours.info("second")
    add_log_fields(command="of nobody")
    ours.info("third")
    assert [{key: each.get(key) for key in ("requestId", "apiRequestId", "command")} for each in lines(capsys)] == [
        {"requestId": "1-2-3", "apiRequestId": None, "command": None},
        {"requestId": "1-2-3", "apiRequestId": None, "command": "new"},
        {"requestId": None, "apiRequestId": None, "command": None},
    ]


def test_an_error_is_its_kind_and_its_place_and_not_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    set_up()
    try:
        try:
            raise ValueError(TYPED)
        except ValueError as error:
            raise KeyError(TYPED) from error
    except KeyError:
        ours.exception("it failed")
    written = line(capsys)
    assert (written["error"], written["cause"]) == ("KeyError", "ValueError")
    (place,) = written["trace"]
    assert place.startswith("test_logs.py:")
    assert place.endswith(" test_an_error_is_its_kind_and_its_place_and_not_its_message")
    assert TYPED not in json.dumps(written)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PermanentSlackError("channel_not_found"), "channel_not_found"),
        (ClientError({"Error": {"Code": "AccessDenied", "Message": TYPED}}, "PutItem"), "PutItem: AccessDenied"),
        (ClientError({}, "PutItem"), "PutItem: ?"),
        (RuntimeError(TYPED), None),
    ],
)
def test_an_error_has_its_code(error: Exception, code: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    set_up()
    ours.error("it failed", exc_info=error)
    written = line(capsys)
    assert written.get("code") == code
    assert TYPED not in json.dumps(written)


def test_a_missing_variable_is_named_and_no_value_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    set_up()
    with pytest.raises(WrongEnvironment) as caught:
        Settings.read({"OSSI_GRACE_DAYS": TYPED})
    ours.error("it failed", exc_info=caught.value)
    written = line(capsys)
    assert "OSSI_TABLE is missing" in written["code"]
    assert "OSSI_GRACE_DAYS is no whole number" in written["code"]
    assert TYPED not in json.dumps(written)


def test_what_pydantic_finds_wrong_is_named_and_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    set_up()
    with pytest.raises(ValidationError) as caught:
        Contribution(user_id="U0AINO001", timestamp=TYPED, status=Status.PENDING)  # pyright: ignore[reportArgumentType]
    ours.error("it failed", exc_info=caught.value)
    written = line(capsys)
    assert written["code"] == "timestamp: int_parsing"
    assert TYPED not in json.dumps(written)


def test_in_lambda_a_library_says_where_it_complains_and_nothing_that_it_put_together(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "ossi-test-slash")
    monkeypatch.setenv("OSSI_LOG_LEVEL", "DEBUG")
    set_up()
    library = logging.getLogger("botocore.parsers")
    library.debug("Response body: %s", TYPED)
    library.info(TYPED)
    library.warning(f"a failure of {TYPED}")  # as slack_sdk writes
    library.warning("a failure of %s", TYPED, extra={"url": TYPED})
    first, second = lines(capsys)
    assert first["message"].startswith("test_logs.test_in_lambda_a_library_")
    assert second["message"].startswith("a failure of %s (test_logs.test_in_lambda_a_library_")
    assert TYPED not in json.dumps([first, second])


def test_elsewhere_the_loggers_of_others_are_left_alone() -> None:
    before = logging.getLogger().handlers[:]
    set_up()
    assert logging.getLogger().handlers == before
