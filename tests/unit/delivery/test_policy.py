"""The policy of all deliveries, as a table: who may try now, and what each outcome makes of the record."""

import math
from dataclasses import replace

import pytest

from ossi.delivery import policy
from ossi.delivery.policy import (
    Failed,
    NothingToSend,
    Outcome,
    Refusal,
    Sent,
    Unwritable,
    after,
    backoff_ms,
    claimed,
    given_up,
    limit_ms,
    owed,
    parked,
    parking_ms,
    postponed,
    reopened,
    superseded,
)
from ossi.delivery.record import ROW_GONE, DeliveryKey, Record, State
from ossi.domain.message_ref import MessageRef
from ossi.slack.errors import FailureKind

NOW = 1_793_000_000_500
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 24 * 3_600_000
KEY = DeliveryKey("contribution#U0AINO001#1", "publish")
REF, OLD_REF = MessageRef("C0OPENSRC", "2.0"), MessageRef("C0OPENSRC", "1.0")
# Each field has a value that no default has, so that a field that gets lost is seen.
DUE = Record(
    KEY, State.DUE, place="C0OPENSRC", owed_at=NOW - DAY, due_at=NOW, attempts=4, ambiguous=1, failures=2,
    reason="earlier", ref=OLD_REF, drawn=7, open=True, lease_until=0, token="as read", requested_by="U0MAIJA01",
    begun=3,
)  # fmt: skip
CLAIM = replace(DUE, state=State.CLAIMED, attempts=5, ambiguous=2, lease_until=NOW // 1000 + 65, due_at=NOW + 65_000)


def granted(record: Record, now: int = NOW, *, wanted: int = 0, idempotent: bool = False) -> Record:
    """The claim, which has to be given."""
    claim = claimed(record, now, wanted=wanted, idempotent=idempotent)
    assert isinstance(claim, Record), claim
    return claim


def without_token(record: Record) -> Record:
    return replace(record, token="")


def failed(kind: FailureKind, retry_after_s: float | None = None, *, idempotent: bool = False) -> Failed:
    return Failed(kind, "trouble", retry_after_s, idempotent=idempotent)


# what is owed


def test_what_nobody_has_tried_yet_is_due_at_once_or_at_its_time() -> None:
    record = owed(KEY, "C0OPENSRC", NOW)
    assert without_token(record) == Record(KEY, State.DUE, place="C0OPENSRC", owed_at=NOW, due_at=NOW)
    later = owed(KEY, "C0OPENSRC", NOW, NOW + MINUTE, "U0MAIJA01")
    assert (later.owed_at, later.due_at, later.requested_by) == (NOW, NOW + MINUTE, "U0MAIJA01")
    assert owed(KEY, "", NOW, 0).due_at == 0


# who may try


def test_a_claim_counts_its_attempt_as_ambiguous_and_holds_a_little_longer_than_a_function() -> None:
    lease = NOW // 1000 + 65
    claim = granted(replace(DUE, ambiguous=0))
    assert without_token(claim) == replace(
        DUE, state=State.CLAIMED, attempts=5, ambiguous=1, lease_until=lease, due_at=lease * 1000, token=""
    )


def test_a_claim_of_what_may_be_repeated_counts_no_ambiguous_attempt() -> None:
    claim = granted(DUE, idempotent=True)
    assert (claim.attempts, claim.ambiguous) == (5, 1)
    assert claim.due_at == claim.lease_until * 1000


@pytest.mark.parametrize(("before", "waits"), [(0, 0), (1, HOUR - MINUTE), (2, 0)])
def test_should_its_holder_die_it_is_due_as_if_the_answer_had_been_lost(before: int, waits: int) -> None:
    claim = granted(replace(DUE, ambiguous=before))
    assert claim.due_at == claim.lease_until * 1000 + waits


def test_a_claim_opens_what_an_older_version_put_away_and_knows_since_when_it_is_owed() -> None:
    claim = granted(replace(DUE, open=False, owed_at=0, token=""))
    assert (claim.open, claim.owed_at) == (True, NOW)
    assert granted(DUE).owed_at == NOW - DAY


def test_what_was_put_away_is_not_sent_any_more_and_drawn_again_only_for_a_later_version() -> None:
    away = replace(DUE, open=False, drawn=2, token="t1")
    assert claimed(away, NOW) is Refusal.SETTLED
    assert claimed(away, NOW, wanted=2, idempotent=True) is Refusal.SETTLED
    assert isinstance(claimed(away, NOW, wanted=3, idempotent=True), Record)


@pytest.mark.parametrize("state", [State.DUE, State.CLAIMED, State.PARKED])
def test_what_was_put_away_is_not_sent_whatever_it_was_before(state: State) -> None:
    away = replace(DUE, state=state, open=False, drawn=2, due_at=NOW - 1, token="t1")
    assert claimed(away, NOW) is Refusal.SETTLED
    assert isinstance(claimed(away, NOW, wanted=3, idempotent=True), Record)
    assert isinstance(claimed(replace(away, token=""), NOW), Record), "an older version closed it"


@pytest.mark.parametrize("state", [State.DUE, State.CLAIMED, State.PARKED])
def test_what_was_put_away_since_its_row_was_gone_is_sent_once_the_row_is_back(state: State) -> None:
    away = replace(DUE, state=state, open=False, due_at=NOW - 1, reason=ROW_GONE, token="t1")
    assert granted(away).open
    assert given_up(away).open, "an operator has to see it"
    late = superseded(replace(away, open=True))
    assert late.put_away, "the row was back, and then it came too late"
    assert late.reason == "", "its row is gone no longer"


REFUSED = {
    State.CLAIMED: Refusal.HELD,
    State.DUE: Refusal.NOT_DUE,
    State.PARKED: Refusal.PARKED,
}


@pytest.mark.parametrize("state", REFUSED)
def test_nobody_may_try_before_its_time_and_anyone_from_then(state: State) -> None:
    waiting = replace(DUE, state=state, due_at=NOW + 1)
    assert claimed(waiting, NOW) is REFUSED[state]
    assert granted(waiting, NOW + 1).state is State.CLAIMED


@pytest.mark.parametrize("state", REFUSED)
@pytest.mark.parametrize(("ambiguous", "may"), [(0, True), (2, True), (3, False), (4, False)])
def test_no_fourth_send_may_have_arrived(state: State, ambiguous: int, may: bool) -> None:
    record = replace(DUE, state=state, ambiguous=ambiguous)
    if may:
        assert granted(record).ambiguous == ambiguous + 1
    else:
        assert claimed(record, NOW) is Refusal.UNKNOWN
    early = replace(record, due_at=NOW + 1)
    assert claimed(early, NOW) is REFUSED[state]


@pytest.mark.parametrize(
    ("state", "refusal"),
    [(State.SENT, Refusal.SETTLED), (State.UNKNOWN, Refusal.UNKNOWN), (State.UNREADABLE, Refusal.UNREADABLE)],
)
def test_what_is_settled_is_not_tried_again_however_late(state: State, refusal: Refusal) -> None:
    record = replace(DUE, state=state, due_at=0, ambiguous=0)
    assert claimed(record, NOW + 365 * DAY) is refusal


@pytest.mark.parametrize(("drawn", "wanted", "may"), [(2, 3, True), (3, 3, False), (4, 3, False), (0, 0, False)])
def test_a_redrawing_is_due_again_while_it_shows_an_older_version(drawn: int, wanted: int, may: bool) -> None:
    record = replace(DUE, state=State.SENT, drawn=drawn, open=False, ambiguous=5, due_at=NOW + DAY)
    if not may:
        assert claimed(record, NOW, wanted=wanted, idempotent=True) is Refusal.SETTLED
        return
    claim = granted(record, wanted=wanted, idempotent=True)
    assert (claim.state, claim.open, claim.drawn, claim.attempts) == (State.CLAIMED, True, drawn, 5)


def test_without_a_word_more_a_claim_is_one_for_a_message_that_is_sent_once() -> None:
    assert claimed(replace(DUE, state=State.SENT, drawn=0), NOW) is Refusal.SETTLED
    claim = claimed(DUE, NOW)
    assert isinstance(claim, Record)
    assert claim.ambiguous == DUE.ambiguous + 1


def test_a_wanted_version_opens_nothing_else() -> None:
    assert claimed(replace(DUE, due_at=NOW + 1), NOW, wanted=9) is Refusal.NOT_DUE
    assert claimed(replace(DUE, state=State.UNKNOWN), NOW, wanted=9) is Refusal.UNKNOWN


# what comes of an attempt


def test_what_was_sent_is_settled_and_keeps_what_it_was() -> None:
    assert without_token(after(CLAIM, Sent(REF, drawn=9), NOW)) == replace(
        CLAIM, state=State.SENT, due_at=0, reason="", ref=REF, drawn=9, open=False, lease_until=0, token=""
    )
    # ok:true without a place is sent all the same.
    sent = after(CLAIM, Sent(), NOW)
    assert (sent.state, sent.ref, sent.drawn, sent.open) == (State.SENT, None, 0, False)


def test_where_there_is_nothing_to_send_it_is_settled_and_says_why() -> None:
    assert without_token(after(CLAIM, NothingToSend("user_disabled", drawn=9), NOW)) == replace(
        CLAIM, state=State.SENT, due_at=0, reason="user_disabled", drawn=9, open=False, lease_until=0, token=""
    )
    nothing = after(CLAIM, NothingToSend(), NOW)
    assert (nothing.reason, nothing.drawn) == ("", 0)


@pytest.mark.parametrize("outcome", [Sent(REF, drawn=9, overtaken=True), NothingToSend("trouble", 9, overtaken=True)])
def test_a_redrawing_that_was_overtaken_is_due_again_and_knows_what_it_shows(outcome: Outcome) -> None:
    record = after(CLAIM, outcome, NOW)
    assert (record.state, record.open, record.due_at, record.drawn) == (State.DUE, True, NOW, 9)
    assert granted(record, wanted=10, idempotent=True).drawn == 9


def test_a_message_that_cannot_be_written_never_went_out_and_is_parked() -> None:
    assert without_token(after(CLAIM, Unwritable("KeyError"), NOW)) == replace(
        CLAIM, state=State.PARKED, ambiguous=1, failures=3, reason="KeyError", due_at=NOW + 4 * HOUR, lease_until=0,
        token="",
    )  # fmt: skip


@pytest.mark.parametrize("idempotent", [False, True])
def test_a_limit_is_the_places_and_no_copy_of_the_message(idempotent: bool) -> None:
    found = after(CLAIM, failed(FailureKind.LIMITED, 120, idempotent=idempotent), NOW)
    assert without_token(found) == replace(
        CLAIM, state=State.DUE, ambiguous=2 if idempotent else 1, reason="trouble",
        due_at=NOW + 120 * SECOND, lease_until=0, token="",
    )  # fmt: skip


@pytest.mark.parametrize(("attempts", "wait"), [(1, SECOND), (3, SECOND), (4, 40 * SECOND), (5, MINUTE), (9, MINUTE)])
def test_a_message_that_is_limited_each_time_is_tried_ever_more_rarely(attempts: int, wait: int) -> None:
    found = after(replace(CLAIM, attempts=attempts), failed(FailureKind.LIMITED, 0), NOW)
    assert (found.state, found.due_at) == (State.DUE, NOW + wait)


@pytest.mark.parametrize("kind", [FailureKind.NOT_DONE, FailureKind.REFUSED_FOR_NOW])
@pytest.mark.parametrize("idempotent", [False, True])
def test_what_was_not_done_is_tried_again_soon_and_counts_as_no_copy(kind: FailureKind, idempotent: bool) -> None:
    claim = replace(CLAIM, attempts=2)
    found = after(claim, failed(kind, 120, idempotent=idempotent), NOW)
    assert without_token(found) == replace(
        claim, state=State.DUE, ambiguous=2 if idempotent else 1, reason="trouble", due_at=NOW + 10 * SECOND,
        lease_until=0, token="",
    )  # fmt: skip


@pytest.mark.parametrize(("ambiguous", "wait"), [(1, MINUTE), (2, HOUR)])
def test_what_may_have_arrived_waits_a_minute_and_then_an_hour(ambiguous: int, wait: int) -> None:
    claim = replace(CLAIM, ambiguous=ambiguous)
    assert without_token(after(claim, failed(FailureKind.AMBIGUOUS, 120), NOW)) == replace(
        claim, state=State.DUE, reason="trouble", due_at=NOW + wait, lease_until=0, token=""
    )


@pytest.mark.parametrize("ambiguous", [3, 4])
def test_after_the_third_that_may_have_arrived_an_operator_decides(ambiguous: int) -> None:
    claim = replace(CLAIM, ambiguous=ambiguous)
    assert without_token(after(claim, failed(FailureKind.AMBIGUOUS), NOW)) == replace(
        claim, state=State.UNKNOWN, reason="trouble", due_at=0, lease_until=0, token=""
    )


@pytest.mark.parametrize(("attempts", "wait"), [(1, 5 * SECOND), (2, 10 * SECOND), (10, 2560 * SECOND), (11, HOUR)])
def test_what_may_be_repeated_freely_is_tried_for_ever_and_ever_more_rarely(attempts: int, wait: int) -> None:
    claim = replace(CLAIM, attempts=attempts, ambiguous=9)
    assert without_token(after(claim, failed(FailureKind.AMBIGUOUS, idempotent=True), NOW)) == replace(
        claim, state=State.DUE, reason="trouble", due_at=NOW + wait, lease_until=0, token=""
    )


@pytest.mark.parametrize("idempotent", [False, True])
def test_what_is_refused_for_good_is_parked(idempotent: bool) -> None:
    found = after(CLAIM, failed(FailureKind.REFUSED_FOR_GOOD, idempotent=idempotent), NOW)
    assert without_token(found) == replace(
        CLAIM, state=State.PARKED, ambiguous=2 if idempotent else 1, failures=3, reason="trouble",
        due_at=NOW + 4 * HOUR, lease_until=0, token="",
    )  # fmt: skip


def test_a_record_that_counted_nothing_is_not_counted_below_zero() -> None:
    claim = replace(CLAIM, ambiguous=0)
    assert after(claim, failed(FailureKind.NOT_DONE), NOW).ambiguous == 0
    assert after(claim, Unwritable("KeyError"), NOW).ambiguous == 0


def test_a_failure_that_does_not_say_so_may_not_be_repeated_freely() -> None:
    claim = replace(CLAIM, ambiguous=3)
    assert after(claim, Failed(FailureKind.AMBIGUOUS, "timeout"), NOW).state is State.UNKNOWN


OUTCOMES: list[Outcome] = [Sent(REF), NothingToSend(), Unwritable("KeyError"), *map(failed, FailureKind)]


@pytest.mark.parametrize("outcome", OUTCOMES, ids=str)
def test_every_outcome_ends_the_claim(outcome: Outcome) -> None:
    record = after(CLAIM, outcome, NOW)
    assert record.state is not State.CLAIMED
    assert record.lease_until == 0
    assert record.open is (record.state is not State.SENT)


# how long


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        (None, 1 * SECOND), (0, 1 * SECOND), (-5, 1 * SECOND), (0.9999, 1 * SECOND), (1.0004, 1 * SECOND),
        (1.001, 1001), (2.5, 2500), (120, 120 * SECOND), (3600, HOUR), (3600.1, HOUR), (10**9, HOUR),
    ],
)  # fmt: skip
def test_a_limit_closes_a_place_for_what_slack_asks_a_second_at_least_and_an_hour_at_most(
    said: float | None, wait: int
) -> None:
    assert limit_ms(said) == wait


@pytest.mark.parametrize(
    ("attempts", "wait"), [(-1, 5), (0, 5), (1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (6, 60), (10**6, 60)]
)
def test_attempts_back_off_up_to_a_minute(attempts: int, wait: int) -> None:
    assert backoff_ms(attempts) == wait * SECOND


def test_the_longest_backoff_is_what_is_asked_for() -> None:
    assert backoff_ms(21, longest=10**15) == 5 * SECOND * 2**20
    assert backoff_ms(10**6, longest=10**15) == 5 * SECOND * 2**20


@pytest.mark.parametrize(
    ("failures", "hours"),
    [(-1, 1), (0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (7, 64), (8, 128), (9, 168), (10, 168), (10**6, 168)],
)
def test_what_is_parked_is_tried_again_ever_more_rarely_and_once_a_week_at_least(failures: int, hours: int) -> None:
    assert parking_ms(failures) == hours * HOUR


def test_the_times_fit_each_other() -> None:
    assert policy.LEASE_S > 60, "a claim outlives the function that made it"
    assert policy.LONGEST_LEASE_S * 1000 * 2 > policy.LEASE_S * 1000 + policy.THIRD_TRY_MS, (
        "no claim of ours has lapsed"
    )
    assert policy.LONGEST_LEASE_S == 3600
    assert policy.MOST_AMBIGUOUS == 3
    assert math.log2(policy.LONGEST_PARKING_MS / policy.FIRST_PARKING_MS) < 20


# what else may become of a record


def test_what_is_given_up_is_no_longer_due_and_still_to_be_looked_at() -> None:
    assert without_token(given_up(CLAIM)) == replace(CLAIM, state=State.UNKNOWN, due_at=0, lease_until=0, token="")


def test_what_is_parked_says_why_and_when_it_is_tried_again() -> None:
    assert parked(replace(CLAIM, failures=0), "is_archived", NOW) == replace(
        CLAIM, state=State.PARKED, reason="is_archived", failures=1, due_at=NOW + HOUR
    )


def test_what_would_come_too_late_is_put_away_and_what_is_known_of_it_is_kept() -> None:
    assert without_token(superseded(CLAIM)) == replace(CLAIM, open=False, token="")


@pytest.mark.parametrize("state", [State.PARKED, State.UNKNOWN, State.CLAIMED, State.SENT])
def test_what_an_operator_sends_again_has_all_its_attempts_again(state: State) -> None:
    record = replace(CLAIM, state=state, open=False, ambiguous=3)
    assert without_token(reopened(record, NOW)) == replace(
        record, state=State.DUE, due_at=NOW, ambiguous=0, lease_until=0, open=True, token=""
    )
    assert granted(reopened(record, NOW)).ambiguous == 1


def test_what_is_put_off_is_as_it_was_and_due_later() -> None:
    assert without_token(postponed(CLAIM, NOW + MINUTE)) == replace(CLAIM, due_at=NOW + MINUTE, token="")


def test_every_write_has_a_token_of_its_own() -> None:
    records = [
        *(after(CLAIM, outcome, NOW) for outcome in OUTCOMES),
        *(granted(DUE) for _ in range(3)),
        *(owed(KEY, "", NOW) for _ in range(3)),
        *(write(CLAIM) for write in (given_up, superseded) for _ in range(2)),
        *(reopened(CLAIM, NOW) for _ in range(2)),
        *(postponed(CLAIM, NOW) for _ in range(2)),
    ]
    tokens = [record.token for record in records]
    assert len({*tokens, "as read", ""}) == len(tokens) + 2
    assert {len(token) for token in tokens} == {16}


# whether anyone has to wait for it


@pytest.mark.parametrize("state", list(State))
def test_another_delivery_waits_for_what_may_still_arrive_and_for_nothing_else(state: State) -> None:
    record = replace(DUE, state=state)
    assert record.settled is (state not in {State.DUE, State.CLAIMED})
    assert replace(record, open=False).settled
