"""The words after /ossi."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossi.domain.commands import COMMANDS, Command, parse_command


@pytest.mark.parametrize("text", ["", " ", "\n", "help", "HELP", " help "])
def test_nothing_means_help(text: str) -> None:
    assert parse_command(text) == Command("help")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("new", Command("new")),
        ("NEW", Command("new")),
        ("New  a fix", Command("new", "a fix")),
        ("new first\n  second\n\nthird ", Command("new", "first\n  second\n\nthird")),
        ("new\nbelow", Command("new", "below")),
        ("new\u00a0no-break space", Command("new", "no-break space")),
        ("new new", Command("new", "new")),
        ("report 2026-10", Command("report", "2026-10")),
        ("report\t2026-10\n", Command("report", "2026-10")),
        ("list", Command("list")),
    ],
)
def test_known_words_are_read(text: str, command: Command) -> None:
    assert parse_command(text) == command
    assert parse_command(text).known


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
    command = parse_command(text)
    assert not command.known
    assert command.word == text.split()[0]
    assert command.suggestion == suggestion


@given(st.text())
def test_every_text_is_read_and_nothing_but_its_edges_is_lost(text: str) -> None:
    command = parse_command(text)
    assert command.known == (command.word in COMMANDS)
    assert command.suggestion is None or command.suggestion in COMMANDS
    assert command.argument in text
    if text.strip():
        assert (command.word + command.argument).lower().split() == "".join(text.split(maxsplit=1)).lower().split()
