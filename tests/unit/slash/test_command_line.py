"""The words after /ossi."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossi.slack.messages.help import USAGE
from ossi_slash.command_line import CommandLine, read_command_line
from ossi_slash.commands import COMMANDS
from settings import REPOSITORY


@pytest.mark.parametrize("text", ["", " ", "\n", "help", "HELP", " help "])
def test_nothing_means_help(text: str) -> None:
    assert read_command_line(text, COMMANDS) == CommandLine("help")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("new", CommandLine("new")),
        ("NEW", CommandLine("new")),
        ("New  a fix", CommandLine("new", "a fix")),
        ("new first\n  second\n\nthird ", CommandLine("new", "first\n  second\n\nthird")),
        ("new\nbelow", CommandLine("new", "below")),
        ("new\u00a0no-break space", CommandLine("new", "no-break space")),
        ("new new", CommandLine("new", "new")),
        ("report 2026-10", CommandLine("report", "2026-10")),
        ("report\t2026-10\n", CommandLine("report", "2026-10")),
        ("list", CommandLine("list")),
    ],
)
def test_known_words_are_read(text: str, command: CommandLine) -> None:
    assert read_command_line(text, COMMANDS) == command


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("nwe", "new"),
        ("neu a fix", "new"),
        ("LSIT", "list"),
        ("reprot 2026-10", "report"),
        ("reports", "report"),
        ("hlep", "help"),
        ("halp", "help"),
        ("--help", "help"),
        ("xyzzy", None),
        ("<!channel>", None),
        ("🎉", None),
    ],
)
def test_an_unknown_word_is_kept_as_typed_with_the_nearest_command(text: str, suggestion: str | None) -> None:
    line = read_command_line(text, COMMANDS)
    assert line.word is None
    assert (line.unknown, line.nearest) == (text.split()[0], suggestion)


@given(st.text())
def test_every_text_is_read_and_nothing_but_its_edges_is_lost(text: str) -> None:
    line = read_command_line(text, COMMANDS)
    assert (line.word is None) == (line.unknown is not None)
    assert line.word is None or line.word in COMMANDS
    assert line.nearest is None or line.nearest in COMMANDS
    assert line.argument in text
    if text.strip():
        word = line.word or line.unknown or ""
        assert (word + line.argument).lower().split() == "".join(text.split(maxsplit=1)).lower().split()


def test_a_word_that_is_registered_is_a_command_and_those_near_it_are_not() -> None:
    assert read_command_line("Ping  pong", {*COMMANDS, "ping"}) == CommandLine("ping", "pong")
    assert read_command_line("pinh", {*COMMANDS, "ping"}).nearest == "ping"


def test_the_help_tells_of_every_command() -> None:
    assert [usage.split()[1] for usage in USAGE] == list(COMMANDS)


def test_the_readme_tells_of_every_command() -> None:
    page = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(/ossi .+?)` \|", page, re.MULTILINE) == list(USAGE)
