"""`ossi build` as a person meets it: what it skips, what it prints, what it says when something is wrong."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from ossi_cli import build, packaging
from ossi_cli.build import build_artifacts
from ossi_cli.main import cli
from ossi_cli.packaging import Target
from ossi_cli.uv import Uv, UvError
from ossi_cli.workspace import ROOT, Function, commit, functions, source_hash


def built_anew(target: Target, output: Path, *, force: bool = False) -> bool:
    [artifact] = build_artifacts(("download",), target, output, force=force)
    return artifact.seconds is not None


def test_what_has_not_changed_is_not_built_again(tmp_path: Path, cloud: Target) -> None:
    assert built_anew(cloud, tmp_path)
    assert not built_anew(cloud, tmp_path)
    assert built_anew(cloud, tmp_path, force=True)


def test_a_damaged_archive_is_built_again(tmp_path: Path, cloud: Target) -> None:
    built_anew(cloud, tmp_path)
    sound = (tmp_path / "download.zip").read_bytes()
    (tmp_path / "download.zip").write_bytes(sound[:1000])

    assert built_anew(cloud, tmp_path)
    assert (tmp_path / "download.zip").read_bytes() == sound


def test_a_damaged_record_is_no_obstacle(tmp_path: Path, cloud: Target) -> None:
    built_anew(cloud, tmp_path)
    (tmp_path / "download.json").write_text("{")

    assert built_anew(cloud, tmp_path)


def test_a_record_says_what_the_archive_was_built_for_and_from(tmp_path: Path, cloud: Target) -> None:
    built_anew(cloud, tmp_path)

    record = json.loads((tmp_path / "download.json").read_text())
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (record["architecture"], record["python"]) == ("arm64", "3.13")
    assert record["version"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert record["sha256"] == hashlib.sha256((tmp_path / "download.zip").read_bytes()).hexdigest()
    if head.returncode == 0:
        assert record["commit"].removesuffix("+changes") == head.stdout.strip()
    else:
        assert record["commit"] is None


def test_the_same_bytes_of_another_version_get_another_record_without_being_built_again(
    tmp_path: Path, cloud: Target
) -> None:
    built_anew(cloud, tmp_path)
    path = tmp_path / "download.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, "version": "0.0.1", "commit": None}))

    assert not built_anew(cloud, tmp_path)
    assert json.loads(path.read_text()) == record


def git(directory: Path, *words: str) -> str:
    person = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    done = subprocess.run(["git", *person, *words], cwd=directory, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_commit_is_the_one_that_is_checked_out_and_says_if_its_sources_have_changed(tmp_path: Path) -> None:
    assert commit(tmp_path) is None
    checkout_with_a_function(tmp_path)
    git(tmp_path, "init", "--quiet")
    assert commit(tmp_path) is None  # nothing is committed
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    head = git(tmp_path, "rev-parse", "HEAD")

    assert commit(tmp_path) == head
    (tmp_path / "notes.txt").write_text("of no artifact")
    assert commit(tmp_path) == head
    (tmp_path / "shared" / "src" / "ossi" / "new.py").write_text("")
    assert commit(tmp_path) == f"{head}+changes"
    # A copy of Ossi in a folder of someone else's repository.
    assert commit(tmp_path / "shared") is None


def test_another_target_in_the_same_directory_is_built_anew(tmp_path: Path, cloud: Target, local: Target) -> None:
    built_anew(cloud, tmp_path)

    assert built_anew(local, tmp_path)


@pytest.mark.parametrize(
    "changed", ["uv.lock", "functions/greet/src/ossi_greet/handler.py", "shared/src/ossi/words.py"]
)
def test_the_hash_follows_the_lock_and_the_sources(tmp_path: Path, changed: str) -> None:
    function = checkout_with_a_function(tmp_path)
    before = source_hash(function, tmp_path)
    cache = tmp_path / "shared" / "src" / "ossi" / "__pycache__"
    cache.mkdir()
    (cache / "words.cpython-311.pyc").write_bytes(b"compiled")
    assert source_hash(function, tmp_path) == before

    (tmp_path / changed).write_text("changed = True\n")

    assert source_hash(function, tmp_path) != before


def checkout_with_a_function(root: Path) -> Function:
    folder = root / "functions" / "greet"
    (folder / "src" / "ossi_greet").mkdir(parents=True)
    (folder / "src" / "ossi_greet" / "handler.py").write_text("")
    (folder / "pyproject.toml").write_text('[project]\nname = "ossi-greet"\n')
    (root / "shared" / "src" / "ossi").mkdir(parents=True)
    (root / "shared" / "src" / "ossi" / "words.py").write_text("")
    (root / "uv.lock").write_text("")
    [function] = functions(root)
    return function


def test_a_new_folder_is_a_new_function(tmp_path: Path) -> None:
    function = checkout_with_a_function(tmp_path)

    assert (function.name, function.package) == ("greet", "ossi-greet")
    assert function.handler_module == "ossi_greet.handler"


def test_one_line_a_function_with_size_and_path(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["build", "download", "slash", "--no-bytecode", "--output", str(tmp_path)])

    assert result.exit_code == 0, result.output
    first, second, *_ = result.output.splitlines()
    assert re.fullmatch(rf"download +\d\.\d MB +\d+\.\d s +{tmp_path}/download\.zip", first)
    assert re.fullmatch(rf"slash +\d\.\d MB +\d+\.\d s +{tmp_path}/slash\.zip", second)


def test_an_unknown_function_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["build", "reprot", "--output", str(tmp_path)])

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: There is no function named reprot; there are download, ")


def test_an_output_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    directory = tmp_path / "file" / "inside"

    result = CliRunner().invoke(cli, ["build", "download", "--no-bytecode", "--output", str(directory)])

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: The artifacts cannot be written: ")


def test_bytecode_that_cannot_be_made_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_any_python(tmp_path, monkeypatch)

    result = CliRunner().invoke(cli, ["build", "--bytecode", "--output", str(tmp_path)])

    assert result.exit_code == 1
    assert "no python3.13 on the PATH to compile with, and it could not be fetched" in result.stderr


def test_bytecode_that_was_not_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_any_python(tmp_path, monkeypatch)
    # Everything else has been fetched before.
    CliRunner().invoke(cli, ["build", "download", "--no-bytecode", "--output", str(tmp_path)])

    result = CliRunner().invoke(cli, ["build", "download", "--output", str(tmp_path)])

    assert result.exit_code == 0, result.output
    assert "for cloud-arm64, Python 3.13, sources only" in result.stdout
    assert "no python3.13 on the PATH to compile with, and it could not be fetched" in result.stderr


def without_any_python(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None on the PATH, none that was fetched before, and none that can be fetched."""
    monkeypatch.setenv("PATH", str(directory))
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
    monkeypatch.setattr(build, "_PYTHONS", directory / "python")


RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.mark.parametrize("kind", ["path", "shims", "fetched"])
def test_a_python_to_compile_with_is_found_where_machines_have_them(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"python{RUNNING}"
    places = {
        "path": tmp_path / "bin",
        "shims": tmp_path / "pyenv" / "versions" / f"{RUNNING}.99" / "bin",
        "fetched": tmp_path / "fetched" / f"cpython-{RUNNING}.99-linux" / "bin",
    }
    (place := places[kind]).mkdir(parents=True)
    (place / name).symlink_to(Path(sys.executable).resolve())
    # A shim of a version manager that has another version chosen, and a file that is no program.
    (shims := tmp_path / "pyenv" / "shims").mkdir(parents=True)
    (shims / name).write_text("#!/bin/sh\nexit 127\n")
    (shims / name).chmod(0o755)
    (other := tmp_path / "other").mkdir()
    (other / name).touch()
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, [shims, other, tmp_path / "bin"])))

    found = packaging.find_interpreter(RUNNING, tmp_path / "fetched")

    assert found == place / name
    assert packaging.find_interpreter("3.0", tmp_path / "fetched") is None


def test_a_missing_uv_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    with pytest.raises(UvError, match=r"^uv is missing: run `make install`"):
        Uv(ROOT)


def test_a_lock_that_is_out_of_date_is_a_sentence(tmp_path: Path) -> None:
    for file in [*ROOT.glob("*.toml"), *ROOT.glob("*/pyproject.toml"), *ROOT.glob("*/*/pyproject.toml")]:
        copy = tmp_path / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    uv = Uv(tmp_path)
    with pytest.raises(UvError, match=r"uv\.lock is missing"):
        uv.check_lock()
    shutil.copyfile(ROOT / "uv.lock", tmp_path / "uv.lock")
    uv.check_lock()

    project = tmp_path / "cli" / "pyproject.toml"
    project.write_text(re.sub(r"click>=[\d.]+", "click>=1", project.read_text()))

    with pytest.raises(UvError, match=r"uv\.lock does not fit"):
        uv.check_lock()


def test_a_missing_network_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_OFFLINE", "1")

    result = CliRunner().invoke(cli, ["build", "slash", "--no-bytecode", "--output", str(tmp_path)])

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: The package index cannot be reached, ")


def test_help_does_not_wait_for_what_it_does_not_need() -> None:
    script = (
        "import sys; from ossi_cli.main import main\n"
        "try: main()\n"
        "except SystemExit: print(*sys.modules, file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", script, "build", "--help"], capture_output=True, text=True, check=True)

    assert "Make the deployment artifact" in done.stdout
    assert not {"boto3", "pulumi", "pydantic", "ossi_playground", "slack_sdk"} & set(done.stderr.split())


def test_the_version_is_shown() -> None:
    assert re.fullmatch(r"ossi, version \d+\.\d+\.\d+\n", CliRunner().invoke(cli, ["--version"]).output)
