"""The fixture holds every state that the version of commit 822731b can leave behind. Read from the items themselves, not from what
`make_fixture.py` says about them; what it says has to agree."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

Item = dict[str, Any]
FIXTURE: dict[str, Any] = json.loads((Path(__file__).parent / "table_of_822731b.json").read_text(encoding="utf-8"))
NOW: int = FIXTURE["now"]
CASES: dict[str, Any] = FIXTURE["cases"]
RUNS: dict[str, Any] = FIXTURE["reports"]
ROWS: dict[str, Item] = {f"{row['userId']['S']}#{row['timestamp']['N']}": row for row in FIXTURE["contributions"]}
LEDGER: dict[tuple[str, str], Item] = {(item["id"]["S"], item["effect"]["S"]): item for item in FIXTURE["ledger"]}
SUBMISSION = ("confirm_submission", "ask_management")
REDRAWINGS = ("redraw_request", "redraw_other_request")
EFFECTS = (*SUBMISSION, *REDRAWINGS, "tell_accepted", "tell_declined", "publish")
SEED = {"userId", "timestamp", "size", "text", "name", "status", "url", "contributionMonth"}


def key_of(case: str) -> str:
    return CASES[case]["contribution"]


def row_of(case: str) -> Item:
    return ROWS[key_of(case)]


def messages_of(subject: str) -> dict[str, Item]:
    """Effect -> the ledger's record of it."""
    return {effect: item for (name, effect), item in LEDGER.items() if name == subject and "#" not in effect}


def messages(case: str) -> dict[str, Item]:
    return messages_of(f"contribution#{key_of(case)}")


def is_running(item: Item) -> bool:
    return item["state"] == {"S": "CLAIMED"} and int(item["leaseUntil"]["N"]) * 1000 > NOW


def has_lapsed(item: Item) -> bool:
    return item["state"] == {"S": "CLAIMED"} and not is_running(item)


def all_sent(case: str) -> bool:
    return all(item["state"] == {"S": "SENT"} and "unsettled" not in item for item in messages(case).values())


def records_of(effect: str) -> list[Item]:
    return [item for (name, each), item in LEDGER.items() if each == effect and name.startswith("contribution#")]


# what was decided, and told


@pytest.mark.parametrize(
    ("case", "status", "effects"),
    [
        ("pending", "PENDING", SUBMISSION),
        ("accepted-by-button", "ACCEPTED", (*SUBMISSION, *REDRAWINGS, "tell_accepted", "publish")),
        ("declined-by-button", "DECLINED", (*SUBMISSION, *REDRAWINGS, "tell_declined")),
        ("accepted-by-hand", "ACCEPTED", (*SUBMISSION, *REDRAWINGS, "tell_accepted", "publish")),
        ("declined-by-hand", "DECLINED", (*SUBMISSION, *REDRAWINGS, "tell_declined")),
    ],
)
def test_decided_and_everything_sent(case: str, status: str, effects: tuple[str, ...]) -> None:
    assert row_of(case)["status"] == {"S": status}
    assert set(messages(case)) == set(effects)
    assert all_sent(case)
    assert CASES[case]["expect"] == {"left": {}, "sent": []}


def test_two_people_decided_and_hands_leave_no_name() -> None:
    deciders = {row_of(case)["decidedBy"]["S"] for case in ("accepted-by-button", "declined-by-button")}
    assert deciders == {"U0MAIJA01", "U0MATTI01"}
    assert row_of("accepted-of-a-newcomer")["decidedBy"] == {"S": "U0MAIJA01"}, "who came too late decided nothing"
    for case in ("accepted-by-hand", "declined-by-hand"):
        assert not {"decidedBy", "decidedAt", "decidedIn"} & set(row_of(case))


@pytest.mark.parametrize(
    ("case", "status", "decision"),
    [
        ("accepted-then-declined-by-hand", "DECLINED", "tell_accepted"),
        ("accepted-then-reopened-by-hand", "PENDING", "tell_accepted"),
        ("accepted-then-reopened-and-declined-by-hand", "DECLINED", "tell_declined"),
        ("accepted-then-reopened-and-accepted-by-hand", "ACCEPTED", "tell_accepted"),
        ("declined-then-accepted-by-hand", "ACCEPTED", "tell_declined"),
        ("edited-by-hand", "ACCEPTED", "tell_accepted"),
    ],
)
def test_what_hands_changed_after_a_decision_was_told(case: str, status: str, decision: str) -> None:
    assert row_of(case)["status"] == {"S": status}
    assert "decidedBy" in row_of(case)
    assert messages(case)[decision]["state"] == {"S": "SENT"}
    assert all_sent(case)
    assert CASES[case]["expect"]["sent"] == []


# unsettled deliveries


@pytest.mark.parametrize("effect", EFFECTS)
def test_every_message_is_there_claimed_by_the_dead_due_and_failed(effect: str) -> None:
    records = records_of(effect)
    claimed = [item for item in records if has_lapsed(item) and "unsettled" in item]
    received = [effect in each["unheard"] for each in CASES.values() if effect in each["state"]["messages"]]
    due = [item for item in records if item["state"] == {"S": "DUE"} and "unsettled" in item]
    failed = [item for item in records if item["state"] == {"S": "FAILED"} and "unsettled" in item]
    assert len(claimed) >= 2, "one that Slack has, one that it hasn't"
    assert any(received)
    assert not all(received)
    assert any(item["reason"]["S"] for item in due)
    assert {item["failures"]["N"] for item in failed} >= ({"1", "3"} if effect != "tell_declined" else {"1"})
    assert all(int(item["failedAt"]["N"]) < NOW for item in failed)


@pytest.mark.parametrize("effect", [*SUBMISSION, "tell_accepted", "publish"])
def test_what_is_due_may_have_arrived(effect: str) -> None:
    due = {name for name in CASES if messages(name).get(effect, {}).get("state") == {"S": "DUE"}}
    arrived = {name for name in due if effect in CASES[name]["unheard"]}
    assert {messages(name)[effect]["reason"]["S"] for name in arrived} == {"RemoteDisconnected"}
    assert {messages(name)[effect]["reason"]["S"] for name in due - arrived if "unsettled" in messages(name)[effect]}


@pytest.mark.parametrize("effect", ["confirm_submission", "tell_accepted", "publish"])
def test_leases_are_running(effect: str) -> None:
    record = messages(f"running-{effect}")[effect]
    assert is_running(record)
    assert record["unsettled"] == {"S": "contribution"}


def test_reasons_of_each_kind_are_there() -> None:
    reasons = {item["reason"]["S"] for item in LEDGER.values() if item.get("state") == {"S": "DUE"}}
    assert reasons >= {"internal_error", "service_unavailable", "http_503", "ratelimited", "RemoteDisconnected"}


def test_overtaken_ones_are_put_away() -> None:
    away = {
        (effect, item["state"]["S"])
        for (_, effect), item in LEDGER.items()
        if item.get("state", {}).get("S") in {"DUE", "FAILED"} and "unsettled" not in item
    }
    assert away == {
        ("confirm_submission", "DUE"),
        ("confirm_submission", "FAILED"),
        ("ask_management", "DUE"),
        ("ask_management", "FAILED"),
        ("publish", "FAILED"),
    }


@pytest.mark.parametrize("effect", REDRAWINGS)
def test_both_redrawings_in_every_state(effect: str) -> None:
    records = records_of(effect)
    sent = [item for item in records if item["state"] == {"S": "SENT"}]
    assert {"ts" in item for item in sent} == {True, False}, "sent, and needless"
    assert {item["state"]["S"] for item in records} == {"SENT", "DUE", "FAILED", "CLAIMED"}


def test_a_request_that_was_deleted_needs_no_redrawing() -> None:
    assert "decidedIn" in row_of("request-deleted")
    assert {effect for effect, item in messages("request-deleted").items() if "ts" not in item} == {*REDRAWINGS}


def test_a_request_that_stands_twice() -> None:
    for case in ("asked-twice-pending", "asked-twice-accepted-on-the-unknown-copy"):
        unknown, known = CASES[case]["received"]["ask_management"]
        assert CASES[case]["unheard"]["ask_management"] == [unknown]
        assert known.endswith(messages(case)["ask_management"]["ts"]["S"])
    pressed = row_of("asked-twice-accepted-on-the-unknown-copy")["decidedIn"]["M"]["ts"]["S"]
    assert pressed != messages("asked-twice-accepted-on-the-unknown-copy")["ask_management"]["ts"]["S"]


# changes that no lane, or one, has heard of


@pytest.mark.parametrize(
    ("case", "status", "begun"),
    [
        ("not-begun-pending", "PENDING", set[str]()),
        ("not-begun-original-pending", "PENDING", set[str]()),
        ("not-begun-registered-and-accepted", "ACCEPTED", set[str]()),
        ("not-begun-registered-and-declined", "DECLINED", set[str]()),
        ("not-begun-imported-decided", "DECLINED", set[str]()),
        ("not-begun-accept-by-button", "ACCEPTED", {*SUBMISSION}),
        ("not-begun-accept-by-hand", "ACCEPTED", {*SUBMISSION}),
        ("not-begun-decline-by-button", "DECLINED", {*SUBMISSION}),
        ("only-direct-submission", "PENDING", {"confirm_submission"}),
        ("only-channels-submission", "PENDING", {"ask_management"}),
        ("only-direct-accept", "ACCEPTED", {*SUBMISSION, "redraw_request", "tell_accepted"}),
        ("only-channels-accept", "ACCEPTED", {*SUBMISSION, "redraw_other_request", "publish"}),
        ("only-direct-decline", "DECLINED", {*SUBMISSION, "redraw_request", "tell_declined"}),
        ("only-channels-decline", "DECLINED", {*SUBMISSION, "redraw_other_request"}),
    ],
)
def test_changes_that_not_every_lane_has_begun(case: str, status: str, begun: set[str]) -> None:
    assert row_of(case)["status"] == {"S": status}
    assert set(messages(case)) == begun
    assert all_sent(case)
    lanes = {"direct", "channels"} - ({case.split("-")[1]} if case.startswith("only") else set[str]())
    assert CASES[case]["unacknowledged"]
    assert all(set(change["lanes"]) == lanes for change in CASES[case]["unacknowledged"])
    owed = {message["effect"] for message in CASES[case]["expect"]["sent"]}
    assert not owed & begun
    assert owed or case == "only-direct-decline", "there it owes only a redrawing that is needless"


# rows that the old version didn't write


def test_rows_of_the_original() -> None:
    rows = [row for row in ROWS.values() if set(row) == SEED]
    assert {row["status"]["S"] for row in rows} >= {"PENDING", "ACCEPTED", "DECLINED"}
    assert {row["size"]["S"] for row in rows} == {"SMALL", "LARGE"}
    for case in ("original-accepted", "original-accepted-large", "original-declined"):
        assert set(row_of(case)) == SEED
        assert messages(case) == {}
        assert CASES[case]["expect"] == {"left": {}, "sent": []}
    assert set(messages("original-pending")) == {*SUBMISSION}
    assert row_of("original-pending-accepted-by-button")["decidedBy"] == {"S": "U0MAIJA01"}
    assert set(row_of("original-pending-accepted-by-hand")) == SEED


def test_imported_rows() -> None:
    imported = {name: row_of(name) for name in CASES if "imported" in name}
    assert all("importedAt" in row for row in imported.values())
    assert {row["status"]["S"] for row in imported.values()} == {"PENDING", "ACCEPTED", "DECLINED"}
    for case in ("imported-pending", "imported-accepted", "imported-declined"):
        assert messages(case) == {}
        assert CASES[case]["expect"]["sent"] == []
    assert set(messages("imported-accepted-by-hand")) == {"tell_accepted", "publish", *REDRAWINGS}
    later = row_of("not-begun-imported-decided")
    assert int(later["decidedAt"]["N"]) > int(later["importedAt"]["N"])


def test_restored_and_hand_written_rows() -> None:
    for case in ("restored-accepted", "restored-pending", "hand-written-pending"):
        assert {*SUBMISSION} <= set(messages(case))
        assert all_sent(case)
    for case in ("hand-written-accepted", "hand-written-declined"):
        assert set(row_of(case)) == SEED | {"decidedBy", "decidedAt"}
        assert messages(case) == {}
    assert set(row_of("hand-written-accepted-by-no-one")) == SEED
    assert row_of("spoiled")["status"] == {"S": "DONE"}
    assert messages("unreadable-record")["publish"]["state"] == {"S": "SNET"}
    assert key_of("gone") not in ROWS
    assert messages("gone")["publish"]["state"] == {"S": "FAILED"}


# reports


def announcements(run: str) -> dict[str, Item]:
    return messages_of(RUNS[run]["run"])


def pointer(month: str) -> Item:
    return LEDGER["reports", month]


def test_closed_months() -> None:
    assert LEDGER["report-version", "closed"]["closings"] == {"N": "3"}
    for month, run in {
        "2026-08": "august-closed-and-announced",
        "2026-09": "september-closed-and-not-told",
        "2026-10": "october-closed-and-trouble-told",
    }.items():
        assert pointer(month)["closed"] == {"BOOL": True}
        assert pointer(month)["run"] == {"S": RUNS[run]["run"]}
    assert announcements("august-closed-and-announced")["announce_report"]["state"] == {"S": "SENT"}
    assert pointer("2026-09")["late"] == {"N": "1"}

    untold = announcements("september-closed-and-not-told")
    assert untold["announce_report"]["state"] == {"S": "DUE"}
    assert untold["announce_report"]["attempts"] == {"N": "3"}
    assert has_lapsed(untold["announce_trouble"])
    assert RUNS["september-closed-and-not-told"]["received"] == {}

    told = announcements("october-closed-and-trouble-told")
    assert (told["announce_report"]["state"], told["announce_trouble"]["state"]) == ({"S": "DUE"}, {"S": "SENT"})


def test_reports_that_were_asked_for() -> None:
    provisional = pointer("2026-11")
    assert provisional["closed"] == {"BOOL": False}
    assert "expiresAt" in provisional
    assert "M" in provisional["earlier"], "it took the place of another one"
    for run in ("november-provisional-announced", "november-provisional-announced-again"):
        assert announcements(run)["announce_report"]["state"] == {"S": "SENT"}
    assert announcements("october-asked-again")["announce_report"]["state"] == {"S": "SENT"}
    failed = announcements("asked-and-out-of-time-told")
    assert (failed["announce_report"]["reason"], failed["announce_trouble"]["state"]) == (
        {"S": "OutOfTime"},
        {"S": "SENT"},
    )
    untold = announcements("asked-in-an-outage-and-not-told")
    assert untold["announce_report"]["reason"] == {"S": "fatal_error"}
    assert has_lapsed(untold["announce_trouble"])
    assert has_lapsed(announcements("asked-and-killed")["announce_report"])
    assert is_running(announcements("asked-and-running")["announce_report"])


def test_counted_lists_attempts_bookmarks_and_stored_forms() -> None:
    for month in ("2026-08", "2026-09", "2026-10", "2026-11"):
        counted = pointer(month)["counted"]["M"]
        parts = [item for (name, _), item in LEDGER.items() if name == counted["id"]["S"]]
        assert len(parts) == int(counted["parts"]["N"]) > 0
        assert sum(len(part["entries"]["L"]) for part in parts) == int(counted["rows"]["N"])
        assert pointer(month)["accepted"] == counted["rows"]
        assert {entry["M"]["contribution"]["S"] for part in parts for entry in part["entries"]["L"]} <= set(ROWS)
    earlier = pointer("2026-11")["earlier"]["M"]["counted"]["M"]["id"]["S"]
    assert (earlier, "part#0001") in LEDGER
    for run in ("october-closed-and-trouble-told", "asked-in-an-outage-and-not-told"):
        assert [
            item["failed"] for (name, _), item in LEDGER.items() if name == RUNS[run]["run"] and "failed" in item
        ] == [{"N": "3"}]
    attempts = [item for (_, effect), item in LEDGER.items() if effect.startswith("attempts#")]
    assert {(item["number"]["N"], item.get("failed", {}).get("N")) for item in attempts} == {("1", None), ("3", "3")}
    assert "position" in LEDGER["bookmark#reconcile", "position"], "in the middle of a round"
    assert "position" not in LEDGER["bookmark#unsettled", "position"]
    marks = [item for (name, _), item in LEDGER.items() if name.startswith("submission#")]
    assert {mark["contribution"]["S"] for mark in marks} & set(ROWS)
    assert all(int(item["expiresAt"]["N"]) * 1000 >= NOW for item in LEDGER.values() if "expiresAt" in item)


def test_totals_that_the_old_version_reports() -> None:
    for month, report in FIXTURE["expected_reports"].items():
        recorded = pointer(month)
        of_month = [row["status"]["S"] for row in ROWS.values() if row["contributionMonth"]["S"] == month]
        for status in ("PENDING", "DECLINED"):
            assert report["rows"].get(status, 0) == of_month.count(status), month
        assert len(report["paid"]) == report["rows"]["ACCEPTED"]
        if recorded["closed"]["BOOL"]:
            assert report["rows"]["ACCEPTED"] == int(recorded["accepted"]["N"])
            assert Decimal(report["total"]) == Decimal(recorded["totals"]["M"]["EUR"]["S"])


# what is said about the items


def word_for(item: Item) -> str:
    """The state in one word, as the cases have it."""
    match item.get("state", {}).get("S"):
        case "SENT":
            return "SENT" if "ts" in item else "NEEDLESS"
        case "CLAIMED":
            word = "CLAIMED_RUNNING" if is_running(item) else "CLAIMED_LAPSED"
        case "FAILED":
            word = f"FAILED_{item['failures']['N']}"
        case "DUE":
            word = "DUE"
        case _:
            return "UNREADABLE"
    return word if "unsettled" in item else f"{word}_PUT_AWAY"


def test_every_row_and_record_belongs_to_a_case_that_says_its_state() -> None:
    assert {case["contribution"] for case in CASES.values()} >= set(ROWS)
    known = {f"contribution#{case['contribution']}" for case in CASES.values()} | {run["run"] for run in RUNS.values()}
    assert {name for name, _ in LEDGER if name.startswith(("contribution#", "report#"))} <= known
    for name, case in CASES.items():
        row = ROWS.get(case["contribution"])
        assert case["state"]["row"] == (row and row["status"]["S"]), name
        assert case["state"]["messages"] == {effect: word_for(item) for effect, item in messages(name).items()}, name
    for name, run in RUNS.items():
        assert run["state"]["messages"] == {effect: word_for(item) for effect, item in announcements(name).items()}, (
            name
        )


def test_what_is_recorded_as_sent_is_what_slack_received() -> None:
    for name, case in CASES.items():
        for effect, item in messages(name).items():
            if item["state"] == {"S": "SENT"} and "ts" in item:
                assert f"{item['channel']['S']} {item['ts']['S']}" in case["received"][effect], (name, effect)
        for effect, places in case["unheard"].items():
            assert set(places) <= set(case["received"][effect])


def test_the_old_version_repeated_only_what_it_had_not_heard_of() -> None:
    for name, case in CASES.items():
        for message in case["expect"]["sent"]:
            assert message["repeats"] == (message["effect"] in case["received"]), name
            assert message["repeats"] <= (message["effect"] in case["unheard"]), name
