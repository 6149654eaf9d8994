"""/ossi report: a month's report, to read it (R11)."""

from typing import assert_never

from ossi.domain.months import Month
from ossi.ports import Asking, Message
from ossi.slack.messages import problems
from ossi.slack.messages.report_coming import report_coming
from ossi.use_cases.membership import Refusal, SetUpBroken, refusal
from ossi.use_cases.request_report import Requested, request_report
from ossi_slash.bootstrap import App
from ossi_slash.command_line import CommandLine
from ossi_slash.month_words import EARLIEST, NotAMonth, NotBegun, TooEarly, read_month
from ossi_slash.request import CommandSent


def answer(line: CommandLine, sent: CommandSent, app: App) -> Message:
    """See commands.Answer."""
    month = read_month(line.argument, app.clock())
    if isinstance(month, Month):
        asking = Asking(sent.user_id, sent.trigger_id, sent.response_url)
        return _in_words(request_report(month, asking, app), app)
    # Whoever may not have reports learns that, and not how months are written.
    refused = refusal(sent.user_id, app)
    return _no_such_month(month, Month.of(app.clock()).previous()) if refused is None else _in_words(refused, app)


def _in_words(result: Requested | Refusal | SetUpBroken, app: App) -> Message:
    match result:
        case Requested(month, running):
            return report_coming(month, app.management_channel, running=running)
        case SetUpBroken(code):
            return problems.membership_set_up(code)
        case Refusal.NOT_A_MANAGER:
            return problems.not_a_manager()
        case Refusal.MEMBERSHIP_UNKNOWN:
            return problems.membership_unknown()
        case _:
            assert_never(result)


def _no_such_month(read: NotAMonth | NotBegun | TooEarly, example: Month) -> Message:
    match read:
        case NotAMonth(typed):
            return problems.month_unreadable(typed, example)
        case NotBegun(month):
            return problems.month_not_begun(month, example)
        case TooEarly(month):
            return problems.month_too_early(month, EARLIEST, example)
        case _:
            assert_never(read)
