"""The words after /ossi. A new word is one new entry of COMMANDS, and one answer in the slash function."""

from dataclasses import dataclass

COMMANDS = ("new", "list", "report", "help")


@dataclass(frozen=True)
class Command:
    """A word and what stands behind it. word is one of COMMANDS, or what was typed in its place; suggestion: the nearest command."""

    word: str
    argument: str = ""
    suggestion: str | None = None

    @property
    def known(self) -> bool:
        """Whether Ossi has an answer of its own for it."""
        return self.word in COMMANDS


def parse_command(text: str) -> Command:
    """Reads the text of a slash command. Nothing at all means help; the argument keeps its inner line breaks and spaces."""
    word, *rest = text.split(maxsplit=1) or [""]
    argument = rest[0].strip() if rest else ""
    if not word:
        return Command("help")
    if word.lower() in COMMANDS:
        return Command(word.lower(), argument)
    from difflib import get_close_matches  # only for a word that nobody knows

    near = get_close_matches(word.lower(), COMMANDS, n=1, cutoff=0.5)
    return Command(word, argument, near[0] if near else None)
