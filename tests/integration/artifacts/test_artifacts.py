"""What the deployment artifacts hold, and what they must not."""

from __future__ import annotations

import json
import marshal
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from types import CodeType

import pytest

from integration.artifacts.conftest import Built
from integration.artifacts.import_graph import loaded_by_import, reached_by_reading, top_level
from local_aws.environment import ensure_environment
from ossi_cli.build import build_artifacts
from ossi_cli.packaging import Target
from ossi_cli.workspace import ROOT, functions

FUNCTIONS = [function.name for function in functions()]
REPORT_WORDS = "ossi/slack/messages/report.py"
OURS = {"ossi", *(f"ossi_{name}" for name in FUNCTIONS)}
ONLY_IN_REPORT = {"pandas", "numpy", "openpyxl"}

# Megabytes (10^6 bytes). A small archive is a quick cold start; Lambda refuses above 50 MB.
LIMIT_MB = {"report": 26.0}
LIMIT_MB_OF_THE_OTHERS = 5.0

# pyc header: magic (4 bytes), flags (4), source hash (8). Flags 0b01: hash-based, never checked against the source.
PYC_HEADER = 16
UNCHECKED_HASH = (0b01).to_bytes(4, "little")


def entries(artifact: Built) -> list[str]:
    with zipfile.ZipFile(artifact.archive) as content:
        return content.namelist()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_handler_can_be_imported_with_only_boto3_beside_it(
    name: str, local_artifacts: dict[str, Built], runtime: Path
) -> None:
    built = local_artifacts[name]

    loaded = loaded_by_import(ensure_environment(), built.function.handler_module, built.unpacked, runtime)

    assert built.function.handler_module in loaded


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_artifact_holds_a_package_that_its_function_does_not_import(
    name: str, local_artifacts: dict[str, Built], cloud_artifacts: dict[str, Built], runtime: Path
) -> None:
    built = local_artifacts[name]
    handler = built.function.handler_module

    loaded = loaded_by_import(ensure_environment(), handler, built.unpacked, runtime)
    not_reached = top_level(entries(built)) - top_level(loaded)
    # Those for the cloud hold the same packages, and their sources.
    for module in reached_by_reading(cloud_artifacts[name].unpacked, handler):
        if not not_reached:
            break
        not_reached -= top_level([module])

    assert not_reached == set()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_artifact_holds_the_modules_of_ours_that_its_handler_can_reach_and_no_other(
    name: str, sources: Path, cloud_artifacts: dict[str, Built]
) -> None:
    built = cloud_artifacts[name]

    assert ours(built) == reached_of_ours(sources, built.function.handler_module)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("initialization", ["snap-start", "provisioned-concurrency"])
def test_where_lambda_prepares_ahead_every_module_of_ours_is_imported(
    name: str, initialization: str, local_artifacts: dict[str, Built], runtime: Path
) -> None:
    built = local_artifacts[name]

    loaded = loaded_by_import(
        ensure_environment(), built.function.handler_module, built.unpacked, runtime, initialization
    )

    assert ours(built) - set(loaded) == set()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_on_demand_no_module_of_ours_is_imported_that_can_wait(
    name: str, sources: Path, local_artifacts: dict[str, Built], runtime: Path
) -> None:
    built = local_artifacts[name]
    handler = built.function.handler_module

    loaded = set(loaded_by_import(ensure_environment(), handler, built.unpacked, runtime))

    assert loaded & ours(built) == reached_of_ours(sources, handler, later=False)


@pytest.mark.parametrize("name", ["slash", "interactions"])
def test_people_wait_for_a_part_of_the_modules_only(name: str, sources: Path) -> None:
    handler = f"ossi_{name}.handler"

    assert reached_of_ours(sources, handler, later=False) < reached_of_ours(sources, handler)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All packages of ours that functions are made of, beside each other, with all of their modules."""
    directory = tmp_path_factory.mktemp("sources")
    for package in [ROOT / "shared" / "src" / "ossi", *ROOT.glob("functions/*/src/ossi_*")]:
        (directory / package.name).symlink_to(package)
    return directory


def reached_of_ours(sources: Path, handler: str, *, later: bool = True) -> set[str]:
    """The modules and packages of ours that the handler's module imports. later: those too that wait for a call."""
    reached = reached_by_reading(sources, handler, later=later)
    return {name for name in reached if top_level([name]) <= OURS and is_module(sources, name)}


def is_module(root: Path, name: str) -> bool:
    path = root.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def ours(built: Built) -> set[str]:
    """The modules and packages of ours that an artifact holds."""
    files = [Path(entry) for entry in entries(built) if entry.endswith(".py") and top_level([entry]) <= OURS]
    return {".".join(file.with_suffix("").parts).removesuffix(".__init__") for file in files}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_cloud_gets_the_same_packages_as_the_local_aws(
    name: str, local_artifacts: dict[str, Built], cloud_artifacts: dict[str, Built]
) -> None:
    assert top_level(entries(cloud_artifacts[name])) == top_level(entries(local_artifacts[name]))


def test_only_report_holds_pandas_numpy_and_openpyxl(cloud_artifacts: dict[str, Built]) -> None:
    assert {
        name: found for name, built in cloud_artifacts.items() if (found := top_level(entries(built)) & ONLY_IN_REPORT)
    } == {"report": ONLY_IN_REPORT}


def test_boto3_is_left_to_the_runtime(cloud_artifacts: dict[str, Built]) -> None:
    for built in cloud_artifacts.values():
        assert not top_level(entries(built)) & {"boto3", "botocore", "s3transfer"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_artifacts_stay_small(name: str, cloud_artifacts: dict[str, Built]) -> None:
    size = cloud_artifacts[name].archive.stat().st_size / 1e6

    assert size <= LIMIT_MB.get(name, LIMIT_MB_OF_THE_OTHERS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_artifacts_stay_small_with_bytecode(name: str, compiled_cloud_artifacts: dict[str, Built]) -> None:
    size = compiled_cloud_artifacts[name].archive.stat().st_size / 1e6

    assert size <= LIMIT_MB.get(name, LIMIT_MB_OF_THE_OTHERS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_bytecode_takes_the_place_of_the_sources_of_others(name: str, local_artifacts: dict[str, Built]) -> None:
    files = {Path(entry) for entry in entries(local_artifacts[name]) if top_level([entry]).isdisjoint(OURS)}

    assert not [file for file in files if file.suffix == ".py" and file.with_suffix(".pyc") in files]
    assert not [file for file in files if file.parent.name == "__pycache__"]
    sources_only = [file for file in files if file.suffix == ".py"]
    assert len(sources_only) <= 2, "what this Python cannot compile is an exception"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_nothing_is_packed_that_is_never_read(name: str, cloud_artifacts: dict[str, Built]) -> None:
    unwanted = [
        entry
        for entry in entries(cloud_artifacts[name])
        if entry.endswith((".pyi", ".h", ".a", ".pxd", ".pyc"))
        or "/tests/" in entry
        or ".dist-info/" in entry
        or entry.startswith((".", "bin/"))
    ]

    assert unwanted == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_local_artifacts_built_twice_are_the_same_bytes(
    name: str, local_again: Path, local_artifacts: dict[str, Built]
) -> None:
    assert_same_bytes(local_artifacts[name].archive, local_again / f"{name}.zip")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_sentence_of_the_report_changes_the_report_s_artifact_and_no_other(
    name: str, with_another_sentence: Path, cloud_artifacts: dict[str, Built]
) -> None:
    """Built from another checkout, too: every other byte is the same."""
    built, again = cloud_artifacts[name].archive, with_another_sentence / f"{name}.zip"

    assert differing_entries(built, again) == ([REPORT_WORDS] if name == "report" else [])
    if name != "report":
        assert built.read_bytes() == again.read_bytes()


def assert_same_bytes(first: Path, second: Path) -> None:
    """Byte for byte; a difference names the entries. Sources that were edited between the builds are told apart."""
    inputs = [json.loads(archive.with_suffix(".json").read_text())["inputs"] for archive in (first, second)]
    assert inputs[0] == inputs[1], "a source file was changed while this test ran: run it again"
    if first.read_bytes() == second.read_bytes():
        return
    differing = differing_entries(first, second) or "the order or the attributes of its entries"
    pytest.fail(f"built twice, {first.name} differs in {differing}")


def differing_entries(first: Path, second: Path) -> list[str]:
    """The names of the entries that only one of two archives holds, or that have another content in each."""
    with zipfile.ZipFile(first) as one, zipfile.ZipFile(second) as other:
        names = set(one.namelist()) ^ set(other.namelist())
        both = set(one.namelist()) & set(other.namelist())
        return sorted(names | {name for name in both if one.read(name) != other.read(name)})


@pytest.fixture(scope="module")
def local_again(tmp_path_factory: pytest.TempPathFactory, local: Target) -> Path:
    directory = tmp_path_factory.mktemp("local-again")
    build_artifacts((), local, directory)
    return directory


@pytest.fixture(scope="module")
def with_another_sentence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifacts for AWS, without bytecode, of a copy of this checkout whose report says something else."""
    checkout, output = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("with-another-sentence")
    projects = [*ROOT.glob("*.toml"), *ROOT.glob("*/pyproject.toml"), *ROOT.glob("playground/*/pyproject.toml")]
    for file in [ROOT / "uv.lock", *projects]:
        (checkout / file.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, checkout / file.relative_to(ROOT))
    for folder in ("shared", "functions", "cli"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, checkout / folder, ignore=ignored, dirs_exist_ok=True)
    words = checkout / "shared" / "src" / REPORT_WORDS
    said = words.read_text(encoding="utf-8")
    changed = said.replace("no accepted contributions", "no contributions that were accepted")
    assert changed != said, "the report's words are others now: change another sentence of theirs here"
    words.write_text(changed, encoding="utf-8")

    command = ["build", "--no-bytecode", "--output", str(output)]
    subprocess.run(
        [sys.executable, "-c", "from ossi_cli.main import main; main()", *command],
        env={**os.environ, "PYTHONPATH": str(checkout / "cli" / "src")},
        check=True,
    )
    return output


@pytest.mark.parametrize("name", FUNCTIONS)
def test_entries_are_sorted_and_carry_neither_time_nor_owner(name: str, local_artifacts: dict[str, Built]) -> None:
    with zipfile.ZipFile(local_artifacts[name].archive) as content:
        infos = content.infolist()

    assert [info.filename for info in infos] == sorted(info.filename for info in infos)
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {info.external_attr >> 16 for info in infos} == {stat.S_IFREG | 0o644}
    assert {info.extra for info in infos} == {b""}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_path_of_this_machine_is_inside(name: str, local_artifacts: dict[str, Built]) -> None:
    machine = [os.fsencode(path) for path in (str(ROOT), sys.prefix, tempfile.gettempdir() + "/pytest")]

    with zipfile.ZipFile(local_artifacts[name].archive) as content:
        for entry in content.namelist():
            assert not entry.startswith("/")
            text = content.read(entry)
            assert not [path for path in machine if path in text], entry


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_module_of_ours_is_compiled_and_never_checked_against_its_source(
    name: str, local_artifacts: dict[str, Built]
) -> None:
    built = local_artifacts[name]
    sources = [path for package in ("ossi", f"ossi_{name}") for path in (built.unpacked / package).rglob("*.py")]

    assert sources
    for source in sources:
        compiled = source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
        content = compiled.read_bytes()
        code = marshal.loads(content[PYC_HEADER:])  # noqa: S302 -- made by this very test run
        assert content[4:8] == UNCHECKED_HASH
        assert isinstance(code, CodeType)
        assert code.co_filename == f"/var/task/{source.relative_to(built.unpacked).as_posix()}"
