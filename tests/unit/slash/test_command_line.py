"""The words after /ossi."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossi.domain.typed_text import what_is_seen
from ossi.slack.messages.help import USAGE
from ossi_slash.command_line import CommandLine, read_command_line
from ossi_slash.commands import COMMANDS
from settings import REPOSITORY


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "help", "HELP", " help ", "\u200b", "\u2800\ufeff \u3164", "\u200bhe\u00adlp\u2060"]
)
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
        ("\u200bnew", CommandLine("new")),
        ("\ufeff\u200e ne\u00adw\u200b \u2060a\u200bfix\u200b \u200b", CommandLine("new", "a\u200bfix")),
        ("new \u200b", CommandLine("new")),
        ("new 👩\u200d💻 ❤\ufe0f", CommandLine("new", "👩\u200d💻 ❤\ufe0f")),
        ("new \u202etxt.exe\u202c", CommandLine("new", "txt.exe")),
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


@given(st.text() | st.text(st.sampled_from("new list\u200b\u202e\u2800\ufeffä👩\u200d💻")))
def test_every_text_is_read_and_nothing_is_lost_that_can_be_seen(text: str) -> None:
    line = read_command_line(text, COMMANDS)
    assert (line.word is None) == (line.unknown is not None)
    assert line.word is None or line.word in COMMANDS
    assert line.nearest is None or line.nearest in COMMANDS
    if seen := what_is_seen(text):
        word = what_is_seen(line.word or line.unknown or "")
        assert (word + what_is_seen(line.argument)).lower().replace(" ", "") == seen.lower().replace(" ", "")


def test_a_word_that_is_registered_is_a_command_and_those_near_it_are_not() -> None:
    assert read_command_line("Ping  pong", {*COMMANDS, "ping"}) == CommandLine("ping", "pong")
    assert read_command_line("pinh", {*COMMANDS, "ping"}).nearest == "ping"


def test_the_help_tells_of_every_command() -> None:
    assert [usage.split()[1] for usage in USAGE] == list(COMMANDS)


def test_the_readme_tells_of_every_command() -> None:
    page = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(/ossi .+?)` \|", page, re.MULTILINE) == list(USAGE)
