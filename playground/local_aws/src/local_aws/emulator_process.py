"""The emulator's process, run by path in the emulator's environment: imports the standard library and ministack only.

It starts ministack and gives it what AWS has and ministack 1.5 lacks:

- the process ends when the program that started it ends, however that happens (its end of a pipe closes);
- what it holds is kept as it goes, stream records too (AWS keeps them for 24 hours), for its owner's eyes alone;
- EventBridge Scheduler honours a schedule's time zone, replaces the context attributes in its input, and invokes a
  function asynchronously, in the schedule's role and with the function's own retries and on-failure destination;
- the attempts of an asynchronous invocation have one request id;
- a function has so many workers at most as the machine can work with, and further invocations wait for one;
- a function's artifact is unpacked once, and its workers share what came of it (AWS lets no function write there either);
- a request to a stream is authorized on that stream, not on everything;
- loopback counts as TLS, so that a bucket policy which refuses requests without TLS can stand as it is.

Each replaced name of ministack is checked first: another version that lacks one stops here with a sentence, it does not
run without the correction.
"""

import base64
import hashlib
import importlib
import importlib.util
import json
import logging
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import types
import uuid
import zipfile
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

# EventBridge Scheduler's context attributes:
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
_PLACEHOLDER = re.compile(r"<aws\.scheduler\.(scheduled-time|schedule-arn|execution-id|attempt-number)>")

_TICK_SECONDS = 0.5
_WORKERS_A_CORE = 3
_LOOK_FOR_A_WORKER_SECONDS = 0.005
_STOP_SECONDS = 20.0

logger = logging.getLogger("local_aws")

# The name of the session in which a schedule is about to invoke its function -> the ARN of the schedule's group.
_firing: dict[str, str] = {}

# ministack has no types of its own and is not installed where ours are checked.
Ministack = Any
Schedule = dict[str, Any]


def main() -> None:
    """Applies the corrections and serves until SIGTERM, or until standard input is closed."""
    os.umask(0o077)  # the state holds secrets
    parent_gone = threading.Event()
    threading.Thread(target=_end_with_parent, args=(parent_gone,), daemon=True, name="end-with-parent").start()
    keep_state()
    schedule_as_aws_does()
    say_for_which_schedule()
    repeat_under_one_request_id()
    repeat_as_an_alias_says()
    share_the_machine()
    unpack_once()
    authorize_on_streams()
    take_loopback_for_tls()
    try:
        _ministack("app").main()
    finally:
        if parent_gone.is_set():
            _clean_up()


def _end_with_parent(parent_gone: threading.Event) -> None:
    while os.read(0, 1):
        pass
    parent_gone.set()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_STOP_SECONDS)
    _clean_up()


def _clean_up() -> None:
    """Does what the parent would have done: removes the working directory and ends functions that still run."""
    shutil.rmtree(Path.cwd(), ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def _ministack(module: str, *needed: str) -> Ministack:
    loaded = importlib.import_module(f"ministack.{module}")
    missing = [name for name in needed if not hasattr(loaded, name)]
    if missing:
        sys.exit(f"This version of ministack has no {', '.join(missing)} in {module}: the local AWS needs 1.5.33.")
    return loaded


def keep_state() -> None:
    """Keeps the state as it goes, where there is a directory for it: see emulator_state."""
    if os.environ["PERSIST_STATE"] != "1":
        return
    # Run by path, this file has no package to import from.
    spec = importlib.util.spec_from_file_location("emulator_state", Path(__file__).with_name("emulator_state.py"))
    if spec is None or spec.loader is None:
        sys.exit("emulator_state.py is missing beside emulator_process.py.")
    emulator_state = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(emulator_state)
    emulator_state.keep_state(
        Path(os.environ["STATE_DIR"]),
        _ministack("app", "_load_persisted_state", "_build_persistence_save_dict"),
        _ministack("core.persistence", "save_state", "_json_default", "_json_object_hook"),
        _ministack(
            "services.dynamodb",
            "get_state",
            "load_persisted_state",
            "handle_request",
            "_set_item",
            "_remove_item",
            "_items_replaced",
            "_update_counts",
            "_tables",
            "_stream_records",
            "_stream_trimmed",
        ),
        _ministack(
            "services.lambda_svc",
            "_functions",
            "_esms",
            "invoke_async_with_retry",
            "_execute_function",
            "_get_func_record_for_ref",
            "_execution_record_for_config",
        ),
    )


def schedule_as_aws_does() -> None:
    """Puts our way of firing schedules in place of ministack's."""
    scheduler = _ministack("services.scheduler", "_tick_schedules", "_SCHEDULE_TICK_INTERVAL", "_schedules")
    started = time.time()
    last_fired: dict[object, float] = {}

    def tick() -> None:
        now = time.time()
        # A key is (account, region, "group/name"). What was due while the emulator was down is not made up for.
        for key, schedule in list(scheduler._schedules._data.items()):
            edited = float(schedule["LastModificationDate"])
            mark = (key, edited)
            due = due_time(schedule, last_fired.setdefault(mark, max(edited, started)), now)
            if due is None:
                continue
            last_fired[mark] = now
            _fire(schedule, due, key[1])
            if schedule.get("ActionAfterCompletion") == "DELETE" and schedule["ScheduleExpression"].startswith("at("):
                scheduler._schedules._data.pop(key, None)

    scheduler._tick_schedules = tick
    scheduler._SCHEDULE_TICK_INTERVAL = _TICK_SECONDS


def say_for_which_schedule() -> None:
    """Lets a role trust Scheduler for one group of schedules alone: `aws:SourceArn` is the group's, `aws:SourceAccount` its account's.

    Source: EventBridge Scheduler user guide, "Confused deputy prevention".
    """
    evaluator = _ministack("core.iam_evaluator", "evaluate_trust_policy")
    evaluate = cast("Callable[..., bool]", evaluator.evaluate_trust_policy)

    def evaluate_trust_policy(document: object, caller: str, context: Any = None) -> bool:
        group = _firing.get(context.service_context.get("sts:rolesessionname")) if context else None
        if context and group is not None:
            context.service_context |= {"aws:sourcearn": group, "aws:sourceaccount": group.split(":")[4]}
        return evaluate(document, caller, context)

    evaluator.evaluate_trust_policy = evaluate_trust_policy


def authorize_on_streams() -> None:
    """Lets a policy name the stream that may be read, as AWS's policies do."""
    actions = _ministack("core.iam_actions", "extract_resource_arn")
    extract = cast("Callable[..., str]", actions.extract_resource_arn)

    def extract_resource_arn(
        service: str, method: str, path: str, headers: dict[str, str], body: bytes, *rest: object
    ) -> str:
        if service == "dynamodbstreams":
            return _stream_arn(body)
        return extract(service, method, path, headers, body, *rest)

    actions.extract_resource_arn = extract_resource_arn


def _stream_arn(body: bytes) -> str:
    try:
        request: dict[str, str] = json.loads(body or b"{}")
        iterator = request.get("ShardIterator")
        # ministack's iterators are JSON that names the stream.
        found = json.loads(base64.urlsafe_b64decode(iterator)).get("arn") if iterator else request.get("StreamArn")
    except (ValueError, AttributeError):
        return "*"
    return found if isinstance(found, str) else "*"


def repeat_under_one_request_id() -> None:
    """Gives all attempts of an asynchronous invocation the same request id, by which a function knows that it is tried again."""
    functions = _ministack("services.lambda_svc", "invoke_async_with_retry", "new_uuid")
    invoke, new_uuid = functions.invoke_async_with_retry, functions.new_uuid
    request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

    def invoke_under_one_id(func: dict[str, Any], event: dict[str, Any]) -> None:
        # The attempts are made in a copy of the present context.
        token = request_id.set(new_uuid())
        try:
            invoke(func, event)
        finally:
            request_id.reset(token)

    functions.invoke_async_with_retry = invoke_under_one_id
    functions.new_uuid = lambda: request_id.get() or new_uuid()


def repeat_as_an_alias_says() -> None:
    """Keeps to the alias's own settings where a function is invoked asynchronously by it: retries, age, destination.

    Source: AWS Lambda API reference, PutFunctionEventInvokeConfig ("for a function, version, or alias").
    """
    functions = _ministack(
        "services.lambda_svc",
        "invoke_async_with_retry",
        "_functions",
        "_event_invoke_config",
        "_lambda_function_name_and_qualifier_from_arn",
    )
    invoke = functions.invoke_async_with_retry

    def invoke_by_alias(func: dict[str, Any], event: dict[str, Any]) -> None:
        arn = func.get("config", {}).get("FunctionArn", "")
        name, qualifier = functions._lambda_function_name_and_qualifier_from_arn(arn)
        if qualifier and name in functions._functions:
            settings = functions._event_invoke_config(functions._functions[name], qualifier)
            func = {**func, "event_invoke_config": settings or {}}
        invoke(func, event)

    functions.invoke_async_with_retry = invoke_by_alias


def share_the_machine() -> None:
    """Lets invocations wait for a free worker where a function has as many as this machine's cores can work with.

    Lambda starts each on a machine of its own. Here a start takes most of a core for half a second, which makes all that run late, for
    which more are started: a machine that was busy for a moment would not recover. No function of ours waits for itself.
    """
    functions = _ministack("services.lambda_svc", "acquire_worker")
    acquire = functions.acquire_worker
    most = _WORKERS_A_CORE * (os.cpu_count() or 1)

    def acquire_worker(name: str, config: dict[str, Any], code: bytes, qualifier: str = "$LATEST", **_more: Any) -> Any:
        while True:
            worker, how = acquire(name, config, code, qualifier=qualifier, max_concurrency=most)
            if worker is not None:
                return worker, how
            time.sleep(_LOOK_FOR_A_WORKER_SECONDS)

    functions.acquire_worker = acquire_worker


def unpack_once() -> None:
    """Lets a worker find its artifact's content by links. To write thousands of files takes most of a cold start."""
    runtime = _ministack("core.lambda_runtime", "zipfile")
    unpacked = Path.cwd() / "unpacked"
    unpacking = threading.Lock()

    class UnpackedOnce(zipfile.ZipFile):
        def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
            content = sorted(
                (entry.filename, entry.CRC, entry.file_size, entry.external_attr) for entry in self.infolist()
            )
            kept = unpacked / hashlib.sha256(json.dumps(content).encode()).hexdigest()
            with unpacking:
                if not kept.exists():
                    begun = Path(tempfile.mkdtemp(dir=unpacked))
                    super().extractall(begun, members, pwd)
                    begun.rename(kept)
            for each in kept.iterdir():
                Path(path, each.name).symlink_to(each)

    unpacked.mkdir(exist_ok=True)
    shared = types.ModuleType("zipfile")
    shared.__dict__.update(vars(zipfile))
    shared.__dict__["ZipFile"] = UnpackedOnce
    runtime.zipfile = shared


def take_loopback_for_tls() -> None:
    """Lets `aws:SecureTransport` be true for every request: nothing leaves the machine."""
    app = _ministack("app", "pin_request_origin")
    pin = app.pin_request_origin

    def pin_as_secure(address: str, _secure: bool) -> None:
        pin(address, True)

    app.pin_request_origin = pin_as_secure


def due_time(schedule: Schedule, last: float, now: float) -> float | None:
    """Returns when the schedule was last due in (last, now], in epoch seconds, or None.

    `last` is when it fired last or was first seen. A one-time schedule whose time has passed before that is not fired.
    """
    if schedule.get("State") != "ENABLED" or not _within(schedule, now):
        return None
    events = _ministack("services.eventbridge", "_parse_rate_seconds", "_parse_cron_fields", "_cron_next_fire")
    expression = str(schedule["ScheduleExpression"]).strip()
    zone = ZoneInfo(schedule.get("ScheduleExpressionTimezone") or "UTC")
    if expression.startswith("at("):
        at = datetime.fromisoformat(expression[3:-1]).replace(tzinfo=zone).timestamp()
        return at if last < at <= now else None
    seconds = events._parse_rate_seconds(expression)
    if seconds is not None:
        return now if now - last >= seconds else None
    fields = events._parse_cron_fields(expression)
    if fields is None:
        return None
    # ministack walks the wall clock of the zone that the given time is in.
    following = cast("datetime | None", events._cron_next_fire(fields, datetime.fromtimestamp(last, zone)))
    return following.timestamp() if following is not None and following.timestamp() <= now else None


def _within(schedule: Schedule, now: float) -> bool:
    start, end = schedule.get("StartDate"), schedule.get("EndDate")
    return (start is None or float(start) <= now) and (end is None or now <= float(end))


def _fire(schedule: Schedule, due: float, region: str) -> None:
    target = schedule["Target"]
    if ":lambda:" not in target["Arn"]:
        logger.error("The schedule %s was not fired: only functions are supported as targets.", schedule["Arn"])
        return
    # Imported here: most runs of the emulator fire nothing.
    boto3, botocore = importlib.import_module("boto3"), importlib.import_module("botocore.exceptions")
    endpoint = f"http://{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"
    administrator = boto3.Session("test", "test", region_name=region)
    session_name = f"scheduler-{uuid.uuid4()}"
    _firing[session_name] = group_of(schedule["Arn"])
    try:
        role = administrator.client("sts", endpoint_url=endpoint).assume_role(
            RoleArn=target["RoleArn"], RoleSessionName=session_name
        )["Credentials"]
        session = boto3.Session(role["AccessKeyId"], role["SecretAccessKey"], role["SessionToken"], region_name=region)
        session.client("lambda", endpoint_url=endpoint).invoke(
            FunctionName=target["Arn"],
            InvocationType="Event",
            Payload=fill_in(target.get("Input") or "{}", due, schedule["Arn"]),
        )
    except (botocore.BotoCoreError, botocore.ClientError):
        logger.exception("The schedule %s could not invoke its function.", schedule["Arn"])
    finally:
        del _firing[session_name]


def group_of(arn: str) -> str:
    """Returns the ARN of the group that a schedule is in."""
    return arn.replace(":schedule/", ":schedule-group/", 1).rpartition("/")[0]


def fill_in(text: str, due: float, arn: str) -> str:
    """Returns a schedule's input with its context attributes replaced, as Scheduler sends it (times in UTC)."""
    values = {
        "scheduled-time": datetime.fromtimestamp(due, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "schedule-arn": arn,
        "execution-id": str(uuid.uuid4()),
        "attempt-number": "1",
    }
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


if __name__ == "__main__":
    main()
