"""First requests to the artifacts, from which all was left out that is not used: they do their work, and load what they need.

People wait for every package that a request imports (docs/performance.md).
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from fakes import HELSINKI, contribution
from integration.artifacts.cold import Answered, invoked
from integration.artifacts.conftest import Built
from integration.functions.events import Event, download_event, interaction_body, load, signed, slash_body
from local_aws.environment import ensure_environment
from ossi.aws.items import to_item
from ossi.domain.contribution import Contribution, Status
from ossi.domain.links import signed_path

AWS = {"boto3", "botocore", "s3transfer", "urllib3"}
EVERYTHING_HEAVY = AWS | {"slack_sdk", "pydantic", "pydantic_core", "asyncio", "iso4217"}


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

    def __call__(
        self, name: str, event: Event, rows: list[Contribution] | None = None, initialization: str = "on-demand"
    ) -> Answered:
        """rows: what is in the table. initialization: how Lambda made the environment."""
        built = self._artifacts[name]
        items = [to_item(row.to_row()) for row in rows or []]
        python = ensure_environment()
        module = built.function.handler_module
        answered = invoked(python, module, built.unpacked, self._runtime, event, items, initialization)
        assert answered.answer.get("statusCode") in {None, 200, 302}, answered
        return answered


def command(text: str) -> Event:
    return signed("/slash", slash_body(text=text))


def form_sent() -> Event:
    payload = load("view_submission")
    month = f"{datetime.now(HELSINKI):%Y-%m}"
    payload["view"]["state"]["values"]["month"]["month"]["selected_option"]["value"] = month
    return signed("/interactions", interaction_body(payload))


def test_new_opens_the_form_with_the_standard_library_alone(answer: Answerer) -> None:
    answered = answer("slash", command("new I fixed a race"))
    assert answered.calls == ["GetSecretValue", "views.open"]
    assert loaded_packages(answered) & EVERYTHING_HEAVY == set()
    not_needed = {
        "ossi.domain.contribution",
        "ossi.slack.messages.help",
        "ossi.slack.messages.listing",
        "ossi.aws.contributions",
        "ossi.aws.deliveries",
        "ossi.aws.submissions",
        "ossi.contracts",
        "ossi_slash.month_words",
    }
    assert answered.loaded & not_needed == set()
    assert {name for name in answered.loaded if name.startswith("ossi_slash.commands.")} == {"ossi_slash.commands.new"}


def test_help_loads_no_more_than_its_words(answer: Answerer) -> None:
    answered = answer("slash", command("help"))
    assert loaded_packages(answered) & AWS == set()
    assert (
        answered.loaded & {"ossi.slack.messages.listing", "ossi.aws.contributions", "ossi.use_cases.request_report"}
        == set()
    )


def test_list_needs_no_boto3(answer: Answerer) -> None:
    answered = answer("slash", command("list"))
    assert answered.calls == ["GetSecretValue", "Query"]
    assert loaded_packages(answered) & AWS == set()


def test_a_submitted_form_is_stored_without_boto3_and_slack_sdk(answer: Answerer) -> None:
    answered = answer("interactions", form_sent())
    assert answered.answer["body"] == "", json.loads(answered.answer["body"])
    assert answered.calls == ["GetSecretValue", "users.info", "TransactWriteItems"]
    assert loaded_packages(answered) & (AWS | {"slack_sdk", "asyncio"}) == set()
    assert not [name for name in answered.loaded if name.startswith("ossi_interactions.buttons")]


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


def test_a_click_on_close_asks_the_report_function_without_boto3(answer: Answerer) -> None:
    answered = answer("interactions", click("close_month", "2020-10", blocks=[{"type": "divider"}]))
    assert answered.calls == ["GetSecretValue", "conversations.members", "invocations", "chat.update"]
    assert loaded_packages(answered) & AWS == set()


def test_a_report_has_its_workbook_and_its_data(answer: Answerer) -> None:
    event = {"source": "slash", "month": "2026-10", "requestedBy": "U0MAIJA01", "requestId": "1.2"}
    answered = answer("report", event, [contribution(status=Status.ACCEPTED)])
    assert answered.answer == {"month": "2026-10", "announced": True}
    assert answered.calls.count("PutObject") == 3
    # Claimed, sent, recorded; then it's looked whether a word about a failure was still to be said, and noted what the channel has.
    assert answered.calls[-5:] == ["PutItem", "chat.postMessage", "PutItem", "BatchGetItem", "PutItem"]
    (workbook,) = [content for path, content in answered.stored.items() if ".xlsx" in path]
    assert {"xl/charts/chart1.xml", "xl/worksheets/sheet1.xml"} <= set(zipfile.ZipFile(BytesIO(workbook)).namelist())


def test_a_change_of_the_table_is_told(answer: Answerer) -> None:
    answered = answer("stream", {"Records": [load("stream_insert")]})
    assert answered.answer == {"batchItemFailures": []}
    places, *messages = answered.calls
    assert places == "BatchGetItem"
    # Claimed, sent, recorded: the submitter's message, and the managers'.
    assert messages == [
        "PutItem",
        "GetSecretValue",
        "chat.postMessage",
        "PutItem",
        "PutItem",
        "chat.postMessage",
        "PutItem",
    ]


def test_the_table_is_compared_with_the_ledger(answer: Answerer) -> None:
    answered = answer("reconcile", {"source": "schedule"})
    due, new = ["Query"] * 2, ["Query"] * 2
    # Of the last three: whether the month's report was begun, whether its month is closed, and since when someone watches.
    assert answered.calls == [*due, *new, "GetItem", "Scan", "UpdateItem", "BatchGetItem", "GetItem", "GetItem"]


def test_what_nobody_waits_for_uses_the_clients_of_their_makers(answer: Answerer) -> None:
    assert loaded_packages(answer("stream", {"Records": [load("stream_insert")]})) >= {"boto3", "slack_sdk"}
    assert loaded_packages(answer("reconcile", {"source": "schedule"})) >= {"boto3"}


def click(action_id: str, value: str, blocks: Sequence[Event] = ()) -> Event:
    payload = load("block_actions")
    payload["message"]["blocks"] = [*blocks]
    payload["actions"][0] |= {"action_id": action_id, "value": value}
    return signed("/interactions", interaction_body(payload))


REQUESTS = {
    "new": ("slash", lambda: command("new I fixed a race")),
    "list": ("slash", lambda: command("list")),
    "report": ("slash", lambda: command("report")),
    "help": ("slash", lambda: command("nwe")),
    "form": ("interactions", form_sent),
    "accept": ("interactions", lambda: click("accept_contribution", "U0AINO001#1")),
    "close": ("interactions", lambda: click("close_month", "2020-10")),
    "older": ("interactions", lambda: click("list_older", "1")),
    "unknown button": ("interactions", lambda: click("of_yesterday", "1")),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_an_environment_that_is_prepared_has_imported_all_that_a_request_needs(answer: Answerer, name: str) -> None:
    function, event = REQUESTS[name]
    answered = answer(function, event(), initialization="snap-start")
    late = answered.loaded - answered.ahead
    assert [module for module in late if module.startswith(("ossi", "slack_sdk", "pydantic"))] == []
