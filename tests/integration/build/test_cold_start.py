"""What a first request loads: people wait for every package that it imports (docs/performance.md)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fakes import HELSINKI
from integration.build.cold import Answered, invoked
from integration.build.conftest import Built
from integration.functions.events import Event, download_event, interaction_body, load, signed, slash_body
from ossi.domain.links import signed_path
from ossi_playground.aws.environment import ensure_environment

AWS = {"boto3", "botocore", "s3transfer", "urllib3"}
EVERYTHING_HEAVY = AWS | {"slack_sdk", "pydantic", "pydantic_core", "asyncio"}


def loaded_packages(answered: Answered) -> set[str]:
    return {name.partition(".")[0] for name in answered.loaded}


@pytest.fixture
def answer(local_artifacts: dict[str, Built], runtime: Path) -> Answerer:
    return Answerer(local_artifacts, runtime)


class Answerer:
    """Sends a first request to a function's artifact."""

    def __init__(self, artifacts: dict[str, Built], runtime: Path) -> None:
        self._artifacts = artifacts
        self._runtime = runtime

    def __call__(self, name: str, event: Event) -> Answered:
        built = self._artifacts[name]
        module = built.function.handler_module
        answered = invoked(ensure_environment(), module, built.unpacked, self._runtime, event)
        assert answered.answer["statusCode"] in {200, 302}, answered
        return answered


def command(text: str) -> Event:
    return signed("/slash", slash_body(text=text))


def test_new_opens_the_form_with_the_standard_library_alone(answer: Answerer) -> None:
    answered = answer("slash", command("new I fixed a race"))
    assert answered.calls == ["GetSecretValue", "views.open"]
    assert loaded_packages(answered) & EVERYTHING_HEAVY == set()
    not_needed = {
        "ossi.domain.contribution",
        "ossi.slack_ui.help",
        "ossi.slack_ui.listing",
        "ossi.adapters.contributions",
    }
    assert answered.loaded & not_needed == set()


def test_help_loads_no_more_than_its_words(answer: Answerer) -> None:
    answered = answer("slash", command("help"))
    assert loaded_packages(answered) & AWS == set()
    assert (
        answered.loaded & {"ossi.slack_ui.listing", "ossi.adapters.contributions", "ossi.use_cases.request_report"}
        == set()
    )


def test_list_needs_no_boto3(answer: Answerer) -> None:
    answered = answer("slash", command("list"))
    assert answered.calls == ["GetSecretValue", "Query"]
    assert loaded_packages(answered) & AWS == set()


def test_a_submitted_form_is_stored_without_boto3_and_slack_sdk(answer: Answerer) -> None:
    payload = load("view_submission")
    month = f"{datetime.now(HELSINKI):%Y-%m}"
    payload["view"]["state"]["values"]["month"]["month"]["selected_option"]["value"] = month
    answered = answer("interactions", signed("/interactions", interaction_body(payload)))
    assert answered.answer["body"] == "", json.loads(answered.answer["body"])
    assert answered.calls == ["GetSecretValue", "users.info", "TransactWriteItems"]
    assert loaded_packages(answered) & (AWS | {"slack_sdk", "asyncio"}) == set()


def test_a_click_on_a_report_s_link_is_answered_with_the_standard_library_alone(answer: Answerer) -> None:
    path = signed_path("ossi-2026-10-x.xlsx", datetime.now(UTC) + timedelta(days=1), "k" * 32)
    answered = answer("download", download_event("ossi-2026-10-x.xlsx", path.partition("token=")[2]))
    assert answered.answer["statusCode"] == 302
    assert loaded_packages(answered) & EVERYTHING_HEAVY == set()
