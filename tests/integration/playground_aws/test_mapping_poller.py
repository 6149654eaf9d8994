"""Reading a stream: order, batches, filters, lanes, checkpoints, pauses and errors, without AWS."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from integration.playground_aws.helpers import eventually
from integration.playground_aws.streams import ERROR, FUNCTION, OK, STREAM, FakeStream, mapping, record, records
from local_aws import LocalAwsError
from local_aws.checkpoints import Checkpoints
from local_aws.mapping_poller import MappingPoller
from local_aws.stream_batches import Invocation, StreamMapping
from local_aws.stream_events import Record
from local_aws.stream_source import Shard, SourceError


def succeed(_numbers: list[str]) -> Invocation:
    return OK


class Function:
    """A function that remembers what it was sent."""

    def __init__(self, answer: Callable[[list[str]], Invocation] = succeed) -> None:
        self.answer = answer
        self.sent: list[list[str]] = []
        self._lock = threading.Lock()

    def __call__(self, _arn: str, event: dict[str, list[Record]]) -> Invocation:
        numbers = [str(item["dynamodb"]["SequenceNumber"]) for item in event["Records"]]
        with self._lock:
            self.sent.append(numbers)
        return self.answer(numbers)

    @property
    def all(self) -> list[str]:
        with self._lock:
            return [number for batch in self.sent for number in batch]


@contextmanager
def polling(
    stream: FakeStream, function: Function, settings: StreamMapping, checkpoints: Checkpoints | None = None
) -> Generator[MappingPoller]:
    poller = MappingPoller(
        settings,
        stream,
        function,
        lambda _arn, _message: None,
        checkpoints=checkpoints,
        now=lambda: 1000.0,
        poll_seconds=0.005,
        first_delay_seconds=0.005,
        longest_delay_seconds=0.01,
    )
    poller.start()
    try:
        yield poller
    finally:
        poller.stop()


def wait_idle(poller: MappingPoller) -> None:
    called = time.monotonic()
    eventually(lambda: poller.idle_since() >= called, 5)


def test_records_come_in_order_in_batches_of_the_given_size() -> None:
    stream, function = FakeStream(), Function()
    stream.put(*records(1, 2, 3, 4, 5))
    with polling(stream, function, mapping(batch_size=2)) as poller:
        wait_idle(poller)
        assert function.sent == [["001", "002"], ["003", "004"], ["005"]]


def test_a_window_collects_records_until_the_batch_is_full() -> None:
    stream, function = FakeStream(), Function()
    with polling(stream, function, mapping(batch_size=3, window_seconds=30)) as poller:
        for number in (1, 2, 3):
            reads = stream.reads
            stream.put(record(number))
            eventually(lambda seen=reads: stream.reads > seen + 1, 5)  # each was read by itself
        wait_idle(poller)
        assert function.sent == [["001", "002", "003"]]


def test_a_window_ends_with_what_there_is() -> None:
    stream, function = FakeStream(), Function()
    stream.put(record(1))
    with polling(stream, function, mapping(batch_size=100, window_seconds=0.1)) as poller:
        wait_idle(poller)
        assert function.sent == [["001"]]


def test_latest_delivers_only_what_comes_after_the_start() -> None:
    stream, function = FakeStream(), Function()
    stream.put(*records(1, 2))
    with polling(stream, function, mapping(starting_position="LATEST")) as poller:
        stream.put(record(3))
        wait_idle(poller)
        assert function.all == ["003"]


def test_filtered_records_count_as_processed(tmp_path: Path) -> None:
    stream, function, file = FakeStream(), Function(), tmp_path / "checkpoints.json"
    stream.put(record(1), record(2, name="REMOVE"), record(3), record(4, name="REMOVE"))
    settings = mapping(patterns=(json.dumps({"eventName": ["INSERT"]}),))
    with polling(stream, function, settings, Checkpoints(file)) as poller:
        wait_idle(poller)
    assert function.all == ["001", "003"]
    assert Checkpoints(file).get(FUNCTION, STREAM, "shard-1") == "004"


def test_a_failing_key_does_not_hold_up_others_and_keys_stay_in_order() -> None:
    stream = FakeStream()
    blocked = {"001"}
    function = Function(lambda numbers: ERROR if blocked & set(numbers) else OK)
    keys = {number: f"key-{number % 20}" for number in range(1, 61)}  # 21 and 41 share the key of 1
    stream.put(*(record(number, key=key) for number, key in keys.items()))
    with polling(stream, function, mapping(batch_size=1, parallelization=10)) as poller:
        eventually(lambda: len(set(function.all)) > 30, 5)
        assert not {"021", "041"} & set(function.all)
        blocked.clear()
        wait_idle(poller)
    first_seen = [int(number) for number in dict.fromkeys(function.all)]
    assert sorted(first_seen) == sorted(keys)
    for key in set(keys.values()):
        mine = [number for number in first_seen if keys[number] == key]
        assert mine == sorted(mine)


def test_the_checkpoint_never_passes_a_record_that_is_not_done(tmp_path: Path) -> None:
    stream, file = FakeStream(), tmp_path / "checkpoints.json"
    function = Function(lambda numbers: ERROR if "002" in numbers else OK)
    keys = {1: "a", 2: "b", 3: "a", 4: "c", 5: "d", 6: "e"}
    stream.put(*(record(number, key=key) for number, key in keys.items()))
    with polling(stream, function, mapping(batch_size=1, parallelization=10), Checkpoints(file)):
        eventually(lambda: function.all.count("002") > 2 and "001" in function.all, 5)
        eventually(lambda: Checkpoints(file).get(FUNCTION, STREAM, "shard-1") == "001", 5)
    assert Checkpoints(file).get(FUNCTION, STREAM, "shard-1") == "001"
    function.answer = succeed
    function.sent.clear()
    with polling(stream, function, mapping(batch_size=1), Checkpoints(file)) as poller:
        wait_idle(poller)
    assert function.all == ["002", "003", "004", "005", "006"]


def test_nothing_is_lost_or_repeated_over_a_restart(tmp_path: Path) -> None:
    stream, function, file = FakeStream(), Function(), tmp_path / "checkpoints.json"
    stream.put(*records(1, 2))
    with polling(stream, function, mapping(), Checkpoints(file)) as poller:
        wait_idle(poller)
    stream.put(*records(3, 4))
    with polling(stream, function, mapping(), Checkpoints(file)) as poller:
        wait_idle(poller)
    assert function.all == ["001", "002", "003", "004"]


def test_a_paused_poller_invokes_nothing_until_it_is_resumed() -> None:
    stream, function = FakeStream(), Function()
    with polling(stream, function, mapping()) as poller:
        wait_idle(poller)
        poller.pause()
        stream.put(record(1))
        eventually(lambda: poller.idle_since() == float("-inf"), 5)
        assert function.sent == []
        poller.resume()
        wait_idle(poller)
        assert function.all == ["001"]


def test_expired_iterators_and_errors_of_the_stream_lose_nothing() -> None:
    stream, function = FakeStream(), Function()
    with polling(stream, function, mapping()) as poller:
        stream.put(record(1))
        wait_idle(poller)
        stream.expire_iterators()
        stream.put(record(2))
        wait_idle(poller)
        stream.errors.append(SourceError("InternalServerError"))
        stream.put(record(3))
        wait_idle(poller)
        assert function.all == ["001", "002", "003"]


def test_behind_the_trim_horizon_it_goes_on_at_the_oldest_record() -> None:
    stream, function, checkpoints = FakeStream(), Function(), Checkpoints(None)
    checkpoints.set(FUNCTION, STREAM, "shard-1", "001")
    stream.put(*records(1, 2, 3))
    stream.oldest = "003"
    with polling(stream, function, mapping(), checkpoints) as poller:
        wait_idle(poller)
        assert function.all == ["003"]


def test_a_child_shard_waits_for_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local_aws.mapping_poller._SHARDS_SECONDS", 0.01)
    stream = FakeStream(Shard("shard-2", "shard-1"), Shard("shard-1", None))
    blocked = threading.Event()
    function = Function(lambda numbers: OK if blocked.is_set() or "001" not in numbers else ERROR)
    stream.put(record(2, shard="shard-2"), record(1))
    stream.close("shard-1")
    with polling(stream, function, mapping()):
        eventually(lambda: function.all.count("001") > 3, 5)
        assert "002" not in function.all
        blocked.set()
        eventually(lambda: "002" in function.all, 5)


def test_it_stops_at_once_in_the_middle_of_retries() -> None:
    stream = FakeStream()
    function = Function(lambda _numbers: ERROR)
    stream.put(record(1))
    with polling(stream, function, mapping()):
        eventually(lambda: len(function.sent) > 2, 5)
        started = time.monotonic()
    assert time.monotonic() - started < 1


def test_an_error_of_our_own_comes_out_and_is_not_waited_for() -> None:
    stream = FakeStream()

    def broken(_numbers: list[str]) -> Invocation:
        raise ZeroDivisionError

    stream.put(record(1))
    with polling(stream, Function(broken), mapping()) as poller, pytest.raises(LocalAwsError) as caught:
        wait_idle(poller)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
