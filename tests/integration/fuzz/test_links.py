"""Report links that somebody changed or made up: a page that says so, never an error and never a file."""

import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import HELSINKI
from integration.functions.cloud import LINK_KEY
from integration.functions.events import Context, download_event
from integration.fuzz.conftest import Logged
from integration.fuzz.shapes import JUNK, TEXTS, fuzzed
from ossi.domain.links import LINK_LIFE, signed_path
from ossi.runtime.clock import clock_in
from ossi_download.handler import handler

pytestmark = pytest.mark.usefixtures("world")

_NAME = "ossi-2026-10-20261103T040000Z-0123456789abcdef.xlsx"
_NAMES = TEXTS | st.sampled_from([_NAME, "../secret", "", "a" * 200, _NAME + "\n", "١.xlsx"])
_NUMBERS = st.text("0123456789", max_size=14) | st.sampled_from(["٣" * 10, "-1", "9" * 400, str(int(time.time()) + 60)])
_TOKENS = TEXTS | st.builds("{}.{}".format, _NUMBERS, st.text("0123456789abcdefg", min_size=62, max_size=66))
_PARAMETERS = st.dictionaries(st.sampled_from(["token", "name", "Token"]), _TOKENS, max_size=3) | st.none()


def refused(answer: dict[str, Any], logged: Logged) -> None:
    assert answer["statusCode"] == 404
    assert "location" not in answer["headers"]
    lines = logged()
    assert [line["message"] for line in lines] == ["refused", "handled"]
    assert lines[0]["why"]


@fuzzed(30)
@given(name=_NAMES, parameters=_PARAMETERS, path=st.none() | st.dictionaries(st.sampled_from(["name", "x"]), _NAMES))
def test_a_made_up_link_leads_nowhere(
    logged: Logged, name: str, parameters: dict[str, str] | None, path: dict[str, str] | None
) -> None:
    event = download_event(name, None) | {"queryStringParameters": parameters, "pathParameters": path}
    refused(handler(event, Context()), logged)


@fuzzed(20)
@given(data=st.data())
def test_a_changed_link_leads_nowhere(logged: Logged, data: st.DataObject) -> None:
    path = urlsplit(signed_path(_NAME, clock_in(HELSINKI)() + LINK_LIFE, LINK_KEY))
    name, token = path.path.removeprefix("/reports/"), path.query.removeprefix("token=")
    assert handler(download_event(name, token), Context())["statusCode"] == 302
    logged()
    where = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda character: character != token[where]))
    refused(handler(download_event(name, token[:where] + other + token[where + 1 :]), Context()), logged)
    refused(handler(download_event("x" + name, token), Context()), logged)


@fuzzed(30)
@given(parameters=JUNK, path=JUNK)
def test_parameters_that_are_none_lead_nowhere(logged: Logged, parameters: object, path: object) -> None:
    event = download_event(_NAME, None) | {"queryStringParameters": parameters, "pathParameters": path}
    refused(handler(event, Context()), logged)
