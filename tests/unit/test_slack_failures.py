"""What each of Slack's answers means, as a table."""

import pytest

from ossi.slack.errors import (
    DEFINITE_CODES,
    FailureKind,
    PermanentSlackError,
    TransientSlackError,
    failure_of,
)

LIMITED, AMBIGUOUS = FailureKind.LIMITED, FailureKind.AMBIGUOUS
FOR_NOW, FOR_GOOD = FailureKind.REFUSED_FOR_NOW, FailureKind.REFUSED_FOR_GOOD

CODES: dict[str, list[str]] = {
    "none": ["", "Please log in, Aino", "<html>", "x" * 81, "ünknown"],
    "too many": ["ratelimited", "rate_limited", "message_limit_exceeded"],
    "perhaps done": ["internal_error", "fatal_error"],
    "trouble": ["service_unavailable", "request_timeout", "update_failed"],
    "moving": ["team_added_to_org", "org_login_required", "external_channel_migrating"],
    "definite": ["channel_not_found", "not_in_channel", "is_archived", "invalid_auth", "token_revoked", "missing_scope",
                 "msg_too_long", "invalid_blocks", "message_not_found", "expired_trigger_id"],
    "of tomorrow": ["an_error_of_tomorrow", "not_yet_known"],
}  # fmt: skip
STATUSES: dict[str, list[int]] = {
    "good": [200, 201, 204],
    "elsewhere": [301, 302, 303, 307, 308],
    "later": [408, 425],
    "too many": [429],
    "wrong": [400, 401, 403, 404, 405, 410, 413, 418, 451],
    "trouble": [500, 501, 502, 503, 504, 520, 599, 999],
}
TABLE: dict[str, dict[str, FailureKind]] = {
    "none": {"good": AMBIGUOUS, "elsewhere": FOR_NOW, "later": FOR_NOW, "wrong": FOR_GOOD, "trouble": AMBIGUOUS},
    "too many": dict.fromkeys(STATUSES, LIMITED),
    "perhaps done": dict.fromkeys(STATUSES, AMBIGUOUS) | {"too many": LIMITED},
    "trouble": {"good": FOR_NOW, "elsewhere": FOR_NOW, "later": FOR_NOW, "wrong": FOR_NOW, "trouble": AMBIGUOUS},
    "moving": {"good": FOR_NOW, "elsewhere": FOR_NOW, "later": FOR_NOW, "wrong": FOR_NOW, "trouble": FOR_NOW},
    "definite": {"good": FOR_GOOD, "elsewhere": FOR_NOW, "later": FOR_NOW, "wrong": FOR_GOOD, "trouble": FOR_GOOD},
    "of tomorrow": {"good": FOR_GOOD, "elsewhere": FOR_NOW, "later": FOR_NOW, "wrong": FOR_GOOD, "trouble": AMBIGUOUS},
}
"""What Slack said -> the status it said it with -> what it means. HTTP 429 is the same whatever was said."""

CELLS = [(status, code) for status in STATUSES for code in CODES]


@pytest.mark.parametrize(("status", "code"), CELLS)
def test_what_an_answer_means(status: str, code: str) -> None:
    meant = TABLE[code].get(status, LIMITED)
    for each in STATUSES[status]:
        for said in CODES[code]:
            error = failure_of(each, {}, said)
            assert error.kind is meant, (each, said)
            assert type(error) is (PermanentSlackError if meant is FOR_GOOD else TransientSlackError)
            assert error.code == (f"http_{each}" if code == "none" else said)


def test_every_definite_code_is_believed_beside_a_5xx() -> None:
    assert {failure_of(503, {}, code).kind for code in DEFINITE_CODES} == {FOR_GOOD}


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("30", 30), ("1", 1), ("3600", 3600), ("3601", 3600), ("9" * 500, 3600), ("12.5", 12.5),
        ("0", 1), ("0.2", 1), ("", 1), ("-5", 1), ("+5", 1), ("1e3", 1), ("nan", 1), ("inf", 1), ("٣٠", 1), ("soon", 1),
        ("30, 40", 1), ("Fri, 27 Nov 2026 13:34:45 GMT", 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("status", "code"), [(429, ""), (200, "ratelimited"), (503, "message_limit_exceeded")])
def test_for_how_long_a_place_is_closed(said: str, seconds: float, status: int, code: str) -> None:
    assert failure_of(status, {"retry-after": said}, code).retry_after_s == seconds


def test_a_limit_that_does_not_say_for_how_long_is_over_in_a_second() -> None:
    assert failure_of(429, {}, "").retry_after_s == 1


@pytest.mark.parametrize(("status", "code"), [(503, ""), (200, "service_unavailable"), (200, "channel_not_found")])
def test_only_a_limit_closes_a_place(status: int, code: str) -> None:
    assert failure_of(status, {"retry-after": "30"}, code).retry_after_s is None
