"""The text of a slash command, read."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class CommandLine:
    """word: the command's, in small letters, or None where it isn't one. argument: what stands behind it.

    unknown: what was typed in the place of a command, as it was typed; nearest: the command that is most like it.
    """

    word: str | None
    argument: str = ""
    unknown: str | None = None
    nearest: str | None = None


def read_command_line(text: str, words: Collection[str]) -> CommandLine:
    """Reads the text of a slash command. words: those that are commands. Nothing at all means help; the argument keeps its inner space."""
    word, *rest = text.split(maxsplit=1) or ["help"]
    argument = rest[0].strip() if rest else ""
    if word.lower() in words:
        return CommandLine(word.lower(), argument)
    from difflib import get_close_matches  # only for a word that nobody knows

    near = get_close_matches(word.lower(), words, n=1, cutoff=0.5)
    return CommandLine(None, argument, word, near[0] if near else None)
