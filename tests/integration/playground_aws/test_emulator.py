"""The emulator's process: what it binds, what it inherits, what it leaves behind, what it keeps."""

from __future__ import annotations

import itertools
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError

from integration.playground_aws.helpers import add_function, eventually, invoke, make_table
from local_aws import Emulator, LocalAwsError, PortInUseError, StateDirInUseError

SHOW_ENVIRONMENT = """
import os, sys

def handler(event, context):
    return {"environment": dict(os.environ), "path": sys.path}
"""


def alive(pid: int) -> bool:
    """Says whether a process runs; one that has ended and was not collected does not."""
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.fixture
def our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("OSSI_LEAK", "a secret of this machine")
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")


@pytest.mark.usefixtures("our_environment")
def test_nothing_of_our_environment_reaches_a_function() -> None:
    with Emulator() as emulator:
        add_function(emulator, "show", SHOW_ENVIRONMENT)
        error, seen = invoke(emulator, "show", {})
    assert error is None
    environment = seen["environment"]
    assert not {"OSSI_LEAK", "AWS_PROFILE", "PYTHONPATH", "VIRTUAL_ENV", "HTTP_PROXY"} & environment.keys()
    assert "real" not in environment.values()
    assert environment["AWS_REGION"] == "eu-north-1"
    assert environment["AWS_ENDPOINT_URL"] == emulator.endpoint_url
    assert environment["HOME"] != os.environ.get("HOME")
    ours = str(Path(sys.prefix).resolve())
    assert not [entry for entry in seen["path"] if entry.startswith(ours)]


def test_a_function_finds_boto3_and_none_of_our_packages(emulator: Emulator) -> None:
    source = """
    import importlib.util

    def handler(event, context):
        return {name: importlib.util.find_spec(name) is not None for name in event}
    """
    add_function(emulator, "imports", source)
    _, found = invoke(emulator, "imports", ["boto3", "pydantic", "slack_sdk", "pandas", "openpyxl", "ossi", "pulumi"])
    assert [name for name, there in found.items() if there] == ["boto3"]


def test_the_attempts_of_an_asynchronous_invocation_have_one_request_id_and_other_invocations_have_others(
    emulator: Emulator,
) -> None:
    source = """
    import pathlib

    def handler(event, context):
        with pathlib.Path(event["file"]).open("a") as file:
            file.write(context.aws_request_id + "\\n")
        raise ValueError("again")
    """
    add_function(emulator, "failing", source)
    files = [emulator.log_file.parent / name for name in ("first", "second")]
    for file in files:
        emulator.client("lambda").invoke(
            FunctionName="failing", InvocationType="Event", Payload=f'{{"file": "{file}"}}'
        )

    def noted() -> list[list[str]]:
        return [file.read_text().splitlines() for file in files if file.exists()]

    eventually(lambda: [len(ids) for ids in noted()] == [3, 3], 60)
    first, second = (set(ids) for ids in noted())
    assert len(first) == len(second) == 1
    assert first != second


def test_an_alias_has_its_own_settings_for_asynchronous_invocations(emulator: Emulator) -> None:
    source = """
    import pathlib

    def handler(event, context):
        with pathlib.Path(event["file"]).open("a") as file:
            file.write(context.invoked_function_arn + "\\n")
        raise ValueError("again")
    """
    arn = add_function(emulator, "failing-by-alias", source)
    functions, queues = emulator.client("lambda"), emulator.client("sqs")
    version = functions.publish_version(FunctionName=arn)["Version"]
    functions.create_alias(FunctionName=arn, Name="live", FunctionVersion=version)
    url = queues.create_queue(QueueName="given-up-by-alias")["QueueUrl"]
    queue = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    functions.put_function_event_invoke_config(
        FunctionName=arn,
        Qualifier="live",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": queue}},
    )
    file = emulator.log_file.parent / "by-alias"

    functions.invoke(FunctionName=f"{arn}:live", InvocationType="Event", Payload=f'{{"file": "{file}"}}')

    messages = eventually(lambda: queues.receive_message(QueueUrl=url).get("Messages"), 60)
    assert len(messages) == 1
    assert file.read_text().splitlines() == [f"{arn}:live"]  # after one attempt


def test_many_invocations_at_once_share_the_workers_that_the_machine_can_work_with(emulator: Emulator) -> None:
    source = """
    import os, time

    def handler(event, context):
        time.sleep(0.2)  # the work
        return os.getpid()
    """
    add_function(emulator, "busy", source)
    most = 3 * (os.cpu_count() or 1)
    with ThreadPoolExecutor(2 * most + 1) as pool:
        running = [pool.submit(invoke, emulator, "busy", {}) for _ in range(2 * most + 1)]
    answers = [each.result() for each in running]

    assert [error for error, _ in answers if error] == []
    assert 1 < len({process for _, process in answers}) <= most


def test_a_function_may_do_what_its_role_allows_and_nothing_else(emulator: Emulator) -> None:
    source = """
    import boto3

    def handler(event, context):
        try:
            boto3.client("dynamodb").query(
                KeyConditionExpression="m = :m", ExpressionAttributeValues={":m": {"S": "1"}}, **event
            )
        except Exception as error:
            return str(error)
        return "allowed"
    """
    emulator.client("dynamodb").create_table(
        TableName="rights",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "m", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "byMonth",
                "KeySchema": [{"AttributeName": "m", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    index = f"arn:aws:dynamodb:{emulator.region}:000000000000:table/rights/index/byMonth"
    add_function(emulator, "reader", source, {"Effect": "Allow", "Action": "dynamodb:Query", "Resource": index})
    assert invoke(emulator, "reader", {"TableName": "rights", "IndexName": "byMonth"}) == (None, "allowed")
    error, answer = invoke(emulator, "reader", {"TableName": "rights"})
    assert error is None
    assert "not authorized to perform: dynamodb:Query" in answer


def test_it_listens_on_loopback_only(emulator: Emulator) -> None:
    addresses = {item[4][0] for item in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in addresses - {"127.0.0.1"}:
        with socket.socket() as probe:
            assert probe.connect_ex((str(address), emulator.port)) != 0


def test_a_port_in_use_is_a_sentence(emulator: Emulator) -> None:
    second = Emulator(port=emulator.port)
    with pytest.raises(PortInUseError, match=f"Port {emulator.port} on 127.0.0.1 is in use"):
        second.start()
    second.stop()


def test_a_given_port_is_used_and_can_be_used_again() -> None:
    with Emulator() as first:
        port = first.port
    for _ in range(2):
        with Emulator(port=port) as again:
            assert again.endpoint_url == f"http://127.0.0.1:{port}"
            assert again.client("sts").get_caller_identity()["Account"] == "000000000000"


def test_a_second_instance_on_a_state_directory_is_a_sentence(tmp_path: Path) -> None:
    with Emulator(state_dir=tmp_path), pytest.raises(StateDirInUseError, match=str(tmp_path)):
        Emulator(state_dir=tmp_path).start()
    with Emulator(state_dir=tmp_path):
        pass  # free again


def test_it_cannot_be_started_twice(emulator: Emulator) -> None:
    with pytest.raises(LocalAwsError, match="runs already"):
        emulator.start()
    assert emulator.pid is not None


def test_stopping_ends_functions_that_still_run_and_removes_all_files() -> None:
    source = """
    import os, pathlib, time

    def handler(event, context):
        pathlib.Path(event["file"]).write_text(str(os.getpid()))
        time.sleep(600)
    """
    emulator = Emulator()
    with emulator:
        add_function(emulator, "sleeper", source, timeout=900)
        work = emulator.log_file.parent
        noted = work / "pid"
        emulator.client("lambda").invoke(
            FunctionName="sleeper", InvocationType="Event", Payload=f'{{"file": "{noted}"}}'
        )
        eventually(lambda: noted.exists() and noted.read_text())
        worker, process = int(noted.read_text()), emulator.pid
        assert process is not None
        assert alive(worker)
    eventually(lambda: not alive(worker) and not alive(process))
    assert not work.exists()


def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    program = f"""
    import pathlib, time
    from local_aws import Emulator
    emulator = Emulator()
    emulator.start()
    pathlib.Path({str(note)!r}).write_text(f"{{emulator.pid}} {{emulator.log_file.parent}}")
    time.sleep(600)
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)])
    try:
        eventually(lambda: note.exists() and note.read_text(), 30)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    child, work = note.read_text().split()
    eventually(lambda: not alive(int(child)) and not Path(work).exists())


def test_state_is_kept_between_runs_and_forgotten_without_a_directory(tmp_path: Path) -> None:
    with Emulator(state_dir=tmp_path) as first:
        first.client("dynamodb").create_table(
            TableName="kept",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        first.client("dynamodb").put_item(TableName="kept", Item={"id": {"S": "1"}, "raw": {"B": b"\x00\xff"}})
        stream = first.client("dynamodb").describe_table(TableName="kept")["Table"].get("LatestStreamArn", "")
        before = stream_records(first, stream)
        first.client("s3").create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
        first.client("s3").put_object(Bucket="kept", Key="reports/ä.xlsx", Body=b"PK\x00\xff")
        first.client("secretsmanager").create_secret(Name="kept", SecretString="s")
        add_function(first, "kept", SHOW_ENVIRONMENT)
    with Emulator(state_dir=tmp_path) as second:
        row = second.client("dynamodb").get_item(TableName="kept", Key={"id": {"S": "1"}})
        assert row.get("Item", {}).get("raw") == {"B": b"\x00\xff"}
        assert stream_records(second, stream) == before
        assert len(before) == 1
        body = second.client("s3").get_object(Bucket="kept", Key="reports/ä.xlsx")["Body"].read()
        assert body == b"PK\x00\xff"
        assert second.client("secretsmanager").get_secret_value(SecretId="kept")["SecretString"] == "s"
        assert invoke(second, "kept", {})[0] is None
    with Emulator() as third:
        assert third.client("dynamodb").list_tables()["TableNames"] == []


def kill(emulator: Emulator) -> None:
    """kill -9 of the emulator and its functions, as they are."""
    assert emulator.pid is not None
    os.killpg(emulator.pid, signal.SIGKILL)
    emulator.stop()


def test_a_kill_at_any_moment_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    first = Emulator(state_dir=tmp_path)
    first.start()
    stream = make_table(first, "kept")
    client = first.client("dynamodb")
    client.put_item(TableName="kept", Item={"id": {"S": "gone"}})
    client.delete_item(TableName="kept", Key={"id": {"S": "gone"}})
    answered: dict[str, int] = {}

    def write(writer: int) -> None:
        for number in itertools.count(1):
            try:
                client.update_item(
                    TableName="kept",
                    Key={"id": {"S": f"{writer} {number % 50}"}},
                    UpdateExpression="SET n = :n",
                    ExpressionAttributeValues={":n": {"N": str(number)}},
                )
            except BotoCoreError:
                return
            answered[f"{writer} {number % 50}"] = number

    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, writer) for writer in range(4)]
        eventually(lambda: sum(answered.values()) > 5_000, 60)
        kill(first)
        for each in writing:
            each.result()

    with Emulator(state_dir=tmp_path) as second:
        found = second.client("dynamodb").scan(TableName="kept", ConsistentRead=True)["Items"]
        stored = {item["id"].get("S", ""): int(item["n"].get("N", "")) for item in found}
        assert all(stored.get(key, 0) >= number for key, number in answered.items())
        # What each writer was writing when it was killed may be there too.
        assert len(stored.keys() - answered.keys()) <= len(writing)
        table = second.client("dynamodb").describe_table(TableName="kept")["Table"]
        assert (table.get("ItemCount"), table.get("LatestStreamArn")) == (len(stored), stream)
        assert len(stream_records(second, stream)) > 0
        second.client("dynamodb").delete_table(TableName="kept")
        kill(second)
    with Emulator(state_dir=tmp_path) as third:
        assert third.client("dynamodb").list_tables()["TableNames"] == []


def test_stream_records_and_what_is_in_no_table_survive_a_kill_too(tmp_path: Path) -> None:
    with Emulator(state_dir=tmp_path) as first:
        stream = make_table(first, "kept")
        for number in range(3):
            first.client("dynamodb").put_item(TableName="kept", Item={"id": {"S": str(number)}})
        before = stream_records(first, stream)
        first.client("s3").create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
        first.client("s3").put_object(Bucket="kept", Key="report.xlsx", Body=b"PK")
        first.client("secretsmanager").create_secret(Name="kept", SecretString="secret-of-this-machine")
        queue = first.client("sqs").create_queue(QueueName="kept")["QueueUrl"]
        first.client("sqs").send_message(QueueUrl=queue, MessageBody="parked")
        add_function(first, "kept", SHOW_ENVIRONMENT)
        first.client("lambda").update_function_configuration(FunctionName="kept", Timeout=7)

        def saved(name: str, word: str) -> bool:
            file = tmp_path / "state" / name
            return file.exists() and word in file.read_text()

        eventually(lambda: saved("sqs.json", "parked") and saved("lambda.json", '"Timeout": 7'))
        address = first.endpoint_url
        kill(first)
    with Emulator(state_dir=tmp_path) as second:
        # Whoever was given an address of the first finds the second there.
        assert second.endpoint_url == address
        assert stream_records(second, stream) == before
        assert len(before) == 3
        assert second.client("s3").get_object(Bucket="kept", Key="report.xlsx")["Body"].read() == b"PK"
        assert (
            second.client("secretsmanager").get_secret_value(SecretId="kept")["SecretString"]
            == "secret-of-this-machine"
        )
        (message,) = second.client("sqs").receive_message(QueueUrl=queue)["Messages"]
        assert message.get("Body") == "parked"
        function = second.client("lambda").get_function_configuration(FunctionName="kept")
        assert (function.get("State"), function.get("LastUpdateStatus")) == ("Active", "Successful")
        assert invoke(second, "kept", {})[0] is None
        assert_for_its_owner_alone(tmp_path)


def test_an_asynchronous_invocation_that_was_answered_is_made_up_for_after_a_kill(tmp_path: Path) -> None:
    source = """
    import pathlib, time

    def handler(event, context):
        begun = pathlib.Path(event["begun"])
        if begun.exists():
            pathlib.Path(event["done"]).write_text(event["note"])
            return
        begun.touch()
        time.sleep(600)
    """
    begun, done = tmp_path / "begun", tmp_path / "done"
    event = json.dumps({"begun": str(begun), "done": str(done), "note": "ä"})
    first = Emulator(state_dir=tmp_path / "state")
    first.start()
    add_function(first, "slow", source, timeout=900)
    kept = tmp_path / "state" / "state" / "invocations"
    functions = kept.parent / "lambda.json"
    eventually(lambda: functions.exists() and "function:slow" in functions.read_text())
    first.client("lambda").invoke(FunctionName="slow", InvocationType="Event", Payload=event)
    eventually(begun.exists)
    kill(first)
    with Emulator(state_dir=tmp_path / "state"):
        eventually(lambda: done.exists() and done.read_text() == "ä", 30)
        eventually(lambda: [*kept.iterdir()] == [])


def test_an_asynchronous_invocation_that_fails_for_good_is_not_kept(tmp_path: Path) -> None:
    source = """
    import pathlib

    def handler(event, context):
        with pathlib.Path(event["file"]).open("a") as file:
            file.write("x")
        raise ValueError("again")
    """
    tries = tmp_path / "tries"
    kept = tmp_path / "state" / "state" / "invocations"
    with Emulator(state_dir=tmp_path / "state") as emulator:
        add_function(emulator, "failing", source)
        emulator.client("lambda").put_function_event_invoke_config(FunctionName="failing", MaximumRetryAttempts=1)
        event = json.dumps({"file": str(tries)})
        emulator.client("lambda").invoke(FunctionName="failing", InvocationType="Event", Payload=event)
        assert len([*kept.iterdir()]) == 1
        eventually(lambda: [*kept.iterdir()] == [], 30)
        assert tries.read_text() == "xx"


def assert_for_its_owner_alone(directory: Path) -> None:
    """Nobody else on this machine reads a file in there; without any it proves nothing."""
    inside = [path for path in directory.rglob("*") if not path.is_symlink()]
    assert [path for path in inside if path.is_file()]
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in inside}
    assert {path: oct(mode) for path, mode in modes.items() if mode & 0o077} == {}


def test_what_an_older_version_has_saved_is_there_and_stays_there(tmp_path: Path) -> None:
    with Emulator(state_dir=tmp_path) as first:
        make_table(first, "kept")
    # It saved the items with the table.
    file = tmp_path / "state" / "dynamodb.json"
    state = json.loads(file.read_text())
    (table,) = state["payload"]["tables"]["data"].values()
    table["items"] = {"1": {"__no_sort__": {"id": {"S": "1"}}}}
    file.write_text(json.dumps(state))
    (tmp_path / "state" / "items.sqlite").unlink()
    for _ in range(2):
        with Emulator(state_dir=tmp_path) as again:
            found = again.client("dynamodb").scan(TableName="kept")["Items"]
            assert found == [{"id": {"S": "1"}}]


def test_a_restart_waits_for_the_emulator_of_one_that_was_killed(tmp_path: Path) -> None:
    state, temporary, note = tmp_path / "state", tmp_path / "tmp", tmp_path / "pid"
    temporary.mkdir()
    program = f"""
    import pathlib, time
    from local_aws import Emulator
    emulator = Emulator(state_dir=pathlib.Path({str(state)!r}))
    emulator.start()
    emulator.client("secretsmanager").create_secret(Name="kept", SecretString="s")
    pathlib.Path({str(note)!r}).write_text(str(emulator.pid))
    time.sleep(600)
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], env={**os.environ, "TMPDIR": str(temporary)}
    )
    try:
        eventually(lambda: note.exists() and note.read_text(), 30)
    finally:
        parent.kill()
        parent.wait()
    # Its emulator is just about to save and to end.
    with Emulator(state_dir=state) as again:
        assert again.client("secretsmanager").get_secret_value(SecretId="kept")["SecretString"] == "s"
        assert not alive(int(note.read_text()))


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or only waits to be noticed (proc(5): state Z)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_what_a_killed_run_left_behind_is_removed_at_the_next_start_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    note = tmp_path / "pids"
    program = f"""
    import pathlib, os, time
    from local_aws import Emulator
    emulator = Emulator()
    emulator.start()
    pathlib.Path({str(note)!r}).write_text(f"{{os.getpid()}} {{emulator.pid}}")
    time.sleep(600)
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    eventually(lambda: note.exists() and note.read_text(), 30)
    (abandoned,) = tmp_path.glob("local-aws-*")
    somebody_elses = tmp_path / "local-aws-of-another-program"
    somebody_elses.mkdir()
    with Emulator() as beside:
        runs = beside.log_file.parent
        assert abandoned.exists()
        # The emulator first: it would clear up behind its parent. It holds the folder until the kernel has ended it.
        emulator = int(note.read_text().split()[1])
        os.killpg(emulator, signal.SIGKILL)
        parent.kill()
        parent.wait()
        eventually(lambda: has_ended(emulator))
        with Emulator():
            assert not abandoned.exists()
            assert runs.exists()
            assert beside.client("sts").get_caller_identity()["Account"] == "000000000000"
    assert [*tmp_path.glob("local-aws-*")] == [somebody_elses]


def test_a_port_that_is_taken_by_then_is_no_obstacle(tmp_path: Path) -> None:
    with Emulator(state_dir=tmp_path) as first:
        port = first.port
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with Emulator(state_dir=tmp_path) as second:
            assert second.port != port


def stream_records(emulator: Emulator, stream: str) -> list[str]:
    client = emulator.client("dynamodbstreams")
    (shard,) = client.describe_stream(StreamArn=stream)["StreamDescription"].get("Shards", [])
    iterator = client.get_shard_iterator(
        StreamArn=stream, ShardId=shard.get("ShardId", ""), ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    found = client.get_records(ShardIterator=iterator)["Records"]
    return [item.get("dynamodb", {}).get("SequenceNumber", "") for item in found]
