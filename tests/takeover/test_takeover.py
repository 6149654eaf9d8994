"""Today's version takes over both tables of commit 822731b: nothing is lost, repeated, or told of the past; reports stay as they were."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from fakes import contribution
from integration.functions.cloud import LEDGER, TABLE
from memory import House
from ossi.domain.history import Status
from ossi_reconcile.reconcile import Task, reconcile
from takeover.taken_over import DAY_MS, FIXTURE, Item, TakenOver

CASES: dict[str, Any] = FIXTURE["cases"]
RUNS: dict[str, Any] = FIXTURE["reports"]
NAMES = {f"contribution#{case['contribution']}": name for name, case in CASES.items()} | {
    run["run"]: name for name, run in RUNS.items()
}
OWED = Counter((name, message["effect"]) for name, case in CASES.items() for message in case["expect"]["sent"])
"""What the old version went on to send, by its reconciler alone."""
ANNOUNCED = {
    ("september-closed-and-not-told", "announce_report"),
    ("october-closed-and-trouble-told", "announce_report"),
}
"""What only today's version sends: the old one never came back to the announcement of a closed month."""
ASKED_TOO_LATE = {
    (name, effect)
    for name in ("not-begun-registered-and-accepted", "not-begun-registered-and-declined")
    for effect in ("ask_management", "redraw_other_request")
}
"""Changed by hand before the stream told of the submission: it asks by the image that it gets, and takes the buttons away again."""


def load(over: TakenOver) -> None:
    over.load(TABLE, FIXTURE["contributions"])
    over.load(LEDGER, FIXTURE["ledger"])
    over.changes()  # that they were loaded is no change


def unacknowledged(over: TakenOver, lanes: set[str]) -> list[Item]:
    """The records of the stream that none of these lanes has acknowledged, as they come again."""
    rows, records = over.rows(), list[Item]()
    for case in CASES.values():
        row = rows.get(case["contribution"], {})
        user_id, _, timestamp = case["contribution"].rpartition("#")
        for change in case["unacknowledged"]:
            if not lanes & set(change["lanes"]):
                continue
            images = {
                f"{name.title()}Image": {each: value for each, value in (row | change[name]).items() if value}
                for name in ("old", "new")
                if change[name] is not None
            }
            keys = {"userId": {"S": user_id}, "timestamp": {"N": timestamp}}
            record = {"Keys": keys, "SequenceNumber": f"{len(records) + 1:021d}", **images}
            records.append({"eventID": str(len(records)), "eventName": change["event"], "dynamodb": record})
    return records


def sent(over: TakenOver) -> Counter[tuple[str, str]]:
    """Case, or run, and effect of everything that Slack got."""
    return Counter((NAMES[subject], effect) for subject, effect in (each.delivery for each in over.slack.messages))


def reported(month: str, over: TakenOver) -> Item:
    """What today's version reports for a month, in the fixture's terms."""
    if month == "2026-11":
        event = {"source": "schedule", "scheduledTime": "2026-12-03T04:00:00Z"}
    else:
        event = {"source": "slash", "month": month, "requestedBy": "U0MAIJA01", "requestId": f"9.9.{month}"}
    rows = over.report(event)["contributions"]
    paid = {
        f"{row['slack_id']} {row['timestamp']}": Decimal(str(row["amount"]))
        for row in rows
        if row["amount"] is not None
    }
    return {
        "rows": dict(Counter(row["status"] for row in rows)),
        "paid": {name: f"{amount:.2f}" for name, amount in paid.items()},
        "total": f"{sum(paid.values()):.2f}",
    }


# The new function goes on where the old one for direct messages stopped: the mapping stays, and that of the channels is deleted.
@pytest.mark.parametrize("lanes", [{"direct"}, set[str]()], ids=["as-it-is", "no-record-comes"])
def test_everything_that_was_owed_is_sent_once_and_nothing_else(over: TakenOver, lanes: set[str]) -> None:
    load(over)
    before, ledger = over.rows(), over.ledger()

    if lanes:
        over.stream(unacknowledged(over, lanes))
    over.run_until(over.clock.ms + 10 * DAY_MS)

    got = sent(over)
    assert {each: count for each, count in got.items() if count > 1} == {}
    assert set(OWED) - set(got) == set()
    assert set(got) - set(OWED) == ANNOUNCED | (ASKED_TOO_LATE if lanes else set())
    # Only what Slack may have had without the bot's knowing of it comes a second time.
    repeated = {(name, effect) for name, effect in got if effect in {**CASES, **RUNS}[name]["received"]}
    assert {(name, effect) for name, effect in repeated if effect not in {**CASES, **RUNS}[name]["unheard"]} == set()
    # Nothing waits any more, and who owed nothing is as it was, to the byte.
    assert [each for each in over.due_at() if each < over.clock.ms] == []
    silent = {
        case["contribution"] for case in CASES.values() if not case["expect"]["sent"] and not case["unacknowledged"]
    }
    after, records = over.rows(), over.ledger()
    assert {key: row for key, row in after.items() if key in silent} == {
        key: row for key, row in before.items() if key in silent
    }
    put_away = {f"contribution#{CASES['gone']['contribution']}"}
    subjects = {f"contribution#{key}" for key in silent} - put_away
    assert {key: item for key, item in records.items() if key[0] in subjects} == {
        key: item for key, item in ledger.items() if key[0] in subjects
    }


def test_reports_are_what_they_were_to_the_cent(over: TakenOver) -> None:
    load(over)
    over.run_until(over.clock.ms + 3 * 60_000)
    over.clock.ms = 1_796_270_400_000  # 3 December 2026, 06:00 in Helsinki
    for month in ("2026-07", "2026-11"):
        over.report({"source": "slash", "month": month, "requestedBy": "U0MAIJA01", "requestId": f"8.8.{month}"})
    assert over.ledger()["report-version", "closed"]["closings"] == {"N": "3"}, (
        "what the old version was asked for only reads"
    )
    assert {month: reported(month, over) for month in FIXTURE["expected_reports"]} == FIXTURE["expected_reports"]


def test_three_thousand_old_rows_are_silent() -> None:
    house = House()
    for number in range(3_000):
        row = contribution(user_id=f"U{number % 40:08d}", timestamp=1_500_000_000_000 + number, status=Status.ACCEPTED)
        house.table.rows[row.key] = row

    summary = reconcile(house.office, Task(only_record=True), lambda: 240.0)
    house.minutes(2)

    assert (summary.looked_at, summary.done, summary.findings) == (3_000, True, [])
    assert house.slack.calls == []
    assert house.table.stream == []
    assert house.deliveries.records == {}
