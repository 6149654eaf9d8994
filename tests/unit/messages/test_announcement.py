"""What the management channel reads about a month's report: the figures, whether they count, and what has to be known of them."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from fakes import HELSINKI, contribution
from ossi.domain.contribution import Status
from ossi.domain.levels import CompensationLevels
from ossi.domain.months import Month
from ossi.domain.payroll import Change, ChangeKind, Closer
from ossi.domain.report import ContributorTotal, Edition, MonthBefore, MonthSummary, Report
from ossi.ports import Message
from ossi.slack.messages.closing import closing_requested
from ossi.slack.messages.report import money, report_empty, report_ready, report_unchanged
from unit.messages.judge import LONG_NAME, UGLY, acts_of, assert_taken, elements_of, read

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
LINK = "https://api.example/reports/ossi-2026-10.xlsx?token=1793685600.0a"
LINKS = {
    "xlsx": LINK,
    "csv": "https://api.example/reports/ossi-2026-10.csv?token=1793685600.0b",
    "json": "https://api.example/reports/ossi-2026-10.json?token=1793685600.0c",
}
EXPIRES = datetime(2026, 11, 10, 6, 0, tzinfo=HELSINKI)
CLOSED_AT, CLOSES_AT = datetime(2026, 11, 3, 6, 0, tzinfo=HELSINKI), datetime(2026, 11, 3, 1, 0, tzinfo=HELSINKI)
CLOSED = Edition(CLOSED_AT, CLOSES_AT)
PROVISIONAL = Edition(None, CLOSES_AT)
CLOSABLE, HISTORY = replace(PROVISIONAL, closable=True), replace(PROVISIONAL, history=True)
AGAIN = Edition(CLOSED_AT, CLOSES_AT, again=True, compared_at=CLOSED_AT)
every_ugly_text = pytest.mark.parametrize("text", UGLY.values(), ids=UGLY.keys())


def people(*names: str, amounts: tuple[int, ...] = ()) -> tuple[ContributorTotal, ...]:
    euros = amounts or (50,) * len(names)
    return tuple(
        ContributorTotal(f"U{number}", name, 1, {"EUR": Decimal(amount)})
        for number, (name, amount) in enumerate(zip(names, euros, strict=True))
    )


SUMMARY = MonthSummary(
    month=OCTOBER,
    accepted=3,
    others={Status.PENDING: 2, Status.DECLINED: 1},
    totals={"SEK": Decimal("1200.5"), "EUR": Decimal(250)},
    contributors=people("Aino Lahti", "Eino Mäki"),
)
REPORT = Report(OCTOBER, (), CompensationLevels(), CLOSED, MonthBefore(Month(2026, 9), 2, {"EUR": Decimal(300)}))
NOTHING = replace(SUMMARY, accepted=0, totals={}, contributors=())


def ready(
    summary: MonthSummary = SUMMARY, requested_by: str = "", closer: Closer | None = Closer.SCHEDULE, **report: Any
) -> Message:
    closer = None if requested_by else closer
    message = report_ready(replace(REPORT, **report), summary, LINKS, EXPIRES, closer, requested_by)
    assert_taken(message)
    return message


def shown(message: Message) -> str:
    return read(message).text


def pictures(message: Message) -> list[list[str]]:
    """The lines of each picture."""
    return [
        "".join(str(part["text"]) for part in block["elements"]).splitlines()
        for block in elements_of(message, "rich_text_preformatted")
    ]


def test_the_announcement_has_the_counts_the_total_the_contributors_and_the_links() -> None:
    message = ready(requested_by="U0MAIJA01")
    seen = shown(message)
    for fact in ("October 2026", "3 accepted, 2 pending, 1 declined", "250.00 EUR, 1,200.50 SEK", "Aino Lahti, Eino Mäki",
                 "Contributors (2)", "The links work until 2026-11-10 06:00, Europe/Helsinki time.", "@Maija Salo"):  # fmt: skip
        assert fact in seen
    assert {("link", link) for link in LINKS.values()} <= acts_of(message)
    assert "Download the workbook, or for scripts CSV, JSON" in seen
    for fact in ("October 2026", "3 accepted, 2 pending, 1 declined", "250.00 EUR", "Eino Mäki", LINK):
        assert fact in message.text


def test_the_schedule_is_named_where_nobody_asked() -> None:
    assert "schedule" in shown(ready())
    assert not {act for act in acts_of(ready()) if act[0] == "user"}


@every_ugly_text
def test_names_in_an_announcement_appear_as_typed_and_do_nothing(text: str) -> None:
    message, plain = (ready(replace(SUMMARY, contributors=people(name, "B"))) for name in (text, "A"))
    assert text[:59].rstrip() in shown(message)
    # The picture is one block, whatever stands in it.
    (kinds, plain_kinds) = ([kind for kind, _value in acts_of(each) if kind == "pre"] for each in (message, plain))
    assert kinds == plain_kinds == ["pre"]
    assert {act for act in acts_of(message) if act[0] != "pre"} == {act for act in acts_of(plain) if act[0] != "pre"}


def test_a_month_of_many_contributors_names_twenty() -> None:
    names = [f"{LONG_NAME} {number}" for number in range(200)]
    seen = shown(ready(replace(SUMMARY, contributors=people(*names)), "U0MAIJA01"))
    assert seen.partition("EUR per contributor")[0].count("Ääkkönen-Österlund") == 20
    assert "Contributors (200)" in seen
    assert "and 180 more" in seen


def test_a_month_without_accepted_contributions_has_no_link() -> None:
    message = report_empty(REPORT, NOTHING, Closer.SCHEDULE, "")
    assert_taken(message)
    assert "no accepted contributions for October 2026" in shown(message)
    assert "(2 pending, 1 declined)" in shown(message)
    assert "October 2026 is closed" in shown(message)
    assert not [act for act in acts_of(message) if act[0] == "link"]
    assert elements_of(report_empty(REPORT, replace(NOTHING, others={}), None, "U0MAIJA01"), "button") == []


@pytest.mark.parametrize(
    ("totals", "text"),
    [
        ({}, "none"),
        ({"EUR": Decimal(0)}, "0.00 EUR"),
        ({"EUR": Decimal("1234567.5")}, "1,234,567.50 EUR"),
        ({"SEK": Decimal(1), "EUR": Decimal("0.1")}, "0.10 EUR, 1.00 SEK"),
        ({"JPY": Decimal(25000), "KWD": Decimal("1012.5")}, "25,000 JPY, 1,012.500 KWD"),
    ],
)
def test_money_is_written_by_currency(totals: dict[str, Decimal], text: str) -> None:
    assert money(totals) == text


# whether it counts


@pytest.mark.parametrize(
    ("edition", "said"),
    [
        (PROVISIONAL, "Provisional: please don't pay from this report. October 2026 can be closed from 3 November."),
        (CLOSABLE, "Provisional: please don't pay from this report. October 2026 is over, and you can close it with the button below."),
        (HISTORY, "For reference only: please don't pay from this report. October 2026 is from before I started closing months."),
        (CLOSED, "October 2026 is closed. Pay these amounts from this report only. Anything accepted from now on goes into the next"),
        (AGAIN, "Copy of a closed report. October 2026 was closed on 3 November at 06:00 (Europe/Helsinki), and these are the figures"),
    ],
)  # fmt: skip
def test_it_says_whether_it_counts(edition: Edition, said: str) -> None:
    assert said in shown(ready(edition=edition))
    empty = shown(report_empty(replace(REPORT, edition=edition), NOTHING, Closer.SCHEDULE, ""))
    assert said.replace("Pay these amounts from this report only. ", "") in empty
    assert "Pay" not in empty


def test_a_day_in_another_year_is_named_with_it() -> None:
    december = replace(REPORT, month=Month(2026, 12), edition=Edition(None, datetime(2027, 1, 3, 1, tzinfo=HELSINKI)))
    said = shown(report_empty(december, replace(NOTHING, month=Month(2026, 12)), None, "U0MAIJA01"))
    assert "December 2026 can be closed from 3 January 2027." in said


@pytest.mark.parametrize("edition", [PROVISIONAL, CLOSABLE, HISTORY, CLOSED, AGAIN])
def test_only_a_month_that_can_be_closed_has_the_button_with_a_confirmation(edition: Edition) -> None:
    report = replace(REPORT, edition=edition)
    for message in (ready(edition=edition), report_empty(report, NOTHING, None, "U0MAIJA01")):
        assert_taken(message)
        buttons = elements_of(message, "button")
        assert [(each["action_id"], each["value"]) for each in buttons] == [
            ("close_month", "2026-10")
        ] * edition.closable
        for button in buttons:
            assert button["text"]["text"] == button["confirm"]["confirm"]["text"] == "Close October 2026"
            said = button["confirm"]["text"]["text"]
            assert "finance pays everything accepted so far from it" in said
            assert "Anything accepted later goes into the next report. You can't undo this." in said


def test_a_report_whose_button_was_pressed_loses_it_and_says_who_pressed() -> None:
    before = ready(edition=CLOSABLE, requested_by="U0MAIJA01")
    blocks: list[Any] = list(before.blocks)
    after = closing_requested(OCTOBER, "U0MATTI01", blocks)
    assert_taken(after, redrawn=True)
    assert elements_of(after, "button") == []
    assert [block for block in after.blocks if block in before.blocks] == [
        block for block in before.blocks if block["type"] != "actions"
    ]
    assert "@Matti Koski asked me to close October 2026." in shown(after).replace("@U0MATTI01", "@Matti Koski")


@pytest.mark.parametrize(
    ("closer", "requested_by", "said"),
    [
        (Closer.SCHEDULE, "", "Created on schedule."),
        (Closer.MANAGER, "U0MAIJA01", "Closed by @Maija Salo."),
        (Closer.ADMIN, "", "Closed by an admin with ossi close."),
        (None, "U0MAIJA01", "Requested by @Maija Salo."),
        (None, "", "Requested with /ossi report."),
    ],
)
def test_the_foot_says_why_there_is_a_report(closer: Closer | None, requested_by: str, said: str) -> None:
    assert said in shown(report_ready(REPORT, SUMMARY, LINKS, EXPIRES, closer, requested_by))
    assert said in shown(report_empty(REPORT, NOTHING, closer, requested_by))


def test_whoever_asks_for_what_is_there_gets_its_links() -> None:
    message = report_unchanged(REPORT, "C0MANAGERS", LINKS, EXPIRES)
    assert_taken(message)
    assert {("link", link) for link in LINKS.values()} <= acts_of(message)
    assert "Nothing has changed since the last October 2026 report" in shown(message)
    assert "The links work until 2026-11-10 06:00, Europe/Helsinki time." in shown(message)
    without = report_unchanged(REPORT, "C0MANAGERS", {}, EXPIRES)
    assert_taken(without)
    assert "links" not in shown(without)
    assert elements_of(message, "button") == elements_of(without, "button") == []
    closable = report_unchanged(replace(REPORT, edition=CLOSABLE), "C0MANAGERS", LINKS, EXPIRES)
    assert_taken(closable)
    assert [each["value"] for each in elements_of(closable, "button")] == ["2026-10"]


def test_late_ones_are_named_with_their_months_and_amounts() -> None:
    rows = tuple(
        contribution(timestamp=at, status=Status.ACCEPTED, contribution_month=month)
        for at, month in enumerate(("2026-10", "2026-09", "2026-08", "2026-09"))
    )
    summary = replace(SUMMARY, accepted=4, late=3, late_totals={"EUR": Decimal(150)})

    seen = shown(ready(summary, rows=rows))

    assert "4 accepted (3 of them late), 2 pending" in seen
    assert "3 came late: accepted for August 2026, September 2026 after those months were closed." in seen
    assert "This report pays them: 150.00 EUR, on the sheet Late and in the totals." in seen
    assert "The report that closes October 2026 pays them: 150.00 EUR" in shown(
        ready(summary, rows=rows, edition=PROVISIONAL)
    )


def test_months_that_were_skipped_are_named_with_the_reports_that_close_them() -> None:
    seen = shown(ready(unclosed={Month(2026, 8): 3, Month(2026, 9): 1}))

    assert "Skipped, so no report pays them yet: August 2026 (3 accepted), September 2026 (1 accepted)." in seen
    assert "You can close them from their own reports: /ossi report 2026-08, /ossi report 2026-09." in seen


def test_what_changed_since_the_month_was_closed() -> None:
    row = contribution(status=Status.ACCEPTED)
    changes = (
        Change(ChangeKind.ACCEPTED, row, None, NOVEMBER),
        Change(ChangeKind.ACCEPTED, row, None, None),
        Change(ChangeKind.REMOVED, row, "SMALL"),
        Change(ChangeKind.LEVEL, row, "SMALL"),
        Change(ChangeKind.LEVEL, row, "SMALL"),
    )

    seen = shown(ready(edition=replace(AGAIN, changes=changes)))

    assert (
        "Since the report of 2026-11-03 06:00: 2 accepted (in the report of November 2026, 1 in the next report that is closed); "
        "1 removed; 2 with another level. The sheet Changes has each of them."
    ) in seen
    assert "Nothing has changed since the report of 2026-11-03 06:00." in shown(ready(edition=AGAIN))


def test_what_was_accepted_since_and_waits_for_the_next_report() -> None:
    change = Change(ChangeKind.ACCEPTED, contribution(status=Status.ACCEPTED))
    seen = shown(ready(edition=replace(AGAIN, changes=(change,))))
    assert "1 accepted (will be in the next report that is closed)." in seen


def test_an_empty_month_that_is_made_again_has_changes_and_no_sheet() -> None:
    change = Change(ChangeKind.ACCEPTED, contribution(status=Status.ACCEPTED))
    message = report_empty(replace(REPORT, edition=replace(AGAIN, changes=(change,))), NOTHING, Closer.SCHEDULE, "")
    assert_taken(message)
    assert "1 accepted (will be in the next report that is closed)." in shown(message)
    assert "sheet" not in shown(message)


def test_changes_since_a_provisional_report() -> None:
    change = Change(ChangeKind.ACCEPTED, contribution(status=Status.ACCEPTED), None, OCTOBER)
    earlier = datetime(2026, 10, 30, 12, 0, tzinfo=HELSINKI)
    seen = shown(ready(edition=replace(CLOSED, compared_at=earlier, changes=(change,))))
    assert "Since the report of 2026-10-30 12:00: 1 accepted. The sheet Changes has each of them." in seen


# against the month before


BEFORE: list[tuple[int, dict[str, str], str]] = [
    (2, {"EUR": "300"}, "1 more, -50.00 EUR, +1,200.50 SEK"),
    (5, {"EUR": "250", "SEK": "1200.5"}, "2 fewer, the same amount"),
    (3, {"EUR": "250", "NOK": "10"}, "as many contributions, -10.00 NOK, +1,200.50 SEK"),
    (3, {"EUR": "250", "SEK": "1200.5", "JPY": "10", "KWD": "0.5"}, "as many contributions, -10 JPY, -0.500 KWD"),
    (0, {}, "nothing was accepted then"),
]


@pytest.mark.parametrize(("count", "totals", "said"), BEFORE)
def test_the_month_is_set_against_the_one_before(count: int, totals: dict[str, str], said: str) -> None:
    of_september = MonthBefore(Month(2026, 9), count, {code: Decimal(amount) for code, amount in totals.items()})
    assert f"Against September 2026\n{said}" in shown(ready(before=of_september))


# the picture


def test_the_picture_shows_who_got_how_much_the_largest_first() -> None:
    (lines,) = pictures(ready(replace(SUMMARY, contributors=people("Aino", "Eino", "Oona", amounts=(50, 200, 100)))))

    assert lines == [
        "200  ████████████████  Eino",
        "100  ████████          Oona",
        " 50  ████              Aino",
    ]


def test_currencies_have_a_picture_each() -> None:
    both = ContributorTotal("U9", "Oona", 2, {"EUR": Decimal("20.50"), "SEK": Decimal(100)})
    other = ContributorTotal("U8", "Sven", 1, {"SEK": Decimal(50)})
    message = ready(replace(SUMMARY, contributors=(*people("Aino"), both, other)))

    assert [[line.split()[0] for line in lines] for lines in pictures(message)] == [["50.00", "20.50"], ["100", "50"]]
    assert "EUR per contributor" in shown(message)
    assert "SEK per contributor" in shown(message)


def test_a_picture_has_the_decimal_places_of_its_currency() -> None:
    amounts = ({"JPY": Decimal(5000), "KWD": Decimal("12.5")}, {"JPY": Decimal(900), "KWD": Decimal(2)})
    both = tuple(ContributorTotal(f"U{number}", "Oona", 1, each) for number, each in enumerate(amounts))
    message = ready(replace(SUMMARY, totals={"JPY": Decimal(5900), "KWD": Decimal("14.5")}, contributors=both))

    assert [[line.split()[0] for line in lines] for lines in pictures(message)] == [
        ["5,000", "900"],
        ["12.500", "2.000"],
    ]


def test_ten_bars_are_drawn_at_most() -> None:
    message = ready(replace(SUMMARY, contributors=people(*[f"Person {number}" for number in range(23)])))

    (lines,) = pictures(message)
    assert len(lines) == 10
    assert "EUR per contributor, the 10 largest of 23" in shown(message)


def test_one_bar_is_no_picture() -> None:
    assert pictures(ready(replace(SUMMARY, contributors=people("Aino")))) == []
    assert pictures(ready(replace(SUMMARY, contributors=people("Aino", "Eino", amounts=(50, 0))))) == []


def test_where_nobody_is_paid_the_picture_counts() -> None:
    nobody = tuple(
        replace(person, count=count) for person, count in zip(people("A", "B", amounts=(0, 0)), (1, 2), strict=True)
    )
    message = ready(replace(SUMMARY, totals={"EUR": Decimal(0)}, contributors=nobody))

    assert pictures(message) == [["2  ████████████████  B", "1  ████████          A"]]
    assert "Contributions per contributor" in shown(message)


@every_ugly_text
def test_a_name_takes_one_line_of_the_picture(text: str) -> None:
    (lines,) = pictures(ready(replace(SUMMARY, contributors=people(text, "Eino"))))
    assert len(lines) == 2


def test_the_most_there_can_be_is_taken() -> None:
    """A hundred currencies, months that nobody closed, everybody with a long name."""
    codes = [f"{a}{b}X" for a in "ABCDEFGHIJ" for b in "ABCDEFGHIJ"]
    amounts = dict.fromkeys(codes, Decimal("9999999999.99"))
    crowd = tuple(ContributorTotal(f"U{number}", "&" * 200, 9, amounts) for number in range(50))
    summary = replace(SUMMARY, totals=amounts, contributors=crowd, late=50, late_totals=amounts)
    rows = tuple(
        contribution(timestamp=at, status=Status.ACCEPTED, contribution_month=f"{1990 + at // 12}-{at % 12 + 1:02d}")
        for at in range(300)
    )
    changes = tuple(Change(kind, rows[0], "SMALL") for kind in ChangeKind)
    message = report_ready(
        Report(
            OCTOBER,
            rows,
            CompensationLevels(),
            replace(AGAIN, changes=changes),
            MonthBefore(Month(2026, 9), 2, {}),
            {Month(2000 + number // 12, number % 12 + 1): 10**6 for number in range(24)},
        ),
        summary,
        LINKS,
        EXPIRES,
        None,
        "U0MAIJA01",
    )
    assert_taken(message)
    assert len(pictures(message)) == 3
