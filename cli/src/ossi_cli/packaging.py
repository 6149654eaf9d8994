"""The recipe that turns one function of the workspace into a deployment artifact, the same bytes every time.

uv installs from the lock file in two passes: first the third-party packages with their hashes, then the packages of
this workspace, which have none. Of these only the modules stay that the function can reach, of the others whatever is
read. Bytecode is compiled where an interpreter of the target's Python version is at hand, and the tree is zipped in
sorted order with fixed times and modes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from ossi_cli import reachable, stripping
from ossi_cli.artifact_record import Architecture
from ossi_cli.uv import Uv
from ossi_cli.workspace import Function

# Amazon Linux 2023, on which Lambda runs Python 3.13, has glibc 2.34: wheels for 2.28 and older run there.
_PLATFORMS: dict[Architecture, str] = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
CLOUD_PYTHON = "3.13"

# Where Lambda unpacks the code. Tracebacks of compiled modules then name the path that exists there.
_LAMBDA_ROOT = "/var/task"

# Zip cannot say anything earlier.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_FILE_MODE = 0o100644
# Level 9 takes 2.5 times as long for half a percent less.
_COMPRESSION_LEVEL = 6

# Our own packages, as compileall sees their files.
_OURS = r"\./ossi(_\w+)?/"


@dataclass(frozen=True)
class Target:
    """What an artifact is made for.

    `interpreter` runs that very Python version and compiles the bytecode; None where there is none: sources only.
    """

    name: str
    architecture: Architecture
    python: str
    uv_options: tuple[str, ...]
    interpreter: Path | None

    @property
    def fingerprint(self) -> str:
        """What of the target decides about the bytes, apart from the packages."""
        compiled = "sources" if self.interpreter is None else f"bytecode {python_version(self.interpreter)}"
        return f"{self.name} python {self.python} {compiled}"


def cloud_target(architecture: Architecture, interpreter: Path | None) -> Target:
    """Linux on arm64 or x86_64, Python 3.13. `interpreter` is one of that version, or None."""
    # --python: only uv's own tool here, whose version and platform the other two options override.
    options = (
        *("--python", sys.executable),
        *("--python-platform", _PLATFORMS[architecture]),
        *("--python-version", CLOUD_PYTHON),
    )
    return Target(f"cloud-{architecture}", architecture, CLOUD_PYTHON, options, interpreter)


def local_target(architecture: Architecture, interpreter: Path, *, bytecode: bool | None) -> Target:
    """This machine, and the Python version of `interpreter`, which compiles the bytecode unless told not to."""
    version = python_version(interpreter)
    minor = ".".join(version.split(".")[:2])
    return Target(
        "local", architecture, minor, ("--python", str(interpreter)), None if bytecode is False else interpreter
    )


def python_version(interpreter: Path) -> str:
    """The full version of an interpreter, such as 3.13.2. Raises OSError or CalledProcessError if it does not run."""
    script = "import platform; print(platform.python_version())"
    done = subprocess.run([interpreter, "-I", "-c", script], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def find_interpreter(minor: str, fetched: Path | None = None) -> Path | None:
    """A `pythonX.Y` that really runs that version, or None. `fetched`: a directory in which uv may have put one."""
    return next((each for each in _interpreters(minor, fetched) if _runs(each, minor)), None)


def _interpreters(minor: str, fetched: Path | None) -> Iterator[Path]:
    name = f"python{minor}"
    on_path = [Path(directory) for directory in os.get_exec_path()]
    yield from (directory / name for directory in on_path)
    # pyenv's shim runs only the versions that are chosen; the others stand beside it all the same.
    shims = [directory for directory in on_path if directory.name == "shims"]
    for directory in shims:
        yield from sorted(directory.parent.glob(f"versions/{minor}.*/bin/{name}"), reverse=True)
    if fetched is not None:
        yield from sorted(fetched.glob(f"*/bin/{name}"), reverse=True)


def _runs(interpreter: Path, minor: str) -> bool:
    if not os.access(interpreter, os.X_OK):
        return False
    try:
        return python_version(interpreter).startswith(f"{minor}.")
    except (OSError, subprocess.CalledProcessError):
        return False


def recipe_hash() -> str:
    """Changes with every edit of this file or of what is left out, so that artifacts made by an older recipe are made again."""
    files = (Path(__file__), Path(reachable.__file__), Path(stripping.__file__))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def package(function: Function, target: Target, archive: Path, uv: Uv, work: Path) -> None:
    """Make the artifact of `function` for `target` at `archive`, which appears when it is complete and not before.

    `work` is a directory to work in; what is put there is removed again. Raises UvError.
    """
    work.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f"{target.name}-{function.name}-", dir=work) as directory:
        tree = Path(directory) / "tree"
        _install(function, target, tree, uv, Path(directory))
        reachable.prune(tree, function.handler_module)
        stripping.strip(tree)
        if target.interpreter is not None:
            _compile(tree, target.interpreter)
        unfinished = Path(directory) / archive.name
        _zip(tree, unfinished)
        archive.parent.mkdir(parents=True, exist_ok=True)
        # The output may be on another file system than the work directory: copy beside it, then put in place at once.
        beside = archive.with_name(f".{archive.name}.{os.getpid()}")
        shutil.copyfile(unfinished, beside)
        beside.replace(archive)


def _install(function: Function, target: Target, tree: Path, uv: Uv, directory: Path) -> None:
    into = ("--no-deps", "--no-installer-metadata", "--target", str(tree), *target.uv_options)
    export = (
        "export",
        "--package",
        function.package,
        "--frozen",
        "--no-dev",
        "--no-header",
        "--python",
        sys.executable,
    )

    third_party = directory / "third-party.txt"
    uv.run(*export, "--no-emit-workspace", "--output-file", str(third_party))
    uv.run("pip", "install", "-r", str(third_party), "--require-hashes", "--only-binary", ":all:", *into)

    ours = directory / "workspace.txt"
    uv.run(*export, "--no-editable", "--only-emit-workspace", "--output-file", str(ours))
    # uv's cache keeps what it built of a local package until its pyproject.toml changes: build today's sources instead.
    uv.run("pip", "install", "-r", str(ours), "--no-cache", *into)


def _compile(tree: Path, interpreter: Path) -> None:
    """Bytecode that is never checked against its source: Lambda's code is read-only, and times differ in an archive.

    Our own modules keep their sources beside it, for whoever looks into a function. Of the others the bytecode takes the source's place,
    without docstrings and assertions, which more than halves what they weigh (docstrings alone are 1.5 MB of pandas; it and numpy test that
    they do without). A file that this version of Python cannot read (numpy ships some for newer ones) stays source, as at run time.
    """
    _run_compiler(tree, interpreter, "-x", rf"^(?!{_OURS})")
    _run_compiler(tree, interpreter, "-b", "-o", "2", "-x", f"^{_OURS}")
    for compiled in tree.rglob("*.pyc"):
        if compiled.parent.name != "__pycache__":
            compiled.with_suffix(".py").unlink()


def _run_compiler(tree: Path, interpreter: Path, *options: str) -> None:
    """One process, sorted order and a fixed hash seed make it the same bytes every time."""
    command = [interpreter, "-s", "-P", "-m", "compileall", "-q", "-q", "--invalidation-mode", "unchecked-hash"]
    # -I would ignore PYTHONHASHSEED, so the two of its effects that matter are asked for one by one.
    done = subprocess.run(
        [*command, *options, "-d", _LAMBDA_ROOT, "."],
        check=False,
        cwd=tree,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            "PYTHONHASHSEED": "0",
        },
        capture_output=True,
        text=True,
    )
    if done.returncode not in {0, 1}:  # 1: some file could not be compiled
        raise click.ClickException(f"{interpreter} could not compile the artifact: {done.stderr.strip()}")


def _zip(tree: Path, archive: Path) -> None:
    files = sorted((path.relative_to(tree).as_posix(), path) for path in tree.rglob("*") if path.is_file())
    with zipfile.ZipFile(archive, "w") as out:
        for name, path in files:
            entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
            entry.create_system = _UNIX
            entry.external_attr = _FILE_MODE << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, path.read_bytes(), compresslevel=_COMPRESSION_LEVEL)
