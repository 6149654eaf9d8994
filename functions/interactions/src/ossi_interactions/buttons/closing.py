"""Close, in a month's report (R11)."""

import logging
from typing import assert_never

from ossi.domain.errors import UnreadableMonth
from ossi.domain.message_ref import MessageRef
from ossi.domain.months import Month
from ossi.domain.payroll import Obstacle
from ossi.ports import Asking
from ossi.runtime.logs import add_log_fields
from ossi.slack.errors import SlackError, log_failure
from ossi.slack.messages import problems
from ossi.slack.messages.closing import closing_requested, closing_underway, not_closed
from ossi.use_cases.membership import Refusal, SetUpBroken
from ossi.use_cases.request_closing import ClosingRequested, request_closing
from ossi_interactions.answering import tell, tell_unknown
from ossi_interactions.bootstrap import App
from ossi_interactions.payloads import Action, ButtonsPressed

_logger = logging.getLogger("ossi.interactions")


def close(action: Action, pressed: ButtonsPressed, app: App) -> None:
    """See buttons.Press. The button's value is the month. What it shows was true once: everything is checked again."""
    try:
        month = Month.parse(action.value)
    except UnreadableMonth:
        tell_unknown(pressed, app)
        return
    seen_in, user_id = pressed.seen_in, pressed.user.id
    if seen_in is None or not (seen_in.channel == app.management_channel or _is_private(pressed, seen_in)):
        tell(pressed, app, problems.not_here())
        return
    result = request_closing(month, Asking(user_id, _request_id(pressed, seen_in), pressed.response_url), app)
    match result:
        case ClosingRequested():
            add_log_fields(month=str(month))
            _take_the_button_away(month, seen_in, pressed, app)
        case Refusal.NOT_A_MANAGER:
            tell(pressed, app, problems.may_not_close())
        case Refusal.MEMBERSHIP_UNKNOWN:
            tell(pressed, app, problems.membership_unknown())
        case SetUpBroken(code):
            tell(pressed, app, problems.membership_set_up(code))
        case Obstacle():
            tell(pressed, app, not_closed(month, result))
        case _:
            assert_never(result)


def _is_private(pressed: ButtonsPressed, seen_in: MessageRef) -> bool:
    """A manager who asks for a report that hasn't changed is answered alone, wherever they asked, or by direct message."""
    return pressed.is_ephemeral or seen_in.channel.startswith("D")


def _request_id(pressed: ButtonsPressed, seen_in: MessageRef) -> str:
    """The same for a repetition of this very press, new for the next one."""
    return pressed.trigger_id or f"{pressed.user.id}.{seen_in.ts}"


def _take_the_button_away(month: Month, seen_in: MessageRef, pressed: ButtonsPressed, app: App) -> None:
    """Everyone sees who pressed. Should the report function fail, it goes on by itself: nobody needs the button for that."""
    blocks = pressed.blocks
    try:
        if blocks and not pressed.is_ephemeral:
            app.chat.update(seen_in, closing_requested(month, pressed.user.id, blocks))
            return
    except SlackError as error:
        log_failure(_logger, "a report's button was not taken away", error, answer=False)
    tell(pressed, app, closing_underway(month), replace_original=pressed.is_ephemeral)
