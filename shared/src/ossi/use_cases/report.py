"""/ossi report: checks who asks and what for, then starts the report function (R11)."""

from ossi.domain.errors import FutureMonth, MonthTooEarly, UnreadableMonth
from ossi.domain.month_words import read_month
from ossi.domain.months import Month
from ossi.ports import Chat, Clock, Message, ReportRequests
from ossi.slack.errors import SlackError
from ossi.slack.messages import problems
from ossi.slack.messages.report import report_coming


def request_report(
    argument: str,
    user_id: str,
    request_id: str,
    *,
    chat: Chat,
    requests: ReportRequests,
    clock: Clock,
    management_channel: str,
) -> Message:
    """Answers what the one who asked reads. argument: the text after the word report, see domain.month_words."""
    now = clock()
    try:
        if not chat.is_member(management_channel, user_id):
            return problems.not_a_manager()
    except SlackError:
        return problems.membership_unknown()
    try:
        month = read_month(argument, now)
    except (UnreadableMonth, FutureMonth, MonthTooEarly) as error:
        return problems.no_such_month(error, now)
    requests.request(month, user_id, request_id)
    return report_coming(month, running=month == Month.of(now))
