"""A report that can't be made: the management channel reads it once, after the last attempt, with what to do."""

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial

import pytest

from fakes import MANAGEMENT, contribution
from memory import OK, Died, always, failing
from ossi.delivery.policy import claimed, owed
from ossi.delivery.record import DeliveryKey, Record, State
from ossi.domain.contribution import Status
from ossi.domain.errors import UnreadableReport
from ossi.domain.payroll import Closer
from ossi.ports import Message
from ossi.runtime.errors import OutOfTime
from ossi.slack.errors import FailureKind
from ossi.slack.messages.report_failure import report_failed, report_stopped
from ossi_report.make_report import ReportRun, finish_report, make_report
from unit.messages.judge import assert_taken
from unit.report.test_make_report import DAY, MINUTE, OCTOBER, RUN, Office, unreadable_records

TROUBLE = DeliveryKey(RUN, "announce_trouble")


class Failing(Office):
    """A report whose files can't be stored while error is set."""

    def __init__(self) -> None:
        super().__init__(contribution(status=Status.ACCEPTED))
        self.error: BaseException | None = ValueError("broken")
        store = self.bucket.store

        def store_or_fail(name: str, content: bytes) -> None:
            if self.error is not None:
                raise self.error
            store(name, content)

        self.bucket.store = store_or_fail

    def attempt(self) -> bool:
        """One attempt of an invocation; what it raises is expected. Lambda makes the next one after a minute or two."""
        try:
            with suppress(Died, ValueError):
                return self.make()
            return False
        finally:
            self.now.ms += 2 * MINUTE

    def drawn(self) -> list[str]:
        return [text for texts in self.slack.drawn.values() for text in texts]


def test_the_channel_is_told_once_after_the_last_attempt() -> None:
    office = Failing()
    for _ in range(2):
        assert not office.attempt()
        assert office.said == []

    assert not office.attempt()
    (told,) = office.said
    assert "I couldn't create the October 2026 report" in told
    assert "I'll keep trying" in told
    record = office.record()
    assert (record.begun, record.failures, record.state, record.reason) == (3, 3, State.PARKED, "ValueError")
    # The attempts of one invocation are one: the next is after an hour, not after four.
    assert round((record.due_at - office.now.ms) / MINUTE) == 60 - 2

    # A second delivery of the same run fails as well, and so does whoever finishes it.
    for _ in range(3):
        assert not office.attempt()
    office.minutes(180)
    assert len(office.said) == 1


def test_a_report_that_can_be_made_after_all_is_announced() -> None:
    office = Failing()
    for _ in range(3):
        office.attempt()
    office.error = None
    office.minutes(62)
    assert ["October 2026 report:" in said for said in office.said] == [False, True]


def test_an_attempt_that_succeeds_says_nothing_of_the_others() -> None:
    office = Failing()
    office.attempt()
    office.attempt()
    office.error = None
    assert office.attempt()
    assert ["October 2026 report:" in said for said in office.said] == [True]


def test_when_attempts_died_it_is_said_before_the_last_one_that_may_die_too() -> None:
    office = Failing()
    office.error = Died()
    for _ in range(3):
        office.attempt()
    (told,) = office.said
    assert "I was stopped while creating the October 2026 report" in told
    assert "I'll try again later" in told


def test_what_was_said_before_the_last_attempt_is_redrawn_when_it_fails() -> None:
    office = Failing()
    office.error = Died()
    office.attempt()
    office.error = ValueError("broken")
    office.attempt()
    office.attempt()
    assert ["I was stopped" in said for said in office.said] == [True]
    assert ["I couldn't create" in text for text in office.drawn()] == [True]


def test_where_slack_fails_too_the_error_is_raised_and_the_trouble_is_told_when_slack_is_back() -> None:
    office = Failing()
    office.slack.answer = always(failing(FailureKind.NOT_DONE))
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"):
            office.make()
    assert office.said == []
    assert office.record("announce_trouble").open
    office.slack.answer = always(OK)
    office.minutes(10)
    assert ["I couldn't create" in said for said in office.said] == [True]
    assert not office.record("announce_trouble").open


def test_nothing_is_told_of_trouble_once_the_report_is_announced() -> None:
    office = Failing()
    office.slack.answer = always(failing(FailureKind.NOT_DONE))
    for _ in range(3):
        office.attempt()
    office.error, office.slack.answer = None, always(OK)
    assert finish_report(office.maker, RUN, "announce_report")
    office.minutes(180)
    assert ["October 2026 report:" in said for said in office.said] == [True]
    assert not office.record("announce_trouble").open


@pytest.mark.parametrize("arrives", [False, True])
def test_nothing_is_told_of_trouble_where_the_announcement_may_have_arrived(arrives: bool) -> None:
    office = Failing()
    office.error = None
    office.slack.answer = always(failing(FailureKind.AMBIGUOUS, arrives=arrives))
    office.attempt()
    office.error, office.slack.answer = ValueError("broken"), always(OK)
    for _ in range(3):
        office.attempt()
    office.minutes(180)
    assert not [said for said in office.said if "couldn't create" in said]
    assert TROUBLE not in office.deliveries.records


def test_what_was_still_to_be_told_is_put_away_where_the_announcement_may_have_arrived() -> None:
    office = Failing()
    office.put(replace(owed(DeliveryKey(RUN, "announce_report"), MANAGEMENT, office.now.ms), ambiguous=1))
    office.put(owed(TROUBLE, MANAGEMENT, office.now.ms))
    assert not finish_report(office.maker, RUN, "announce_trouble")
    assert not office.record("announce_trouble").open
    assert office.slack.calls == []


def test_trouble_that_someone_else_is_telling_is_left_to_them() -> None:
    office = Failing()
    held = claimed(owed(TROUBLE, MANAGEMENT, office.now.ms), office.now.ms)
    assert isinstance(held, Record)
    office.put(held)
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"):
            office.make()
    assert office.said == []
    assert office.record("announce_trouble") == held


def test_trouble_whose_answer_is_lost_is_told_three_times_at_most() -> None:
    office = Failing()
    office.slack.answer = lambda method, _place, _text: (
        failing(FailureKind.AMBIGUOUS, arrives=True) if method == "chat.postMessage" else OK
    )
    for _ in range(3):
        office.attempt()
    for _ in range(3):
        office.attempt()
    office.minutes(180)
    assert len(office.said) <= 3
    assert office.record("announce_trouble").state is State.UNKNOWN


def test_what_cannot_be_tried_again_is_told_at_once() -> None:
    office = Failing()
    office.put(Record(DeliveryKey(RUN, "announce_report"), State.UNREADABLE))
    assert not office.attempt()
    assert ["Someone changed my record of it" in said for said in office.said] == [True]
    assert not office.attempt()
    assert len(office.said) == 1


def test_a_spoiled_record_of_the_trouble_is_left_to_a_person() -> None:
    office = Failing()
    office.put(Record(TROUBLE, State.UNREADABLE))
    for _ in range(3):
        office.attempt()
    assert office.said == []
    assert office.record("announce_trouble").state is State.UNREADABLE


def test_a_ledger_that_fails_while_trouble_is_told_hides_no_error() -> None:
    office = Failing()
    office.attempt()
    office.attempt()

    def fail(name: str) -> None:
        if name == "read" and office.error and office.record().state is State.PARKED:
            raise ConnectionError

    office.deliveries.before_call = fail
    with pytest.raises(ValueError, match="broken"):
        office.make()
    assert office.said == []


def test_work_that_takes_too_long_is_a_failure_like_any_other() -> None:
    office = Failing()

    @contextmanager
    def no_time() -> Generator[None]:
        raise OutOfTime
        yield

    for _ in range(3):
        with pytest.raises(OutOfTime):
            make_report(office.maker, ReportRun(OCTOBER, RUN), no_time)

    assert ["It took too long." in said for said in office.said] == [True]
    assert office.record().reason == "OutOfTime"


def test_a_report_that_nobody_waits_for_any_more_is_put_away_with_no_further_word() -> None:
    office = Failing()
    run = "report#2026-10#manager#1.2.3"
    for _ in range(3):
        with suppress(ValueError):
            office.make(run, "U0MAIJA01")
    # The month was closed by it, so it's finished however late; another one only reads it.
    other = "report#2026-10#asked#4.5.6"
    for _ in range(3):
        with suppress(ValueError):
            office.make(other, "U0MAIJA01")
    office.now.ms += DAY
    office.minutes(180)
    assert office.record(run=run).open
    assert not office.record(run=other).open
    assert len(office.said) == 2


@pytest.mark.parametrize(
    ("closer", "requested_by"),
    [(None, "U0MAIJA01"), (None, ""), (Closer.SCHEDULE, ""), (Closer.MANAGER, "U0MAIJA01"), (Closer.ADMIN, "")],
)
@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("OutOfTime", "took too long"),
        ("UnreadableReport:2026-09", "can't read what was counted for September 2026"),
        ("UnreadableReport:counted#2026-09#ab", "can't read what was counted for September 2026"),
        ("UnreadableReport:<!channel>", "can't read what was counted for an earlier month"),
        ("UNREADABLE", "changed my record"),
        ("KeyError:secret", "Something unexpected went wrong"),
        ("", "Something unexpected went wrong"),
    ],
)
def test_the_reason_is_said_in_a_persons_words(why: str, said: str, closer: Closer | None, requested_by: str) -> None:
    message: Message = report_failed(OCTOBER, closer, requested_by, why)
    assert_taken(message)
    assert said in message.text
    assert "secret" not in message.text
    assert "<!channel>" not in str(message)
    assert ("<@U0MAIJA01>" in message.text) is bool(requested_by)
    stopped = report_stopped(OCTOBER, closer, requested_by)
    assert_taken(stopped)
    # Asking again closes nothing, so nobody is told to do that where a month is to be closed.
    for text in (message.text, stopped.text):
        assert ("try `/ossi report 2026-10` again" in text) is (closer is None)


def test_which_report_cannot_be_read_is_said() -> None:
    office = Failing()
    office.error = UnreadableReport("counted#2026-09#ab")
    for _ in range(3):
        with pytest.raises(UnreadableReport):
            office.make()
    assert "September 2026" in office.said[0]


def test_a_report_whose_process_always_dies_is_begun_ever_more_rarely() -> None:
    office = Failing()
    office.error = Died()

    def platform(begin: Callable[[], object]) -> None:
        """An asynchronous invocation: Lambda repeats it twice."""
        for _ in range(3):
            with suppress(Died):
                begin()
            office.now.ms += 2 * MINUTE

    platform(office.make)
    until = office.now.ms + DAY
    while office.now.ms < until:
        started = office.now.ms
        office.house.run_reconciler()
        asked, office.house.asked[:] = list(office.house.asked), []
        for record in asked:
            platform(partial(finish_report, office.maker, record.key.subject, record.key.effect))
        office.now.ms = max(office.now.ms, started + MINUTE)
    assert office.record().begun == 3 * 6  # at once, after six minutes, then after 1, 2, 4 and 8 hours


def test_trouble_with_a_month_that_someone_else_has_closed_is_told_no_more() -> None:
    office = Failing()
    run = "report#2026-10#manager#1.2.3"
    office.slack.answer = lambda method, _place, _text: (
        failing(FailureKind.NOT_DONE) if method == "chat.postMessage" else OK
    )
    kept, office.records.all = office.records.all, unreadable_records
    for _ in range(3):
        with suppress(UnreadableReport):
            office.make(run, "U0MAIJA01")
    assert office.record("announce_trouble", run).open
    office.records.all, office.slack.answer, office.error = kept, always(OK), None
    office.make("report#2026-10#admin#4.5.6")
    assert not finish_report(office.maker, run, "announce_report")
    assert not office.record("announce_trouble", run).open
    office.minutes(120)
    assert ["October 2026 is closed" in said for said in office.said] == [True]
    assert ["already closed" in text for text in office.house.texts("U0MAIJA01")] == [True]


def test_a_report_of_a_month_that_a_hand_made_up_is_put_away() -> None:
    office = Failing()
    run = "report#foo#asked#1.2.3"
    for effect in ("announce_report", "announce_trouble"):
        office.put(owed(DeliveryKey(run, effect), MANAGEMENT, office.now.ms))
        assert not finish_report(office.maker, run, effect)
        assert not office.record(effect, run).open
    assert office.said == []
