"""Records of the table's stream with something wrong in them: passed over with a line in the log, and their neighbours are told."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import examples
from integration.functions.events import Event, load
from integration.functions.world import World
from integration.fuzz.conftest import Logged
from integration.fuzz.shapes import HUGE, JUNK, each_spoiled, fuzzed, spoiled

_RECORDS = ("stream_insert", "stream_modify", "stream_remove")
_VALUES: tuple[Any, ...] = (
    None, 5, "", HUGE, [], {}, {"S": 5}, {"S": ""}, {"S": HUGE}, {"N": "abc"}, {"N": "1" * 50}, {"N": "1e400"}, {"N": "-1"},
    {"N": "1.5"}, {"N": None}, {"NULL": True}, {"BOOL": False}, {"B": "aGk="}, {"B": "%"}, {"SS": ["a"]}, {"NS": ["x"]},
    {"L": [{"S": "a"}, {"X": "a"}]}, {"M": {"channel": {"S": "C1"}}}, {"M": None}, {"X": "a"}, {"S": "a", "N": "1"}, {"S": "DECLINED"},
)  # fmt: skip
_TIMES = itertools.count(1_792_000_000_000)


def neighbour() -> Event:
    """A record with nothing wrong, of a row that was never told of."""
    record = load("stream_insert")
    time = {"N": str(next(_TIMES))}
    record["dynamodb"]["Keys"]["timestamp"] = record["dynamodb"]["NewImage"]["timestamp"] = time
    record["dynamodb"]["SequenceNumber"] = time["N"]
    return record


def handled(world: World, logged: Logged, records: list[Any]) -> list[dict[str, Any]]:
    """Handles the records between two good ones: nothing comes again, and these have been told."""
    good = [neighbour(), neighbour()]
    assert world.run_stream([good[0], *records, good[1]], left_ms=900_000) == []
    ledger = world.cloud.ledger()
    for record in good:
        time = record["dynamodb"]["SequenceNumber"]
        for effect in ("confirm_submission", "ask_management"):
            assert ledger[f"contribution#U0AINO001#{time}", effect]["state"] == "SENT"
    lines = logged()
    failed = {line["message"] for line in lines if line["level"] == "ERROR"}
    assert failed <= {
        "a changed row cannot be read",
        "not sent, and trying again would not help",
        "not written, and trying again would not help",
    }
    for line in lines:
        if line["message"] == "a changed row cannot be read":
            assert line["why"]
            assert line["metric"] == "Unreadable"
    return lines


@pytest.mark.parametrize("name", _RECORDS)
def test_a_record_spoiled_in_any_one_place_blocks_nobody(world: World, logged: Logged, name: str) -> None:
    world.run_stream([load(name)])
    logged()
    records = [record for _path, record in each_spoiled(load(name), (None, 5, "x", [], {}))]
    handled(world, logged, records)


@fuzzed(6)
@given(data=st.data(), name=st.sampled_from(_RECORDS))
def test_a_record_spoiled_in_several_places_blocks_nobody(
    world: World, logged: Logged, data: st.DataObject, name: str
) -> None:
    junk = st.sampled_from(_VALUES) | st.sampled_from(["INSERT", "MODIFY", "REMOVE", "DROP"])
    handled(world, logged, [data.draw(spoiled(load(name), junk))])


@pytest.mark.parametrize("image", ["OldImage", "NewImage"])
def test_an_image_with_any_one_odd_attribute_blocks_nobody(world: World, logged: Logged, image: str) -> None:
    record = load("stream_modify")
    turns = itertools.cycle(_VALUES)
    odd = [
        {**record, "dynamodb": {**record["dynamodb"], image: {**record["dynamodb"][image], name: value}}}
        for name in ("status", "size", "text", "name", "url", "contributionMonth", "decidedBy", "decidedAt", "decidedIn", "new")
        for value in itertools.islice(turns, examples(7, fuzz=len(_VALUES)))
    ]  # fmt: skip
    world.run_stream([record])
    logged()
    handled(world, logged, odd)


@pytest.mark.parametrize(
    ("name", "part"), [("stream_insert", "NewImage"), ("stream_modify", "NewImage"), ("stream_modify", "OldImage")]
)
def test_a_record_without_its_image_is_named_in_the_log(world: World, logged: Logged, name: str, part: str) -> None:
    record = load(name)
    del record["dynamodb"][part]
    lines = handled(world, logged, [record])
    (line,) = [line for line in lines if line["level"] == "ERROR"]
    assert (line["event"], line["why"]) == (record["eventID"], f"a record without {part}")


@fuzzed(4)
@given(records=st.lists(JUNK, max_size=3))
def test_whatever_is_no_record_is_passed_over(world: World, logged: Logged, records: list[Any]) -> None:
    lines = handled(world, logged, records)
    assert len([line for line in lines if line["message"] == "a changed row cannot be read"]) == len(records)
