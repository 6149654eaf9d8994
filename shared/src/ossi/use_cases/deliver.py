"""Sends what a transition calls for (R6 to R9): each message once, a failing one without holding up its neighbours."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ossi.domain.contribution import Contribution, MessageRef
from ossi.domain.errors import DeliveryIncomplete, LastingChatError, PassingChatError, UnreadableRecord
from ossi.domain.transitions import Transition
from ossi.ports import Chat, Claim, Ledger, Message
from ossi.slack_ui.notifications import Words

_logger = logging.getLogger(__name__)

# Starting a message with less time left than this risks being stopped between Slack's OK and the record of it.
SECONDS_FOR_ONE = 12
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


@dataclass(frozen=True)
class Effect:
    """One message that follows a transition. name is recorded in the ledger: it never changes.

    write: makes the message. send: sends it and answers where it stands; None: there was nothing to send. Raises ChatError.
    """

    name: str
    transition: Transition
    write: Callable[[Words, Contribution], Message]
    send: Callable[[Delivery, Message], MessageRef | None]


class Outcome(StrEnum):
    """What came of one message. DUE: nothing was tried."""

    SENT = "sent"
    SENT_BEFORE = "sent before"
    SET_ASIDE = "set aside"
    HELD = "held"
    FAILED = "failed"
    DUE = "due"


@dataclass(frozen=True)
class Settlement:
    """What came of one message, and the code of what went wrong."""

    outcome: Outcome
    reason: str = ""

    @property
    def final(self) -> bool:
        """Whether nothing remains to be tried again by whoever tried."""
        return self.outcome in {Outcome.SENT, Outcome.SENT_BEFORE, Outcome.SET_ASIDE}


_OF_OTHERS = {Claim.SENT: Outcome.SENT_BEFORE, Claim.SET_ASIDE: Outcome.SET_ASIDE, Claim.HELD: Outcome.HELD}


def effects_of(transition: Transition, effects: Sequence[Effect]) -> list[Effect]:
    """The messages that follow the transition, in their order."""
    return [effect for effect in effects if effect.transition is transition]


def subject_of(contribution: Contribution) -> str:
    """What the ledger calls the contribution."""
    return f"contribution#{contribution.key}"


def deliver(
    transition: Transition, delivery: Delivery, effects: Sequence[Effect], seconds_left: Callable[[], float]
) -> None:
    """Sends every message of the transition that was not sent before.

    seconds_left: until the function is stopped. Raises DeliveryIncomplete with the effects that are to be tried again.
    """
    again: list[str] = []
    for effect in effects_of(transition, effects):
        if seconds_left() < SECONDS_FOR_ONE:
            _logger.warning("not begun with so little time left, to be tried again", extra=_about(effect, delivery))
            again.append(effect.name)
        elif not settle(effect, delivery).final:
            again.append(effect.name)
    if again:
        raise DeliveryIncomplete(again)


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
    except PassingChatError as error:
        ledger.release(subject, effect.name, error.code)
        _logger.warning("not sent, to be tried again", extra=about | {"why": error.code, "metric": "DeliveryRetried"})
        return Settlement(Outcome.FAILED, error.code)
    except LastingChatError as error:
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
    _logger.info("sent", extra=about | {"metric": "Delivered"})
    return Settlement(Outcome.SENT)


def _about(effect: Effect, delivery: Delivery) -> dict[str, object]:
    return {"effect": effect.name, "contribution": str(delivery.contribution.key)}


def _unreadable(error: UnreadableRecord, about: dict[str, object]) -> Settlement:
    _logger.error("a record of the ledger cannot be read", extra=about | {"why": str(error), "metric": "Unreadable"})
    return Settlement(Outcome.SET_ASIDE, UNREADABLE_RECORD)
