"""The messages that follow a change of a contribution (R6 to R8), one function a message."""

from dataclasses import dataclass
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from ossi.domain.contribution import Contribution, Status
from ossi.domain.levels import CompensationLevels
from ossi.ports import Choose, Message
from ossi.slack.block_kit import (
    blocks_of,
    bold,
    escape,
    escape_within,
    local_time,
    mention,
    month_label,
    person,
    plain,
    quote,
    rich,
    section,
    shorten,
    typed,
)
from ossi.slack.messages import phrases

ACCEPT_ACTION = "accept_contribution"
DECLINE_ACTION = "decline_contribution"
# chat.update refuses a text of more than 4,000 characters; the blocks hold the whole.
_TEXT_SHOWN = 3500


@dataclass(frozen=True)
class Words:
    """What every wording needs: the time zone, the levels, and how to choose between phrases."""

    zone: ZoneInfo
    levels: CompensationLevels
    choose: Choose

    def confirmation(self, contribution: Contribution) -> Message:
        """To the submitter: it has arrived."""
        opening = f"{self.choose(phrases.GREETINGS)} {self.choose(phrases.RECEIVED)}"
        ending = self.choose(phrases.WAIT)
        return Message(
            f"{opening} {self._in_words(contribution)} {ending}",
            blocks_of(_paragraph(opening), rich(*quote(contribution)), self._facts(contribution), _small(ending)),
        )

    def request(self, contribution: Contribution) -> Message:
        """The management channel's message as the contribution stands."""
        match contribution.status:
            case Status.PENDING:
                return self.decision_request(contribution)
            case Status.ACCEPTED | Status.DECLINED:
                return self.decided_request(contribution)
            case _:
                assert_never(contribution.status)

    def decision_request(self, contribution: Contribution) -> Message:
        """To the management channel: all fields, and the buttons."""
        value = str(contribution.key)
        accept = ButtonElement(
            text=PlainTextObject(text="Accept"), action_id=ACCEPT_ACTION, value=value, style="primary"
        )
        decline = ButtonElement(
            text=PlainTextObject(text="Decline"), action_id=DECLINE_ACTION, value=value, style="danger"
        )
        return Message(
            f"A new contribution of <@{contribution.user_id}> to decide on. {self._in_words(contribution)}",
            blocks_of(
                HeaderBlock(text=PlainTextObject(text="A new contribution")),
                *self._body(contribution),
                ActionsBlock(block_id="decision", elements=[accept, decline]),
            ),
        )

    def decided_request(self, contribution: Contribution) -> Message:
        """The management channel's message once it is decided: the same without buttons, with the decision and the decider."""
        decision = self.decision(contribution)
        return Message(
            f"A contribution of <@{contribution.user_id}>: {decision} {self._in_words(contribution)}",
            blocks_of(
                HeaderBlock(text=PlainTextObject(text="A contribution")),
                *self._body(contribution),
                _paragraph(f"{words_of(contribution.status).icon} {decision}"),
            ),
        )

    def acceptance(self, contribution: Contribution) -> Message:
        """To the submitter: accepted."""
        opening = f"{self.choose(phrases.GREETINGS)} :tada: Your contribution has been accepted."
        ending = self.choose(phrases.THANKS)
        return Message(
            f"{opening} {self._in_words(contribution)} {ending}",
            blocks_of(_paragraph(opening), rich(*quote(contribution)), self._facts(contribution), _small(ending)),
        )

    def refusal(self, contribution: Contribution) -> Message:
        """To the submitter: declined."""
        opening = f"{self.choose(phrases.GREETINGS)} I am sorry: your contribution has been declined."
        ending = self.choose(phrases.CONSOLATIONS)
        if contribution.decided_by:
            ending += f" {mention(contribution.decided_by)} can tell you why."
        return Message(
            f"{opening} {self._in_words(contribution)} {ending}",
            blocks_of(_paragraph(opening), rich(*quote(contribution)), self._facts(contribution), _small(ending)),
        )

    def publication(self, contribution: Contribution) -> Message:
        """To the public channel: what has been contributed, and by whom; not what was paid."""
        cheer = self.choose(phrases.CHEERS)
        return Message(
            f"{cheer} <@{contribution.user_id}>: "
            + escape_within(f"{contribution.text} {contribution.url}", _TEXT_SHOWN),
            blocks_of(_paragraph(cheer), rich(section(person(contribution.user_id), plain(":")), *quote(contribution))),
        )

    def decision(self, contribution: Contribution) -> str:
        """Who decided what and when, as mrkdwn: accepted by @maija on 2026-10-31 09:05."""
        decided = words_of(contribution.status).decided
        if contribution.decided_by:
            decided += f" by {mention(contribution.decided_by)}"
        if contribution.decided_at is not None:
            decided += f" on {local_time(contribution.decided_at, self.zone)}"
        return decided + "."

    def _body(self, contribution: Contribution) -> tuple[Any, Any]:
        who = section(
            bold("From "), person(contribution.user_id), plain(" · "), *typed(shorten(contribution.person, 200))
        )
        return rich(who, *quote(contribution)), self._facts(contribution)

    def _facts(self, contribution: Contribution) -> SectionBlock:
        facts = {
            "Compensation": self.levels.get(contribution.level).label,
            "Contribution month": month_label(contribution.contribution_month),
            "Submitted": local_time(contribution.timestamp, self.zone),
        }
        return SectionBlock(
            fields=[
                MarkdownTextObject(text=f"*{name}*\n{escape(shorten(value, 200))}") for name, value in facts.items()
            ]
        )

    def _in_words(self, contribution: Contribution) -> str:
        """Everything in one text, for notifications and screen readers."""
        facts = (
            contribution.text,
            contribution.url,
            f"{self.levels.get(contribution.level).label}, {month_label(contribution.contribution_month)}.",
        )
        return escape_within(" ".join(fact for fact in facts if fact), _TEXT_SHOWN)


@dataclass(frozen=True)
class StatusWords:
    """How people read a status. word: Accepted. decided: how a sentence about the decision begins. icon: Slack's name of it."""

    word: str
    decided: str
    icon: str


def words_of(status: Status) -> StatusWords:
    """How people read that status, wherever it's shown."""
    match status:
        case Status.PENDING:
            return StatusWords("Pending", "Still pending", ":hourglass_flowing_sand:")
        case Status.ACCEPTED:
            return StatusWords("Accepted", "Accepted", ":white_check_mark:")
        case Status.DECLINED:
            return StatusWords("Declined", "Declined", ":no_entry_sign:")
        case _:
            assert_never(status)


def status_words(status: Status) -> str:
    """A status with its picture, as mrkdwn."""
    words = words_of(status)
    return f"{words.icon} {words.word}"


def _paragraph(text: str) -> SectionBlock:
    return SectionBlock(text=MarkdownTextObject(text=text))


def _small(text: str) -> ContextBlock:
    return ContextBlock(elements=[MarkdownTextObject(text=text)])
