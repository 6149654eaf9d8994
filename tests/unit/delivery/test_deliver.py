"""Delivery: each message once, in order, a failing one without holding up or repeating its neighbours."""

import logging

import pytest

from fakes import HELSINKI, MANAGEMENT, PUBLIC, FakeChat, FakeLedger, Sent, contribution, fails_at, first
from ossi.delivery.batch import Change, Time, deliver
from ossi.delivery.deliver import Delivery
from ossi.delivery.effects import EFFECTS
from ossi.domain.contribution import Contribution, MessageRef, Status
from ossi.domain.levels import CompensationLevels
from ossi.domain.transitions import Transition
from ossi.slack.errors import PermanentSlackError, TransientSlackError
from ossi.slack.messages.notifications import Words

AINO = "U0AINO001"
DECIDED_IN = MessageRef(channel=MANAGEMENT, ts="1792994700.000100")
PASSING, LASTING = TransientSlackError("ratelimited"), PermanentSlackError("channel_not_found")
ACCEPTED = contribution(
    status=Status.ACCEPTED, decided_by="U0MAIJA01", decided_at=1_793_000_000_000, decided_in=DECIDED_IN
)
DECLINED = ACCEPTED.model_copy(update={"status": Status.DECLINED})
SUBJECT = f"contribution#{ACCEPTED.key}"


def no_sleep(seconds: float) -> None:
    """Nothing here is worth waiting for."""
    raise AssertionError(f"it waits for {seconds} s")


class Post:
    """The stream function's work on one change, with fakes around it."""

    def __init__(self) -> None:
        self.chat = FakeChat()
        self.ledger = FakeLedger()

    def change(self, transition: Transition, row: Contribution) -> Change:
        words = Words(HELSINKI, CompensationLevels(), first)
        return Change(transition, Delivery(row, self.chat, self.ledger, words, MANAGEMENT, PUBLIC))

    def deliver(self, transition: Transition, row: Contribution, *, left: float = 60) -> list[str]:
        """Delivers, and answers which messages are to be tried again."""
        (again,) = deliver([self.change(transition, row)], EFFECTS, Time(lambda: left, lambda: 0.0, no_sleep))
        return again

    @property
    def places(self) -> list[tuple[str, str]]:
        return [(call.method, call.where) for call in self.chat.sent]


@pytest.fixture
def post() -> Post:
    return Post()


def test_a_submission_is_confirmed_and_put_before_the_managers(post: Post) -> None:
    assert post.deliver(Transition.SUBMITTED, contribution()) == []
    assert post.places == [("post", AINO), ("post", MANAGEMENT)]


def test_an_acceptance_redraws_the_request_tells_the_submitter_and_is_published(post: Post) -> None:
    assert post.deliver(Transition.ACCEPTED, ACCEPTED) == []
    assert post.places == [("update", f"{MANAGEMENT}/{DECIDED_IN.ts}"), ("post", AINO), ("post", PUBLIC)]


def test_a_refusal_redraws_the_request_and_tells_only_the_submitter(post: Post) -> None:
    assert post.deliver(Transition.DECLINED, DECLINED) == []
    assert post.places == [("update", f"{MANAGEMENT}/{DECIDED_IN.ts}"), ("post", AINO)]


@pytest.mark.parametrize(
    ("transition", "row"),
    [(Transition.SUBMITTED, contribution()), (Transition.ACCEPTED, ACCEPTED), (Transition.DECLINED, DECLINED)],
)
def test_what_was_sent_is_not_sent_again(post: Post, transition: Transition, row: Contribution) -> None:
    post.deliver(transition, row)
    before = list(post.chat.sent)
    assert post.deliver(transition, row) == []
    assert post.chat.sent == before


def test_two_contributions_have_messages_of_their_own(post: Post) -> None:
    post.deliver(Transition.SUBMITTED, contribution())
    post.deliver(Transition.SUBMITTED, contribution(timestamp=contribution().timestamp + 1))
    assert len(post.places) == 4


EVERY_PLACE = [
    (transition, row, where)
    for transition, row, places in (
        (Transition.SUBMITTED, contribution(), (AINO, MANAGEMENT)),
        (Transition.ACCEPTED, ACCEPTED, (f"{MANAGEMENT}/{DECIDED_IN.ts}", AINO, PUBLIC)),
        (Transition.DECLINED, DECLINED, (f"{MANAGEMENT}/{DECIDED_IN.ts}", AINO)),
    )
    for where in places
]
every_place = pytest.mark.parametrize(("transition", "row", "where"), EVERY_PLACE)


@every_place
def test_a_passing_failure_is_tried_again_and_only_that(
    post: Post, transition: Transition, row: Contribution, where: str
) -> None:
    post.chat.failing = fails_at(where, PASSING)
    (again,) = post.deliver(transition, row)
    others = list(post.chat.sent)
    assert where not in [call.where for call in others]
    assert post.ledger.reasons[SUBJECT, again] == "ratelimited"
    assert post.deliver(transition, row) == [again]

    post.chat.failing = FakeChat().failing
    assert post.deliver(transition, row) == []
    assert [call.where for call in post.chat.sent] == [*(call.where for call in others), where]


@every_place
def test_a_lasting_failure_is_set_aside_and_not_tried_again(
    post: Post, transition: Transition, row: Contribution, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    post.chat.failing = fails_at(where, LASTING)
    with caplog.at_level(logging.ERROR, "ossi"):
        assert post.deliver(transition, row) == []
    assert [getattr(record, "why", "") for record in caplog.records] == ["channel_not_found"]
    assert sorted(post.ledger.states.values()).count("set aside") == 1

    post.chat.failing = FakeChat().failing
    sent = list(post.chat.sent)
    assert post.deliver(transition, row) == []
    assert post.chat.sent == sent


@every_place
def test_what_nobody_foresaw_is_tried_again_without_holding_up_the_neighbours(
    post: Post, transition: Transition, row: Contribution, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    post.chat.failing = fails_at(where, KeyError("a bug"))
    expected = len([place for place in EVERY_PLACE if place[0] is transition]) - 1
    with caplog.at_level(logging.ERROR, "ossi"):
        (again,) = post.deliver(transition, row)
    assert len(post.chat.sent) == expected
    assert post.ledger.reasons[SUBJECT, again] == "KeyError"
    assert caplog.records[0].exc_info

    post.chat.failing = FakeChat().failing
    assert post.deliver(transition, row) == []
    assert len(post.chat.sent) == expected + 1


def test_everything_may_fail_at_once(post: Post) -> None:
    post.chat.failing = lambda _method, _where: PASSING
    assert post.deliver(Transition.ACCEPTED, ACCEPTED) == ["redraw_request", "tell_accepted", "publish"]


def test_a_message_that_somebody_else_is_sending_is_left_to_them_and_asked_for_again(post: Post) -> None:
    post.ledger.hold(SUBJECT, "ask_management")
    assert post.deliver(Transition.SUBMITTED, contribution()) == ["ask_management"]
    assert post.places == [("post", AINO)]

    post.ledger.record_sent(SUBJECT, "ask_management", DECIDED_IN)
    assert post.deliver(Transition.SUBMITTED, contribution()) == []
    assert post.places == [("post", AINO)]


def test_nothing_is_begun_with_too_little_time_left(post: Post) -> None:
    assert post.deliver(Transition.SUBMITTED, contribution(), left=1) == ["confirm_submission", "ask_management"]
    assert post.chat.sent == []
    assert post.ledger.states == {}
    assert post.deliver(Transition.SUBMITTED, contribution()) == []


def test_the_time_is_looked_at_before_each_message(post: Post) -> None:
    left = iter([60.0, 5.0, 5.0])
    changes = [post.change(Transition.SUBMITTED, contribution())]
    assert deliver(changes, EFFECTS, Time(lambda: next(left), lambda: 0.0, no_sleep)) == [["ask_management"]]
    assert post.places == [("post", AINO)]


def test_a_row_decided_by_hand_redraws_the_message_that_the_ledger_knows(post: Post) -> None:
    post.deliver(Transition.SUBMITTED, contribution())
    asked = post.ledger.sent_ref(SUBJECT, "ask_management")
    assert asked is not None
    by_hand = contribution(status=Status.ACCEPTED)
    assert post.deliver(Transition.ACCEPTED, by_hand) == []
    assert post.chat.sent[2].method == "update"
    assert post.chat.sent[2].where == f"{asked.channel}/{asked.ts}"


def test_a_row_decided_by_hand_that_nobody_was_asked_about_redraws_nothing(post: Post) -> None:
    assert post.deliver(Transition.ACCEPTED, contribution(status=Status.ACCEPTED)) == []
    assert post.places == [("post", AINO), ("post", PUBLIC)]
    assert post.ledger.states[SUBJECT, "redraw_request"] == "sent"


def test_a_request_that_stands_there_twice_is_redrawn_twice_the_pressed_one_first(post: Post) -> None:
    other = MessageRef(channel=MANAGEMENT, ts="1.0")
    post.ledger.record_sent(SUBJECT, "ask_management", other)
    post.deliver(Transition.DECLINED, DECLINED)
    assert post.places[:2] == [("update", f"{MANAGEMENT}/{DECIDED_IN.ts}"), ("update", f"{MANAGEMENT}/{other.ts}")]
    assert post.chat.sent[0].message == post.chat.sent[1].message


def test_a_request_that_stands_there_once_is_redrawn_once(post: Post) -> None:
    post.ledger.record_sent(SUBJECT, "ask_management", DECIDED_IN)
    post.deliver(Transition.DECLINED, DECLINED)
    assert [method for method, _ in post.places] == ["update", "post"]


def test_the_ledger_knows_where_each_message_stands(post: Post) -> None:
    post.deliver(Transition.ACCEPTED, ACCEPTED)
    assert post.ledger.refs[SUBJECT, "redraw_request"] == DECIDED_IN
    told, published = post.ledger.refs[SUBJECT, "tell_accepted"], post.ledger.refs[SUBJECT, "publish"]
    assert told is not None
    assert published is not None
    assert (told.channel, published.channel) == (AINO, PUBLIC)


def test_the_names_of_the_messages_never_change() -> None:
    """They are keys in the ledger: another name would send everything again."""
    assert [(effect.transition.value, effect.name) for effect in EFFECTS] == [
        ("submitted", "confirm_submission"),
        ("submitted", "ask_management"),
        ("accepted", "redraw_request"),
        ("accepted", "redraw_other_request"),
        ("declined", "redraw_request"),
        ("declined", "redraw_other_request"),
        ("accepted", "tell_accepted"),
        ("declined", "tell_declined"),
        ("accepted", "publish"),
    ]


def test_the_record_names_the_message_and_not_what_it_says(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    post.chat.failing = fails_at(PUBLIC, PASSING)
    with caplog.at_level(logging.DEBUG):
        post.deliver(Transition.ACCEPTED, ACCEPTED)
    logged = "".join(str(vars(record)) for record in caplog.records)
    assert "publish" in logged
    for secret in (ACCEPTED.text, ACCEPTED.url, ACCEPTED.name):
        assert secret not in logged


def test_messages_are_made_from_the_row_as_it_stands(post: Post) -> None:
    post.deliver(Transition.ACCEPTED, ACCEPTED)
    redrawn: Sent = post.chat.sent[0]
    assert "Accepted by <@U0MAIJA01>" in redrawn.message.text
