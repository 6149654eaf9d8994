"""The layers of docs/architecture.md, checked by reading the imports of every module."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT / "shared" / "src"
FUNCTIONS = sorted(ROOT.glob("functions/*/src/ossi_*"))

# layer -> what its modules may import besides the standard library
MAY_IMPORT = {
    "ossi.domain": ("ossi.domain", "iso4217", "pydantic", "pydantic_core"),
    "ossi.contracts": (),
    "ossi.ports": ("ossi.domain",),
    "ossi.runtime": ("ossi.domain", "ossi.ports", "ossi.runtime"),
    "ossi.slack.errors": ("ossi.domain",),
    "ossi.slack.messages": (
        "ossi.domain",
        "ossi.delivery.errors",
        "ossi.ports",
        "ossi.runtime.errors",
        "ossi.slack",
        "slack_sdk",
    ),
    "ossi.slack": ("ossi.domain", "ossi.ports", "ossi.slack", "ossi.runtime.https", "slack_sdk"),
    "ossi.use_cases": ("ossi.domain", "ossi.ports", "ossi.slack.errors", "ossi.use_cases"),
    # For the functions that deliver.
    "ossi.wiring.delivering": ("ossi.delivery", "ossi.runtime", "ossi.wiring"),
    # It builds what it is asked for, and asks for nothing: it knows neither use cases nor deliveries.
    "ossi.wiring": ("ossi.aws", "ossi.domain", "ossi.ports", "ossi.runtime", "ossi.slack", "ossi.wiring"),
    "ossi.delivery": (
        "ossi.contracts",
        "ossi.domain",
        "ossi.ports",
        "ossi.slack.errors",
        "ossi.slack.messages",
        "ossi.delivery",
    ),
    "ossi.aws": (
        "ossi.domain",
        "ossi.contracts",
        "ossi.ports",
        "ossi.delivery",
        "ossi.aws",
        "ossi.runtime.https",
        "pydantic",
        "boto3",
        "botocore",
    ),
}


# The modules of a function that know AWS: its composition root, and adapters that only it has.
COMPOSITION_ROOTS = {
    "bootstrap.py",
    "handler.py",
    "checkpoint.py",
    "closed_months.py",
    "downloads.py",
    "report_files.py",
    "report_records.py",
    "lease.py",
}


def imports_of(path: Path) -> Iterator[str]:
    """Every module that the file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""


def module_of(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def shared_modules() -> list[Path]:
    return sorted(SHARED.rglob("*.py"))


@pytest.mark.parametrize("path", shared_modules(), ids=lambda path: module_of(path, SHARED))
def test_a_shared_module_imports_only_what_its_layer_may(path: Path) -> None:
    module = module_of(path, SHARED)
    layers = [layer for layer in MAY_IMPORT if is_within(module, layer)]
    assert layers or module == "ossi", f"{module} belongs to no layer: add it to MAY_IMPORT and to docs/architecture.md"
    allowed = MAY_IMPORT[layers[0]] if layers else ()
    foreign = [
        name
        for name in imports_of(path)
        if name.split(".")[0] not in sys.stdlib_module_names and not any(is_within(name, each) for each in allowed)
    ]
    assert foreign == []


@pytest.mark.parametrize("folder", FUNCTIONS, ids=lambda folder: folder.name)
def test_a_function_keeps_to_itself(folder: Path) -> None:
    for path in folder.rglob("*.py"):
        names = list(imports_of(path))
        assert not [name for name in names if name.startswith("ossi_") and not is_within(name, folder.name)], path
        if path.name not in COMPOSITION_ROOTS:
            assert not [name for name in names if is_within(name, "ossi.aws")], path


@pytest.mark.parametrize(
    ("packages", "known_to"),
    [
        (("boto3", "botocore"), {"aws/sdk.py"}),
        (("slack_sdk.web", "slack_sdk.webhook", "slack_sdk.http_retry"), {"slack/sdk_transport.py"}),
        (("iso4217",), {"domain/money.py"}),
    ],
)
def test_what_takes_long_to_import_is_known_to_few(packages: tuple[str, ...], known_to: set[str]) -> None:
    """Whoever imports another module waits for none of it."""
    knowing = {
        path.relative_to(SHARED / "ossi").as_posix()
        for path in shared_modules()
        if any(is_within(name, package) for name in imports_of(path) for package in packages)
    }
    assert knowing == known_to


def test_pandas_and_openpyxl_are_known_in_four_modules_of_the_report_only() -> None:
    heavy = ("pandas", "numpy", "openpyxl", "lxml")
    knowing = {
        path.relative_to(ROOT / "functions").as_posix()
        for folder in [*FUNCTIONS, SHARED]
        for path in folder.rglob("*.py")
        if any(is_within(name, package) for name in imports_of(path) for package in heavy)
    }
    assert knowing == {f"report/src/ossi_report/{module}.py" for module in ("aggregate", "book", "chart", "sheet")}


# package -> those of this repository that it may import besides itself
PLAYGROUND = {
    "local_slack": (),
    "local_aws": (),
    "ossi_playground": ("ossi", "local_slack", "local_aws"),
}


@pytest.mark.parametrize("package", PLAYGROUND)
def test_the_local_slack_and_the_local_aws_know_nothing_of_ossi_nor_of_each_other(package: str) -> None:
    ours = {"ossi", "ossi_cli", "ossi_playground", "local_slack", "local_aws", *(folder.name for folder in FUNCTIONS)}
    source = ROOT / "playground" / package / "src" / package
    imported = {name.split(".")[0] for path in source.rglob("*.py") for name in imports_of(path)}
    assert (imported & ours) - {package} == set(PLAYGROUND[package])


@pytest.mark.parametrize("package", ["local_slack", "local_aws"])
def test_the_local_slack_and_the_local_aws_do_not_name_ossi(package: str) -> None:
    source = ROOT / "playground" / package / "src"
    files = [path for path in source.rglob("*") if path.suffix in {".py", ".js", ".css", ".html", ".svg", ".json"}]
    assert files
    assert [path.name for path in files if re.search(r"\bossi", path.read_text(), re.IGNORECASE)] == []


def test_every_function_has_the_same_shape() -> None:
    assert [folder.name for folder in FUNCTIONS] == [
        "ossi_download",
        "ossi_interactions",
        "ossi_reconcile",
        "ossi_report",
        "ossi_slash",
        "ossi_stream",
    ]
    for folder in FUNCTIONS:
        assert {"handler.py", "settings.py", "bootstrap.py"} <= {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("path", [path for folder in FUNCTIONS for path in sorted(folder.rglob("*.py"))], ids=str)
def test_what_a_function_logs_is_under_the_logger_that_is_set_up(path: Path) -> None:
    """Lines and metrics of any other logger wouldn't come out (runtime.logs.set_up)."""
    names = [line.partition("getLogger(")[2] for line in path.read_text().splitlines() if "getLogger(" in line]
    assert all(name.startswith('"ossi.') for name in names), names
