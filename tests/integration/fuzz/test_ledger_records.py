"""Records of the ledger of any shape: a message is sent, or it is said why not; nothing fails, and other messages go out."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from integration.functions.cloud import LEDGER
from integration.functions.events import Context, interaction_body, signed
from integration.functions.world import AINO, MAIJA, World, a_row
from integration.fuzz.conftest import Logged
from integration.fuzz.shapes import fuzzed
from integration.fuzz.stored import VALUES, Item, spoiled_item
from ossi.domain.contribution import Status
from ossi_interactions.handler import handler as interactions_handler
from ossi_reconcile.handler import handler as reconcile_handler
from ossi_report.handler import handler as report_handler

_NUMBERS = (
    "attempts", "failures", "ambiguous", "leaseUntil", "failedAt", "sentAt", "dueAt", "owedAt", "drawn", "begun", "expiresAt",
)  # fmt: skip
_TEXTS = ("state", "reason", "channel", "ts", "place", "token", "requestedBy", "unsettled")
_ATTRIBUTES = (*_TEXTS, *_NUMBERS)
_PENDING = a_row(submission_id="V1")
_BY_HAND = a_row(timestamp=_PENDING.timestamp + 1, submission_id="V2")
_SUBJECT = f"contribution#{_PENDING.key}"
_SPOILED = "a record of a delivery cannot be read"
_KNOWN = {
    _SPOILED,
    "parked: Slack refused it for good",
    "parked: the message can't be written",
    "nobody knows whether it arrived: an operator decides",
    "the record of this run's announcement doesn't allow another",
}


@st.composite
def records(draw: st.DrawFn, subject: str, effect: str) -> Item:
    """What the ledger may hold about a message, with something wrong in it."""
    state = draw(st.sampled_from(["CLAIMED", "DUE", "SENT", "FAILED", "UNKNOWN"]))
    numbers = {name: {"N": draw(st.sampled_from(["1", "1792994700000", "0"]))} for name in _NUMBERS}
    item = {"state": {"S": state}, **numbers, "channel": {"S": "C0MANAGERS"}, "ts": {"S": "1792994700.000100"}}
    item |= {
        "place": {"S": "C0MANAGERS"},
        "token": {"S": "0123456789abcdef"},
        "unsettled": {"S": subject.partition("#")[0]},
    }
    return draw(spoiled_item(item, _ATTRIBUTES)) | {"id": {"S": subject}, "effect": {"S": effect}}


def looked_through(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every error is an expected one, and names attributes; answers those about the ledger."""
    errors = [line for line in lines if line["level"] in {"ERROR", "CRITICAL"}]
    for line in errors:
        assert line["message"] in _KNOWN, line
        assert "why" in line
        assert line["metric"] in {"Unreadable", "SetAside", "ReportFailed"}
    return [line for line in errors if line["message"] == _SPOILED]


def sent(world: World, subject: str) -> set[str]:
    return {effect for (id_, effect), record in world.cloud.ledger().items() if id_ == subject and record.get("ts")}


@fuzzed(4)
@given(item=records(_SUBJECT, "ask_management"))
@example(item={"id": {"S": _SUBJECT}, "effect": {"S": "ask_management"}, "state": {"S": "DUE"}, "failures": {"S": "x"}})
@example(item={"id": {"S": _SUBJECT}, "effect": {"S": "ask_management"}, "state": {"L": []}})
@example(item={"id": {"S": _SUBJECT}, "effect": {"S": "ask_management"}, "state": {"S": "CLAIMED"}})
@example(
    item={"id": {"S": _SUBJECT}, "effect": {"S": "ask_management"}, "state": {"S": "FAILED"}, "attempts": {"S": ""}}
)
def test_a_spoiled_record_holds_up_nothing(world: World, logged: Logged, item: Item) -> None:
    world.cloud.empty()
    world.cloud.changes()
    world.cloud.put(_PENDING, _BY_HAND)
    world.cloud.put_item(item, LEDGER)
    logged()
    assert world.run_stream() == []
    unreadable = looked_through(logged())
    assert {"confirm_submission"} <= sent(world, _SUBJECT)
    assert {"confirm_submission", "ask_management"} <= sent(world, f"contribution#{_BY_HAND.key}")

    answer = reconcile_handler({"source": "command"}, Context(left_ms=900_000))
    assert (answer["done"], answer["halted"]) == (True, False)
    # The stream and the reconciler are of one mind about what can be read.
    assert bool(unreadable) == bool(looked_through(logged()))
    if unreadable:
        state = item.get("state", {}).get("S")
        expected = [] if state == "SENT" else [("set aside", "unreadable_record")]
        assert [(each["outcome"], each["reason"]) for each in answer["findings"]] in (
            expected, [("set aside", "unreadable_record")],
        )  # fmt: skip
    # And so is the minute's work, which ends.
    assert reconcile_handler({"source": "schedule"}, Context(left_ms=900_000))["due"]["idle"] is False
    looked_through(logged())


@fuzzed(4)
@given(item=records(_SUBJECT, "ask_management"))
@example(item={"id": {"S": _SUBJECT}, "effect": {"S": "ask_management"}, "state": {"S": "SENT"}, "ts": {"N": "5"}})
def test_a_decision_by_hand_is_told_whatever_is_known_of_its_request(world: World, logged: Logged, item: Item) -> None:
    """The message to redraw is looked up in the ledger."""
    world.cloud.empty()
    world.cloud.put(_PENDING)
    world.cloud.changes()
    world.cloud.put_item(item, LEDGER)
    world.cloud.put(_PENDING.model_copy(update={"status": Status.ACCEPTED, "decided_by": MAIJA}))
    logged()
    assert world.run_stream() == []
    looked_through(logged())
    ledger = world.cloud.ledger()
    assert {ledger[_SUBJECT, effect]["state"] for effect in ("tell_accepted", "publish")} == {"SENT"}
    assert "redraw_request" not in {effect for _, effect in ledger}, "no button was pressed"


@fuzzed(4)
@given(item=records("report#2026-10#asked#once", "announce_report"))
@example(item={"id": {"S": "report#2026-10#asked#once"}, "effect": {"S": "announce_report"}, "state": {"S": "DONE"}})
def test_a_spoiled_record_of_a_run_does_not_fail_the_report(world: World, logged: Logged, item: Item) -> None:
    world.cloud.empty()
    world.cloud.put_item(item, LEDGER)
    logged()
    event = {"source": "slash", "month": "2026-10", "requestedBy": MAIJA, "requestId": "once"}
    announced = report_handler(event, Context())["announced"]
    errors = looked_through(logged())
    state = item.get("state", {"S": "DUE"}).get("S")
    assert not (announced and errors)
    # What someone else is at, or what may have arrived, is left alone for its time.
    assert announced or errors or state in {"SENT", "CLAIMED", "UNKNOWN"} or item.get("ambiguous") != {"N": "0"}


@fuzzed(4)
@given(
    spoiled=st.dictionaries(
        st.sampled_from(["position", "rows", "endedAt"]),
        VALUES | st.sampled_from(["U0AINO001#5", "#5", "x" * 1000 + "#5"]).map(lambda text: {"S": text}),
        min_size=1,
    ),
)
@example(spoiled={"position": {"N": "5"}})
@example(spoiled={"position": {"S": "nonsense"}})
@example(spoiled={"rows": {"N": "-1"}, "endedAt": {"N": "1.5"}})
def test_a_spoiled_bookmark_begins_at_the_beginning(world: World, logged: Logged, spoiled: dict[str, Any]) -> None:
    world.cloud.empty()
    world.cloud.put(_PENDING)
    world.cloud.put_item({"id": {"S": "bookmark#reconcile"}, "effect": {"S": "position"}, **spoiled}, LEDGER)
    logged()
    answers = [reconcile_handler({"source": "schedule"}, Context(left_ms=900_000)) for _ in range(2)]
    assert [answer["rows"]["done"] for answer in answers if answer["rows"]] in ([], [True], [True, True])
    errors = [line for line in logged() if line["level"] == "ERROR"]
    assert {line["message"] for line in errors} <= {"a bookmark cannot be read"}
    assert [line["metric"] for line in errors] == ["Unreadable"] * len(errors)
    # What says when the last round ended, and is readable, may put the next one off.
    if errors or not {"endedAt", "position"} & spoiled.keys():
        assert sent(world, _SUBJECT) == {"confirm_submission", "ask_management"}


@pytest.mark.parametrize(
    "mark", [{}, {"contribution": {"N": "5"}}, {"contribution": {"NULL": True}, "expiresAt": {"S": "x"}}]
)
def test_a_spoiled_mark_of_a_form_is_a_mark(world: World, logged: Logged, mark: Item) -> None:
    """The form was stored; what the mark says beyond that is nobody's business."""
    assert world.submit(world.open_form()).result == "closed"
    (before,) = world.cloud.rows()
    key = {"id": {"S": f"submission#{before.submission_id}"}, "effect": {"S": "stored"}}
    world.cloud.put_item({**key, **mark}, LEDGER)
    answer = interactions_handler(signed("/interactions", interaction_body(world.last_payload())), Context())
    assert answer == {"statusCode": 200, "body": ""}
    assert world.cloud.rows() == [before]
    assert before.user_id == AINO
    assert looked_through(logged()) == []
