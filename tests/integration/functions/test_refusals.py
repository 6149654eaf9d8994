"""Whoever is not Slack gets 401, and nothing follows (N4): for both functions that Slack calls."""

import base64
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from integration.functions.events import (
    SEED,
    Context,
    Event,
    http_event,
    interaction_body,
    load,
    signature,
    signed,
    slash_body,
)
from integration.functions.gateway import Handler
from integration.functions.world import DESCRIPTION, World, this_month
from ossi.runtime.api_gateway import LONGEST_BODY
from ossi_interactions.handler import handler as interactions_handler
from ossi_slash.handler import handler as slash_handler

Function = tuple[str, Handler, Callable[[], bytes]]


def new_body() -> bytes:
    return slash_body(text=f"new {DESCRIPTION}")


def submission_body() -> bytes:
    payload = load("view_submission")
    payload["view"]["state"]["values"]["month"]["month"]["selected_option"]["value"] = str(this_month())
    return interaction_body(payload)


FUNCTIONS: dict[str, Function] = {
    "slash": ("/slash", slash_handler, new_body),
    "interactions": ("/interactions", interactions_handler, submission_body),
}


@pytest.fixture(params=FUNCTIONS.values(), ids=[*FUNCTIONS])
def function(request: pytest.FixtureRequest) -> Function:
    return request.param


def assert_nothing_happened(world: World, answer: dict[str, Any]) -> None:
    assert answer["statusCode"] == 401
    assert DESCRIPTION not in answer["body"]
    assert world.cloud.rows() == []
    assert world.cloud.ledger() == {}
    assert world.calls() == []


def with_headers(**headers: str | None) -> Callable[[Event], Event]:
    def changed(event: Event) -> Event:
        for name, value in headers.items():
            key = name.replace("_", "-")
            event["headers"].pop(key)
            if value is not None:
                event["headers"][key] = value
        return event

    return changed


def with_body(change: Callable[[bytes], bytes]) -> Callable[[Event], Event]:
    def changed(event: Event) -> Event:
        event["body"] = base64.b64encode(change(base64.b64decode(event["body"]))).decode()
        return event

    return changed


TAMPERED: dict[str, Callable[[Event], Event]] = {
    "unsigned": with_headers(x_slack_signature=None),
    "undated": with_headers(x_slack_request_timestamp=None),
    "without headers": lambda event: {**event, "headers": None},
    "a signature of zeros": with_headers(x_slack_signature="v0=" + "0" * 64),
    "an empty signature": with_headers(x_slack_signature=""),
    "a signature that is not ASCII": with_headers(x_slack_signature="v0=ääkkönen€😀"),
    "a date in words": with_headers(x_slack_request_timestamp="yesterday"),
    "a date with a fraction": with_headers(x_slack_request_timestamp="1792994700.5"),
    "an empty date": with_headers(x_slack_request_timestamp=""),
    "a date of 5,000 digits": with_headers(x_slack_request_timestamp="9" * 5000),
    "a truncated body": with_body(lambda body: body[:-7]),
    "an altered body": with_body(lambda body: body.replace(b"U0AINO001", b"U0EINO001")),
    "a longer body": with_body(lambda body: body + b"&text=help"),
    "no body": lambda event: {**event, "body": None},
    "a body that is not base64": lambda event: {**event, "body": "%%%"},
    "a body said to be plain": lambda event: {**event, "isBase64Encoded": False},
}


@pytest.mark.parametrize("tampered", TAMPERED.values(), ids=TAMPERED.keys())
def test_a_tampered_request_is_refused(world: World, function: Function, tampered: Callable[[Event], Event]) -> None:
    path, handler, body = function
    assert_nothing_happened(world, handler(tampered(signed(path, body())), Context()))


@pytest.mark.parametrize("age_s", [301, 3600, -310])
def test_a_stale_or_future_request_is_refused(world: World, function: Function, age_s: int) -> None:
    path, handler, body = function
    assert_nothing_happened(world, handler(signed(path, body(), age_s=age_s), Context()))


def test_a_forged_request_is_refused(world: World, function: Function) -> None:
    path, handler, body = function
    assert_nothing_happened(world, handler(signed(path, body(), secret="a guess"), Context()))


def test_the_signature_of_the_other_function_does_not_serve(world: World, function: Function) -> None:
    path, handler, body = function
    event = signed(path, b"payload=%7B%7D")
    event["body"] = base64.b64encode(body()).decode()
    assert_nothing_happened(world, handler(event, Context()))


@pytest.mark.parametrize("raw", [b"\xff\xfe\xfd", b"not a form at all", b"payload=%7B&text"])
def test_a_signed_body_that_is_no_form_is_refused(world: World, function: Function, raw: bytes) -> None:
    path, handler, _body = function
    assert_nothing_happened(world, handler(signed(path, raw), Context()))


@pytest.mark.parametrize("payload", ["", "{", "[]", "7", "null", '"text"'])
def test_a_signed_interaction_without_a_payload_is_refused(world: World, payload: str) -> None:
    answer = interactions_handler(signed("/interactions", f"payload={payload}".encode()), Context())
    assert_nothing_happened(world, answer)


def recased(event: Event) -> Event:
    event["headers"] = {name.title(): value for name, value in event["headers"].items()}
    return event


def plain(event: Event) -> Event:
    event["body"] = base64.b64decode(event["body"]).decode()
    event["isBase64Encoded"] = False
    return event


def unchanged(event: Event) -> Event:
    return event


@pytest.mark.parametrize("change", [unchanged, recased, plain], ids=["as is", "header case", "plain body"])
def test_the_shape_of_a_good_request_does_not_matter(world: World, change: Callable[[Event], Event]) -> None:
    event = change(signed("/interactions", submission_body(), age_s=290))
    assert interactions_handler(event, Context()) == {"statusCode": 200, "body": ""}
    assert [row.text for row in world.cloud.rows()] == [DESCRIPTION]


@pytest.mark.parametrize("is_signed", [True, False])
def test_slacks_look_at_the_endpoint_gets_a_200_and_does_nothing(world: World, is_signed: bool) -> None:
    body = b"ssl_check=1&token=local-verification-token"
    event = signed("/slash", body) if is_signed else http_event("/slash", body, {})
    assert slash_handler(event, Context())["statusCode"] == 200
    assert world.calls() == []


def test_slacks_look_at_the_endpoint_is_short(world: World) -> None:
    body = b"ssl_check=1&token=" + b"x" * 2000
    assert_nothing_happened(world, slash_handler(http_event("/slash", body, {}), Context()))


def unsigned(path: str, body: bytes) -> Event:
    return http_event(path, body, {})


def undated(path: str, body: bytes) -> Event:
    return signed(path, body, age_s=301)


def forged(path: str, body: bytes) -> Event:
    return signed(path, body, secret="a guess")


def body_of_length(length: int) -> bytes:
    return (b"%41=%41&" * (length // 8 + 1))[:length]


def work(handler: Handler, event: Event) -> tuple[float, int]:
    """Seconds of this thread's processor time, at best, and bytes of memory that answering takes."""
    seconds: list[float] = []
    for _ in range(7):
        began = time.thread_time()
        assert handler(event, Context())["statusCode"] == 401
        seconds.append(time.thread_time() - began)
    tracemalloc.start()
    try:
        handler(event, Context())
        return min(seconds), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("sent", [unsigned, undated, forged])
def test_what_is_not_from_slack_causes_no_more_work_the_larger_it_is(
    function: Function, sent: Callable[[str, bytes], Event]
) -> None:
    """Bodies of 4.4 MB took 4.2 s and 180 MiB each, and whoever is slow to answer strangers is slow to answer people (N11)."""
    path, handler, _body = function
    small = sent(path, body_of_length(1_000))
    handler(small, Context())  # the first one builds what all of them need
    seconds, memory = work(handler, small)
    for length in (100_000, LONGEST_BODY + 1, 4_400_000):
        more_seconds, more_memory = work(handler, sent(path, body_of_length(length)))
        assert more_seconds < 10 * seconds, length
        # Raw, and once more with what is signed beside it.
        assert more_memory < memory + 3 * LONGEST_BODY, length


def test_the_longest_form_that_people_can_send_is_read(world: World) -> None:
    """With everything typed in it twice, and every character as Slack writes it at its longest: \\ud83d\\ude00, percent-encoded."""
    payload = load("view_submission")
    values = payload["view"]["state"]["values"]
    values["month"]["month"]["selected_option"]["value"] = str(this_month())
    values["description"]["description"]["value"] = "😀" * 2000
    values["url"]["url"]["value"] = "https://example.com/" + "a" * 1980
    payload["view"]["blocks"] = [{"type": "input", "element": {"initial_value": "😀" * 2000}}, values["url"]]
    answer = interactions_handler(signed("/interactions", interaction_body(payload)), Context())
    assert answer == {"statusCode": 200, "body": ""}
    assert [row.text for row in world.cloud.rows()] == ["😀" * 2000]


def test_a_replay_within_the_five_minutes_stores_nothing_more(world: World) -> None:
    event = signed("/interactions", submission_body())
    for _ in range(3):
        assert interactions_handler(event, Context())["statusCode"] == 200
    assert len(world.cloud.rows()) == 1


def test_an_unknown_kind_of_interaction_is_acknowledged(world: World) -> None:
    for kind in ("view_closed", "shortcut", "message_action", "block_suggestion", None):
        answer = interactions_handler(signed("/interactions", interaction_body({"type": kind})), Context())
        assert answer == {"statusCode": 200, "body": ""}
    assert world.calls() == []


def test_the_test_signs_as_slack_documents_it() -> None:
    """The example of Slack's page "Verifying requests from Slack"."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&"
        b"channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url="
        b"https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&"
        b"trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert signature(body, "1531420618", "8f742231b10e8888abcd99yyyzzz85a5") == expected
    assert SEED.signing_secret != "8f742231b10e8888abcd99yyyzzz85a5"
