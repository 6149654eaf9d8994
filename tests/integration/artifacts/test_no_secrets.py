"""No artifact holds a secret: they are read at run time."""

from __future__ import annotations

import re
import zipfile

import pytest

from infra.recording import SECRETS
from integration.artifacts.conftest import Built
from ossi_cli.workspace import functions
from ossi_playground.seed import load_seed

FUNCTIONS = [function.name for function in functions()]
SEED = load_seed()
# What a build on this machine could pick up, and what any real token of Slack looks like.
KNOWN = [value.encode() for value in (SEED.bot_token, SEED.signing_secret, SEED.verification_token, *SECRETS.values())]
TOKEN = re.compile(rb"xox[abeoprs]-[0-9]{6,}-[0-9A-Za-z-]{6,}")


def found_in(content: bytes) -> list[bytes]:
    return [each for each in KNOWN if each in content] + TOKEN.findall(content)


def test_a_secret_would_be_found() -> None:
    token = b"-".join([b"xoxb", b"123456789012", b"1234567890123", b"AbCdEfGhIjKl"])
    assert found_in(b"before " + token + b" after") == [token]
    assert found_in(b"before " + SEED.signing_secret.encode()) == [SEED.signing_secret.encode()]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_file_of_an_artifact_holds_a_secret(name: str, local_artifacts: dict[str, Built]) -> None:
    with zipfile.ZipFile(local_artifacts[name].archive) as archive:
        holding = {entry: found for entry in archive.namelist() if (found := found_in(archive.read(entry)))}
    assert holding == {}
