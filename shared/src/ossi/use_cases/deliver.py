"""Sends what a transition calls for (R6 to R9): each message once, a failing one without holding up its neighbours."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ossi.domain.contribution import Contribution, MessageRef
from ossi.domain.errors import DeliveryIncomplete, LastingChatError, PassingChatError
from ossi.domain.transitions import Transition
from ossi.ports import Chat, Claim, Ledger
from ossi.slack_ui.notifications import Words

_logger = logging.getLogger(__name__)

# Starting a message with less time left than this risks being stopped between Slack's OK and the record of it.
_SECONDS_FOR_ONE = 12


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

    send: sends it and answers where it stands; None: there was nothing to send. Raises ChatError.
    """

    name: str
    transition: Transition
    send: Callable[[Delivery], MessageRef | None]


def deliver(
    transition: Transition, delivery: Delivery, effects: Sequence[Effect], seconds_left: Callable[[], float]
) -> None:
    """Sends every message of the transition that was not sent before.

    seconds_left: until the function is stopped. Raises DeliveryIncomplete with the effects that are to be tried again.
    """
    again = [
        effect.name
        for effect in effects
        if effect.transition is transition and not _settled(effect, delivery, seconds_left)
    ]
    if again:
        raise DeliveryIncomplete(again)


def _settled(effect: Effect, delivery: Delivery, seconds_left: Callable[[], float]) -> bool:
    """Whether nothing remains to be tried again."""
    if seconds_left() < _SECONDS_FOR_ONE:
        return False
    subject, ledger = f"contribution#{delivery.contribution.key}", delivery.ledger
    claim = ledger.claim(subject, effect.name)
    if claim is not Claim.GRANTED:
        return claim is not Claim.HELD
    about = {"effect": effect.name, "contribution": str(delivery.contribution.key)}
    try:
        ref = effect.send(delivery)
    except PassingChatError as error:
        ledger.release(subject, effect.name, error.code)
        _logger.warning("not sent, to be tried again", extra=about | {"why": error.code})
        return False
    except LastingChatError as error:
        ledger.set_aside(subject, effect.name, error.code)
        _logger.error("not sent, and trying again would not help", extra=about | {"why": error.code})
        return True
    except Exception as error:  # whatever it was, it must hold up neither the neighbours nor the next try
        ledger.release(subject, effect.name, type(error).__name__)
        _logger.exception("not sent, for a reason that nobody foresaw", extra=about)
        return False
    ledger.record_sent(subject, effect.name, ref)
    _logger.info("sent", extra=about)
    return True
