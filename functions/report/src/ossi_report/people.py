"""The names of who decided, and where it's wanted everyone's e-mail address, as Slack has them when the report is made."""

import logging
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ossi.domain.contribution import Contribution
from ossi.ports import Chat, Person
from ossi.slack.errors import FailureKind, SlackError
from ossi_report.figures import MonthFigures, People

_logger = logging.getLogger("ossi.report")

_LONGEST_S = (
    60  # for all of them: Slack takes about a hundred such calls a minute (tier 4), and the function works for five
)
_FAILURES_MAX = 3
_KNOWN_MAX = 10_000
_ID = re.compile("[UW][A-Z0-9]{1,63}", re.ASCII)  # whatever else stands in a row, a hand has written
_GONE = frozenset({"user_not_found", "user_not_visible"})


class SlackPeople:
    """Asks Slack about the people of a report, about each of them once in the life of the execution environment.

    emails: whether the report has addresses. Asking ends after a minute, after the third failure, or when Slack has had enough: a
    report is made without what is missing then. clock: seconds of a clock that never goes back.
    """

    def __init__(self, chat: Chat, *, emails: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._chat = chat
        self._emails = emails
        self._clock = clock
        self._known: dict[str, Person] = {}

    def named(self, figures: MonthFigures) -> MonthFigures:
        """The figures with the people of their rows. A month of which nothing is accepted gets no files, and needs no names."""
        if not figures.summary.accepted:
            return figures
        rows = figures.rows
        self._ask(rows)
        emails = {user_id: person.email for user_id, person in self._known.items() if person.email}
        if self._emails and not emails:
            _logger.warning("Slack gave no e-mail address: does the bot's token have the scope users:read.email?")
        names = {user_id: person.name for user_id, person in self._known.items() if person.name}
        return replace(figures, people=People(names, emails if self._emails else None))

    def _ask(self, rows: Sequence[Contribution]) -> None:
        asked = dict.fromkeys(each.decided_by for each in rows if each.decided_by)
        if self._emails:
            asked |= dict.fromkeys(each.user_id for each in rows)
        if len(self._known) > _KNOWN_MAX:
            self._known.clear()
        missing = [each for each in asked if each not in self._known and _ID.fullmatch(each)]
        left = len(missing) - self._ask_about(missing)
        if left:
            _logger.warning("not everyone in the report could be looked up in Slack", extra={"missing": left})

    def _ask_about(self, missing: Iterable[str]) -> int:
        """Answers about how many there was an answer."""
        until = self._clock() + _LONGEST_S
        answered = failures = 0
        for user_id in missing:
            if self._clock() > until:
                break
            try:
                self._known[user_id] = self._chat.person(user_id)
            except SlackError as error:
                failures += error.code not in _GONE
                if error.kind is FailureKind.LIMITED or failures == _FAILURES_MAX:
                    _logger.warning("Slack tells no more of the report's people", extra={"why": error.code})
                    break
                if error.code not in _GONE:
                    continue
                self._known[user_id] = Person()
            answered += 1
        return answered
