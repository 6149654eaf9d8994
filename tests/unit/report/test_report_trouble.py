"""A report that cannot be made: the management channel reads it once, after the last attempt, with what to do."""

from collections.abc import Generator
from contextlib import contextmanager, suppress

import pytest

from fakes import MANAGEMENT, contribution, fails_at
from ossi.delivery.errors import DeliveryIncomplete, UnreadableRecord
from ossi.domain.contribution import Status
from ossi.domain.errors import UnreadableReport
from ossi.ports import Claim
from ossi.runtime.errors import OutOfTime
from ossi.slack.errors import TransientSlackError
from ossi.slack.messages.report_failure import report_failed, report_stopped
from ossi_report.make_report import ReportRun, make_report
from unit.slack_ui.judge import assert_taken
from unit.use_cases.test_make_report import OCTOBER, RUN, Office


class Killed(BaseException):
    """The process ends without a word."""


class Failing(Office):
    """A report whose files cannot be stored while error is set."""

    def __init__(self) -> None:
        super().__init__(contribution(status=Status.ACCEPTED))
        self.error: BaseException | None = ValueError("broken")
        store = self.bucket.store

        def store_or_fail(name: str, content: bytes) -> None:
            if self.error is not None:
                raise self.error
            store(name, content)

        self.bucket.store = store_or_fail

    def attempt(self, invocation: str = "first") -> bool:
        """One attempt of an invocation; what it raises is expected."""
        with suppress(Killed, ValueError, DeliveryIncomplete):
            return make_report(self.maker, ReportRun(OCTOBER, RUN, "U0MAIJA01", invocation))
        return False

    def said(self) -> list[str]:
        return [call.message.text for call in self.chat.sent]


def test_the_channel_is_told_once_after_the_last_attempt() -> None:
    office = Failing()
    for _ in range(2):
        assert not office.attempt()
        assert office.said() == []

    assert not office.attempt()
    (told,) = office.said()
    assert "I could not make the report of October 2026" in told
    assert "/ossi report 2026-10" in told
    assert "tell the people who look after Ossi" in told
    assert_taken(office.chat.sent[0].message)

    # A second delivery of the same run fails as often.
    for _ in range(3):
        assert not office.attempt("second")
    assert len(office.said()) == 1


def test_an_attempt_that_succeeds_says_nothing_of_the_others() -> None:
    office = Failing()
    office.attempt()
    office.attempt()
    office.error = None

    assert office.attempt()
    assert ["The report of" in said for said in office.said()] == [True]


def test_when_attempts_died_it_is_said_before_the_last_one_that_may_die_too() -> None:
    office = Failing()
    office.error = Killed()
    for _ in range(3):
        office.attempt()
        office.ledger.states[RUN, "announce_report"] = "due"  # the lease runs out

    (told,) = office.said()
    assert "I was stopped while I made the report of October 2026" in told
    assert "/ossi report 2026-10" in told
    assert_taken(office.chat.sent[0].message)


def test_what_was_said_before_the_last_attempt_is_redrawn_when_it_fails() -> None:
    office = Failing()
    office.error = Killed()
    office.attempt()
    office.ledger.states[RUN, "announce_report"] = "due"
    office.error = ValueError("broken")
    office.attempt()

    office.attempt()

    assert [call.method for call in office.chat.sent] == ["post", "update"]
    assert "I could not make the report" in office.said()[1]


def test_a_claim_that_a_dead_attempt_left_behind_is_told_too() -> None:
    office = Failing()
    office.error = Killed()
    for _ in range(3):
        office.attempt()

    assert ["I was stopped" in said for said in office.said()] == [True]


def test_an_invocation_that_waits_for_another_one_says_nothing() -> None:
    """Whoever holds the claim may be about to succeed, and has attempts of its own."""
    office = Failing()
    assert office.ledger.claim(RUN, "announce_report") is Claim.GRANTED
    for _ in range(3):
        with pytest.raises(DeliveryIncomplete):
            make_report(office.maker, ReportRun(OCTOBER, RUN, None, "second"))

    assert office.said() == []


def test_where_slack_fails_too_the_error_is_raised_all_the_same() -> None:
    office = Failing()
    office.chat.failing = fails_at(MANAGEMENT, TransientSlackError("fatal_error"))
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"):
            make_report(office.maker, ReportRun(OCTOBER, RUN, None, "first"))

    assert office.said() == []


def test_what_cannot_be_tried_again_is_told_at_once() -> None:
    office = Failing()
    claim = office.ledger.claim

    def spoiled(subject: str, effect: str, invocation: str = "") -> Claim:
        if effect == "announce_report":
            raise UnreadableRecord("wrong: state")
        return claim(subject, effect, invocation)

    office.ledger.claim = spoiled

    assert not make_report(office.maker, ReportRun(OCTOBER, RUN, None, "first"))
    assert ["Somebody has changed what I had noted" in said for said in office.said()] == [True]


def test_work_that_takes_too_long_is_a_failure_like_any_other() -> None:
    office = Failing()

    @contextmanager
    def no_time() -> Generator[None]:
        raise OutOfTime
        yield

    for _ in range(3):
        with pytest.raises(OutOfTime):
            make_report(office.maker, ReportRun(OCTOBER, RUN, None, "first"), no_time)

    assert ["It took longer than I may work." in said for said in office.said()] == [True]
    assert office.ledger.reasons[RUN, "announce_report"] == "OutOfTime"


@pytest.mark.parametrize("requested_by", [None, "U0MAIJA01"])
@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OutOfTime(), "took longer"),
        (TransientSlackError("fatal_error"), "Slack did not take it."),
        (UnreadableReport("2026-09"), "cannot read what was counted for September 2026"),
        (UnreadableReport("counted#2026-09#ab"), "cannot read what was counted for September 2026"),
        (UnreadableReport("<!channel>"), "cannot read what was counted for an earlier month"),
        (KeyError("secret"), "Something went wrong"),
    ],
)
def test_the_reason_is_said_in_a_persons_words(error: Exception, said: str, requested_by: str | None) -> None:
    message = report_failed(OCTOBER, requested_by, error)

    assert_taken(message)
    assert said in message.text
    assert "secret" not in message.text
    assert "<!channel>" not in str(message)
    assert ("<@U0MAIJA01>" in message.text) is (requested_by is not None)
    assert_taken(report_stopped(OCTOBER, requested_by))
