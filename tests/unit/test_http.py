"""API Gateway's events and Slack's signature on them (N4)."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossi.runtime.api_gateway import LONGEST_BODY, answer, body_of, headers_of, is_ssl_check, refused, signed_form
from ossi.runtime.errors import RequestRefused
from ossi.slack.signature import SlackSignature

SECRET = "a signing secret"
NOW = 1_792_994_700
BODY = "command=%2Fossi&text=new+%C3%A4&user_id=U0AINO001&enterprise_id="


def standing_clock() -> float:
    return NOW


def signed(body: bytes | str = BODY, *, at: int = NOW, secret: str = SECRET, encoded: bool = True) -> dict[str, Any]:
    """A request as API Gateway hands it over."""
    raw = body.encode() if isinstance(body, str) else body
    signature = "v0=" + hmac.new(secret.encode(), b"v0:%d:%s" % (at, raw), hashlib.sha256).hexdigest()
    return {
        "headers": {"x-slack-request-timestamp": str(at), "x-slack-signature": signature},
        "body": base64.b64encode(raw).decode() if encoded else raw.decode(),
        "isBase64Encoded": encoded,
    }


def read(event: dict[str, Any]) -> dict[str, str]:
    return signed_form(event, SlackSignature(lambda: [SECRET], now=standing_clock))


@pytest.mark.parametrize("encoded", [True, False])
def test_a_signed_form_is_read_base64_or_not(encoded: bool) -> None:
    assert read(signed(encoded=encoded)) == {
        "command": "/ossi", "text": "new ä", "user_id": "U0AINO001", "enterprise_id": "",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["X-Slack-Signature", "X-SLACK-SIGNATURE"])
def test_the_case_of_header_names_does_not_matter(name: str) -> None:
    event = signed()
    event["headers"] = {
        name: event["headers"]["x-slack-signature"],
        "X-Slack-Request-Timestamp": str(NOW),
    }
    assert read(event)["command"] == "/ossi"


@pytest.mark.parametrize("skew", [-300, -1, 0, 1, 300])
def test_up_to_five_minutes_of_skew_are_allowed(skew: int) -> None:
    assert read(signed(at=NOW + skew))


@pytest.mark.parametrize("skew", [-86400, -301, 301, 86400])
def test_more_skew_is_refused(skew: int) -> None:
    with pytest.raises(RequestRefused):
        read(signed(at=NOW + skew))


GARBAGE: list[dict[str, Any]] = [
    {"headers": None},
    {"headers": {}},
    {"headers": "x"},
    {"headers": {"x-slack-signature": "v0=00"}},
    {"headers": {"x-slack-request-timestamp": str(NOW)}},
    *(
        {"headers": {**signed()["headers"], "x-slack-request-timestamp": timestamp}}
        for timestamp in ("", "now", "1e9", str(NOW) + ".0", "٣", "-1", "9" * 5000, " ", "\x00", str(NOW + 1))
    ),
    *(
        {"headers": {**signed()["headers"], "x-slack-signature": signature}}
        for signature in (
            "",
            "v0=",
            "v1=00",
            "v0=ä",
            "😀",
            "v0=" + "0" * 64,
            signed()["headers"]["x-slack-signature"][:-1],
        )
    ),
    {"body": None},
    {"body": ""},
    {"body": 7},
    {"body": "not base64!"},
    {"body": "YQ"},
    {"body": base64.b64encode(BODY[:-1].encode()).decode()},
    {"body": base64.b64encode(BODY.replace("AINO", "EINO").encode()).decode()},
    {"isBase64Encoded": False},
]


@pytest.mark.parametrize("change", GARBAGE)
def test_whatever_slack_did_not_sign_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(RequestRefused):
        read({**signed(), **change})


@pytest.mark.parametrize("encoded", [True, False])
def test_a_body_has_its_bound(encoded: bool) -> None:
    longest = "text=" + "a" * (LONGEST_BODY - 5)
    assert len(read(signed(longest, encoded=encoded))["text"]) == LONGEST_BODY - 5
    with pytest.raises(RequestRefused, match="too long"):
        read(signed(longest + "a", encoded=encoded))


def test_a_bound_is_of_bytes() -> None:
    with pytest.raises(RequestRefused, match="too long"):
        body_of({"body": "ä" * (LONGEST_BODY // 2 + 1)})


@pytest.mark.parametrize("encoded", [True, False])
def test_too_long_a_body_is_refused_before_anything_of_it_is_decoded(encoded: bool) -> None:
    neither_base64_nor_text = "\ud800" * (2 * LONGEST_BODY)
    with pytest.raises(RequestRefused, match="too long"):
        read({**signed(), "body": neither_base64_nor_text, "isBase64Encoded": encoded})


def test_another_secret_is_refused() -> None:
    with pytest.raises(RequestRefused):
        read(signed(secret="another"))


@pytest.mark.parametrize("body", [b"\xff\xfe=1", b"no form", b"a=1&b"])
def test_a_signed_body_that_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(RequestRefused):
        read(signed(body))


def test_a_reason_for_the_log_says_nothing_of_the_request() -> None:
    with pytest.raises(RequestRefused) as caught:
        read(signed("text=SECRET-VALUE", secret="another"))
    assert "SECRET-VALUE" not in str(caught.value)


@given(st.dictionaries(st.text(), st.text() | st.none()), st.text(), st.booleans())
def test_no_request_breaks_the_reading(headers: dict[str, str | None], body: str, encoded: bool) -> None:
    with pytest.raises(RequestRefused):
        read({"headers": headers, "body": body, "isBase64Encoded": encoded})


@given(st.binary())
def test_every_body_comes_through_base64(raw: bytes) -> None:
    assert body_of({"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}) == raw


def test_headers_without_headers() -> None:
    assert headers_of({}) == {}
    assert headers_of({"headers": {"X-Y": "Z"}}) == {"x-y": "Z"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("ssl_check=1&token=x", True),
        ("ssl_check=0", False),
        ("text=ssl_check%3D1", False),
        ("", False),
        ("\xff", False),
    ],
)
def test_slacks_look_at_the_endpoint_is_recognized(body: str, expected: bool) -> None:
    assert is_ssl_check({"body": body}) is expected
    assert (
        is_ssl_check({"body": base64.b64encode(body.encode("latin-1")).decode(), "isBase64Encoded": True}) is expected
    )


@pytest.mark.parametrize(("length", "expected"), [(1024, True), (1025, False)])
def test_only_a_short_body_is_looked_at_for_it(length: int, expected: bool) -> None:
    body = "ssl_check=1&token=".ljust(length, "x")
    assert is_ssl_check({"body": body}) is expected
    assert is_ssl_check({"body": base64.b64encode(body.encode()).decode(), "isBase64Encoded": True}) is expected


def test_only_a_few_fields_are_looked_at_for_it() -> None:
    assert is_ssl_check({"body": "ssl_check=1" + "&a=b" * 9})
    assert not is_ssl_check({"body": "ssl_check=1" + "&a=b" * 10})


def test_an_unreadable_body_is_no_look_at_the_endpoint() -> None:
    assert not is_ssl_check({"body": "%", "isBase64Encoded": True})


def test_answers() -> None:
    assert answer() == {"statusCode": 200, "body": ""}
    full = answer({"text": "ä <"})
    assert json.loads(full["body"]) == {"text": "ä <"}
    assert full["headers"] == {"content-type": "application/json"}
    assert refused()["statusCode"] == 401


def test_any_of_several_secrets_will_do_and_none_is_read_again_meanwhile() -> None:
    def read_again() -> bool:
        raise AssertionError("one of them fits")

    check = SlackSignature(lambda: ("another-secret", SECRET), read_again, standing_clock)
    assert signed_form(signed(), check)
    assert signed_form(signed(secret="another-secret"), check)


@pytest.mark.parametrize(("changed", "accepted"), [(True, True), (False, False)])
def test_where_none_fits_they_are_read_again_and_tried_once_more_if_they_have_changed(
    changed: bool, accepted: bool
) -> None:
    secrets = ["secret-of-yesterday"]

    def read_again() -> bool:
        if changed:
            secrets[:] = [SECRET]
        return changed

    check = SlackSignature(lambda: secrets, read_again, standing_clock)
    event = signed()
    assert check(base64.b64decode(event["body"]), event["headers"]) is accepted
