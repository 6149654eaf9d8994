"""Sends what a transition calls for (R6 to R9): each message once, a failing one without holding up its neighbours."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ossi.delivery.errors import UnreadableRecord
from ossi.domain.contribution import Contribution, ContributionKey, MessageRef
from ossi.domain.transitions import Transition
from ossi.ports import Chat, Claim, Ledger, Message
from ossi.slack.errors import PermanentSlackError, TransientSlackError
from ossi.slack.messages.notifications import Words

_logger = logging.getLogger(__name__)

UNREADABLE_RECORD = "unreadable_record"
"""The reason where a record of the ledger stands in the way, which only a hand can have spoiled."""


@dataclass(frozen=True)
class Delivery:
    """What an effect has at hand to send its message."""

    contribution: Contribution
    chat: Chat
    ledger: Ledger
    words: Words
    management_channel: str
    public_channel: str


class Lane(StrEnum):
    """Who waits for whom: each lane reads the changes by itself, so that what is slow in one delays nothing in the other (ADR 8).

    DIRECT: to a person, or on a message on which a person has just acted. CHANNELS: posts to the channels, which take one a second,
    and what has to come after these.
    """

    DIRECT = "direct"
    CHANNELS = "channels"


@dataclass(frozen=True)
class Effect:
    """One message that follows a transition. name is recorded in the ledger: it never changes.

    write: makes the message. place: where Slack counts it (a channel, or a person): a rate limit there says nothing of other places.
    send: sends it and answers where it stands; None: there was nothing to send. Raises SlackError. until: the effects of later
    transitions after which it would come too late; with none, it does so after every later transition.
    """

    name: str
    transition: Transition
    lane: Lane
    write: Callable[[Words, Contribution], Message]
    place: Callable[[Delivery], str]
    send: Callable[[Delivery, Message], MessageRef | None]
    until: tuple[str, ...] = ()


def post_to(
    place: Callable[[Delivery], str],
    name: str,
    transition: Transition,
    lane: Lane,
    write: Callable[[Words, Contribution], Message],
    *,
    until: tuple[str, ...] = (),
) -> Effect:
    """The effect of posting a message to that place."""
    return Effect(
        name,
        transition,
        lane,
        write,
        place,
        lambda delivery, message: delivery.chat.post(place(delivery), message),
        until,
    )


class Outcome(StrEnum):
    """What came of one message. DUE: nothing was tried. NEEDLESS: it turned out that there is nothing to send."""

    SENT = "sent"
    SENT_BEFORE = "sent before"
    NEEDLESS = "needless"
    SET_ASIDE = "set aside"
    HELD = "held"
    FAILED = "failed"
    DUE = "due"


@dataclass(frozen=True)
class Settlement:
    """What came of one message, and the code of what went wrong.

    retry_after_s: for how long to leave the place alone, if that is known. limited: since it has had too many messages.
    """

    outcome: Outcome
    reason: str = ""
    retry_after_s: float | None = None
    limited: bool = False

    @property
    def final(self) -> bool:
        """Whether nothing remains to be tried again by whoever tried."""
        return self.outcome in {Outcome.SENT, Outcome.SENT_BEFORE, Outcome.NEEDLESS, Outcome.SET_ASIDE}


_OF_OTHERS = {Claim.SENT: Outcome.SENT_BEFORE, Claim.SET_ASIDE: Outcome.SET_ASIDE, Claim.HELD: Outcome.HELD}


def effects_of(transition: Transition, effects: Sequence[Effect]) -> list[Effect]:
    """The messages that follow the transition, in their order."""
    return [effect for effect in effects if effect.transition is transition]


SUBJECTS = "contribution"
"""The kind of the ledger's subjects that are contributions."""


def subject_of(contribution: Contribution) -> str:
    """What the ledger calls the contribution."""
    return subject_named(contribution.key)


def subject_named(key: ContributionKey) -> str:
    """What the ledger calls the contribution of that key."""
    return f"{SUBJECTS}#{key}"


def contribution_in(subject: str) -> ContributionKey:
    """The key of the contribution that the ledger calls so. Raises UnknownContribution for any other subject."""
    return ContributionKey.parse(subject.removeprefix(f"{SUBJECTS}#"))


def settle(effect: Effect, delivery: Delivery) -> Settlement:
    """Sends one message, unless somebody else did or does, and records what came of it."""
    subject, ledger, about = subject_of(delivery.contribution), delivery.ledger, _about(effect, delivery)
    try:
        claim = ledger.claim(subject, effect.name)
    except UnreadableRecord as error:  # trying again would not help, and nobody knows whether it was sent
        return _unreadable(error, about)
    if claim is not Claim.GRANTED:
        if claim is Claim.HELD:
            _logger.warning("somebody else is sending it, to be tried again", extra=about)
        return Settlement(_OF_OTHERS[claim])
    try:
        message = effect.write(delivery.words, delivery.contribution)
    except Exception as error:  # the same row gives the same error each time: it must not hold up the others for a day
        why = type(error).__name__
        ledger.set_aside(subject, effect.name, why)
        _logger.exception(
            "not written, and trying again would not help", extra=about | {"why": why, "metric": "SetAside"}
        )
        return Settlement(Outcome.SET_ASIDE, why)
    try:
        ref = effect.send(delivery, message)
    except TransientSlackError as error:
        ledger.release(subject, effect.name, error.code)
        _logger.warning("not sent, to be tried again", extra=about | {"why": error.code, "metric": "DeliveryRetried"})
        return Settlement(Outcome.FAILED, error.code, error.retry_after_s, error.limited)
    except PermanentSlackError as error:
        ledger.set_aside(subject, effect.name, error.code)
        _logger.error(
            "not sent, and trying again would not help", extra=about | {"why": error.code, "metric": "SetAside"}
        )
        return Settlement(Outcome.SET_ASIDE, error.code)
    except UnreadableRecord as error:  # of the message that this one follows
        ledger.set_aside(subject, effect.name, UNREADABLE_RECORD)
        return _unreadable(error, about)
    except Exception as error:  # whatever it was, it must hold up neither the neighbours nor the next try
        ledger.release(subject, effect.name, type(error).__name__)
        _logger.exception("not sent, for a reason that nobody foresaw", extra=about | {"metric": "DeliveryRetried"})
        return Settlement(Outcome.FAILED, type(error).__name__)
    ledger.record_sent(subject, effect.name, ref)
    if ref is None:
        return Settlement(Outcome.NEEDLESS)
    _logger.info("sent", extra=about | {"metric": "Delivered"})
    return Settlement(Outcome.SENT)


def _about(effect: Effect, delivery: Delivery) -> dict[str, object]:
    return {"effect": effect.name, "contribution": str(delivery.contribution.key)}


def _unreadable(error: UnreadableRecord, about: dict[str, object]) -> Settlement:
    _logger.error("a record of the ledger cannot be read", extra=about | {"why": str(error), "metric": "Unreadable"})
    return Settlement(Outcome.SET_ASIDE, UNREADABLE_RECORD)
