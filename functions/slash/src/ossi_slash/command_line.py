"""The text of a slash command, read."""

from collections.abc import Collection
from dataclasses import dataclass

from ossi.domain.typed_text import cleaned, what_is_seen


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
    """Reads the text of a slash command. words: those that are commands. Nothing at all means help; the argument keeps its inner space.

    What can't be seen is no part of a word, and goes from the ends of the argument.
    """
    typed, *rest = cleaned(text).split(maxsplit=1) or ["help"]
    word = what_is_seen(typed).lower()
    argument = cleaned(rest[0]) if rest else ""
    if word in words:
        return CommandLine(word, argument)
    from difflib import get_close_matches  # only for a word that nobody knows

    near = get_close_matches(word, words, n=1, cutoff=0.5)
    return CommandLine(None, argument, typed, near[0] if near else None)
