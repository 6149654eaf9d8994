"""Rows of any shape that DynamoDB can hold, among good ones: passed over with a line in the log, and the good ones are served."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from integration.functions.cloud import Cloud
from integration.functions.events import Context, interaction_body, load, signed, slash_body
from integration.functions.world import AINO, MAIJA, World, a_row
from integration.fuzz.conftest import Answers, Logged
from integration.fuzz.shapes import fuzzed
from integration.fuzz.stored import ATTRIBUTES, NUMBERS, Item, item_of, spoiled_item
from local_slack.blocks import check_message_blocks
from ossi.domain.contribution import Contribution, Status
from ossi_interactions.handler import handler as interactions_handler
from ossi_reconcile.handler import handler as reconcile_handler
from ossi_report.handler import handler as report_handler
from ossi_slash.handler import handler as slash_handler

_FIRST = 1_792_000_000_000
_GOOD = [a_row(timestamp=_FIRST + 2000 * number, submission_id=f"V{number}") for number in range(2)]
_MONTHS = st.none() | st.sampled_from(["2026-10", "x" * 900, "10/2026", " "])
_UNREADABLE = {"a stored row cannot be read", "a changed row cannot be read"}
_TOLD = _UNREADABLE | {"not sent, and trying again would not help", "not written, and trying again would not help"}


@st.composite
def odd_items(draw: st.DrawFn, *, month: str | None = None) -> list[Item]:
    """Some of Aino's rows, spoiled, each with a key of its own between and around the good ones'."""
    times = draw(
        st.lists(st.integers(-1500, 4500).map(lambda ms: str(_FIRST + ms)) | NUMBERS, max_size=12, unique=True)
    )
    items: list[Item] = []
    for time in times:
        if any(float(time) == row.timestamp for row in _GOOD):
            continue
        item = draw(spoiled_item(item_of(a_row()), ATTRIBUTES)) | {"userId": {"S": AINO}, "timestamp": {"N": time}}
        stored_month = month or draw(_MONTHS)
        # The index by month takes nothing but texts.
        items.append(item | {"contributionMonth": {"S": stored_month}} if stored_month else item)
    return items


def store(cloud: Cloud, items: list[Item], good: list[Contribution] = _GOOD) -> None:
    cloud.empty()
    cloud.changes()
    cloud.put(*good)
    for item in items:
        cloud.put_item(item)


def errors_in(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of errors: each counted, each of a row names attributes, and no other than the expected ones."""
    errors = [line for line in lines if line["level"] in {"ERROR", "CRITICAL"}]
    for line in errors:
        assert line["message"] in _TOLD, line
        assert line["why"]
        assert line["metric"] in {"Unreadable", "SetAside"}
    return errors


def pages(answers: Answers) -> Iterator[dict[str, Any]]:
    """What Aino is shown by `/ossi list`, and by pressing Older to the end and Newer back to the beginning."""
    body = slash_handler(signed("/slash", slash_body(text="list", user_id=AINO)), Context())["body"]
    yield (message := json.loads(body))
    for direction in ("list_older", "list_newer"):
        for _ in range(20):
            buttons = [each for block in message["blocks"] for each in block.get("elements", [])]
            values = [each["value"] for each in buttons if each.get("action_id") == direction]
            if not values:
                break
            payload = load("block_actions") | {"user": {"id": AINO}, "response_url": answers.url}
            payload["actions"] = [{"action_id": direction, "value": values[0]}]
            assert interactions_handler(signed("/interactions", interaction_body(payload)), Context())["body"] == ""
            (message,) = answers.taken()
            yield message
        else:
            pytest.fail("pages without end")


def texts_of(message: dict[str, Any]) -> str:
    return json.dumps(message["blocks"], ensure_ascii=False)


@fuzzed(4)
@given(items=odd_items())
def test_a_list_shows_every_good_row_among_spoiled_ones(
    world: World, logged: Logged, answers: Answers, items: list[Item]
) -> None:
    good = [row.model_copy(update={"text": f"the good one number {row.timestamp}"}) for row in _GOOD]
    store(world.cloud, items, good)
    logged()
    seen = list(pages(answers))
    errors_in(logged())
    for message in seen:
        blocks: Any = message["blocks"]
        check_message_blocks(blocks)
    shown = [str(row.timestamp) for message in seen for row in good if row.text in texts_of(message)]
    assert {*shown} == {str(row.timestamp) for row in good}
    assert len(shown) <= 2 * len(good)


@fuzzed(8)
@given(item=spoiled_item(item_of(a_row()), ATTRIBUTES), verb=st.sampled_from(["accept", "decline"]))
@example(item=item_of(a_row()) | {"text": {"N": "5"}}, verb="accept")
def test_a_spoiled_row_is_not_decided_and_its_manager_is_told(
    world: World, logged: Logged, answers: Answers, item: Item, verb: str
) -> None:
    store(world.cloud, [item], [])
    payload = load("block_actions") | {"response_url": answers.url}
    payload["actions"][0] |= {"action_id": f"{verb}_contribution", "value": str(a_row().key)}
    logged()
    assert interactions_handler(signed("/interactions", interaction_body(payload)), Context())["body"] == ""
    errors = errors_in(logged())
    told = answers.taken()
    (after,) = world.cloud.items()
    if errors:
        (message,) = told
        assert errors[0]["why"] in message["text"]
        assert errors[0]["contribution"] == str(a_row().key)
    if told:
        assert after == item
    else:
        assert after["status"] == {"S": Status.ACCEPTED if verb == "accept" else Status.DECLINED}
        assert {name: item.get(name) for name in item.keys() - {"status", "decidedBy", "decidedAt", "decidedIn"}} == {
            name: after.get(name) for name in item.keys() - {"status", "decidedBy", "decidedAt", "decidedIn"}
        }


@fuzzed(4)
@given(items=odd_items(month="2026-10"), run=st.uuids())
def test_a_report_counts_every_row_that_can_be_read(world: World, logged: Logged, items: list[Item], run: Any) -> None:
    accepted = {"status": Status.ACCEPTED, "decided_by": MAIJA, "decided_at": _FIRST + 10**7}
    store(world.cloud, items, [row.model_copy(update=accepted) for row in _GOOD])
    logged()
    event = {"source": "slash", "month": "2026-10", "requestedBy": MAIJA, "requestId": str(run)}
    assert report_handler(event, Context()) == {"month": "2026-10", "announced": True}
    lines = logged()
    passed_over = errors_in(lines)
    (announced,) = [line for line in lines if line["message"] == "report announced"]
    assert announced["rows"] + len(passed_over) == len(items) + len(_GOOD)
    assert announced["rows"] >= len(_GOOD)


@fuzzed(4)
@given(items=odd_items(), by_stream=st.booleans())
def test_what_good_rows_ask_for_is_sent_among_spoiled_ones(
    world: World, logged: Logged, items: list[Item], by_stream: bool
) -> None:
    store(world.cloud, items)
    logged()
    if by_stream:
        assert world.run_stream(left_ms=900_000) == []
    else:
        answer = reconcile_handler({"source": "schedule"}, Context(left_ms=900_000))["rows"]
        assert (answer["done"], answer["halted"]) == (True, False)
        assert {each["outcome"] for each in answer["findings"]} <= {"due"}
    errors_in(logged())
    ledger = world.cloud.ledger()
    for row in _GOOD:
        for effect in ("confirm_submission", "ask_management"):
            assert ledger[f"contribution#{row.key}", effect]["state"] == "SENT"


@fuzzed(4)
@given(before=spoiled_item(item_of(a_row()), ATTRIBUTES), after=spoiled_item(item_of(a_row()), ATTRIBUTES))
def test_a_change_from_anything_to_anything_comes_once(world: World, logged: Logged, before: Item, after: Item) -> None:
    store(world.cloud, [before, after], [])
    logged()
    assert world.run_stream(left_ms=900_000) == []
    errors_in(logged())


def test_a_form_is_stored_beside_any_row(world: World, logged: Logged) -> None:
    """Its millisecond is taken by a row that nobody can read."""
    for number in range(3):
        world.cloud.put_item({"userId": {"S": AINO}, "timestamp": {"N": str(_FIRST + number)}, "x": {"NULL": True}})
    assert world.submit(world.open_form()).result == "closed"
    assert len(world.cloud.items()) == 4
    errors_in(logged())
