"""What the functions talk to while they are measured: Slack, Secrets Manager, DynamoDB and S3, behind TLS, answering at once.

It notes when the last byte of each request was there. The clock is the machine's monotonic one, which all processes share. Of what a
function puts into a table it finds again what has the ledger's key; conditions of a write count as met.
"""

import json
import ssl
import sys
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import certifi
import trustme

SIGNING_SECRET = "0123456789abcdef0123456789abcdef"
_SECRET = {
    "slackBotToken": "xoxb-bench",
    "slackSigningSecret": SIGNING_SECRET,
    "linkSigningKey": "bench-link-key-of-thirty-two-characters",
}
_ROWS_A_PAGE = 2000  # of about 500 bytes: DynamoDB ends a page at 1 MB
_MESSAGE = {"ok": True, "channel": "C0BENCH", "ts": "1792994700.000100"}
_SLACK: dict[str, dict[str, Any]] = {
    "auth.test": {"ok": True, "url": "https://bench.slack.com/", "team_id": "T0", "user_id": "U0", "bot_id": "B0"},
    "users.info": {"ok": True, "user": {"id": "U0AINO001", "name": "aino", "real_name": "Aino Lahti"}},
    "views.open": {"ok": True, "view": {"id": "V0"}},
    "chat.postMessage": _MESSAGE,
    "chat.update": _MESSAGE,
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of a process that ended and hung up: its traceback would stand among the results."""
        if not isinstance(sys.exception(), (ConnectionError, ssl.SSLEOFError)):
            super().handle_error(request, client_address)


class Stubs:
    """One HTTPS server for all of them. A context manager."""

    def __init__(self, directory: Path) -> None:
        authority = trustme.CA()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(self._tls)
        # With all the authorities that a machine knows: to read those takes a client its time.
        self.authorities = directory / "authorities.pem"
        self.authorities.write_bytes(Path(certifi.where()).read_bytes() + authority.cert_pem.bytes())
        self._arrivals: list[tuple[str, float]] = []
        self._rows: list[dict[str, Any]] = []
        self._kept: dict[str, dict[str, Any]] = {}
        self._server = _Server(("localhost", 0), self._handler())
        self._server.socket = self._tls.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.url = f"https://localhost:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def keep_rows(self, rows: Sequence[dict[str, Any]]) -> None:
        """What a Query of a person or of the first row's month finds: at most Limit of them at a time.

        As DynamoDB does, whose time does not depend on the others. Every other Query finds nothing.
        """
        self._rows[:] = rows

    def forget(self) -> None:
        """As if nothing had arrived."""
        self._arrivals.clear()
        self._kept.clear()

    def arrival(self, call: str) -> float:
        """When the first such call had arrived, in seconds of time.monotonic(). Raises LookupError if none has."""
        for name, at in list(self._arrivals):
            if name == call:
                return at
        raise LookupError(f"no {call} has arrived, only {[name for name, _ in self._arrivals]}")

    def count(self, call: str) -> int:
        """How many such calls have arrived."""
        return sum(name == call for name, _ in list(self._arrivals))

    def environment(self) -> dict[str, str]:
        """What a client needs to find the stubs and to trust them."""
        return {
            "OSSI_SLACK_API_URL": f"{self.url}/api/",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_S3": self.url.replace(
                "localhost", "127.0.0.1"
            ),  # an address keeps the bucket out of the host's name
            "AWS_CA_BUNDLE": str(self.authorities),
            "SSL_CERT_FILE": str(self.authorities),
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_SESSION_TOKEN": "bench",
            "AWS_REGION": "eu-north-1",
            "AWS_DEFAULT_REGION": "eu-north-1",
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        arrivals, rows, kept = self._arrivals, self._rows, self._kept

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # As real servers: an answer goes out at once, in one piece, even while what TLS has sent before is not acknowledged.
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                at = time.monotonic()
                target = self.headers.get("X-Amz-Target", "")
                call = target.rpartition(".")[2] or self.path.rpartition("/")[2]
                answer = _aws(call, asked, rows, kept) if target else _SLACK.get(call, {"ok": True})
                arrivals.append((call, at))
                self._answer(json.dumps(answer).encode())

            def handle_expect_100(self) -> bool:
                """boto3 sends an object only when it may."""
                going_on = super().handle_expect_100()
                self.wfile.flush()
                return going_on

            def do_PUT(self) -> None:
                # In chunks, with a checksum behind the last one (RFC 9112, 7.1).
                while size := int(self.rfile.readline(), 16):
                    self.rfile.read(size + 2)
                while self.rfile.readline().strip():
                    """The trailer, up to an empty line."""
                arrivals.append((f"PUT {self.path.rpartition('.')[2].partition('?')[0]}", time.monotonic()))
                self._answer(b"")

            def _answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.wfile.flush()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the standard library's name
                """Keeps quiet."""

        return Handler


def _aws(
    operation: str, asked: bytes, rows: Sequence[dict[str, Any]], kept: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    if operation == "GetSecretValue":
        return {"ARN": "arn", "Name": "ossi", "VersionId": "1", "SecretString": json.dumps(_SECRET)}
    if operation == "UpdateItem":
        return {"Attributes": {"number": {"N": "1"}}}  # of the first report that is counted
    if operation == "PutItem":
        item = json.loads(asked)["Item"]
        kept[_ledger_key(item)] = item
    if operation == "BatchGetItem":
        tables = json.loads(asked)["RequestItems"]
        found = {
            table: [kept[key] for key in map(_ledger_key, wanted["Keys"]) if key in kept]
            for table, wanted in tables.items()
        }
        return {"Responses": found, "UnprocessedKeys": {}}
    if operation == "Query":
        return _queried(json.loads(asked), rows)
    return {}


def _ledger_key(item: dict[str, Any]) -> str:
    return json.dumps([item.get("id"), item.get("effect")])


def _queried(request: dict[str, Any], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    values = request["ExpressionAttributeValues"]
    if ":user" not in values and (not rows or values.get(":month") != rows[0]["contributionMonth"]):
        return {"Items": [], "Count": 0}
    first = int(request.get("ExclusiveStartKey", {}).get("place", {}).get("N", 0))
    last = first + int(request.get("Limit", _ROWS_A_PAGE))
    more = {"LastEvaluatedKey": {"place": {"N": str(last)}}} if last < len(rows) else {}
    return {"Items": rows[first:last], "Count": len(rows[first:last]), **more}
