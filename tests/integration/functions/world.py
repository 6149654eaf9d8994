"""The bot between AWS and Slack, and what people do with it."""

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from fakes import HELSINKI, contribution
from integration.functions.cloud import Cloud
from integration.functions.events import SEED, Context, Event
from integration.functions.gateway import Gateway
from local_slack.client import SlackControl
from local_slack.control_models import MessageRead, SubmitResult, ViewRead
from local_slack.server import SlackServer
from local_slack.traffic import TrafficEntry
from ossi.domain.contribution import Contribution
from ossi.domain.months import Month
from ossi_reconcile.handler import handler as reconcile_handler
from ossi_report.handler import handler as report_handler
from ossi_stream.handler import handler as stream_handler

AINO, EINO, MAIJA, MATTI, NEWCOMER = "U0AINO001", "U0EINO001", "U0MAIJA01", "U0MATTI01", "U0NONAME1"
MANAGEMENT, PUBLIC = SEED.management_channel, SEED.public_channel
# Words of their own, so that they can be looked for in the log.
DESCRIPTION = "Typed words that belong into no log: a race between two readers of the cache is gone."
URL = "https://github.com/owner/typed-address/pull/1"
TYPED = "typed-nonsense"

_Value = TypeVar("_Value")


def a_row(**values: Any) -> Contribution:
    """A pending contribution with the words above."""
    return contribution(**{"text": DESCRIPTION, "url": URL, **values})


@dataclass
class World:
    """AWS, Slack, and the way between them."""

    cloud: Cloud
    server: SlackServer
    control: SlackControl
    gateway: Gateway

    def open_form(self, user: str = AINO, text: str = "") -> ViewRead:
        """Types /ossi new."""
        result = self.control.command(user, f"new {text}", channel=PUBLIC)
        assert result.view is not None, result
        return result.view

    def submit(self, view: ViewRead, user: str = AINO, **values: str) -> SubmitResult:
        """Fills the form and sends it."""
        usual = {"description": DESCRIPTION, "url": URL, "month": str(this_month()), "level": "SMALL"}
        return self.control.submit(view, user, {**usual, **values})

    def register(self, user: str = AINO, **values: str) -> Contribution:
        """Registers a contribution, and lets the stream function tell about it."""
        before = {row.key for row in self.cloud.rows()}
        assert self.submit(self.open_form(user), user, **values).result == "closed"
        assert self.run_stream() == []
        (row,) = [row for row in self.cloud.rows() if row.key not in before]
        return row

    def run_stream(self, records: list[Event] | None = None, *, left_ms: int = 60_000) -> list[str]:
        """Hands what has changed to the stream function. Answers the sequence numbers that are to come again.

        What that stores makes records of its own, which follow unless records are given.
        """
        event = {"Records": self.cloud.changes() if records is None else records}
        answer = stream_handler(event, Context(left_ms=left_ms))
        again = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
        if records is None and not again and (further := self.cloud.changes()):
            return self.run_stream(further, left_ms=left_ms)
        return again

    def run_reconciler(self, *, left_ms: int = 300_000) -> dict[str, Any]:
        """A scheduled run. Answers what became of what was due, by outcome."""
        answer = reconcile_handler({"source": "schedule"}, Context(left_ms=left_ms))
        return answer["due"]["outcomes"]

    def later(self, seconds: int) -> None:
        """So much later, as far as the ledger is concerned: what it says of moments lies that much further back."""
        self.cloud.move_back(seconds)

    def run_report(self) -> dict[str, Any]:
        """Runs the report function with what it was invoked with last."""
        return report_handler(self.cloud.invoked[-1], Context())

    def managers_see(self) -> list[MessageRead]:
        """The management channel."""
        return self.control.messages(MANAGEMENT)

    def told(self) -> dict[str, int]:
        """How many messages stand where."""
        return {
            "aino": len(self.control.dm(AINO)),
            "management": len(self.managers_see()),
            "public": len(self.control.messages(PUBLIC)),
        }

    def calls(self, method: str | None = None) -> list[TrafficEntry]:
        """What the bot has asked of Slack."""
        entries = [entry for entry in self.control.traffic() if entry.direction == "from_bot"]
        return [entry for entry in entries if method in (None, entry.kind)]

    def announced_links(self) -> dict[str, tuple[str, str]]:
        """Suffix -> name and token of the links to the report in the management channel."""
        acts = self.managers_see()[-1].acts
        links = [urlsplit(act.value) for act in acts if act.kind == "link" and act.where == "blocks"]
        return {
            link.path.rpartition(".")[2]: (link.path.rpartition("/")[2], link.query.removeprefix("token="))
            for link in links
        }

    def announced_link(self) -> tuple[str, str]:
        """Name and token of the link to the workbook."""
        return self.announced_links()["xlsx"]

    def last_payload(self) -> Event:
        """The payload of the last interaction that reached the gateway."""
        form = parse_qs(base64.b64decode(self.gateway.events[-1]["body"]).decode())
        return json.loads(form["payload"][0])


def typed_in(view: ViewRead, field: str) -> Any:
    """What stands in a text field of a form; None: nothing."""
    entry: Any = view.values[field][field]
    return entry["value"]


def this_month() -> Month:
    """The month that the form offers first."""
    return Month.of(datetime.now(HELSINKI))


def at_once(*acts: Callable[[], _Value]) -> list[_Value]:
    """Does all of it at the same moment; the results in the order of the acts."""
    results: dict[int, _Value] = {}
    start = threading.Barrier(len(acts))

    def run(number: int, act: Callable[[], _Value]) -> None:
        start.wait(10)
        results[number] = act()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return [results[number] for number in range(len(acts))]
