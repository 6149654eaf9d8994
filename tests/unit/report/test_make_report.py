"""A month's report: one announcement a run, finished by the reconciler where Slack doesn't take it, and links of seven days."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NoReturn
from zoneinfo import ZoneInfo

import pytest

from fakes import HELSINKI, MANAGEMENT, FakeContributions, FakeReportFiles, FakeReportRecords, contribution
from memory import OK, Died, House, always, failing
from ossi.delivery.policy import claimed, given_up, owed, superseded
from ossi.delivery.record import DeliveryKey, Record, State
from ossi.domain.contribution import Contribution, Status
from ossi.domain.errors import UnreadableReport
from ossi.domain.levels import CompensationLevels
from ossi.domain.links import LinkExpired, check_link
from ossi.domain.message_ref import MessageRef
from ossi.domain.months import Month
from ossi.domain.payroll import Obstacle, ReportRecord, Shown
from ossi.domain.report import MonthSummary, Report
from ossi.ports import Message
from ossi.slack.errors import FailureKind
from ossi_reconcile.work_off import redrive_reports
from ossi_report.close_month import Books
from ossi_report.figures import MonthFigures
from ossi_report.make_report import Made, ReportMaker, ReportRun, WriteFile, finish_report, make_report, unannounced

SEPTEMBER, OCTOBER, NOVEMBER = (Month(2026, number) for number in (9, 10, 11))
RUN, ASKED = "report#2026-10#scheduled", "report#2026-10#asked#1.2.3"
CLOSE, ADMIN = "report#2026-10#manager#1.2.3", "report#2026-10#admin#1.2.3"
MAIJA, ANSWER = "U0MAIJA01", "https://hooks.slack.com/commands/1/2/3"
KEY = "a-key-of-thirty-two-characters-or-more"
NOW = datetime(2026, 11, 3, 6, 0, 0, 250_000, tzinfo=HELSINKI)
MINUTE, HOUR, DAY = 60_000, 3_600_000, 24 * 3_600_000


def aggregate(month: Month, rows: Sequence[Contribution], _levels: CompensationLevels) -> MonthFigures:
    counts = Counter(row.status for row in rows)
    others = {status: counts[status] for status in (Status.PENDING, Status.DECLINED)}
    summary = MonthSummary(month, counts[Status.ACCEPTED], others, {"EUR": Decimal(1)}, ())
    return MonthFigures(summary, tuple(rows), {}, {}, {}, {}, (), ())


def writes(kind: str) -> WriteFile:
    def write(report: Report, figures: MonthFigures, zone: ZoneInfo, now: datetime) -> bytes:
        return f"{kind} {report.month} {len(figures.rows)} {zone} {now:%Y-%m-%d}".encode()

    return write


class Office:
    """The report function and the reconciler, with everything that they stand on in memory."""

    def __init__(self, *rows: Contribution) -> None:
        self.house = House()
        self.house.now.ms = int(NOW.timestamp() * 1000)
        self.slack, self.deliveries, self.now = self.house.slack, self.house.deliveries, self.house.now
        self.contributions, self.records, self.bucket = FakeContributions(*rows), FakeReportRecords(), FakeReportFiles()
        self.maker = ReportMaker(
            books=Books(
                contributions=self.contributions,
                records=self.records,
                clock=self.now.datetime,
                zone=HELSINKI,
                levels=CompensationLevels(),
                grace_days=2,
                unannounced=lambda runs: unannounced(self.deliveries, runs),
            ),
            deliveries=self.deliveries,
            files=self.bucket,
            chat=self.slack,
            management_channel=MANAGEMENT,
            api_url="https://api.example",
            link_key=lambda: KEY,
            aggregate=aggregate,
            writers={kind: writes(kind) for kind in ("xlsx", "csv", "json")},
        )
        self.blocks: list[str] = []
        post = self.slack.post

        def post_and_keep(channel: str, message: Message) -> MessageRef | None:
            self.blocks.append(str(message.blocks))
            return post(channel, message)

        self.slack.post = post_and_keep

    def make(self, run: str = RUN, requested_by: str = "", month: Month = OCTOBER, response_url: str = "") -> bool:
        return self.made(run, requested_by, month, response_url).announced

    def made(self, run: str = RUN, requested_by: str = "", month: Month = OCTOBER, response_url: str = "") -> Made:
        return make_report(self.maker, ReportRun(month, run, requested_by, response_url))

    def minutes(self, count: int) -> None:
        """So many minutes with a run of the reconciler in each; Lambda invokes the report function a little later."""
        for _ in range(count):
            started = self.now.ms
            self.house.run_reconciler()
            self.now.sleep(2)
            asked, self.house.asked[:] = list(self.house.asked), []
            for record in asked:
                finish_report(self.maker, record.key.subject, record.key.effect)
            self.now.ms = max(self.now.ms, started + MINUTE)

    def record(self, effect: str = "announce_report", run: str = RUN) -> Record:
        return self.deliveries.records[DeliveryKey(run, effect)]

    def put(self, record: Record) -> None:
        self.deliveries.records[record.key] = record

    @property
    def said(self) -> list[str]:
        """What stands in the management channel."""
        return self.house.texts(MANAGEMENT)

    @property
    def posts(self) -> int:
        """How often a message was sent on its way."""
        return len([call for call in self.slack.calls if call[0] == "chat.postMessage"])

    def links(self) -> dict[str, tuple[str, str]]:
        """Suffix -> name and token of the links that were announced last."""
        found = re.findall(r"https://api\.example/reports/([^?]+\.(\w+))\?token=([0-9a-f.]+)", self.blocks[-1])
        return {suffix: (name, token) for name, suffix, token in found}

    def files(self) -> dict[str, bytes]:
        """Suffix -> what was stored, of one report."""
        return {name.rpartition(".")[2]: content for name, content in self.bucket.stored.items()}


ROWS = (
    contribution(status=Status.ACCEPTED),
    contribution(timestamp=1),
    contribution(timestamp=2, status=Status.DECLINED),
    contribution(timestamp=3, status=Status.ACCEPTED, contribution_month="2026-09"),
)


def test_a_report_that_was_asked_for_days_ago_comes_if_an_operator_says_so() -> None:
    office = Office(*ROWS)
    office.slack.answer = lambda method, _place, _text: (
        failing(FailureKind.AMBIGUOUS) if method == "chat.postMessage" else OK
    )
    run = "report#2026-11#asked#1.2.3"  # of a month that is going on
    office.make(run, "U0MAIJA01", NOVEMBER)
    office.minutes(120)
    assert office.record(run=run).state is State.UNKNOWN
    office.slack.answer = always(OK)
    office.now.ms += 2 * DAY
    assert len(redrive_reports(office.house.desk)) == 1
    office.minutes(10)
    assert len(office.said) == 1


def test_a_report_is_stored_and_announced() -> None:
    office = Office(*ROWS)
    assert office.make(ASKED, "U0MAIJA01")
    assert office.files() == {
        kind: f"{kind} 2026-10 3 Europe/Helsinki 2026-11-03".encode() for kind in ("xlsx", "csv", "json")
    }
    assert {name for name, _ in office.links().values()} == set(office.bucket.stored)
    (said,) = office.said
    assert "1 accepted, 1 pending, 1 declined" in said
    record = office.record(run=ASKED)
    assert (record.state, record.attempts, record.begun, record.ambiguous, record.requested_by, record.open) == (
        State.SENT, 1, 1, 1, "U0MAIJA01", False,
    )  # fmt: skip


def test_the_month_is_aggregated_once_for_the_message_and_all_files() -> None:
    office = Office(contribution(status=Status.ACCEPTED), contribution(timestamp=1))
    made: list[MonthFigures] = []
    written: list[MonthFigures] = []

    def counted(month: Month, rows: Sequence[Contribution], levels: CompensationLevels) -> MonthFigures:
        made.append(aggregate(month, rows, levels))
        return made[-1]

    def write(_report: Report, figures: MonthFigures, _zone: ZoneInfo, _now: datetime) -> bytes:
        written.append(figures)
        return b""

    writers = dict.fromkeys(office.maker.writers, write)
    assert make_report(replace(office.maker, aggregate=counted, writers=writers), ReportRun(OCTOBER, RUN))
    assert len(made) == 1
    assert [id(figures) for figures in written] == [id(made[0])] * 3


def test_the_same_run_delivered_twice_posts_one_report() -> None:
    office = Office(*ROWS)
    assert office.make()
    assert not office.make()
    assert (len(office.said), len(office.bucket.stored)) == (1, 3)


# asked again


def test_who_asks_for_what_the_channel_has_gets_a_link_alone_and_the_channel_no_copy() -> None:
    office = Office(*ROWS)
    assert office.make()
    stored = dict(office.bucket.stored)
    office.now.ms += HOUR

    assert not office.make(ASKED, MAIJA, response_url=ANSWER)

    assert (len(office.said), office.bucket.stored) == (1, stored)
    ((url, text),) = office.slack.answered
    assert url == ANSWER
    assert "Nothing has changed since the last October 2026 report" in text
    end = datetime.fromtimestamp(office.now.ms / 1000, UTC).replace(microsecond=0) + timedelta(days=7)
    found = re.findall(r"https://api\.example/reports/([^?]+)\?token=([0-9a-f.]+)", text)
    assert {name for name, _ in found} == set(stored)
    for name, token in found:
        check_link(name, token, KEY, end - timedelta(seconds=1))
        with pytest.raises(LinkExpired):
            check_link(name, token, KEY, end)
    assert not office.record(run=ASKED).open
    # A second delivery of the same request says nothing more.
    assert not office.make(ASKED, MAIJA, response_url=ANSWER)
    office.minutes(120)
    assert (len(office.said), len(office.slack.answered)) == (1, 1)


def test_what_has_changed_is_posted_again_for_all() -> None:
    office = Office(*ROWS)
    office.make()
    row = contribution(timestamp=8, status=Status.ACCEPTED)
    office.contributions.rows[row.key] = row

    assert office.make(ASKED, MAIJA, response_url=ANSWER)
    assert not office.make("report#2026-10#asked#4.5.6", MAIJA, response_url=ANSWER)

    assert (len(office.said), len(office.bucket.stored), len(office.slack.answered)) == (2, 6, 1)


def test_a_provisional_report_is_compared_with_the_last_one_of_the_channel() -> None:
    office = Office(contribution(status=Status.ACCEPTED, contribution_month="2026-11"))
    runs = [f"report#2026-11#asked#{number}" for number in range(5)]
    announced = [office.make(run, MAIJA, NOVEMBER, ANSWER) for run in runs]
    assert announced == [True, False, False, False, False]
    assert len(office.records.lists) == 1


def test_files_that_may_go_before_a_link_ends_are_stored_again_and_the_channel_gets_no_copy() -> None:
    office = Office(*ROWS)
    office.make()
    office.now.ms += 30 * DAY
    office.make(ASKED, MAIJA, response_url=ANSWER)
    assert (len(office.said), len(office.slack.answered), len(office.bucket.stored)) == (1, 1, 6)


def test_a_channel_that_was_configured_since_gets_the_report() -> None:
    office = Office(*ROWS)
    office.make()
    office.maker = replace(office.maker, management_channel="C0NEW")
    assert office.make(ASKED, MAIJA, response_url=ANSWER)
    assert (len(office.house.texts("C0NEW")), office.slack.answered) == (1, [])


def test_an_empty_month_that_the_channel_knows_is_answered_without_links() -> None:
    office = Office(contribution())
    office.make()
    assert not office.make(ASKED, MAIJA, response_url=ANSWER)
    ((_, text),) = office.slack.answered
    assert "Nothing has changed" in text
    assert "https://" not in text


@pytest.mark.parametrize("kind", list(FailureKind))
def test_an_asker_who_cannot_be_answered_gets_a_direct_message(kind: FailureKind) -> None:
    office = Office(*ROWS)
    office.make()
    office.slack.answer = lambda method, _place, _text: failing(kind, "expired_url") if method == "response_url" else OK
    assert not office.make(ASKED, MAIJA, response_url=ANSWER)
    assert ["Nothing has changed" in text for text in office.house.texts(MAIJA)] == [True]
    assert len(office.said) == 1


def test_an_asker_who_cannot_be_told_at_all_gets_a_copy_in_the_channel() -> None:
    office = Office(*ROWS)
    office.make()
    office.slack.answer = lambda _method, place, _text: OK if place == MANAGEMENT else failing(FailureKind.NOT_DONE)
    assert office.make(ASKED, MAIJA, response_url=ANSWER)
    assert len(office.said) == 2


def test_a_report_whose_announcement_could_not_be_noted_is_announced_once() -> None:
    office = Office(*ROWS)

    def fail(month: Month, shown: Shown) -> None:  # noqa: ARG001  # as its caller names them
        raise ConnectionError

    office.records.keep_shown = fail
    assert office.make()
    assert not office.make()
    assert len(office.said) == 1
    assert office.make(ASKED, MAIJA, response_url=ANSWER), "it costs no more than a copy"


def test_a_request_of_an_older_version_reads_and_closes_nothing() -> None:
    """It names nobody's response_url, and was to close the month when it was asked."""
    office = Office(*ROWS)
    assert office.make(ASKED, MAIJA)
    assert office.records.version() == 0
    assert "close_month" in office.blocks[-1]


# closing


@pytest.mark.parametrize("run", [CLOSE, ADMIN])
def test_a_month_is_closed_on_request_and_announced(run: str) -> None:
    office = Office(*ROWS)
    office.make(ASKED, MAIJA)

    assert office.made(run, MAIJA) == Made(announced=True)

    assert office.records.made[OCTOBER].run == run
    assert "October 2026 is closed" in office.said[-1]
    assert ("<@U0MAIJA01>" in office.blocks[-1]) is (run == CLOSE)
    assert "close_month" not in office.blocks[-1]
    assert office.made(run, MAIJA) == Made(announced=False)


@pytest.mark.parametrize("run", [CLOSE, ADMIN])
def test_a_month_that_cannot_be_closed_is_told_to_who_asked_and_to_nobody_else(run: str) -> None:
    office = Office(*ROWS)
    office.make()
    by = MAIJA if run == CLOSE else ""
    assert office.made(run, by, response_url=ANSWER if by else "") == Made(announced=False, obstacle=Obstacle.CLOSED)
    assert len(office.said) == 1
    assert ["already closed" in text for _, text in office.slack.answered] == [True] * bool(by)
    assert not office.record(run=run).open
    office.minutes(120)
    assert len(office.said) == 1


def test_of_two_managers_who_close_at_once_one_closes_and_the_other_is_told() -> None:
    office = Office(*ROWS)
    other = "report#2026-10#manager#4.5.6"
    office.records.before_keeping.append(lambda: office.make(other, "U0MATTI01"))
    assert office.made(CLOSE, MAIJA, response_url=ANSWER).obstacle is Obstacle.CLOSED
    assert (office.records.made[OCTOBER].run, len(office.said), len(office.slack.answered)) == (other, 1, 1)


def test_a_schedule_that_comes_to_a_closed_month_says_nothing_more() -> None:
    office = Office(*ROWS)
    office.make(CLOSE, MAIJA)
    assert office.made() == Made(announced=False)
    office.minutes(120)
    assert (len(office.said), office.record().open) == (1, False)


@pytest.mark.parametrize("run", [RUN, CLOSE, ADMIN])
def test_a_close_that_fails_stays_a_close(run: str) -> None:
    """Whoever finishes it knows from the run's name alone, days later."""
    office = Office(*ROWS)
    kept, office.records.all = office.records.all, unreadable_records
    for _ in range(3):
        with pytest.raises(UnreadableReport):
            office.make(run, MAIJA)
    assert "I'll keep trying" in office.said[-1]
    office.records.all = kept
    office.now.ms += 3 * DAY
    office.minutes(15)
    assert office.records.made[OCTOBER].run == run
    assert "October 2026 is closed" in office.said[-1]


def test_a_reading_that_fails_stays_a_reading() -> None:
    office = Office(*ROWS)
    office.slack.answer = always(failing(FailureKind.NOT_DONE))
    office.make(ASKED, MAIJA)
    office.slack.answer = always(OK)
    office.minutes(5)
    assert (len(office.said), office.records.version()) == (1, 0)


def test_the_announcement_is_owed_before_any_work_for_it() -> None:
    office = Office(*ROWS)

    def die(name: str, content: bytes) -> None:  # noqa: ARG001  # as its caller names them
        raise Died

    store, office.bucket.store = office.bucket.store, die
    with pytest.raises(Died):
        office.make()
    record = office.record()
    assert (record.state, record.open, record.place, record.begun, record.attempts, record.ambiguous) == (
        State.DUE, True, MANAGEMENT, 1, 0, 0,
    )  # fmt: skip
    assert record.due_at == office.now.ms + 6 * MINUTE
    office.bucket.store = store
    office.minutes(8)
    assert len(office.said) == 1


# what Slack does not take


@pytest.mark.parametrize("kind", list(FailureKind))
@pytest.mark.parametrize("arrives", [False, True])
def test_what_slack_does_not_take_is_finished_by_the_reconciler_and_nothing_is_raised(
    kind: FailureKind, arrives: bool
) -> None:
    if arrives and kind is not FailureKind.AMBIGUOUS:
        return
    office = Office(*ROWS)
    office.slack.answer = lambda method, _place, _text: (
        failing(kind, "trouble", arrives=arrives, retry_after_s=30) if method == "chat.postMessage" else OK
    )
    assert not office.make()
    assert office.record().reason == "trouble"
    assert office.record().open
    office.slack.answer = always(OK)
    office.minutes(90)
    assert len(office.said) == 1 + arrives
    assert all("1 accepted, 1 pending, 1 declined" in said for said in office.said)
    assert (office.record().state, office.record().open) == (State.SENT, False)


def test_a_limit_closes_the_channel_for_everyone() -> None:
    office = Office(*ROWS)
    office.slack.answer = always(failing(FailureKind.LIMITED, "ratelimited", retry_after_s=120))
    office.make()
    assert office.deliveries.pace[MANAGEMENT].closed_until == office.now.ms + 120_000


def test_an_announcement_whose_answers_are_lost_is_sent_three_times_at_most_and_trouble_is_not_told() -> None:
    office = Office(*ROWS)
    office.slack.answer = lambda method, _place, _text: (
        failing(FailureKind.AMBIGUOUS, arrives=True) if method == "chat.postMessage" else OK
    )
    office.make()
    office.minutes(180)
    assert len(office.said) == 3
    assert all("1 accepted" in said for said in office.said)
    assert office.record().state is State.UNKNOWN
    office.minutes(60)
    assert len(office.said) == 3


def test_what_may_have_arrived_is_not_repeated_by_another_delivery_of_the_same_run() -> None:
    office = Office(*ROWS)
    office.slack.answer = always(failing(FailureKind.AMBIGUOUS, arrives=True))
    office.make()
    for _ in range(3):
        assert not office.make()
    assert office.posts == 1


@pytest.mark.parametrize("died", ["before", "after"])
def test_an_announcement_whose_process_died_with_the_claim_is_finished(died: str) -> None:
    office = Office(*ROWS)

    def die(*_: str) -> NoReturn:
        raise Died

    if died == "before":
        office.slack.answer = die
    else:
        office.slack.after_answer = die
    with pytest.raises(Died):
        office.make()
    assert office.record().state is State.CLAIMED
    assert not office.make(), "someone may still be at it"
    office.slack.answer, office.slack.after_answer = always(OK), (lambda _method: None)
    office.minutes(15)
    assert len(office.said) == (1 if died == "before" else 2)
    assert (office.record().state, office.record().open) == (State.SENT, False)


def test_an_outage_of_three_days_ends_by_itself_with_one_announcement() -> None:
    office = Office(*ROWS)
    end = office.now.ms + 3 * DAY
    office.slack.answer = lambda _method, _place, _text: (
        failing(FailureKind.AMBIGUOUS, takes=5) if office.now.ms < end else OK
    )
    office.make()
    for _ in range(30):
        office.now.ms += 3 * HOUR
        office.minutes(1)
    assert len(office.said) == 1
    assert office.posts == 2
    assert "1 accepted" in office.said[0]


def test_the_next_report_names_a_closed_month_that_was_not_announced_until_it_is() -> None:
    office = Office(*ROWS, contribution(timestamp=9, status=Status.ACCEPTED, contribution_month="2026-11"))
    office.slack.answer = always(failing(FailureKind.NOT_DONE))
    office.make()
    office.slack.answer = always(OK)
    office.make("report#2026-11#asked#1", "U0MAIJA01", NOVEMBER)
    assert unannounced(office.deliveries, [RUN, "report#2026-09#scheduled"]) == {RUN}
    assert "October 2026" in office.blocks[-1]

    office.minutes(2)
    assert unannounced(office.deliveries, [RUN]) == set()
    row = contribution(timestamp=10, status=Status.ACCEPTED, contribution_month="2026-11")
    office.contributions.rows[row.key] = row
    office.make("report#2026-11#asked#2", "U0MAIJA01", NOVEMBER)
    assert "October 2026" not in office.blocks[-1].replace("2026-10", "") or "announced" not in office.blocks[-1]


# which runs are finished


def test_a_report_that_someone_asked_for_is_not_finished_a_day_later_and_a_closed_month_always_is() -> None:
    office = Office(*ROWS)
    office.slack.answer = lambda method, _place, _text: (
        failing(FailureKind.NOT_DONE) if method == "chat.postMessage" else OK
    )
    office.make()
    office.make(ASKED, "U0MAIJA01")
    office.now.ms += DAY
    office.slack.answer = always(OK)
    office.minutes(15)
    assert len(office.said) == 1
    assert (office.record(run=ASKED).open, office.record(run=ASKED).state) == (False, State.DUE)
    assert office.record().state is State.SENT


def test_a_report_that_closed_its_month_for_a_manager_is_always_finished() -> None:
    office = Office(*ROWS)
    office.slack.answer = lambda method, _place, _text: (
        failing(FailureKind.NOT_DONE) if method == "chat.postMessage" else OK
    )
    office.make(CLOSE, "U0MAIJA01")
    office.now.ms += 30 * DAY
    office.slack.answer = always(OK)
    office.minutes(15)
    assert len(office.said) == 1


def test_a_scheduled_report_that_could_not_be_made_for_days_closes_its_month_unless_another_one_did() -> None:
    for another in (False, True):
        office = Office(*ROWS)
        kept, office.records.all = office.records.all, unreadable_records
        for _ in range(3):
            with pytest.raises(UnreadableReport):
                office.make()
        office.records.all = kept
        office.now.ms += 3 * DAY
        if another:
            office.make(CLOSE, "U0MAIJA01")
        office.minutes(15)
        assert ["October 2026 report: 1 accepted" in said for said in office.said] == [False, True]
        assert not office.record().open


def unreadable_records() -> dict[Month, ReportRecord]:
    raise UnreadableReport("2026-09")


def test_who_asked_is_named_also_when_the_reconciler_finishes_it() -> None:
    office = Office(*ROWS)
    for run, who in ((ASKED, "U0MAIJA01"), (RUN, "")):
        office.slack.answer = always(failing(FailureKind.NOT_DONE))
        office.make(run, who)
        office.slack.answer = always(OK)
        office.minutes(2)
    assert ["<@U0MAIJA01>" in blocks for blocks in (office.blocks[1], office.blocks[3])] == [True, False]


@pytest.mark.parametrize("effect", ["announce_report", "announce_trouble"])
@pytest.mark.parametrize("what", ["nothing", "settled", "put away"])
def test_there_may_be_nothing_left_to_finish(effect: str, what: str) -> None:
    office = Office(*ROWS)
    record = owed(DeliveryKey(RUN, effect), MANAGEMENT, office.now.ms)
    if what != "nothing":
        office.put(superseded(record) if what == "put away" else replace(record, state=State.SENT, open=False))
    assert not finish_report(office.maker, RUN, effect)
    assert office.slack.calls == []


def test_a_run_that_someone_else_announces_at_this_moment_is_left_to_them() -> None:
    office = Office(*ROWS)
    held = claimed(owed(DeliveryKey(RUN, "announce_report"), MANAGEMENT, office.now.ms), office.now.ms)
    assert isinstance(held, Record)
    office.put(held)
    assert not office.make()
    assert not finish_report(office.maker, RUN, "announce_report")
    assert (office.posts, office.record()) == (0, held)


def test_of_two_deliveries_of_one_run_at_the_same_moment_one_announces() -> None:
    office = Office(*ROWS)
    store, results = office.bucket.store, list[bool]()

    def store_while_another_begins(name: str, content: bytes) -> None:
        office.bucket.store = store
        results.append(office.make())
        store(name, content)

    office.bucket.store = store_while_another_begins
    results.append(office.make())
    assert (results, len(office.said), office.record().begun) == ([True, False], 1, 2)


def test_an_announcement_that_an_operator_has_to_decide_on_is_not_sent() -> None:
    office = Office(*ROWS)
    office.put(given_up(owed(DeliveryKey(RUN, "announce_report"), MANAGEMENT, office.now.ms)))
    assert not office.make()
    assert office.slack.calls == []


def test_a_report_is_finished_whatever_is_wrong_with_the_records_of_other_months() -> None:
    """It raises nothing: the record says when to try again, and Lambda must not repeat it too."""
    office = Office(*ROWS)
    office.slack.answer = lambda method, _place, _text: (
        failing(FailureKind.NOT_DONE) if method == "chat.postMessage" else OK
    )
    office.make()
    kept = office.records.all

    office.records.all = unreadable_records
    assert not finish_report(office.maker, RUN, "announce_report")
    assert office.record().state is State.PARKED
    office.records.all = kept
    office.slack.answer = always(OK)
    office.minutes(130)
    assert "1 accepted" in office.said[-1]


# what is in it


@pytest.mark.parametrize("rows", [(), (contribution(),), (contribution(status=Status.DECLINED),)])
def test_a_month_without_accepted_contributions_gets_a_message_and_no_file(rows: tuple[Contribution, ...]) -> None:
    office = Office(*rows)
    assert office.make()
    assert office.bucket.stored == {}
    assert "no accepted contributions for October 2026" in office.said[0]
    assert not office.make()
    assert len(office.said) == 1


@pytest.mark.parametrize(
    "now",
    [
        NOW,
        datetime(2026, 10, 20, 12, tzinfo=HELSINKI),  # the clocks go back on the 25th
        datetime(2026, 3, 25, 12, tzinfo=HELSINKI),  # and forward on the 29th
        datetime(2026, 12, 30, 6, tzinfo=HELSINKI),
    ],
)
def test_the_links_live_for_seven_days_to_the_second(now: datetime) -> None:
    office = Office(*ROWS)
    office.now.ms = int(now.timestamp() * 1000)
    office.make()
    end = now.astimezone(UTC).replace(microsecond=0) + timedelta(days=7)
    assert set(office.links()) == {"xlsx", "csv", "json"}
    for name, token in office.links().values():
        check_link(name, token, KEY, end - timedelta(seconds=1))
        with pytest.raises(LinkExpired):
            check_link(name, token, KEY, end)
    assert f"Download until {end.astimezone(HELSINKI):%Y-%m-%d %H:%M}" in office.said[0]


def test_of_two_attempts_in_flight_one_announces_and_lost_answers_are_waited_for() -> None:
    office = Office(contribution(status=Status.ACCEPTED))
    office.slack.answer = always(failing(FailureKind.AMBIGUOUS, "answer_timeout", arrives=True, takes=10))
    store, others = office.bucket.store, ["another"]

    def store_while_another_attempt_is_made(name: str, content: bytes) -> None:
        if others:
            others.pop()
            office.make()
        store(name, content)

    office.bucket.store = store_while_another_attempt_is_made
    office.make()
    office.make()
    (said,) = office.said
    assert "October 2026 report:" in said
    assert (office.record().state, office.record().ambiguous) == (State.DUE, 1)
