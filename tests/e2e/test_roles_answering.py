"""The functions that somebody waits for, each without one of its rights: a clear answer, and nothing half done."""

import time

import pytest

from e2e.driving import ACCEPT, MAIJA, TEXT, URL, Ossi, accepted_row, now_ms, typed_in
from e2e.rights import (
    ASK_FOR_REPORT,
    CLOSE_MONTH,
    DECIDE,
    LIST,
    MARK,
    READ_REPORT,
    READ_ROW,
    READS_LINK_KEY,
    READS_SECRET,
    STORE,
    TURN_PAGE,
    Right,
    refusal_logged,
    without,
)
from e2e.signing import command, send_signed, submission, warm_up
from e2e.workbooks import announcement, fetch, link_in

SERVER_ERRORS = {500, 502}  # of API Gateway on AWS and of the emulator, when a function fails
BROKEN = "Something went wrong on my side."


# slash


def test_slash_lists_only_with_the_right_to_query(ossi: Ossi) -> None:
    ella, started = ossi.employee(), time.time()
    ossi.write([accepted_row(ella, now_ms(), "2026-01")])

    with without(ossi, LIST):
        (answer,) = ossi.slack.command(ella, "list").ephemeral
        assert BROKEN in answer.rendered
        assert refusal_logged(ossi, LIST, started)

    (listed,) = ossi.slack.command(ella, "list").ephemeral
    assert TEXT in listed.rendered


def test_slash_asks_for_reports_only_with_the_right_to_invoke(ossi: Ossi) -> None:
    started = time.time()

    with without(ossi, ASK_FOR_REPORT):
        (answer,) = ossi.slack.command(MAIJA, "report 2019-05").ephemeral
        assert BROKEN in answer.rendered
        assert refusal_logged(ossi, ASK_FOR_REPORT, started)

    ossi.slack.command(MAIJA, "report 2019-05")
    announcement(ossi)
    assert len(ossi.requests()) == 1


def test_a_month_is_closed_by_its_button_only_with_the_right_to_invoke(ossi: Ossi) -> None:
    assert ossi.invoke("report", {"source": "schedule", "scheduledTime": "2019-07-03T03:00:00Z"})["announced"]
    ossi.slack.command(MAIJA, "report 2019-07")
    report, started = announcement(ossi, 1), time.time()

    with without(ossi, CLOSE_MONTH):
        (answer,) = ossi.decide(report, MAIJA, "close_month").ephemeral
        assert BROKEN in answer.rendered
        assert refusal_logged(ossi, CLOSE_MONTH, started)

    assert ossi.decide(report, MAIJA, "close_month").ephemeral == []
    assert "July 2019 is closed" in announcement(ossi, 2).rendered


@pytest.mark.parametrize("function", ["slash", "interactions"])
def test_slack_is_answered_only_with_the_right_to_read_the_secret(ossi: Ossi, function: str) -> None:
    ella, started = ossi.employee(), time.time()
    view = ossi.open_form(ella)
    requests = {
        "slash": (ossi.ready.slash_url, command(ella, "help")),
        "interactions": (ossi.ready.interactions_url, submission(view, ella, TEXT, URL)),
    }

    with without(ossi, READS_SECRET[function]):
        ossi.make_cold(function)
        # Without the secret nobody can tell that it is Slack who asks; people read Slack's own words for that.
        assert send_signed(ossi, *requests[function]).status_code in SERVER_ERRORS
        assert refusal_logged(ossi, READS_SECRET[function], started)
        assert ossi.rows() == []

    warm_up(ossi)
    (answer,) = ossi.slack.command(ella, "help").ephemeral
    assert "I am Ossi" in answer.rendered
    assert ossi.slack.submit(view, ella, {"url": URL, "level": "SMALL"}).result == "closed"
    ossi.request(ossi.rows(ella)[0])


# interactions


def test_interactions_turns_pages_only_with_the_right_to_query(ossi: Ossi) -> None:
    ella, started, first = ossi.employee(), time.time(), now_ms()
    ossi.write(accepted_row(ella, first + number, "2026-01") for number in range(11))
    ossi.slack.command(ella, "list")

    with without(ossi, TURN_PAGE):
        (answer,) = ossi.slack.press(ella, "list_older").ephemeral
        assert BROKEN in answer.rendered
        assert refusal_logged(ossi, TURN_PAGE, started)

    ossi.slack.press(ella, "list_older")
    assert any(each.actions and each.actions[0].action_id == "list_newer" for each in ossi.slack.ephemeral(ella))


@pytest.mark.parametrize("right", [STORE, MARK], ids=str)
def test_interactions_stores_the_row_and_its_mark_or_neither(ossi: Ossi, right: Right) -> None:
    ella, started = ossi.employee(), time.time()
    view = ossi.open_form(ella)

    with without(ossi, right):
        refused = ossi.slack.submit(view, ella, {"url": URL, "level": "SMALL"})
        assert refused.result == "errors"
        assert "I could not store this just now" in refused.errors["description"]
        assert refused.view is not None
        assert typed_in(refused.view, "description")["value"] == TEXT
        assert refusal_logged(ossi, right, started)
        assert ossi.rows() == []
        assert ossi.scan(ossi.ready.ledger_table) == []

    assert ossi.slack.submit(view, ella).result == "closed"
    (row,) = ossi.rows(ella)
    ossi.request(row)


@pytest.mark.parametrize("right", [READ_ROW, DECIDE], ids=str)
def test_interactions_decides_only_with_the_rights_to_read_and_to_update(ossi: Ossi, right: Right) -> None:
    row, request = ossi.submitted(ossi.employee())
    started = time.time()

    with without(ossi, right):
        (answer,) = ossi.decide(request, MAIJA, ACCEPT).ephemeral
        assert BROKEN in answer.rendered
        assert refusal_logged(ossi, right, started)
        assert ossi.rows() == [row]

    assert ossi.decide(request, MAIJA, ACCEPT).ephemeral == []
    ossi.settled(row, request)


# download


def test_a_link_leads_to_the_file_only_with_the_right_to_get_it(ossi: Ossi) -> None:
    ossi.write([accepted_row("U0AINO001", now_ms(), "2022-09")])
    ossi.slack.command(MAIJA, "report 2022-09")
    link = link_in(announcement(ossi))

    with without(ossi, READ_REPORT):
        for method in ("GET", "HEAD"):
            assert fetch(link, method).status_code == 403

    assert fetch(link).status_code == fetch(link, "HEAD").status_code == 200


def test_a_link_is_checked_only_with_the_right_to_read_its_key(ossi: Ossi) -> None:
    ossi.write([accepted_row("U0AINO001", now_ms(), "2022-10")])
    ossi.slack.command(MAIJA, "report 2022-10")
    link, started = link_in(announcement(ossi)), time.time()

    with without(ossi, READS_LINK_KEY["download"]):
        ossi.make_cold("download")
        answer = fetch(link)
        assert answer.status_code in SERVER_ERRORS
        assert not answer.history
        assert refusal_logged(ossi, READS_LINK_KEY["download"], started)

    assert fetch(link).status_code == 200
