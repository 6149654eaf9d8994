"""Messages that got lost are found and sent: every hop real, the stream's records gone or late, Slack down, a channel archived."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner

from fakes import contribution
from local_aws import LocalAws
from local_slack.client import SlackControl
from ossi.aws.dynamodb import from_item, to_item
from ossi.domain.contribution import Contribution, Status
from ossi_cli.build import build_for_local_aws
from ossi_cli.main import cli
from ossi_playground.local import LocalOssi, Options
from ossi_playground.seed import load_seed

AINO, MAIJA = "U0AINO001", "U0MAIJA01"
MANAGEMENT, PUBLIC = load_seed().management_channel, load_seed().public_channel
# Weeks ago, for what was written before the bot was there to see it. No two tests share a row: the ledger remembers.
LONG_AGO = 1_792_994_700_000

Run = Callable[..., str]


@pytest.fixture(scope="module")
def ossi() -> Iterator[LocalOssi]:
    with LocalOssi(Options(artifacts=build_for_local_aws())) as running:
        assert running.aws is not None
        # The first round over the rows, which are not there yet; the next one comes in a quarter of an hour, or when a test says so.
        invoke_as_scheduled(running.aws)
        yield running


def scheduled(aws: LocalAws) -> tuple[str, dict[str, Any]]:
    """The reconciler's schedule: how often, and what it invokes with what."""
    scheduler: Any = aws.emulator.client("scheduler")
    name = "ossi-local-reconciliation"
    schedule = scheduler.get_schedule(Name=name, GroupName=name)
    return schedule["ScheduleExpression"], schedule["Target"]


def invoke_as_scheduled(aws: LocalAws) -> None:
    """Runs the reconciler as its schedule does."""
    _, target = scheduled(aws)
    client: Any = aws.emulator.client("lambda")
    answer = client.invoke(FunctionName=target["Arn"], Payload=target["Input"])
    assert "FunctionError" not in answer, answer["Payload"].read()


@pytest.fixture
def aws(ossi: LocalOssi) -> LocalAws:
    assert ossi.aws is not None
    return ossi.aws


@pytest.fixture
def control(ossi: LocalOssi, aws: LocalAws) -> Iterator[SlackControl]:
    assert ossi.slack is not None
    with SlackControl(ossi.slack.url) as slack:
        slack.reset()
        yield slack
        # What is still on its way must not arrive in the next test.
        slack.heal()
        aws.poller.wait_idle()


@pytest.fixture
def table(aws: LocalAws) -> Iterator[Table]:
    rows = Table(aws)
    yield rows
    rows.empty()


@pytest.fixture
def run(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Types an `ossi` command against the local AWS, and gives what it prints."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

    def typed(*words: str, exit_code: int = 0) -> str:
        where = ("--stack", "local", "--region", aws.outputs["region"], "--endpoint-url", aws.emulator.endpoint_url)
        result = CliRunner().invoke(cli, [words[0], *where, *words[1:]])
        assert result.exit_code == exit_code, result.output
        return result.output

    return typed


class Table:
    """The contributions, written and read by hand."""

    def __init__(self, aws: LocalAws) -> None:
        self._client: Any = aws.emulator.client("dynamodb")
        self._name: str = aws.outputs["table"]
        self._ledger: str = aws.outputs["ledgerTable"]

    def put(self, *rows: Contribution) -> None:
        """Stores rows."""
        for row in rows:
            self._client.put_item(TableName=self._name, Item=to_item(row.to_row()))

    def rows(self) -> list[Contribution]:
        """What is there."""
        return [Contribution.from_row(from_item(item)) for item in self._client.scan(TableName=self._name)["Items"]]

    def ledger(self) -> dict[tuple[str, str], dict[str, Any]]:
        """(id, effect) -> what the ledger says."""
        rows = [from_item(item) for item in self._client.scan(TableName=self._ledger)["Items"]]
        return {(row["id"], row["effect"]): row for row in rows}

    def states(self, row: Contribution) -> dict[str, str]:
        """Effect -> what became of it, of one contribution."""
        subject = f"contribution#{row.key}"
        return {effect: each["state"] for (name, effect), each in self.ledger().items() if name == subject}

    def forget_the_last_round(self) -> None:
        """The reconciler's next run looks at every row."""
        self._client.delete_item(
            TableName=self._ledger, Key=to_item({"id": "bookmark#reconcile", "effect": "position"})
        )

    def let_its_time_come(self, row: Contribution, effect: str) -> None:
        """What is owed may be tried now."""
        self._client.update_item(
            TableName=self._ledger,
            Key=to_item({"id": f"contribution#{row.key}", "effect": effect}),
            UpdateExpression="SET dueAt = :past",
            ConditionExpression="attribute_exists(unsettled)",
            ExpressionAttributeValues=to_item({":past": 1}),
        )

    def empty(self) -> None:
        """Removes every row."""
        for row in self.rows():
            self._client.delete_item(
                TableName=self._name, Key=to_item({"userId": row.user_id, "timestamp": row.timestamp})
            )


def register(control: SlackControl, table: Table) -> Contribution:
    """Aino fills the form."""
    view = control.wait_for(lambda: control.command(AINO, "new", channel=PUBLIC).view, what="the form")
    month: Any = view.values["month"]["month"]
    values = {
        "description": "Fixed a race between two readers of the cache, and wrote its test.",
        "url": "https://github.com/owner/project/pull/1",
        "month": month["selected_option"]["value"],
        "level": "SMALL",
    }
    # On a busy machine a cold function may take longer than the local Slack waits; what was sent is stored all the same.
    assert control.submit(view, AINO, values).result in {"closed", "timeout"}
    (row,) = control.wait_for(table.rows, what="the row")
    return row


def told(control: SlackControl) -> tuple[int, int, int]:
    """How many messages Aino, the managers and everybody have."""
    return len(control.dm(AINO)), len(control.messages(MANAGEMENT)), len(control.messages(PUBLIC))


def counted(output: str) -> dict[str, int]:
    """The last line: Looked at 3 contributions: 2 sent, 1 set aside."""
    assert output.startswith(("U0", "Looked at"))
    return {words: int(number) for number, words in re.findall(r"(\d+) ([a-z ]+)[,.]", output.splitlines()[-1])}


def test_changes_that_the_stream_never_delivered_are_made_up_for_once(
    aws: LocalAws, control: SlackControl, table: Table, run: Run
) -> None:
    # Given: the stream stands still, and somebody registers a contribution
    with aws.poller.paused():
        row = register(control, table)
        assert told(control) == (0, 0, 0)
        assert row.submission_id is not None

        # When and then: a minute's grace for the stream, a dry run, and the run itself
        assert "nothing is missing" in run("reconcile")
        assert counted(run("reconcile", "--older-than", "0", "--dry-run")) == {"would be sent": 2}
        assert told(control) == (0, 0, 0)
        assert counted(run("reconcile", "--older-than", "0")) == {"sent": 2}
        assert told(control) == (1, 1, 0)
        assert "nothing is missing" in run("reconcile", "--older-than", "0")

        # The buttons that it sent work, and the decision is made up for too
        control.press(MAIJA, "accept_contribution", channel=MANAGEMENT, ts=control.messages(MANAGEMENT)[0].ts)
        assert counted(run("reconcile", "--older-than", "0")) == {"sent": 3}
        assert told(control) == (2, 1, 1)
        assert "Accepted by" in control.messages(MANAGEMENT)[0].text

    # And when the stream comes back, it has nothing to add
    aws.poller.wait_idle()
    assert told(control) == (2, 1, 1)


def test_only_the_message_that_failed_is_sent(aws: LocalAws, control: SlackControl, table: Table, run: Run) -> None:
    # Given: Slack takes nothing for the managers
    control.fail(
        "chat.postMessage", "slack_error", error="service_unavailable", times=None, when={"channel": MANAGEMENT}
    )
    row = register(control, table)
    states = {"confirm_submission": "SENT", "ask_management": "DUE"}
    control.wait_for(lambda: table.states(row) == states, what="a message that is due beside one that was sent")
    assert told(control) == (1, 0, 0)
    assert counted(run("reconcile", "--older-than", "0")) == {"will be sent": 1}, "its time has not come"

    # When: it is tried before Slack is back, and after
    table.let_its_time_come(row, "ask_management")
    assert counted(run("reconcile", "--older-than", "0")) == {"failed for now": 1}
    control.heal()
    table.let_its_time_come(row, "ask_management")
    output = run("reconcile", "--older-than", "0")

    # Then
    assert counted(output) == {"sent": 1}
    assert "ask_management" in output
    assert told(control) == (1, 1, 0)
    aws.poller.wait_idle()
    assert told(control) == (1, 1, 0)


def test_history_is_silent(aws: LocalAws, control: SlackControl, table: Table, run: Run) -> None:
    table.put(
        contribution(timestamp=LONG_AGO, imported_at=LONG_AGO + 1000),
        contribution(timestamp=LONG_AGO + 1, status=Status.ACCEPTED, imported_at=LONG_AGO + 1000),
        contribution(timestamp=LONG_AGO + 2, status=Status.ACCEPTED),
        contribution(timestamp=LONG_AGO + 3, status=Status.DECLINED, decided_by=MAIJA, decided_at=LONG_AGO + 4),
    )
    aws.poller.wait_idle()
    assert run("reconcile", "--older-than", "0") == "Looked at 4 contributions: nothing is missing.\n"
    assert told(control) == (0, 0, 0)


def test_what_an_archived_channel_refused_goes_out_when_it_is_back(
    aws: LocalAws, control: SlackControl, table: Table, run: Run
) -> None:
    # Given
    control.archive(MANAGEMENT)
    row = register(control, table)
    aws.poller.wait_idle()
    assert told(control) == (1, 0, 0)

    # Then: neither the reconciler nor a redrive gets it through while the channel is archived
    assert counted(run("reconcile", "--older-than", "0")) == {"set aside": 1}
    assert "(is_archived)" in run("redrive")

    # When: the channel is back
    control.unarchive(MANAGEMENT)
    assert counted(run("redrive", "--dry-run")) == {"would be sent": 1}
    assert "nothing is missing" in run("redrive", "--effect", "publish")
    assert "nothing is missing" in run("redrive", "--contribution", f"{AINO}#1")
    assert told(control) == (1, 0, 0)
    assert counted(run("redrive", "--effect", "ask_management", "--contribution", str(row.key))) == {"sent": 1}

    # Then
    assert told(control) == (1, 1, 0)
    assert "nothing is missing" in run("redrive")


def test_slack_is_down_altogether(aws: LocalAws, control: SlackControl, table: Table, run: Run) -> None:
    rows = [contribution(timestamp=LONG_AGO + number, submission_id=f"V{number}") for number in range(30)]
    with aws.poller.paused():
        table.put(*rows)
        control.fail("*", "slack_error", error="fatal_error", times=None)
        assert "the rest was not tried" in run("reconcile", exit_code=1)
        tried = [(row, effect) for row in rows for effect, state in table.states(row).items() if state == "DUE"]
        assert 0 < len(tried) <= 4, "what may have arrived is not spent on an outage"
        control.heal()
        for row, effect in tried:
            table.let_its_time_come(row, effect)
        assert counted(run("reconcile")) == {"sent": 60}
        assert told(control) == (30, 30, 0)
    aws.poller.wait_idle()
    assert told(control) == (30, 30, 0)


def test_the_schedule_alone_makes_up_for_what_the_stream_never_delivered(
    aws: LocalAws, control: SlackControl, table: Table
) -> None:
    """Nobody calls it: every minute it works off what is due, and at first it looks at every row."""
    with aws.poller.paused():
        assert scheduled(aws)[0] == "rate(1 minute)"
        table.forget_the_last_round()
        table.put(contribution(timestamp=LONG_AGO + 100, submission_id="V1"))
        control.wait_for(lambda: told(control) == (1, 1, 0), 100, what="a message by the schedule")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--stack", "nowhere"], "There is no function ossi-nowhere-reconcile:live in"),
        ([], "give either --stack or --function"),
        (["--stack", "local", "--contribution", "aino"], "please give it as USER#MILLISECONDS"),
    ],
)
def test_what_goes_wrong_is_a_sentence(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch, words: list[str], sentence: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    where = ["--region", aws.outputs["region"], "--endpoint-url", aws.emulator.endpoint_url]
    result = CliRunner().invoke(cli, ["redrive", *where, *words])
    assert result.exit_code != 0
    assert sentence in result.output


def test_an_aws_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    where = ["--region", "eu-north-1", "--endpoint-url", "http://127.0.0.1:9"]
    result = CliRunner().invoke(cli, ["reconcile", "--stack", "local", *where])
    assert result.exit_code == 1
    assert result.output.startswith("Error: AWS does not answer")


# a month, by hand


def test_an_admin_closes_a_month_once(run: Run, table: Table, control: SlackControl) -> None:
    table.put(contribution(timestamp=LONG_AGO + 900, status=Status.ACCEPTED, contribution_month="2020-08"))

    printed = run("close", "2020-08", "--yes")

    assert printed == "August 2020 is closed. Its report is in the management channel.\n"
    (report,) = control.messages(MANAGEMENT)
    assert "August 2020 is closed." in report.rendered
    assert "Closed by an admin" in report.rendered
    assert "already closed" in run("close", "2020-08", "--yes", exit_code=1)
    assert "could pay people twice" in run("close", "2020-07", "--yes", exit_code=1)
    assert control.messages(MANAGEMENT) == [report]
