"""A day's work of the whole bot leaves no secret and nothing of what people typed in logs and environments (N9, R29)."""

import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from e2e.driving import ACCEPT, DECLINE, MAIJA, MATTI, Ossi
from e2e.workbooks import announcement, fetch, link_in

SOMEBODY = "Sinikka Salaisuus"
TYPED = "A confidential description that only the submitter, the managers and the report are to hold."
URL = "https://github.com/secret-owner/secret-project/pull/4711"
# What the log of each invocation says, whatever it was.
FIELDS = {"timestamp", "level", "message", "logger", "requestId", "function"}
Logs = dict[str, list[str]]


@pytest.fixture(scope="module")
def links() -> list[str]:
    """The report links that were sent."""
    return []


@pytest.fixture(scope="module")
def logs(running_ossi: Ossi, links: list[str]) -> Logs:
    """Function -> its log of a day on which things also went wrong."""
    ossi = running_ossi
    ossi.start_over()
    started = time.time()
    ella = ossi.employee(SOMEBODY)
    # Requests that come to nothing: forged, unknown, not opened, not valid.
    httpx.post(ossi.ready.slash_url, content=f"text={TYPED}&user_id={ella}", trust_env=False)
    ossi.slack.command(ella, f"{TYPED}")
    ossi.slack.fail("views.open", "slack_error", error="expired_trigger_id")
    ossi.slack.command(ella, f"new {TYPED}")
    view = ossi.open_form(ella, TYPED)
    ossi.slack.submit(view, ella, {"description": "Too short", "url": URL, "level": "SMALL"}, skip_client_checks=True)
    # Messages that fail for now, and for good.
    ossi.slack.fail("chat.postMessage", "http_500", when={"channel": ella})
    row = ossi.submit(ella, TYPED, url=URL)
    ossi.wait(lambda: ossi.delivered(row) == {"confirm_submission": "DUE", "ask_management": "SENT"}, "what is owed")
    ossi.hurry(row)
    request = ossi.request(row)
    ossi.slack.archive(ossi.ready.channels.public)
    ossi.slack.fail("chat.update", "ratelimited", when={"ts": request.ts})  # or the second finds no button any more
    ossi.decide(request, MAIJA, ACCEPT)
    ossi.decide(request, MATTI, DECLINE)
    ossi.wait(lambda: ossi.delivered(row).get("publish") == "FAILED")
    ossi.slack.unarchive(ossi.ready.channels.public)
    ossi.invoke("reconcile", {"source": "command", "redrive": True, "olderThanSeconds": 0})
    # A row that cannot be read.
    ossi.write([{**row, "timestamp": row["timestamp"] + 1, "status": TYPED}])
    ossi.slack.command(ella, "list")
    ossi.slack.command(ella, f"report {TYPED}")
    ossi.slack.command(MAIJA, f"report {TYPED}")
    ossi.slack.command(MAIJA, f"report {row['contributionMonth']}")
    report = announcement(ossi, 1)
    links += [link_in(report, suffix) for suffix in ("xlsx", "csv", "json")]
    for link in links:
        fetch(link)
    httpx.get(links[0][:-1] + "?", trust_env=False)
    ossi.delete({**row, "timestamp": row["timestamp"] + 1})
    names = list(ossi.ready.functions)
    ossi.wait(lambda: all("handled" in ossi.logged(name, started) for name in names), "a word of each function")
    return {name: ossi.logged(name, started).splitlines() for name in names}


def secrets(ossi: Ossi) -> dict[str, str]:
    """What Secrets Manager holds."""
    client: Any = ossi.aws.client("secretsmanager")
    return {
        name: value
        for secret in client.list_secrets()["SecretList"]
        for name, value in json.loads(client.get_secret_value(SecretId=secret["ARN"])["SecretString"]).items()
    }


def test_no_log_holds_what_people_typed_or_who_they_are(logs: Logs) -> None:
    for function, lines in logs.items():
        for private in (TYPED, TYPED[:20], "secret-owner", SOMEBODY, "Salaisuus", "Too short"):
            assert not [line for line in lines if private in line], (function, private)


def test_no_log_holds_a_secret_or_what_works_like_one(running_ossi: Ossi, logs: Logs, links: list[str]) -> None:
    tokens = [parse_qs(urlsplit(link).query)["token"][0] for link in links]
    private = [*secrets(running_ossi).values(), *tokens, *(urlsplit(link).path.rpartition("/")[2] for link in links)]
    assert len(private) == 9
    for function, lines in logs.items():
        for each in (*private, "/response/", "X-Amz-Signature", "xoxb-"):
            assert not [line for line in lines if each in line], (function, each)


def test_no_environment_holds_a_secret(running_ossi: Ossi) -> None:
    client: Any = running_ossi.aws.client("lambda")
    for function in running_ossi.ready.functions.values():
        environment = json.dumps(client.get_function_configuration(FunctionName=function))
        assert not [name for name, value in secrets(running_ossi).items() if value in environment], function


def test_every_line_is_json_and_says_whose_it_is(logs: Logs) -> None:
    for function, lines in logs.items():
        ours = [json.loads(line) for line in lines if line.startswith("{")]
        assert ours, function
        assert not [line for line in ours if not line.keys() >= FIELDS], function
        assert {line["function"] for line in ours} == {function}


def test_every_invocation_ends_with_its_outcome_and_its_milliseconds(logs: Logs) -> None:
    outcomes: dict[str, set[str]] = {}
    for function, lines in logs.items():
        ours = [json.loads(line) for line in lines if line.startswith("{")]
        closing = [line for line in ours if line["message"] == "handled"]
        assert {line["requestId"] for line in ours} == {line["requestId"] for line in closing}, function
        assert all(isinstance(line["ms"], int) and line["ms"] >= 0 for line in closing)
        outcomes[function] = {line["outcome"] for line in closing}
    assert outcomes["slash"] == {"done", "refused", "failed"}
    assert outcomes["interactions"] == {"done", "invalid", "too late"}
    assert outcomes["download"] == {"done", "refused"}
