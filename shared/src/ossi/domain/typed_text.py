"""What people type, without what nobody can see (R45).

Text that's pasted from elsewhere brings characters along that have no shape: zero-width spaces, byte order marks, direction
controls. They aren't a reason to refuse a text, but they mustn't count as one either. What can't be seen is what Unicode says:
Default_Ignorable_Code_Point (DerivedCoreProperties.txt of the Unicode Character Database), white space and control characters.
"""

import re

# `unicodedata` doesn't have this property. These are its ranges in Unicode 16, and they're stable: code points that are still
# unassigned were given the property ahead of time. A test compares them with a library that knows it.
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# The blank Braille pattern has no property that says so. It has no dots, and chat programs' users know it as the invisible letter.
_BLANK = r"\s\x00-\x1f\x7f-\x9f\u2800"
# Bidi_Control (UAX #9). Those that open or close something reach beyond the text that they stand in, and show an order in which
# nothing was written.
_EMBEDDING = "\u202a-\u202e\u2066-\u2069"
_BIDI = f"\u061c\u200e\u200f{_EMBEDDING}"
# These choose the shape of the character before them: a red heart, a glyph of a name.
_VARIATION = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"

# Compiled by `re` when they're first needed and kept there: nearly every command is plain ASCII and needs none of them.
_AN_IGNORABLE = f"[{_IGNORABLE}]"
_BLANKS = f"[{_BLANK}]+"
_SEEN = f"[^{_IGNORABLE}{_BLANK}]"
# What may follow the last character that can be seen, since it's part of it: a variation, or the tags of a flag (UTS #51).
_PART_OF_THE_LAST = f"[{_VARIATION}]|[\U000e0020-\U000e007e]+\U000e007f"
_AUTHORITY = r"[^/?#\\]*"
# White space isn't among it: what stands behind a space is another address, or none.
_NOT_IN_ADDRESSES = rf"{_IGNORABLE}\x00-\x08\x0e-\x1f\x7f-\x9f\u2800"
_DEBRIS = f"[{_NOT_IN_ADDRESSES}]"
# Joiners and variations within other scripts and emoji belong to them: 👩‍💻 is three characters. Anything else is debris.
_LETTER = rf"[^\x00-\x7f{_NOT_IN_ADDRESSES}][{_VARIATION}]?"
_JOINED_OR_DEBRIS = f"({_LETTER}(?:[\u200c\u200d]{_LETTER})*)|{_DEBRIS}"


def cleaned(text: str) -> str:
    """A text of any length without what can't be seen at its ends, and without directional embeddings and overrides in it.

    Everything else stays as typed, joined emoji and marks of direction included. "" where nothing can be seen.
    """
    if _is_plain(text):
        return text.strip()
    text = re.sub(f"[{_EMBEDDING}]", "", text)
    first, last = re.search(_SEEN, text), re.search(_SEEN, text[::-1])
    if first is None or last is None:
        return ""
    end = len(text) - last.start()
    part = re.compile(_PART_OF_THE_LAST).match(text, end)
    return text[first.start() : part.end() if part else end]


def cleaned_line(text: str) -> str:
    """A name: as `cleaned`, on one line with single spaces, and without any control of direction, since our words follow it."""
    return cleaned(re.sub(_BLANKS, " ", text if text.isascii() else re.sub(f"[{_BIDI}]", "", text)))


def what_is_seen(text: str) -> str:
    """Only what can be seen, with single spaces: for comparing and counting. A joined emoji comes apart."""
    if _is_plain(text):
        return " ".join(text.split())
    return re.sub(_BLANKS, " ", re.sub(_AN_IGNORABLE, "", text)).strip()


def cleaned_address(text: str) -> str:
    """A web address without anything that can't be seen, its scheme and host in small letters, the rest as typed.

    A joiner within an emoji or a word of the path is part of the address, so it's written as a browser would send it: %E2%80%8D.
    What isn't an address is cleaned all the same, and still isn't one.
    """
    text = cleaned(text)
    if "://" not in text:
        text = re.sub(_DEBRIS, "", text)
    scheme, separator, rest = text.partition("://")
    if not separator:
        return text
    authority = re.match(_AUTHORITY, rest)
    end = authority.end() if authority else 0
    start, path = f"{scheme}://{rest[:end]}", rest[end:]
    if not _is_plain(text):
        start = re.sub(_DEBRIS, "", start)
        path = re.sub(_JOINED_OR_DEBRIS, lambda found: re.sub(_DEBRIS, _percent_encoded, found[1] or ""), path)
    return start.lower() + path


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _percent_encoded(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())
