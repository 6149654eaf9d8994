"""First requests to the artifacts, from which all was left out that is not used: they do their work, and load what they need.

People wait for every package that a request imports (docs/performance.md).
"""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from fakes import HELSINKI, contribution
from integration.build.cold import Answered, invoked
from integration.build.conftest import Built
from integration.functions.events import Event, download_event, interaction_body, load, signed, slash_body
from ossi.aws.items import to_item
from ossi.domain.contribution import Contribution, Status
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

    def __call__(self, name: str, event: Event, rows: list[Contribution] | None = None) -> Answered:
        """rows: what is in the table."""
        built = self._artifacts[name]
        items = [to_item(row.to_row()) for row in rows or []]
        python = ensure_environment()
        answered = invoked(python, built.function.handler_module, built.unpacked, self._runtime, event, items)
        assert answered.answer.get("statusCode") in {None, 200, 302}, answered
        return answered


def command(text: str) -> Event:
    return signed("/slash", slash_body(text=text))


def test_new_opens_the_form_with_the_standard_library_alone(answer: Answerer) -> None:
    answered = answer("slash", command("new I fixed a race"))
    assert answered.calls == ["GetSecretValue", "views.open"]
    assert loaded_packages(answered) & EVERYTHING_HEAVY == set()
    not_needed = {
        "ossi.domain.contribution",
        "ossi.slack.messages.help",
        "ossi.slack.messages.listing",
        "ossi.aws.contributions",
    }
    assert answered.loaded & not_needed == set()


def test_help_loads_no_more_than_its_words(answer: Answerer) -> None:
    answered = answer("slash", command("help"))
    assert loaded_packages(answered) & AWS == set()
    assert answered.loaded & {"ossi.slack.messages.listing", "ossi.aws.contributions", "ossi.use_cases.report"} == set()


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


def test_a_click_on_accept_decides_without_slack_sdk(answer: Answerer) -> None:
    payload = load("block_actions")
    answered = answer("interactions", signed("/interactions", interaction_body(payload)))
    assert answered.calls[0] == "GetSecretValue"
    assert loaded_packages(answered) & AWS == set()


def test_a_report_has_its_workbook_and_its_data(answer: Answerer) -> None:
    event = {"source": "slash", "month": "2026-10", "requestedBy": "U0MAIJA01", "requestId": "1.2"}
    answered = answer("report", event, [contribution(status=Status.ACCEPTED)])
    assert answered.answer == {"month": "2026-10", "announced": True}
    assert answered.calls.count("PutObject") == 3
    assert answered.calls[-2:] == ["chat.postMessage", "UpdateItem"]
    (workbook,) = [content for path, content in answered.stored.items() if ".xlsx" in path]
    assert {"xl/charts/chart1.xml", "xl/worksheets/sheet1.xml"} <= set(zipfile.ZipFile(BytesIO(workbook)).namelist())


def test_a_change_of_the_table_is_told_without_boto3_and_slack_sdk_s_client(answer: Answerer) -> None:
    answered = answer("stream", {"Records": [load("stream_insert")]})
    assert answered.answer == {"batchItemFailures": []}
    assert answered.calls == ["UpdateItem", "GetSecretValue", "chat.postMessage", "UpdateItem"]
    assert loaded_packages(answered) & AWS == set()


def test_the_table_is_compared_with_the_ledger(answer: Answerer) -> None:
    answered = answer("reconcile", {"source": "schedule"})
    assert answered.calls == ["GetItem", "Scan", "UpdateItem"]
