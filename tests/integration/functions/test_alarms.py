"""Each alarm that the program declares, raised by a failure that a test causes: by what the functions really count, and what AWS would.

Lambda, API Gateway and SQS aren't here, so what they count of a failure is written down as their documentation has it.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from alarm_states import CloudWatch
from fakes import HELSINKI
from infra.conftest import artifacts as artifacts
from infra.recording import run_program
from infra.test_alarms import ALARMS
from integration.functions.cloud import LEDGER
from integration.functions.events import Context, Event, download_event, signed, slash_body
from integration.functions.world import MAIJA, PUBLIC, World, a_row, this_month
from ossi.aws.dynamodb import to_item
from ossi.domain.contribution import Contribution
from ossi.domain.lifecycle import submitted
from ossi.domain.months import Month
from ossi.ports import Progress
from ossi_download.handler import handler as download_handler
from ossi_reconcile import bootstrap as reconcile_bootstrap
from ossi_reconcile.checkpoint import DynamoCheckpoint
from ossi_reconcile.handler import handler as reconcile_handler
from ossi_report.handler import handler as report_handler
from ossi_slash import bootstrap as slash_bootstrap
from ossi_slash.handler import handler as slash_handler

SCHEDULED = {"source": "schedule", "scheduledTime": "2026-11-23T12:00:00Z"}
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
Handler = Callable[[Event, Any], dict[str, Any]]


@pytest.fixture(scope="session")
def declared(artifacts: Path) -> dict[str, dict[str, Any]]:
    """What the program declares for the stack that the functions here belong to."""
    alarms = run_program(artifacts, stack="test").all("cloudwatch:MetricAlarm")
    return {name: alarm.inputs for name, alarm in alarms.items()}


@dataclass
class Watched:
    """The world, and CloudWatch beside it."""

    world: World
    cloudwatch: CloudWatch
    capsys: pytest.CaptureFixture[str]
    logged: str = ""

    def look(self) -> set[str]:
        """Hands CloudWatch what was logged since the last look, and answers which alarms are raised."""
        new = self.capsys.readouterr().out
        self.logged += new
        self.cloudwatch.read_lines(new)
        return self.cloudwatch.raised()

    def invoke(self, name: str, handler: Handler, event: Event) -> dict[str, Any] | None:
        """Invokes a function as Lambda would, which counts it. None: it failed."""
        try:
            answer = handler(event, Context())
        except Exception:  # noqa: BLE001  # whatever it was, Lambda counts it
            answer = None
        self.cloudwatch.count("AWS/Lambda", "Errors", {"FunctionName": f"ossi-test-{name}"}, float(answer is None))
        return answer

    def request(self, handler: Handler, event: Event) -> None:
        """A request to the API, which counts those that its function had no answer to."""
        answer = self.invoke("slash", handler, event)
        self.cloudwatch.count("AWS/ApiGateway", "5xx", {"ApiId": "a1b2c3", "Stage": "$default"}, float(answer is None))

    def pass_by(self, minutes: int, *, scheduled: bool = True) -> set[str]:
        """So many minutes, in each of which the schedule runs the reconciler, unless it's gone. Answers which alarms are raised."""
        raised: set[str] = set()
        for _ in range(minutes):
            self.cloudwatch.now += MINUTE
            if scheduled:
                self.invoke("reconcile", reconcile_handler, SCHEDULED)
            raised = self.look()
        return raised

    def later(self, seconds: int) -> set[str]:
        """So much later, in which the reconciler was run and found nothing. Answers which alarms are raised."""
        self.cloudwatch.now += seconds - 15 * MINUTE
        for _ in range(15):
            self.cloudwatch.now += MINUTE
            self.cloudwatch.count("AWS/Lambda", "Errors", {"FunctionName": "ossi-test-reconcile"}, 0)
        return self.look()

    def is_raised_after(self, minutes: int, alarm: str, *, scheduled: bool = True) -> bool:
        """Whether that many minutes raise the alarm, and a minute less does not."""
        early = alarm in self.pass_by(minutes - 1, scheduled=scheduled)
        return not early and alarm in self.pass_by(1, scheduled=scheduled)


@pytest.fixture
def watched(world: World, declared: dict[str, dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> Iterator[Watched]:
    watched = Watched(world, CloudWatch(declared), capsys)
    assert watched.later(10 * DAY) == set()
    yield watched
    sys.stdout.write(watched.logged)  # for whoever looks whether anything personal was logged


RAISED_BY = {
    "reconcile-stopped": "test_no_successful_run_of_the_reconciler_is_told_within_a_quarter_of_an_hour",
    "overdue": "test_a_change_that_the_stream_function_never_handled_is_told",
    "parked": "test_what_is_parked_is_told_until_it_is_put_right",
    "answers-failed": "test_answers_that_fail_are_told",
    "requests-refused": "test_a_wrong_signing_secret_is_told",
    "api-5xx": "test_a_function_that_does_not_start_is_told",
    "report-failed": "test_a_report_that_was_given_up_is_told_until_someone_has_seen_to_it",
}


def test_every_alarm_is_raised_by_one_of_these_tests() -> None:
    assert RAISED_BY.keys() == ALARMS.keys()
    assert set(RAISED_BY.values()) <= globals().keys()


def test_nothing_is_raised_while_all_is_well(watched: Watched) -> None:
    watched.world.register()
    watched.world.control.press(MAIJA, "accept_contribution")
    assert watched.world.run_stream() == []
    assert watched.pass_by(20) == set()


# nothing is worked off


def ledger_is_gone(watched: Watched) -> bool:
    watched.world.cloud.drop_ledger()
    return True


def environment_is_wrong(_watched: Watched) -> bool:
    reconcile_bootstrap.app.cache_clear()
    return True


def schedule_is_gone(_watched: Watched) -> bool:
    """Or is disabled, or may not invoke the function; or the function's concurrency is 0, which Lambda counts as no invocation."""
    return False


@pytest.mark.parametrize("cause", [schedule_is_gone, ledger_is_gone, environment_is_wrong])
def test_no_successful_run_of_the_reconciler_is_told_within_a_quarter_of_an_hour(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, cause: Callable[[Watched], bool]
) -> None:
    scheduled = cause(watched)
    if cause is environment_is_wrong:
        monkeypatch.delenv("OSSI_UNSETTLED_INDEX")
    assert watched.is_raised_after(15, "reconcile-stopped", scheduled=scheduled)


def test_one_run_that_fails_is_not_told_and_one_that_succeeds_ends_the_alarm(watched: Watched) -> None:
    watched.world.cloud.drop_ledger()
    assert watched.pass_by(1) == set()
    watched.world.cloud.create_ledger()
    assert watched.pass_by(16) == set()
    assert watched.pass_by(20, scheduled=False) == {"reconcile-stopped"}
    assert watched.pass_by(1) == set()


def test_a_stack_that_has_never_run_is_ok_with_its_first_run(watched: Watched) -> None:
    """On the first deployment nobody has confirmed an address yet, so nobody is told of the minute before (docs/operations.md)."""
    watched.cloudwatch.samples.clear()
    assert watched.look() == {"reconcile-stopped"}
    assert watched.pass_by(1) == set()


# something is overdue


def a_round_was_just_made(watched: Watched) -> None:
    assert watched.pass_by(1) == set()


def submitted_minutes_ago(minutes: int) -> Contribution:
    at = int(time.time() * 1000) - minutes * MINUTE * 1000
    return submitted(a_row(timestamp=at, contribution_month=str(this_month()), submission_id="V1"), "e1")


def test_a_change_that_the_stream_function_never_handled_is_told(watched: Watched) -> None:
    """Its mapping is disabled, or it's throttled for good, or it fails each time: in the table this looks the same."""
    a_round_was_just_made(watched)
    watched.world.cloud.put(submitted_minutes_ago(4))
    assert watched.pass_by(1) == set()
    watched.world.cloud.put(submitted_minutes_ago(6))
    assert watched.pass_by(1) == {"overdue"}
    assert watched.world.told() == {"aino": 1, "management": 1, "public": 0}, "and it's made up for"
    assert watched.pass_by(61) == set()


def test_a_change_that_the_stream_function_handled_is_not_told(watched: Watched) -> None:
    a_round_was_just_made(watched)
    watched.world.cloud.put(submitted_minutes_ago(6))
    assert watched.world.run_stream() == []
    assert watched.pass_by(3) == set()


def test_a_message_that_is_not_sent_in_time_is_told(watched: Watched) -> None:
    a_round_was_just_made(watched)
    watched.world.control.fail("*", "http_503", times=None)
    watched.world.cloud.put(submitted_minutes_ago(6))
    assert watched.world.run_stream() == []
    watched.world.later(14 * MINUTE)
    assert watched.pass_by(1) == set()
    watched.world.later(2 * MINUTE)
    assert watched.pass_by(1) == {"overdue"}


@pytest.fixture
def due_on_the_first(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """The report of the month before was due on the first at midnight, and there was someone to notice then."""
    monkeypatch.setenv("OSSI_REPORT_DUE", "1 00:00")
    reconcile_bootstrap.app.cache_clear()
    now = int(time.time() * 1000)
    DynamoCheckpoint(boto3.client("dynamodb"), LEDGER, "reconcile").write(Progress(None, 0, now, since=1))
    return watched


def an_hour_ago() -> datetime:
    """The last report that is missing if it wasn't made was due by then, also in the first hour of a month."""
    return datetime.now(HELSINKI) - timedelta(hours=1)


def test_a_monthly_report_that_was_not_made_is_told_until_it_is(due_on_the_first: Watched) -> None:
    assert due_on_the_first.pass_by(2) == {"overdue"}
    assert due_on_the_first.pass_by(90) == {"overdue"}
    scheduled = {"source": "schedule", "scheduledTime": an_hour_ago().isoformat()}
    assert due_on_the_first.invoke("report", report_handler, scheduled) is not None
    assert due_on_the_first.pass_by(61) == set()


def test_a_monthly_report_whose_month_someone_has_closed_is_not_told(due_on_the_first: Watched) -> None:
    pointer = {"id": "reports", "effect": str(Month.of(an_hour_ago()).previous()), "closed": True}
    due_on_the_first.world.cloud.put_item(to_item(pointer), LEDGER)
    assert due_on_the_first.pass_by(2) == set()


def test_a_report_that_was_due_before_this_deployment_is_not_told(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSSI_REPORT_DUE", "1 00:00")
    reconcile_bootstrap.app.cache_clear()
    assert watched.pass_by(3) == set()


# something is parked


def test_what_is_parked_is_told_until_it_is_put_right(watched: Watched) -> None:
    # Given: Slack refuses a message for good
    watched.world.register()
    watched.world.control.archive(PUBLIC)
    watched.world.control.press(MAIJA, "accept_contribution")
    assert watched.world.run_stream() == []
    assert watched.look() == {"parked"}

    # Then: days later it's still told, since it still waits
    watched.later(3 * DAY)
    assert watched.pass_by(1) == {"parked"}

    # When
    watched.world.control.unarchive(PUBLIC)
    (found,) = reconcile_handler({"source": "command", "redrive": True, "olderThanSeconds": 0}, Context())["findings"]
    assert found["outcome"] == "sent"

    # Then
    assert watched.later(24 * HOUR) == {"parked"}
    assert watched.later(2 * HOUR) == set()


def test_what_may_have_arrived_is_told(watched: Watched) -> None:
    key = submitted_minutes_ago(60).key
    record = {"id": f"contribution#{key}", "effect": "publish", "state": "UNKNOWN", "dueAt": 1, "owedAt": 1}
    watched.world.cloud.put(submitted_minutes_ago(60))
    far = int(time.time() * 1000) + DAY * 1000
    watched.world.cloud.put_item(
        to_item({**record, "dueAt": far, "attempts": 3, "ambiguous": 3, "unsettled": "contribution"}), LEDGER
    )
    assert "parked" in watched.pass_by(1)


def test_a_row_that_cannot_be_read_is_told_from_one_daily_round_to_the_next(watched: Watched) -> None:
    watched.world.cloud.put({"userId": "U0AINO001", "timestamp": 1, "status": "PERHAPS"})
    assert watched.pass_by(1) == {"parked"}
    assert watched.later(24 * HOUR) == {"parked"}


# answers


def test_answers_that_fail_are_told(watched: Watched) -> None:
    watched.world.cloud.drop_contributions()
    for _ in range(2):
        assert watched.look() == set(), "one may be a moment's trouble"
        watched.request(slash_handler, signed("/slash", slash_body(text="list")))
    assert watched.look() == {"answers-failed"}


def late(by_ms: int) -> Event:
    """A request that API Gateway took so long ago: its function had to start first."""
    event = signed("/slash", slash_body(text="help"))
    event["requestContext"]["timeEpoch"] = int(time.time() * 1000) - by_ms
    return event


def test_answers_that_come_too_late_are_told(watched: Watched) -> None:
    for _ in range(5):
        watched.request(slash_handler, late(300))
    assert watched.look() == set()
    for _ in range(2):
        watched.request(slash_handler, late(2_600))
    assert watched.look() == {"answers-failed"}


def test_a_wrong_signing_secret_is_told(watched: Watched) -> None:
    for _ in range(3):
        assert watched.look() == set()
        watched.request(slash_handler, signed("/slash", slash_body(text="help"), secret="another-signing-secret"))
    assert watched.look() == {"requests-refused"}


def test_links_that_were_cut_off_when_they_were_copied_are_not_told(watched: Watched) -> None:
    for number in range(20):
        watched.request(download_handler, download_event(f"ossi-2026-10-{number}.xlsx", "cut-o"))
    assert watched.look() == set()


def test_a_function_that_does_not_start_is_told(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OSSI_TABLE")
    slash_bootstrap.app.cache_clear()
    for _ in range(2):
        assert watched.look() == set()
        watched.request(slash_handler, signed("/slash", slash_body(text="help")))
    assert watched.look() == {"api-5xx"}


# reports


def test_a_report_that_was_given_up_is_told_until_someone_has_seen_to_it(watched: Watched) -> None:
    waiting = ("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": "ossi-test-report-failures"})
    asked = {"source": "slash", "month": "2026-10", "requestedBy": MAIJA, "requestId": "1.2.3"}
    watched.world.cloud.drop_contributions()
    attempts = [watched.invoke("report", report_handler, asked) for _ in range(3)]
    assert attempts == [None, None, None]
    watched.cloudwatch.count(*waiting, 1)  # Lambda puts aside what failed three times
    assert watched.look() == {"report-failed"}

    # SQS goes silent, and nobody has looked yet.
    assert watched.later(7 * HOUR) == {"report-failed"}

    watched.later(5 * MINUTE)
    watched.cloudwatch.count(*waiting, 0)  # someone empties the queue
    assert watched.look() == set()
