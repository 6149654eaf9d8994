"""One request to a handler in a fresh interpreter that sees its artifact and AWS's runtime, and nothing else."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from http_server import Handler, Server
from integration.functions.events import SEED, Event
from levels import DEFAULT_LEVELS, levels_as_json

_INVOKE = """
import importlib, json, sys
sys.path[:0] = sys.argv[2:]
class Context:
    aws_request_id = "11111111-2222-3333-4444-555555555555"
    get_remaining_time_in_millis = staticmethod(lambda: 300000)
module = importlib.import_module(sys.argv[1])
ahead = sorted(sys.modules)
answer = module.handler(json.load(sys.stdin), Context())
print(json.dumps({"answer": answer, "ahead": ahead, "loaded": sorted(sys.modules)}))
"""
_ANSWERS: dict[str, dict[str, Any]] = {
    "GetSecretValue": {
        "SecretString": json.dumps(
            {"slackBotToken": SEED.bot_token, "slackSigningSecret": SEED.signing_secret, "linkSigningKey": "k" * 32}
        )
    },
    **{call: {} for call in ("TransactWriteItems", "PutItem", "GetItem")},
    "UpdateItem": {"Attributes": {"number": {"N": "1"}}},
    "Query": {"Items": []},
    "Scan": {"Items": []},
    "views.open": {"ok": True},
    "conversations.members": {"ok": True, "members": [user.id for user in SEED.users]},
    "invocations": {},
    "chat.postMessage": {"ok": True, "channel": SEED.management_channel, "ts": "1792994700.000100"},
    "chat.update": {"ok": True},
    "users.info": {"ok": True, "user": {"real_name": "Aino Virtanen"}},
}


@dataclass(frozen=True)
class Answered:
    """answer: the handler's. loaded: the names of all modules that it has imported; ahead: those that it had before the request.

    calls: what it asked of AWS and Slack. stored: path -> content of what it put into the bucket.
    """

    answer: Event
    ahead: set[str]
    loaded: set[str]
    calls: list[str]
    stored: dict[str, bytes]


@contextmanager
def stub(rows: list[dict[str, Any]]) -> Generator[tuple[str, list[str], dict[str, bytes]]]:
    """AWS and Slack as far as the tests need them: yields their address, the names of the calls, and what is stored in the bucket.

    rows: items that a query of the table's index finds. Of what is put, an item is found again by its key, as it was put last.
    """
    calls: list[str] = []
    stored: dict[str, bytes] = {}
    items: list[dict[str, Any]] = []

    class Stub(Handler):
        protocol_version = "HTTP/1.1"

        def respond(self) -> None:
            request = self.body()
            if self.command == "PUT":
                stored[self.path] = request
                calls.append("PutObject")
                self.answer()
                return
            target = self.headers.get("X-Amz-Target")
            call = target.rpartition(".")[2] if target else self.path.rpartition("/")[2]
            calls.append(call)
            self.answer(body=json.dumps(_answer(call, request)).encode())

    def _answer(call: str, request: bytes) -> dict[str, Any]:
        asked: dict[str, Any] = json.loads(request) if call in {"Query", "PutItem", "BatchGetItem"} else {}
        if call == "Query" and asked.get("IndexName") == "byMonth":
            return {"Items": rows}
        if call == "PutItem":
            items.append(asked["Item"])
        if call == "BatchGetItem":
            ((table, wanted),) = asked["RequestItems"].items()
            latest = {json.dumps(key): item for key in wanted["Keys"] for item in items if key.items() <= item.items()}
            return {"Responses": {table: list(latest.values())}}
        return _ANSWERS[call]

    with Server(Stub) as server:
        yield server.url, calls, stored


def invoked(
    interpreter: Path,
    module: str,
    artifact: Path,
    runtime: Path,
    event: Event,
    rows: list[dict[str, Any]],
    initialization: str,
) -> Answered:
    """What the handler of that module answers, and what it took.

    rows: see stub. initialization: how Lambda says that the environment came to be. Fails with the interpreter's own words.
    """
    with stub(rows) as (url, calls, stored):
        environment = {
            "AWS_REGION": "eu-north-1",
            "AWS_DEFAULT_REGION": "eu-north-1",
            "AWS_ACCESS_KEY_ID": "AKID",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_ENDPOINT_URL": url,
            "AWS_LAMBDA_FUNCTION_NAME": "ossi-test",
            "AWS_LAMBDA_INITIALIZATION_TYPE": initialization,
            "OSSI_SLACK_API_URL": f"{url}/api/",
            "OSSI_SECRET_ID": "ossi",
            "OSSI_LINK_SECRET_ID": "ossi-links",
            "OSSI_TABLE": "contributions",
            "OSSI_LEDGER_TABLE": "ledger",
            "OSSI_MANAGEMENT_CHANNEL": SEED.management_channel,
            "OSSI_PUBLIC_CHANNEL": SEED.public_channel,
            "OSSI_TIME_ZONE": "Europe/Helsinki",
            "OSSI_GRACE_DAYS": "2",
            "OSSI_COMPENSATION_LEVELS": levels_as_json(DEFAULT_LEVELS),
            "OSSI_REPORT_FUNCTION": "report",
            "OSSI_REPORT_BUCKET": "reports",
            "OSSI_MONTH_INDEX": "byMonth",
            "OSSI_UNSETTLED_INDEX": "unsettled",
            "OSSI_REPORT_DUE": "3 06:00",
            "OSSI_API_URL": "https://api.example",
            "OSSI_REPORT_EMAILS": "true",
            "OSSI_STACK": "test",
            "OSSI_VERSION": "1.0.0",
        }
        command = [interpreter, "-I", "-S", "-B", "-c", _INVOKE, module, artifact, runtime]
        done = subprocess.run(
            command, input=json.dumps(event), env=environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, f"{module} does not answer:\n{done.stdout}{done.stderr}"
    said = json.loads(done.stdout.splitlines()[-1])
    return Answered(said["answer"], set(said["ahead"]), set(said["loaded"]), list(calls), dict(stored))
