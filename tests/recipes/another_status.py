"""The recipe "add a status" and "add an event" of docs/architecture.md as edits of the source: REOPENED, and the events that lead there.

A declined contribution may be reopened by a manager: it waits again, management is asked again, and the submitter reads of it. What
waits may be edited by the submitter: the request shows it, and managers read of it.
"""

from recipes.edits import Edit

_HISTORY, _LIFECYCLE = "ossi/domain/history.py", "ossi/domain/lifecycle.py"
_NOTIFICATIONS, _EFFECTS = "ossi/slack/messages/notifications.py", "ossi/delivery/effects"
_COLUMNS = "ossi_report/columns.py"


MEMBERS = (
    Edit("Status", _HISTORY, '    DECLINED = "DECLINED"\n', '    DECLINED = "DECLINED"\n    REOPENED = "REOPENED"\n'),
    Edit(
        "EventKind",
        _HISTORY,
        '    DECLINED = "declined"\n',
        '    DECLINED = "declined"\n    REOPENED = "reopened"\n    EDITED = "edited"\n',
    ),
)
EDITS = (
    *MEMBERS,
    Edit(
        "leads_to",
        _HISTORY,
        "            return EventKind.DECLINED\n",
        "            return EventKind.DECLINED\n        case Status.REOPENED:\n            return EventKind.REOPENED\n",
    ),
    Edit(
        "is_waiting",
        _HISTORY,
        "        case Status.PENDING:\n            return True\n",
        "        case Status.PENDING | Status.REOPENED:\n            return True\n",
    ),
    Edit(
        "the rule of reopened",
        _LIFECYCLE,
        "    EventKind.DECLINED: Rule(",
        "    EventKind.REOPENED: Rule(\n"
        '        frozenset({Status.DECLINED}), Status.REOPENED, Who.MANAGER, needs=frozenset({"by"})\n'
        "    ),\n"
        "    EventKind.DECLINED: Rule(",
    ),
    Edit(
        "the rule of edited",
        _LIFECYCLE,
        "    EventKind.SUBMITTED: Rule(",
        "    EventKind.EDITED: Rule(\n"
        "        _WAITING,\n"
        "        None,\n"
        "        Who.SUBMITTER,\n"
        '        changes=frozenset({"text", "url", "level", "contribution_month"}),\n'
        "        bounded=True,\n"
        "    ),\n"
        "    EventKind.SUBMITTED: Rule(",
    ),
    Edit(
        "the request's words",
        _NOTIFICATIONS,
        "            case Status.PENDING:\n                return self.decision_request",
        "            case Status.PENDING | Status.REOPENED:\n                return self.decision_request",
    ),
    Edit(
        "the status's words",
        _NOTIFICATIONS,
        "        case Status.DECLINED:\n            return StatusWords(",
        "        case Status.REOPENED:\n"
        '            return StatusWords("Reopened", "Reopened", ":arrows_counterclockwise:")\n'
        "        case Status.DECLINED:\n            return StatusWords(",
    ),
    Edit(
        "the messages' words",
        _NOTIFICATIONS,
        "    def publication(",
        "    def reopening(self, contribution: Contribution) -> Message:\n"
        '        """To the submitter: it waits again."""\n'
        '        return Message(f"A manager takes another look at your contribution. {self._in_words(contribution)}")\n'
        "\n"
        "    def edit(self, contribution: Contribution) -> Message:\n"
        '        """To the management channel: the submitter changed it."""\n'
        '        return Message(f"<@{contribution.user_id}> edited a contribution. {self._in_words(contribution)}")\n'
        "\n"
        "    def publication(",
    ),
    Edit(
        "management is asked again",
        f"{_EFFECTS}/ask_management.py",
        "frozenset({EventKind.SUBMITTED})",
        "frozenset({EventKind.SUBMITTED, EventKind.REOPENED})",
    ),
    Edit(
        "the request is redrawn",
        f"{_EFFECTS}/redraw_request.py",
        "from ossi.domain.history import Event\n",
        "from ossi.domain.history import Event, EventKind\n",
    ),
    Edit(
        "the pressed request is redrawn",
        f"{_EFFECTS}/redraw_request.py",
        '"redraw_request", DECISIONS,',
        '"redraw_request", DECISIONS | {EventKind.EDITED},',
    ),
    Edit(
        "the other requests are redrawn",
        f"{_EFFECTS}/redraw_request.py",
        '"redraw_other_request", DECISIONS,',
        '"redraw_other_request", DECISIONS | {EventKind.EDITED},',
    ),
    Edit(
        "tell_reopened",
        f"{_EFFECTS}/tell_reopened.py",
        "",
        '"""A declined contribution waits again: the submitter reads of it."""\n\n'
        "from ossi.delivery.effect import Post\n"
        "from ossi.domain.history import EventKind\n"
        "from ossi.slack.messages.notifications import Words\n\n"
        "EFFECT = Post(\n"
        '    "tell_reopened", frozenset({EventKind.REOPENED}), lambda _, contribution: contribution.user_id, Words.reopening\n'
        ")\n",
    ),
    Edit(
        "tell_edited",
        f"{_EFFECTS}/tell_edited.py",
        "",
        '"""An edit: the management channel reads of it."""\n\n'
        "from ossi.delivery.effect import Post\n"
        "from ossi.domain.history import EventKind\n"
        "from ossi.slack.messages.notifications import Words\n\n"
        'EFFECT = Post("tell_edited", frozenset({EventKind.EDITED}), lambda sender, _: sender.management_channel, Words.edit)\n',
    ),
    Edit(
        "the effects are imported",
        f"{_EFFECTS}/__init__.py",
        "    tell_declined,\n)",
        "    tell_declined,\n    tell_edited,\n    tell_reopened,\n)",
    ),
    Edit(
        "the effects are registered",
        f"{_EFFECTS}/__init__.py",
        "    publish.EFFECT,\n",
        "    publish.EFFECT,\n    tell_reopened.EFFECT,\n    tell_edited.EFFECT,\n",
    ),
    Edit("the sheet's name", _COLUMNS, 'DECLINED = "Declined"\n', 'DECLINED = "Declined"\nREOPENED = "Reopened"\n'),
    Edit(
        "the sheet's columns",
        _COLUMNS,
        "    PENDING: (*_ORIGINAL, AMOUNT, CURRENCY, LEVEL),\n",
        "    PENDING: (*_ORIGINAL, AMOUNT, CURRENCY, LEVEL),\n    REOPENED: (*_ORIGINAL, AMOUNT, CURRENCY, LEVEL),\n",
    ),
    Edit(
        "the status's sheet",
        _COLUMNS,
        "            return DECLINED\n",
        "            return DECLINED\n        case Status.REOPENED:\n            return REOPENED\n",
    ),
)
