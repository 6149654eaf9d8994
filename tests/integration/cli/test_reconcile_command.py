"""`ossi reconcile`, `ossi redrive` and `ossi close` against a server that answers as Lambda's API does."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from click.testing import CliRunner, Result

from http_server import Handler, Server
from ossi_cli.main import cli

ARN = "arn:aws:lambda:eu-north-1:111122223333:function:ossi-prod-reconcile"
KEY = "U0AINO001#1792994700000"


@dataclass
class Lambda:
    """What it is going to answer (status, headers, body), and what it was asked."""

    url: str
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list[tuple[int, dict[str, str], bytes]])
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    paths: list[str] = field(default_factory=list[str])

    def will_answer(self, *findings: tuple[str, str, str], looked_at: int = 1, **more: Any) -> None:
        """A good answer. findings: effect, outcome, reason."""
        body = {
            "lookedAt": looked_at,
            "findings": [
                {"contribution": KEY, "effect": effect, "outcome": outcome, "reason": reason}
                for effect, outcome, reason in findings
            ],
            "done": True,
            "halted": False,
            "next": None,
            **more,
        }
        self.answers.append((200, {}, json.dumps(body).encode()))

    def will_refuse(self, status: int, code: str, message: str) -> None:
        """An error of the API."""
        body = json.dumps({"Type": "User", "Message": message}).encode()
        self.answers.append((status, {"X-Amzn-ErrorType": code}, body))


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lambda]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    answering: list[Lambda] = []

    class Request(Handler):
        def respond(self) -> None:
            answering[0].asked.append(json.loads(self.body()))
            answering[0].paths.append(self.path)
            status, headers, answer = answering[0].answers.pop(0)
            self.answer(status, answer, headers)

    with Server(Request) as server:
        answering.append(Lambda(server.url))
        yield answering[0]


def typed(api: Lambda, *words: str) -> Result:
    where = ("--region", "eu-north-1", "--endpoint-url", api.url)
    return CliRunner().invoke(cli, [words[0], *where, *words[1:]])


def test_the_whole_table_is_looked_at_run_after_run(api: Lambda) -> None:
    api.will_answer(("publish", "sent", ""), looked_at=400, done=False, next="U1#1")
    api.will_answer(looked_at=300, done=False, next="U2#2")
    api.will_answer(("publish", "set aside", "is_archived"), ("tell_accepted", "sent", ""), looked_at=2)

    result = typed(api, "reconcile", "--stack", "prod")

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        f"{KEY:<26}  publish             sent",
        f"{KEY:<26}  publish             set aside  (is_archived)",
        f"{KEY:<26}  tell_accepted       sent",
        "Looked at 702 contributions: 2 sent, 1 set aside.",
    ]
    assert [asked["after"] for asked in api.asked] == [None, "U1#1", "U2#2"]
    assert api.paths == ["/2015-03-31/functions/ossi-prod-reconcile%3Alive/invocations"] * 3


def test_what_is_asked_for(api: Lambda) -> None:
    api.will_answer()
    api.will_answer()
    typed(api, "reconcile", "--stack", "prod", "--dry-run", "--older-than", "2")
    typed(api, "redrive", "--function", "f", "--effect", "publish", "--contribution", KEY)

    usual = {"source": "command", "after": None, "seconds": 20}
    assert api.asked == [
        {**usual, "dryRun": True, "effect": None, "contribution": None, "redrive": False, "olderThanSeconds": 120},
        {
            **usual,
            "dryRun": False,
            "effect": "publish",
            "contribution": KEY,
            "redrive": True,
            "olderThanSeconds": 0,
        },
    ]
    assert api.paths[1] == "/2015-03-31/functions/f/invocations"


def test_a_run_that_gave_up_says_so(api: Lambda) -> None:
    api.will_answer(("publish", "failed", "service_unavailable"), done=False, halted=True, next="U1#1")
    result = typed(api, "reconcile", "--stack", "prod")
    assert result.exit_code == 1
    assert "publish             failed for now  (service_unavailable)" in result.output
    assert "the rest was not tried" in result.output
    assert len(api.asked) == 1


def test_a_function_that_gets_nowhere_is_not_asked_for_ever(api: Lambda) -> None:
    api.will_answer(looked_at=0, done=False, next=None)
    result = typed(api, "reconcile", "--stack", "prod")
    assert result.exit_code == 1
    assert "too little time" in result.output


def test_an_empty_table(api: Lambda) -> None:
    api.will_answer(looked_at=0)
    assert typed(api, "reconcile", "--stack", "prod").output == "Looked at 0 contributions: nothing is missing.\n"


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [
        (404, "ResourceNotFoundException", "There is no function ossi-prod-reconcile:live in eu-north-1"),
        (403, "AccessDeniedException", "may not invoke ossi-prod-reconcile:live (lambda:InvokeFunction): because"),
        (429, "TooManyRequestsException", "AWS refused: because"),
        (500, "ServiceException", "AWS refused: because"),
    ],
)
def test_what_aws_refuses_is_a_sentence(api: Lambda, status: int, code: str, sentence: str) -> None:
    api.will_refuse(status, code, "because")
    result = typed(api, "reconcile", "--stack", "prod")
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert sentence in result.output
    assert len(api.asked) == 1


@pytest.mark.parametrize(
    ("option", "value", "name"),
    [
        ("--stack", "prod", "ossi-prod-reconcile:live"),
        ("--function", "f", "f"),
        ("--function", f"{ARN}:live", f"{ARN}:live"),
        ("--function", ARN, ARN),
    ],
)
def test_a_function_that_failed_is_a_sentence_with_the_place_of_its_log(
    api: Lambda, option: str, value: str, name: str
) -> None:
    body = json.dumps({"errorType": "InvocationFailed", "errorMessage": "ClientError"}).encode()
    api.answers.append((200, {"X-Amz-Function-Error": "Unhandled"}, body))
    result = typed(api, "redrive", option, value)
    assert result.exit_code == 1
    log = "/aws/lambda/f" if value == "f" else "/aws/lambda/ossi-prod-reconcile"
    assert result.output == f"Error: {name} failed (InvocationFailed: ClientError); its log, {log}, says more.\n"


def test_missing_credentials_and_region_are_sentences(api: Lambda, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere/config")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials")
    assert "There are no AWS credentials" in typed(api, "reconcile", "--stack", "prod").output
    without = CliRunner().invoke(cli, ["reconcile", "--stack", "prod", "--endpoint-url", api.url])
    assert "Which AWS region?" in without.output
    assert api.asked == []


@pytest.mark.parametrize("words", [["--stack", "a", "--function", "b"], []])
def test_which_deployment_has_to_be_said_once(api: Lambda, words: list[str]) -> None:
    result = typed(api, "redrive", *words)
    assert result.exit_code == 2
    assert "give either --stack or --function" in result.output


# close


def will_close(api: Lambda, *, announced: bool = True, obstacle: str = "") -> None:
    body = {"month": "2026-10", "announced": announced, "obstacle": obstacle}
    api.answers.append((200, {}, json.dumps(body).encode()))


def test_a_month_is_closed_once_it_is_confirmed(api: Lambda) -> None:
    where = ("close", "--region", "eu-north-1", "--endpoint-url", api.url, "--stack", "prod", "2026-10")
    refused = CliRunner().invoke(cli, where, input="n\n")
    assert (refused.exit_code, api.asked) == (1, [])
    assert "You can't undo this." in refused.output

    will_close(api)
    done = CliRunner().invoke(cli, where, input="y\n")

    assert done.exit_code == 0
    assert done.output.endswith("October 2026 is closed. Its report is in the management channel.\n")
    (asked,) = api.asked
    assert (asked["source"], asked["month"], asked["by"], asked["requestedBy"]) == ("close", "2026-10", "admin", "")
    assert api.paths == ["/2015-03-31/functions/ossi-prod-report%3Alive/invocations"]


def test_two_closings_are_two_requests(api: Lambda) -> None:
    for _ in range(2):
        will_close(api, announced=False)
        assert "Ossi keeps trying by itself" in typed(api, "close", "--stack", "prod", "2026-10", "--yes").output
    assert len({asked["requestId"] for asked in api.asked}) == 2


@pytest.mark.parametrize(
    ("obstacle", "said"),
    [("closed", "October 2026 is already closed."), ("not over", "can't be closed yet"),
     ("history", "could pay people twice"), ("not next", "can't be closed (not next)")],
)  # fmt: skip
def test_a_month_that_cannot_be_closed_says_why(api: Lambda, obstacle: str, said: str) -> None:
    will_close(api, announced=False, obstacle=obstacle)
    result = typed(api, "close", "--stack", "prod", "2026-10", "--yes")
    assert result.exit_code == 1
    assert said in result.output
    assert "Nothing changed." in result.output


def test_a_month_that_cannot_be_read_is_not_asked_for(api: Lambda) -> None:
    result = typed(api, "close", "--stack", "prod", "october", "--yes")
    assert (result.exit_code, api.asked) == (2, [])
    assert "such as 2026-10" in result.output


def test_a_report_function_of_another_version_is_said_to_be_one(api: Lambda) -> None:
    api.answers.append((200, {}, b"{}"))
    result = typed(api, "close", "--stack", "prod", "2026-10", "--yes")
    assert result.exit_code == 1
    assert "deploy the same version" in result.output
