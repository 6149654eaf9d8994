"""Several changes at a time: what Slack does not take now waits in its order, and everything else goes on (N1 to N3)."""

import logging
from collections.abc import Callable

import pytest

from fakes import HELSINKI, MANAGEMENT, PUBLIC, FakeChat, FakeLedger, contribution, first
from ossi.delivery.batch import MOST_ATTEMPTS, SECONDS_FOR_ONE, Change, Time, deliver
from ossi.delivery.deliver import Delivery, Lane
from ossi.delivery.effects import EFFECTS
from ossi.domain.contribution import MessageRef, Status
from ossi.domain.levels import CompensationLevels
from ossi.domain.transitions import Transition
from ossi.slack.errors import TransientSlackError
from ossi.slack.messages.notifications import Words

PEOPLE = ("U0AINO001", "U0EINO001", "U0ANNI001")


class Post:
    """A batch of changes with fakes around it, and a clock that only waiting moves."""

    def __init__(self) -> None:
        self.chat = FakeChat()
        self.ledger = FakeLedger()
        self.now = 1000.0
        self.waits: list[float] = []
        self._calls: dict[str, list[float]] = {}

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.waits.append(seconds)

    def submitted(self, *people: str) -> list[Change]:
        """New contributions, one of each person."""
        return [self._change(Transition.SUBMITTED, user_id=user) for user in people]

    def accepted(self, user: str) -> Change:
        """The decision on such a contribution."""
        pressed = MessageRef(channel=MANAGEMENT, ts="1.0")
        return self._change(Transition.ACCEPTED, user_id=user, status=Status.ACCEPTED, decided_in=pressed)

    def _change(self, transition: Transition, **values: object) -> Change:
        words = Words(HELSINKI, CompensationLevels(), first)
        return Change(transition, Delivery(contribution(**values), self.chat, self.ledger, words, MANAGEMENT, PUBLIC))

    def deliver(self, changes: list[Change], seconds: float = 60) -> list[list[str]]:
        end = self.now + seconds
        return deliver(changes, EFFECTS, Time(lambda: end - self.now, lambda: self.now, self.sleep))

    def one_a_second(self, *places: str) -> Callable[[str, str], Exception | None]:
        """A Slack that takes one message a second in these places; for FakeChat.failing."""
        taken: dict[str, float] = {}

        def failing(_method: str, where: str) -> Exception | None:
            if where in places and self.now - taken.get(where, 0) < 1:
                return TransientSlackError("ratelimited", 1, limited=True)
            taken[where] = self.now
            return None

        return failing

    @property
    def places(self) -> list[str]:
        return [call.where for call in self.chat.sent]


@pytest.fixture
def post() -> Post:
    return Post()


def test_a_channel_that_takes_one_a_second_holds_up_only_itself_and_keeps_its_order(post: Post) -> None:
    post.chat.failing = post.one_a_second(MANAGEMENT)
    assert post.deliver(post.submitted(*PEOPLE)) == [[], [], []]
    assert post.places == [PEOPLE[0], MANAGEMENT, PEOPLE[1], PEOPLE[2], MANAGEMENT, MANAGEMENT]
    assert [f"<@{user}>" in call.message.text for user, call in zip(PEOPLE, post.chat.to(MANAGEMENT), strict=True)] == [
        True
    ] * 3
    assert post.waits == [1, 1]


def test_a_place_is_not_called_before_its_time(post: Post) -> None:
    calls: list[tuple[float, str]] = []

    def failing(_method: str, where: str) -> Exception | None:
        calls.append((post.now, where))
        return TransientSlackError("ratelimited", 7, limited=True) if where == MANAGEMENT and post.now < 1007 else None

    post.chat.failing = failing
    assert post.deliver(post.submitted(*PEOPLE)) == [[], [], []]
    # And from then on at the pace that Slack takes.
    assert [at for at, where in calls if where == MANAGEMENT] == [1000, 1007, 1008, 1009]


def test_a_place_that_is_not_too_busy_is_not_kept_waiting(post: Post) -> None:
    people = [f"U0MANY{number:03d}" for number in range(25)]
    assert post.deliver(post.submitted(*people)) == [[]] * 25
    assert post.waits == []


def test_what_comes_too_soon_is_tried_again_as_long_as_there_is_time(post: Post) -> None:
    """Others post to that channel too: it is nobody's fault, and the next batch could do no better."""
    refused = 0

    def failing(_method: str, where: str) -> Exception | None:
        nonlocal refused
        if where != MANAGEMENT or refused == 3 * MOST_ATTEMPTS:
            return None
        refused += 1
        return TransientSlackError("ratelimited", 1, limited=True)

    post.chat.failing = failing
    assert post.deliver(post.submitted(PEOPLE[0])) == [[]]
    assert post.waits == [1.0] * 3 * MOST_ATTEMPTS


def test_two_places_are_waited_for_at_the_same_time(post: Post) -> None:
    post.chat.failing = post.one_a_second(MANAGEMENT, PUBLIC)
    changes = [*post.submitted(*PEOPLE), *(post.accepted(user) for user in ("U0LATER01", "U0LATER02", "U0LATER03"))]
    assert post.deliver(changes) == [[]] * 6
    assert post.waits == [1, 1]


def test_a_wait_that_would_take_all_the_time_is_left_to_the_stream(post: Post) -> None:
    post.chat.failing = lambda _method, where: (
        TransientSlackError("ratelimited", 50, limited=True) if where == MANAGEMENT else None
    )
    assert post.deliver(post.submitted(*PEOPLE)) == [["ask_management"]] * 3
    assert (post.places, post.waits) == (list(PEOPLE), [])
    assert "claimed" not in post.ledger.states.values()

    post.chat.failing = FakeChat().failing
    assert post.deliver(post.submitted(*PEOPLE)) == [[], [], []]
    assert post.places == [*PEOPLE, MANAGEMENT, MANAGEMENT, MANAGEMENT]


def test_waiting_ends_in_time_for_one_message(post: Post) -> None:
    post.chat.failing = post.one_a_second(MANAGEMENT)
    people = [f"U0MANY{number:03d}" for number in range(25)]
    again = post.deliver(post.submitted(*people), seconds=SECONDS_FOR_ONE + 5)
    assert again == [[]] * 6 + [["ask_management"]] * 19
    assert len(post.chat.to(MANAGEMENT)) == 6
    assert len(post.places) == 25 + 6


def test_a_message_is_tried_so_often_and_then_left_to_the_stream(post: Post) -> None:
    tried: list[float] = []

    def failing(_method: str, where: str) -> Exception | None:
        if where != MANAGEMENT or len(tried) == MOST_ATTEMPTS:
            return None
        tried.append(post.now)
        return TransientSlackError("http_500", 1)

    post.chat.failing = failing
    assert post.deliver(post.submitted(*PEOPLE)) == [["ask_management"], [], []]
    assert tried == [1000, 1001, 1002]
    assert len(post.chat.to(MANAGEMENT)) == 2


def test_what_nobody_knows_about_is_not_tried_again_here(post: Post) -> None:
    """Slack may have the message: the less is repeated, the better."""
    post.chat.failing = lambda _method, where: TransientSlackError("request_timeout") if where == MANAGEMENT else None
    assert post.deliver(post.submitted(*PEOPLE)) == [["ask_management"]] * 3
    assert post.waits == []


def test_a_decision_waits_behind_its_own_submission_and_nobody_else_does(post: Post) -> None:
    post.chat.failing = post.one_a_second(MANAGEMENT)
    changes = [*post.submitted(*PEOPLE), post.accepted(PEOPLE[2])]
    assert post.deliver(changes) == [[]] * 4
    assert post.places[:6] == [PEOPLE[0], MANAGEMENT, PEOPLE[1], PEOPLE[2], MANAGEMENT, MANAGEMENT]
    assert post.places[6:] == [f"{MANAGEMENT}/1.0", post.places[7], PEOPLE[2], PUBLIC]


def test_a_decision_behind_a_submission_that_is_given_up_comes_again_with_it(post: Post) -> None:
    post.chat.failing = lambda _method, where: TransientSlackError("request_timeout") if where == MANAGEMENT else None
    again = post.deliver([*post.submitted(PEOPLE[0]), post.accepted(PEOPLE[0]), *post.submitted(PEOPLE[1])])
    assert again[0] == ["ask_management"]
    assert again[1] == ["redraw_request", "redraw_other_request", "tell_accepted", "publish"]
    assert again[2] == ["ask_management"]
    assert post.places == [PEOPLE[0], PEOPLE[1]]


def test_a_ledger_that_fails_is_noted_and_the_others_go_on(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    claim = post.ledger.claim

    def failing(subject: str, effect: str) -> object:
        if PEOPLE[0] in subject:
            raise ConnectionError
        return claim(subject, effect)

    monkeypatch.setattr(post.ledger, "claim", failing)
    with caplog.at_level(logging.ERROR, "ossi"):
        assert post.deliver(post.submitted(*PEOPLE)) == [["confirm_submission", "ask_management"], [], []]
    assert len(caplog.records) == 2
    assert all(record.exc_info for record in caplog.records)


def test_each_lane_has_what_its_readers_wait_for() -> None:
    assert {lane: {effect.name for effect in EFFECTS if effect.lane is lane} for lane in Lane} == {
        Lane.DIRECT: {"confirm_submission", "redraw_request", "tell_accepted", "tell_declined"},
        Lane.CHANNELS: {"ask_management", "redraw_other_request", "publish"},
    }


def test_nothing_to_do_takes_no_time(post: Post) -> None:
    assert post.deliver([]) == []
    assert post.waits == []
