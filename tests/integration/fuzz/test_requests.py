"""Anybody may send anything to the two endpoints: it is refused, or answered, and never an error of ours."""

import base64
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.functions.events import Context, Event, http_event, load, signed
from integration.functions.gateway import Handler
from integration.functions.world import World
from integration.fuzz.conftest import Logged
from integration.fuzz.shapes import JUNK, TEXTS, fuzzed
from ossi_interactions.handler import handler as interactions_handler
from ossi_slash.handler import handler as slash_handler

Endpoint = tuple[str, Handler]

_TIMESTAMPS = (
    st.text(max_size=20)
    | st.text("0123456789", min_size=1, max_size=400)
    | st.sampled_from(["9" * 400, "-" + "9" * 400, "nan", "1e9", "٣", " 1 ", "1_0", str(int(time.time()) + 100)])
)
_SIGNATURES = TEXTS | st.sampled_from(["v0=" + "0" * 64, "v0=", "v1=x", "ä"])
_WORDS = st.sampled_from(["new", "list", "report", "report 2026-10", "report 0000-00", "help", "nwe", "LIST x", ""])
_COMMANDS = st.builds("{} {}".format, _WORDS, TEXTS) | TEXTS
_RAW = st.sampled_from([b"%ED%A0%80", b"%FF%FE", b"%00", b"%", b"&&", b"a=b;c=d", b"payload=%5B" * 3, b"ssl_check=2"])


@pytest.fixture(
    params=[("/slash", slash_handler), ("/interactions", interactions_handler)], ids=["slash", "interactions"]
)
def endpoint(request: pytest.FixtureRequest) -> Endpoint:
    return request.param


@st.composite
def forms(draw: st.DrawFn) -> bytes:
    """A slash command whose fields are missing, doubled, empty, or odd."""
    fields: list[tuple[str, str]] = [*load("slash_command").items(), ("text", draw(_COMMANDS))]
    for _ in range(draw(st.integers(0, 4))):
        name, value = draw(st.sampled_from(fields))
        match draw(st.sampled_from(["without", "twice", "odd", "more"])):
            case "without":
                fields = [field for field in fields if field[0] != name]
            case "twice":
                fields.append((name, value))
            case "odd":
                fields.append((name, draw(TEXTS)))
            case _:
                fields.append((draw(TEXTS), draw(TEXTS)))
        fields = fields or [("text", "")]
    body = urlencode(draw(st.permutations(fields)) if draw(st.booleans()) else fields).encode()
    return body + draw(st.sampled_from([b"", b"", b"&"])) + draw(st.just(b"") | _RAW)


@st.composite
def unsigned(draw: st.DrawFn, path: str) -> Event:
    """A request that somebody made up, as API Gateway may hand it over, and worse."""
    event = http_event(path, draw(st.binary(max_size=200) | forms() | st.just(b"%41=%41&" * 50_000)), {})
    headers: dict[str, Any] = {**event["headers"], **draw(st.dictionaries(st.text(max_size=10), JUNK, max_size=2))}
    headers["x-slack-request-timestamp"] = draw(_TIMESTAMPS | JUNK)
    headers["X-Slack-Signature"] = draw(_SIGNATURES | JUNK)
    event["headers"] = draw(st.just(headers) | st.sampled_from([headers, None, [], "x"]))
    if draw(st.booleans()):
        event["isBase64Encoded"] = draw(st.booleans() | JUNK)
        event["body"] = draw(JUNK | TEXTS)
    return event


def nothing_failed(answer: dict[str, Any], logged: Logged, *, slack_refuses: bool = False) -> list[dict[str, Any]]:
    """The answer is one of ours, and the log says what there was: no error, and why where something was refused.

    slack_refuses: Slack may refuse for good, which is an error that an admin hears of, with Slack's code and no trace.
    """
    lines = logged()
    assert answer["statusCode"] in {200, 401}, answer
    answer["body"].encode()
    errors = [line for line in lines if line["level"] in {"ERROR", "CRITICAL"}]
    assert [line for line in errors if not slack_refuses or "trace" in line or "why" not in line] == []
    (closing,) = [line for line in lines if line["message"] == "handled"]
    if answer["statusCode"] == 401:
        assert closing["outcome"] == "refused"
        assert [line["why"] for line in lines if line["message"] == "refused"] != []
    return lines


@fuzzed(25)
@given(data=st.data())
def test_whoever_does_not_sign_is_refused(
    world: World, logged: Logged, endpoint: Endpoint, data: st.DataObject
) -> None:
    path, handler = endpoint
    answer = handler(data.draw(unsigned(path)), Context())
    assert answer["statusCode"] == 401
    nothing_failed(answer, logged)
    assert world.cloud.rows() == []


@fuzzed(25)
@given(body=st.binary(max_size=300) | _RAW | forms(), plain=st.booleans())
def test_a_signed_body_of_any_kind_is_answered(
    world: World, logged: Logged, endpoint: Endpoint, body: bytes, plain: bool
) -> None:
    path, handler = endpoint
    event = signed(path, body)
    if plain:
        event |= {"body": base64.b64decode(event["body"]).decode(errors="replace"), "isBase64Encoded": False}
    nothing_failed(handler(event, Context()), logged)
    assert world.cloud.rows() == []


@fuzzed(30)
@given(body=forms())
def test_a_signed_command_of_any_kind_is_answered(world: World, logged: Logged, body: bytes) -> None:
    nothing_failed(slash_handler(signed("/slash", body), Context()), logged)
    assert world.cloud.rows() == []
