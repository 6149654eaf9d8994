"""Applies a Pulumi program to the emulator, so that the same program describes the local AWS and the real one.

The program runs in a process of its own, as under Pulumi: its modules have short names (`settings`, `components`), and
Pulumi's SDK keeps global state. The process speaks JSON: a request on standard input, a result on standard output.
"""

import asyncio
import json
import os
import runpy
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, cast

import pulumi
import pulumi.runtime.mocks
import pulumi.runtime.rpc
import pulumi.runtime.settings
import pulumi.runtime.stack
from google.protobuf import empty_pb2

from local_aws.clients import Clients
from local_aws.errors import ApplyError, LocalAwsError
from local_aws.resources.calls import call
from local_aws.resources.registry import Cloud, make

DEFAULT_STACK = "local"
_SECONDS = 120


@dataclass(frozen=True)
class Applied:
    """What came of applying the program."""

    outputs: dict[str, Any]
    """The stack's outputs, secrets unwrapped."""
    stream_mappings: tuple[str, ...]
    """Ids of the event source mappings that the program wants enabled and our poller has to serve."""


def apply(
    emulator: Clients,
    config: Mapping[str, str],
    secrets: Mapping[str, str],
    *,
    project: str,
    program: Path,
    stack: str = DEFAULT_STACK,
) -> Applied:
    """Creates or updates in the emulator what the Pulumi program describes; the same again changes nothing.

    `project` is the name in Pulumi.yaml, `program` the directory of `__main__.py`. `config` and `secrets` hold the
    settings as `pulumi config set` takes them (lists as JSON), keys with or without `<project>:` in front.

    Raises ApplyError: its one message names the resource that failed, or the line of the program; the traceback is a
    note of the exception.
    """
    directory = program.resolve()
    if not (directory / "__main__.py").is_file():
        raise ApplyError(f"There is no Pulumi program in {directory}.")
    request = {
        "endpoint_url": emulator.endpoint_url,
        "region": emulator.region,
        "project": project,
        "stack": stack,
        "config": _qualified(config, project),
        "secrets": _qualified(secrets, project),
    }
    # As Pulumi does: the program's directory is the working directory.
    try:
        done = subprocess.run(
            [sys.executable, "-m", "local_aws.apply"],
            input=json.dumps(request),
            cwd=directory,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise ApplyError(f"The Pulumi program did not end within {_SECONDS} s.") from error
    return _result(done)


def _qualified(settings: Mapping[str, str], project: str) -> dict[str, str]:
    return {key if ":" in key else f"{project}:{key}": value for key, value in settings.items()}


def _result(done: subprocess.CompletedProcess[str]) -> Applied:
    try:
        answer = json.loads(done.stdout)
    except json.JSONDecodeError:
        raise ApplyError(f"The Pulumi program ended without a result:\n{done.stderr.strip()[-2000:]}") from None
    if "error" in answer:
        error = ApplyError(answer["error"])
        error.add_note(answer["traceback"])
        raise error
    return Applied(outputs=answer["outputs"], stream_mappings=tuple(answer["stream_mappings"]))


class _EmulatorMocks(pulumi.runtime.Mocks):
    """Takes the place of Pulumi's engine: makes each resource that the program registers."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._lock = threading.Lock()
        self.first_error: ApplyError | None = None

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if not args.custom:
            if args.resource_id:
                self._fail(f"{args.typ} '{args.name}'", ApplyError("the local AWS reads no existing resources"))
            return "", {}  # a component is nothing in the cloud
        try:
            made = make(self._cloud, args.typ, args.name, _plain_mapping(cast("dict[str, object]", args.inputs)))
        except Exception as error:  # noqa: BLE001  # whatever boto3 raises has to name the resource
            self._fail(f"{args.typ} '{args.name}'", error)
        return str(made["id"]), made

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        try:
            return call(self._cloud, args.token, _plain_mapping(cast("dict[str, object]", args.args))), []
        except LocalAwsError as error:
            self._fail(args.token, error)

    def _fail(self, what: str, error: Exception) -> NoReturn:
        failure = ApplyError(f"{what}: {error}")
        failure.add_note("".join(traceback.format_exception(error)))
        # What depends on this resource fails too, in ways that only hide the first cause.
        with self._lock:
            self.first_error = self.first_error or failure
        raise failure from error


class _Monitor(pulumi.runtime.mocks.MockMonitor):
    """Keeps the stack's outputs, which Pulumi's own mock forgets."""

    def __init__(self, mocks: pulumi.runtime.Mocks) -> None:
        super().__init__(mocks)
        self.outputs: dict[str, Any] = {}

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802  # the name is Pulumi's
        if "pulumi:pulumi:Stack::" in request.urn:
            self.outputs = cast("dict[str, Any]", plain(pulumi.runtime.rpc.deserialize_properties(request.outputs)))
        return empty_pb2.Empty()


def plain(value: object) -> object:
    """Returns a value with every secret in it unwrapped, however deep."""
    if pulumi.runtime.rpc.is_rpc_secret(value):
        return plain(pulumi.runtime.rpc.unwrap_rpc_secret(value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [plain(item) for item in cast("list[object]", value)]
    return value


def _plain_mapping(values: dict[str, object]) -> dict[str, object]:
    return {key: plain(value) for key, value in values.items()}


def run_program(request: Mapping[str, Any], directory: Path) -> Applied:
    """Runs the program in `directory` in this process, once; raises ApplyError.

    Meant for the process that `apply` starts: it changes the module path and Pulumi's global settings.
    """
    cloud = Cloud(
        clients=Clients(request["endpoint_url"], request["region"]),
        project=request["project"],
        stack=request["stack"],
    )
    mocks = _EmulatorMocks(cloud)
    monitor = _Monitor(mocks)
    pulumi.runtime.set_all_config(
        {"aws:region": cloud.region, **request["config"], **request["secrets"]}, list(request["secrets"])
    )
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    pulumi.runtime.set_mocks(mocks, project=cloud.project, stack=cloud.stack, preview=False, monitor=monitor)
    # `set_mocks` makes a stack that is finished already: its outputs would be lost.
    pulumi.runtime.settings.set_root_resource(cast("Any", None))
    sys.path.insert(0, str(directory))
    try:
        loop.run_until_complete(pulumi.runtime.stack.run_in_stack(lambda: _run_main(directory)))
    except Exception as error:
        if mocks.first_error is not None:
            raise mocks.first_error from error
        raise _program_error(error, directory) from error
    if mocks.first_error is not None:  # the program caught it; the cloud lacks the resource all the same
        raise mocks.first_error
    return Applied(
        outputs=monitor.outputs, stream_mappings=tuple(key for key, enabled in cloud.mapping_ids.items() if enabled)
    )


def _run_main(directory: Path) -> None:
    runpy.run_path(str(directory / "__main__.py"), run_name="__main__")


def _program_error(error: Exception, directory: Path) -> ApplyError:
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(f"{directory}/")
    ]
    place = f"{Path(frames[-1].filename).relative_to(directory.parent)}:{frames[-1].lineno}: " if frames else ""
    words = str(error) or "no further words"
    failure = ApplyError(f"{place}{type(error).__name__}: {words}")
    failure.add_note("".join(traceback.format_exception(error)))
    return failure


def main() -> None:
    """Reads a request from standard input, runs the program of the working directory, writes the result."""
    request = json.load(sys.stdin)
    # What the program prints must not mix with the result.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        applied = run_program(request, Path.cwd())
        answer: dict[str, object] = {"outputs": applied.outputs, "stream_mappings": applied.stream_mappings}
    except LocalAwsError as error:
        answer = {"error": str(error), "traceback": "\n".join(getattr(error, "__notes__", []))}
    with answers:
        json.dump(answer, answers)


if __name__ == "__main__":
    main()
