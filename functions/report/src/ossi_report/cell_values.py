"""What a spreadsheet cell can hold of a stored value: texts, links and moments, within Excel's limits.

Whatever is stored gets a cell: nothing here raises for a value, however odd it is.
"""

import re
from bisect import bisect_right
from datetime import datetime
from math import ceil
from unicodedata import east_asian_width
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

# Excel's limits, see "Excel specifications and limits" on support.microsoft.com.
TEXT_MAX = 32_767  # characters of a cell, counted as UTF-16 code units
URL_MAX = 2_079  # characters of a link; a longer one makes Excel call the file damaged
LINKS_MAX = 65_530  # links of a sheet; more make Excel call the file damaged

CUT_MARK = "… [cut]"

# XML 1.0 (production 2, Char) cannot hold these, not even as character references. Surrogates stand alone here,
# since Python keeps a pair as one character.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROL_PICTURES = 0x2400  # U+2400 is the picture of U+0000, and so on in the same order
_REPLACEMENT = "\ufffd"
_LINE_ENDS = re.compile("\r\n?|\n")

# Excel decodes _xHHHH_ to the character of that number (ECMA-376 part 1, 22.9.2.19 ST_Xstring). The look-ahead leaves
# the closing underscore to be the opening one of the next.
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_UNDERSCORE = "_x005F_"

# What nearly all addresses are; as they are, they are valid in Excel too.
_USUAL_URL = re.compile(r"https?://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*/[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]*", re.ASCII)

# What RFC 3986 has no place for, though browsers accept it. Other alphabets stay: Excel encodes them itself.
_NOT_IN_URLS = re.compile(r'%(?![0-9A-Fa-f]{2})|["<>\\^`{|}\[\]]')

# Calibri's letters are about as wide as its digits, but for these.
_NARROW, _SAVED_BY_NARROW = b"fijlrtI !'(),./:;[]`{|}-", 0.35
_WIDE, _TAKEN_BY_WIDE = b"mwMW%@&", 0.5
_WIDEST = 2  # digits of a character
_MAYBE_OF_TWO = re.compile("[\u1100-\U0010ffff]")  # Unicode's EastAsianWidth: nothing before is W or F
_FILLED = 0.94  # of a line, where the next word would not fit any more


def cell_text(text: str) -> str:
    """The text as a cell's XML has to hold it so that Excel shows what was typed.

    Control characters become visible pictures (U+2400 ...), line ends become LF, and a text that is longer than a cell
    holds ends with CUT_MARK.
    """
    # Nothing of what is not for XML, and no line end, is printable: nearly every text is, and a month has many.
    visible = text if text.isprintable() else _NOT_IN_XML.sub(_picture, _LINE_ENDS.sub("\n", text))
    escaped = _escaped(visible) if "_x" in visible else visible
    if 2 * len(escaped) <= TEXT_MAX or _units(escaped) <= TEXT_MAX:  # a character has at most two units
        return escaped
    room = TEXT_MAX - len(CUT_MARK)
    lengths = range(min(len(visible), room) + 1)
    kept = bisect_right(lengths, room, key=lambda length: _units(_escaped(visible[:length]))) - 1
    return _escaped(visible[:kept]) + CUT_MARK


def link_target(url: str) -> str | None:
    """The address that a cell may link to, or None where only the text can be shown: no http(s), or not valid in Excel."""
    if len(url) > URL_MAX or not url.isprintable() or " " in url:
        return None
    if _USUAL_URL.fullmatch(url):
        return url
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or ":" in host:
        return None  # an IPv6 host needs the brackets that a link in Excel cannot have
    target = _NOT_IN_URLS.sub(lambda found: f"%{ord(found[0]):02X}", url)
    return target if len(target) <= URL_MAX else None


def line_count(text: str, width: float) -> int:
    """The lines that a text takes, about, in a column that is so many digits wide. Rather one too many than too few."""
    if text.isprintable():  # so without line ends
        return _lines(text_width(text), width)
    return sum(_lines(text_width(line), width) for line in _LINE_ENDS.split(text))


def lines_at_most(text: str, width: float) -> int:
    """A bound of line_count, for which no character has to be looked at."""
    return 1 + text.count("\n") + text.count("\r") + ceil(_WIDEST * len(text) / (width * _FILLED))


def text_width(line: str) -> float:
    """How wide a line of text is in the default font, about, in digits of it. Chinese characters and the like take two."""
    length = characters = len(line)
    if not line.isascii() and _MAYBE_OF_TWO.search(line):
        characters += sum(east_asian_width(each) in "WF" for each in line)
    # Deleting them is the quickest way to count them. What is not ASCII becomes "?", which is as wide as a digit.
    letters = line.encode("ascii", "replace")
    narrow, wide = length - len(letters.translate(None, _NARROW)), length - len(letters.translate(None, _WIDE))
    return characters - _SAVED_BY_NARROW * narrow + _TAKEN_BY_WIDE * wide


def moment_in(timestamp: int, zone: ZoneInfo) -> datetime | None:
    """The aware moment, on zone's clocks; None for a number that is no moment between 1970 and 9999. timestamp: ms since the epoch."""
    if timestamp < 0:
        return None
    seconds, milliseconds = divmod(timestamp, 1000)
    try:
        return datetime.fromtimestamp(seconds, zone).replace(microsecond=milliseconds * 1000)
    except (OverflowError, ValueError, OSError):  # no calendar has it; which of these it is, the platform decides
        return None


def local_time(timestamp: int, zone: ZoneInfo) -> datetime | str:
    """The wall clock's time, to the second, without a zone, as spreadsheets know it. timestamp: ms since the epoch.

    A number that is no moment between 1970 and 9999 is given back as text.
    """
    moment = moment_in(timestamp, zone)
    # Cut, not rounded: the last half second of a month stays in it.
    return str(timestamp) if moment is None else moment.replace(microsecond=0, tzinfo=None)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(_CONTROL_PICTURES + code) if code < 0x20 else _REPLACEMENT


def _lines(needed: float, width: float) -> int:
    return 1 if needed <= width else ceil(needed / (width * _FILLED))


def _escaped(text: str) -> str:
    return _LOOKS_ESCAPED.sub(_UNDERSCORE, text)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
