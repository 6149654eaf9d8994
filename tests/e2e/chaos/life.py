"""A contribution's life, from the form to the decision, and what is left of it in Slack, the table and the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from e2e.driving import ACCEPT, DECLINE, MAIJA, TEXT, Ossi, Row, now_ms
from local_slack.client import FailureKind
from local_slack.control_models import MessageRead
from local_slack.traffic import TrafficEntry

Decision: TypeAlias = Literal["ACCEPTED", "DECLINED"]
_SUBMITTED: Final = ("confirm_submission", "ask_management")
_DECIDED: Final[dict[Decision, tuple[str, ...]]] = {
    "ACCEPTED": ("redraw_request", "redraw_other_request", "tell_accepted", "publish"),
    "DECLINED": ("redraw_request", "redraw_other_request", "tell_declined"),
}
_REDRAWN: Final = ("redraw_request", "redraw_other_request")
UNRECORDED: Final = "unrecorded"
# Four time-outs of 5 s may come one after the other, on a busy machine; a test that passes waits for a fraction of it.
_PATIENCE: Final = 90.0


@dataclass(frozen=True)
class Moment:
    """One send of the bot in a contribution's life: the ledger's name for it, Slack's method, and where it goes."""

    effect: str
    method: Literal["chat.postMessage", "chat.update"]
    place: Literal["submitter", "management", "public"]
    decision: Decision = "ACCEPTED"

    @property
    def follows_decision(self) -> bool:
        """Whether it is due after the decision; otherwise after the form."""
        return self.effect not in _SUBMITTED

    def is_in(self, decision: Decision) -> bool:
        """Whether it is a moment of a life that ends so."""
        return not self.follows_decision or self.effect in _DECIDED[decision]


CONFIRM: Final = Moment("confirm_submission", "chat.postMessage", "submitter")
ASK: Final = Moment("ask_management", "chat.postMessage", "management")
REDRAW: Final = Moment("redraw_request", "chat.update", "management")
TELL: Final = Moment("tell_accepted", "chat.postMessage", "submitter")
PUBLISH: Final = Moment("publish", "chat.postMessage", "public")
TELL_DECLINED: Final = Moment("tell_declined", "chat.postMessage", "submitter", "DECLINED")


ALL: Final = (ASK, CONFIRM, REDRAW, TELL, PUBLISH, TELL_DECLINED)


@dataclass(frozen=True)
class Trouble:
    """What goes wrong with Slack, and how often in a row a message can meet it and still go out by itself."""

    kind: FailureKind
    times: int = 1
    error: str | None = None

    @property
    def limits(self) -> bool:
        """Whether Slack only asks for patience."""
        return self.kind == "ratelimited"


# Of sends that may have arrived there are three at most. What Slack says it did not do is not counted.
TROUBLES: Final = {
    "ratelimited": Trouble("ratelimited"),
    "http_500": Trouble("http_500", times=2),
    "timeout": Trouble("timeout"),
    "cut": Trouble("cut", times=2),
    "service_unavailable": Trouble("slack_error", times=4, error="service_unavailable"),
}

Sign: TypeAlias = tuple[str, str, tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Remains:
    """What is there when all is over, without what differs between any two runs (wording, ids, times).

    messages: how many there are of each place, effect (by the channel and ts that the ledger holds; UNRECORDED for a message
    that the ledger does not know), kinds of blocks, and buttons. updates: redrawings that Slack did. stored: how many there are of
    each row (status, decider, whether there is a record of each message: effect and state).
    """

    messages: Counter[Sign]
    updates: int
    stored: Counter[tuple[str, ...]]

    def __add__(self, other: Remains) -> Remains:
        """What two lives leave behind."""
        return Remains(self.messages + other.messages, self.updates + other.updates, self.stored + other.stored)

    @property
    def by_place(self) -> Counter[tuple[str, str]]:
        """How many messages there are of each place and effect."""
        counted: Counter[tuple[str, str]] = Counter()
        for (place, effect, *_), count in self.messages.items():
            counted[place, effect] += count
        return counted


class Life:
    """Somebody's contribution. The tests drive it step by step, with something going wrong in between."""

    def __init__(self, ossi: Ossi, decision: Decision = "ACCEPTED") -> None:
        self._ossi = ossi
        self.decision: Decision = decision
        self.user = ossi.employee()
        self.row: Row = {}
        self._request: MessageRead | None = None

    def fail_at(
        self,
        moment: Moment,
        trouble: Trouble,
        *,
        times: int | None = 1,
        before_or_after: Literal["before", "after"] = "before",
    ) -> None:
        """Orders trouble with the next sends at that moment, so many times or, for None, until Slack is healed.

        It happens to whichever life comes first, where the place is a channel of all.
        """
        when = {"channel": self._channel(moment)}
        if moment.method == "chat.update":
            assert self._request is not None, "there is nothing to redraw yet"
            if trouble.kind == "cut":
                # A redrawing that a kept connection lost is sent again at once on a new one, and nothing has failed then.
                trouble = replace(trouble, kind="http_500")
            when["ts"] = self._request.ts
        self._ossi.slack.fail(
            moment.method, trouble.kind, error=trouble.error, times=times, when=when, before_or_after=before_or_after
        )

    def calls(self, moment: Moment) -> list[TrafficEntry]:
        """The calls of Slack with that method to that place, or to redraw that message, oldest first."""
        wanted = {"channel": self._channel(moment)}
        if moment is REDRAW and self._request is not None:
            wanted["ts"] = self._request.ts
        return [
            each
            for each in self._ossi.posts()
            if each.kind == moment.method
            and isinstance(each.payload, dict)
            and wanted.items() <= {name: each.payload.get(name) for name in wanted}.items()
        ]

    def submit(self) -> None:
        """Sends the form. The messages follow by themselves."""
        self.row = self._ossi.submit(self.user)

    def wait_for_request(self, *, hurry: bool = False) -> None:
        """Waits until submitter and managers have been told. hurry: the reconciler does what is owed."""
        if hurry:
            self._wait_until_sent(_SUBMITTED)
        self._request = self._ossi.request(self.row)

    def decide(self) -> None:
        """A manager presses a button. The messages follow by themselves."""
        assert self._request is not None, "there is no button yet"
        done = self._ossi.decide(self._request, MAIJA, ACCEPT if self.decision == "ACCEPTED" else DECLINE)
        assert (done.status, done.error) == (200, None), done

    def wait_until_it_failed(self, moment: Moment, times: int) -> Row:
        """Waits until that send has gone wrong so often, and is owed."""
        return self._ossi.slack.wait_for(
            lambda: self._owed(moment, times), _PATIENCE, what=f"that {moment.effect} has failed {times} times"
        )

    def _owed(self, moment: Moment, attempts: int) -> Row | None:
        record = self.record(moment)
        return record if (record.get("state"), record.get("attempts")) == ("DUE", attempts) else None

    def record(self, moment: Moment) -> Row:
        """What the ledger says of that send; empty if nothing."""
        return self._ossi.ledger(self.row).get(moment.effect, {}) if self.row else {}

    def stored(self) -> tuple[str, ...]:
        """The row's status and decider, and what the ledger says of each message."""
        (row,) = (row for row in self._ossi.rows(self.user) if row["timestamp"] == self.row["timestamp"])
        states = sorted(f"{effect} {state}" for effect, state in self._ossi.delivered(row).items())
        return (row["status"], row["decidedBy"], *states)

    def let_the_time_come(self) -> None:
        """What is owed may be tried now."""
        for record in self._ossi.ledger(self.row).values():
            if record["state"] == "DUE":
                self._ossi.let_its_time_come(record)

    def wait_until_all_is_sent(self) -> None:
        """Waits for the ledger to say so; the reconciler does what is owed."""
        self._wait_until_sent((*_SUBMITTED, *_DECIDED[self.decision]))

    def _wait_until_sent(self, effects: Sequence[str]) -> None:
        def sent() -> bool:
            states = self._ossi.delivered(self.row)
            return all(states.get(effect) == "SENT" for effect in effects) or self._hurry()

        self._ossi.slack.wait_for(sent, _PATIENCE, what="that everything is sent")

    def _hurry(self) -> bool:
        self._ossi.hurry(self.row)
        return False

    def _channel(self, moment: Moment) -> str:
        channels = self._ossi.ready.channels
        return {"submitter": self.user, "management": channels.management, "public": channels.public}[moment.place]


def remains_of(ossi: Ossi, *lives: Life) -> Remains:
    """What the workspace, the table and the ledger hold once everything has been sent and nothing more is to come."""
    for life in lives:
        life.wait_until_all_is_sent()
    others = _let_the_stream_pass(ossi, lives)
    assert ossi.work_off()["due"]["outcomes"] == {}, "nothing is owed any more"
    effects = {
        (record["channel"], record["ts"]): effect
        for life in lives
        for effect, record in ossi.ledger(life.row).items()
        if effect not in _REDRAWN  # they stand where the requests stood
    }
    told = [message for life in lives for message in ossi.told(life.row)]
    places = {"submitter": told, "management": ossi.requests(), "public": ossi.published()}
    return Remains(
        messages=Counter(
            (place, effects.get((each.channel, each.ts), UNRECORDED), _kinds(each), _buttons(each))
            for place, messages in places.items()
            for each in messages
            if each.ts not in others
        ),
        updates=len([each for each in ossi.posts() if each.kind == "chat.update" and _went_well(each)]),
        stored=Counter(life.stored() for life in lives),
    )


def _let_the_stream_pass(ossi: Ossi, lives: Sequence[Life]) -> set[str]:
    """Waits for the messages of a later contribution of each person; answers their ts.

    The stream keeps the order of each person's changes: what it could still make of the earlier ones has come before.
    """
    later: list[Row] = [
        {
            "userId": life.user, "timestamp": now_ms() + 1, "status": "PENDING", "size": "SMALL", "text": TEXT,
            "name": "Ella Esimerkki", "url": "https://github.com/owner/project/pull/2", "contributionMonth": "2026-01",
        }
        for life in lives
    ]  # fmt: skip
    ossi.write(later)
    for row in later:
        ossi.slack.wait_for(lambda row=row: _is_told(ossi, row), _PATIENCE, what="the messages of a later contribution")
    return {record["ts"] for row in later for record in ossi.ledger(row).values()}


def _is_told(ossi: Ossi, row: Row) -> bool:
    if all(ossi.delivered(row).get(effect) == "SENT" for effect in _SUBMITTED):
        return True
    ossi.hurry(row)  # a place that Slack has limited may be worked off by the reconciler alone
    return False


def _went_well(call: TrafficEntry) -> bool:
    return isinstance(call.answer, dict) and call.answer.get("ok") is True


def _kinds(message: MessageRead) -> tuple[str, ...]:
    return tuple(str(block.get("type")) for block in message.blocks)


def _buttons(message: MessageRead) -> tuple[str, ...]:
    return tuple(action.action_id for action in message.actions)
