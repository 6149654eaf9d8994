"""Our check of Slack's signature against slack_sdk's own verifier: the same verdict on every request."""

import hashlib
import hmac

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from slack_sdk.signature import Clock, SignatureVerifier

from ossi.slack.signature import SlackSignature

SECRET = "a signing secret"
NOW = 1_792_994_700.5


class StandingClock(Clock):
    """slack_sdk's clock, standing still."""

    def now(self) -> float:
        return NOW


def verdict_of_slack_sdk(body: bytes, headers: dict[str, str], secret: str) -> bool:
    """An error counts as no: whoever asks has to refuse the request."""
    try:
        return SignatureVerifier(secret, StandingClock()).is_valid_request(body, headers)
    except (ValueError, TypeError, OverflowError):
        return False


def verdict_of_ours(body: bytes, headers: dict[str, str], secret: str) -> bool:
    return SlackSignature(lambda: [secret], now=lambda: NOW)(body, headers)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    message = b"v0:" + timestamp.encode(errors="replace") + b":" + body
    return "v0=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


secrets = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
bodies = st.text().map(lambda text: text.encode(errors="replace"))  # slack_sdk can't check others
moments = st.integers(int(NOW) - 302, int(NOW) + 302).map(str)
timestamps = moments | st.text() | moments.map(lambda moment: f" {moment}\n") | st.integers().map(str)


@given(secrets, bodies, timestamps, st.text() | st.none())
@example(SECRET, b"", "9" * 400, None)
@example(SECRET, b"a=1", "1_792_994_700", None)
@example(SECRET, b"a=1", "".join(chr(0x660 + int(digit)) for digit in str(int(NOW))), None)
def test_the_verdicts_agree(secret: str, body: bytes, timestamp: str, said: str | None) -> None:
    """said: None gives the right signature."""
    headers = {
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": signature(secret, timestamp, body) if said is None else said,
    }
    assert verdict_of_ours(body, headers, secret) is verdict_of_slack_sdk(body, headers, secret)


@given(secrets, st.text().map(lambda text: text.encode(errors="replace")), moments, st.integers(0, 66), st.characters())
def test_the_verdicts_agree_on_a_signature_with_one_wrong_character(
    secret: str, body: bytes, timestamp: str, place: int, character: str
) -> None:
    right = signature(secret, timestamp, body)
    headers = {
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": right[:place] + character + right[place + 1 :],
    }
    assert verdict_of_ours(body, headers, secret) is verdict_of_slack_sdk(body, headers, secret)


@pytest.mark.parametrize("skew", [-301, -300, -1, 0, 1, 300, 301])
def test_the_verdicts_agree_at_the_edges_of_five_minutes(skew: int) -> None:
    timestamp = str(int(NOW) + skew)
    headers = {"x-slack-request-timestamp": timestamp, "x-slack-signature": signature(SECRET, timestamp, b"a=1")}
    ours = verdict_of_ours(b"a=1", headers, SECRET)
    assert ours is verdict_of_slack_sdk(b"a=1", headers, SECRET)
    assert ours is (-300 < skew <= 300)  # half a second has passed


@pytest.mark.parametrize("missing", ["x-slack-request-timestamp", "x-slack-signature"])
def test_a_request_without_a_header_is_not_signed(missing: str) -> None:
    timestamp = str(int(NOW))
    headers = {"x-slack-request-timestamp": timestamp, "x-slack-signature": signature(SECRET, timestamp, b"")}
    assert verdict_of_ours(b"", headers, SECRET)
    del headers[missing]
    assert not verdict_of_ours(b"", headers, SECRET)


@pytest.mark.parametrize(
    "change",
    [
        {"x-slack-signature": ""},
        {"x-slack-signature": "v0=" + "0" * 63},
        {"x-slack-signature": "v0=" + "0" * 65},
        {"x-slack-signature": "v0=" + "\u0660" * 64},
        {"x-slack-signature": "v0=" + "g" * 64},
        {"x-slack-signature": "v0=" + "0" * 64 + "\n"},
        {"x-slack-request-timestamp": ""},
        {"x-slack-request-timestamp": str(int(NOW) - 301)},
        {"x-slack-request-timestamp": "9" * 5000},
    ],
)
def test_what_can_be_no_fresh_signature_asks_for_no_secret(change: dict[str, str]) -> None:
    def none_needed() -> list[str]:
        raise AssertionError("there is nothing to check")

    def no_doubt() -> bool:
        raise AssertionError("the secret is not in doubt")

    timestamp = str(int(NOW))
    headers = {"x-slack-request-timestamp": timestamp, "x-slack-signature": signature(SECRET, timestamp, b"")}
    check = SlackSignature(none_needed, no_doubt, now=lambda: NOW)
    assert check.is_claimed(headers)
    assert not check.is_claimed(headers | change)
    assert not check(b"", headers | change)


def test_the_raw_bytes_are_what_is_signed() -> None:
    timestamp = str(int(NOW))
    headers = {"x-slack-request-timestamp": timestamp, "x-slack-signature": signature(SECRET, timestamp, b"\xff")}
    assert verdict_of_ours(b"\xff", headers, SECRET)
    assert not verdict_of_ours("\xff".encode(), headers, SECRET)


def test_any_of_several_secrets_will_do() -> None:
    timestamp = str(int(NOW))
    headers = {"x-slack-request-timestamp": timestamp, "x-slack-signature": signature(SECRET, timestamp, b"")}
    for known, accepted in (
        ([SECRET, "another"], True),
        (["another", SECRET], True),
        (["another"], False),
        ([], False),
    ):
        assert SlackSignature(lambda known=known: known, now=lambda: NOW)(b"", headers) is accepted


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_secret_lets_nobody_in(empty: str) -> None:
    timestamp = str(int(NOW))
    headers = {"x-slack-request-timestamp": timestamp, "x-slack-signature": signature(empty, timestamp, b"")}
    with pytest.raises(ValueError, match="empty signing secret"):
        verdict_of_ours(b"", headers, empty)
