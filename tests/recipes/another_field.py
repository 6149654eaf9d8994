"""The recipe "add a field of the form" of docs/architecture.md as edits of the source: the team, which may stay empty.

It's one line of text, and names one team. Where there is one, people read it in every message, and the report has it in a column.
"""

from recipes.edits import Edit

_INPUTS, _FORM, _CHECKED = "ossi/slack/view_inputs.py", "ossi/slack/messages/form.py", "ossi/domain/form.py"
_NOTIFICATIONS, _COLUMNS = "ossi/slack/messages/notifications.py", "ossi_report/columns.py"
_WORKBOOK, _DATA_FILES = "ossi_report/workbook.py", "ossi_report/data_files.py"

# The flows.
_STORED, _SHOWN = "test_what_is_typed_into_the_field_is_stored", "test_what_is_stored_is_shown"
_WRONG, _REPORT = (
    "test_what_is_wrong_is_said_beside_the_field",
    "test_the_report_has_it_in_a_column_after_those_that_were_there",
)

EDITS = (
    Edit(
        "a line of text",
        _INPUTS,
        "def url_input(",
        "def text_line(placeholder: str, longest: int) -> Part:\n"
        '    """One line of text. longest: in characters."""\n'
        '    return {"type": "plain_text_input", "max_length": longest, "placeholder": plain_text(placeholder)}\n'
        "\n\n"
        "def url_input(",
        found_by=_STORED,
    ),
    Edit(
        "what may stay empty",
        _INPUTS,
        'element: Part, *, hint: str = "") -> Part:',
        'element: Part, *, hint: str = "", optional: bool = False) -> Part:',
        more=(('        "type": "input",\n', '        "type": "input",\n        "optional": optional,\n'),),
        found_by=_STORED,
    ),
    Edit(
        "the block",
        _FORM,
        '        field(\n            "level",\n',
        '        field("team", "Team", text_line("The team that you did it with", TEAM_MAX), optional=True),\n'
        "        field(\n"
        '            "level",\n',
        more=(
            ("    DESCRIPTION_MIN,\n    AddressTooLong,", "    DESCRIPTION_MIN,\n    TEAM_MAX,\n    AddressTooLong,"),
            ("text_area, url_input", "text_area, text_line, url_input"),
        ),
        found_by=_STORED,
    ),
    Edit(
        "its name among the fields",
        _FORM,
        'FIELDS = ("description", "url", "month", "level")',
        'FIELDS = ("description", "url", "month", "team", "level")',
        found_by=_STORED,
    ),
    Edit(
        "the words of what is wrong",
        _FORM,
        "        case NotAMonth():\n",
        '        case SeveralTeams():\n            return "Please name one team."\n        case NotAMonth():\n',
        more=(("    Problem,\n", "    Problem,\n    SeveralTeams,\n"),),
        found_by=_WRONG,
    ),
    Edit(
        "what came",
        _CHECKED,
        "    opened_at: datetime | None = None\n",
        '    opened_at: datetime | None = None\n    team: str = ""\n',
        found_by=_STORED,
    ),
    Edit(
        "what may be stored",
        _CHECKED,
        "    month: Month\n    level: str\n",
        "    month: Month\n    level: str\n    team: str\n",
        more=(
            ("import cleaned, cleaned_address,", "import cleaned, cleaned_address, cleaned_line,"),
            (
                "    return Submission(description, url, Month.parse(form.month), form.level)\n",
                "    return Submission(description, url, Month.parse(form.month), form.level, cleaned_line(form.team))\n",
            ),
        ),
        found_by=_STORED,
    ),
    Edit(
        "the check",
        _CHECKED,
        '        "month": _month_problem(form, now, grace_days),\n',
        '        "month": _month_problem(form, now, grace_days),\n        "team": _team_problem(form.team),\n',
        more=(
            (
                "def _url_problem(",
                (
                    "def _team_problem(team: str) -> Problem | None:\n"
                    '    if "," in team:\n'
                    "        return SeveralTeams()\n"
                    "    return TooLong(TEAM_MAX, len(team)) if len(team) > TEAM_MAX else None\n"
                    "\n\n"
                    "def _url_problem("
                ),
            ),
        ),
        found_by=_WRONG,
    ),
    Edit(
        "what can be wrong",
        _CHECKED,
        "URL_MAX = 2000\n",
        "URL_MAX = 2000\nTEAM_MAX = 60\n",
        more=(
            (
                "Problem = (\n    TooShort | ",
                (
                    "@dataclass(frozen=True)\nclass SeveralTeams:\n"
                    '    """More than one team."""\n\n\n'
                    "Problem = (\n    SeveralTeams | TooShort | "
                ),
            ),
        ),
        found_by=_STORED,
    ),
    Edit(
        "it goes into the contribution",
        "ossi/use_cases/submit.py",
        "        url=submission.url,\n",
        "        url=submission.url,\n        team=submission.team,\n",
        found_by=_STORED,
    ),
    Edit(
        "the attribute",
        "ossi/domain/contribution.py",
        '    contribution_month: _Repeated = ""\n',
        '    contribution_month: _Repeated = ""\n    team: _Repeated = ""\n',
        found_by=_STORED,
    ),
    Edit(
        "the messages' facts",
        _NOTIFICATIONS,
        '            "Submitted": local_time(contribution.timestamp, self.zone),\n        }\n',
        '            "Submitted": local_time(contribution.timestamp, self.zone),\n        }\n'
        "        if contribution.team:\n"
        '            facts["Team"] = contribution.team\n',
        found_by=_SHOWN,
    ),
    Edit(
        "the messages' text",
        _NOTIFICATIONS,
        "            contribution.url,\n            f",
        "            contribution.url,\n            contribution.team,\n            f",
        found_by=_SHOWN,
    ),
    Edit(
        "the list's facts",
        "ossi/slack/messages/listing.py",
        "        local_time(contribution.timestamp, zone),\n    )\n",
        "        local_time(contribution.timestamp, zone),\n        *([contribution.team] if contribution.team else []),\n    )\n",
        found_by=_SHOWN,
    ),
    Edit(
        "the sheets' columns",
        _COLUMNS,
        "    ACCEPTED: (*_ORIGINAL, AMOUNT, CURRENCY, DECIDED_BY, DECIDED_AT, LEVEL, DECIDER),\n"
        "    LATE: (*_ORIGINAL, AMOUNT, CURRENCY, DECIDED_BY, DECIDED_AT, LEVEL, DECIDER),\n"
        "    PENDING: (*_ORIGINAL, AMOUNT, CURRENCY, LEVEL),\n"
        "    DECLINED: (*_ORIGINAL, DECIDED_BY, DECIDED_AT, LEVEL, DECIDER),",
        "    ACCEPTED: (*_ORIGINAL, AMOUNT, CURRENCY, DECIDED_BY, DECIDED_AT, LEVEL, DECIDER, TEAM),\n"
        "    LATE: (*_ORIGINAL, AMOUNT, CURRENCY, DECIDED_BY, DECIDED_AT, LEVEL, DECIDER, TEAM),\n"
        "    PENDING: (*_ORIGINAL, AMOUNT, CURRENCY, LEVEL, TEAM),\n"
        "    DECLINED: (*_ORIGINAL, DECIDED_BY, DECIDED_AT, LEVEL, DECIDER, TEAM),",
        more=(
            ('COUNTED_IN = "Counted in"\n', 'COUNTED_IN = "Counted in"\nTEAM = "Team"\n'),
            ("CHANGE, COUNTED_AS, COUNTED_IN, LEVEL),", "CHANGE, COUNTED_AS, COUNTED_IN, LEVEL, TEAM),"),
        ),
        found_by=_REPORT,
    ),
    Edit(
        "the files' columns",
        _COLUMNS,
        "    DECIDER,\n)  # of the CSV file",
        "    DECIDER,\n    TEAM,\n)  # of the CSV file",
        found_by=_REPORT,
    ),
    Edit("the column's width", _WORKBOOK, "COUNTED_IN: 12, LEVEL", "COUNTED_IN: 12, TEAM: 16, LEVEL", found_by=_REPORT),
    Edit(
        "the workbook's cells",
        _WORKBOOK,
        "            URL: (contribution.url, LINKED),\n",
        "            URL: (contribution.url, LINKED),\n            TEAM: (contribution.team, TYPED_WRAPPED),\n",
        more=(
            (
                "    TARGET_MONTH,\n    TIMESTAMP,\n    URL,\n    sheet_of,",
                "    TARGET_MONTH,\n    TEAM,\n    TIMESTAMP,\n    URL,\n    sheet_of,",
            ),
        ),
        found_by=_REPORT,
    ),
    Edit(
        "the files' values",
        _DATA_FILES,
        "            URL: contribution.url,\n",
        "            URL: contribution.url,\n            TEAM: contribution.team,\n",
        more=(
            (
                "    TARGET_MONTH,\n    TIMESTAMP,\n    URL,\n    json_key,",
                "    TARGET_MONTH,\n    TEAM,\n    TIMESTAMP,\n    URL,\n    json_key,",
            ),
        ),
        found_by=_REPORT,
    ),
)
