"""What can't be seen goes, where it means nothing; what it belongs to stays."""

import sys
import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from ossi.domain.typed_text import cleaned, cleaned_address, cleaned_line, what_is_seen

TECHNOLOGIST, HEART, ENGLAND, FINLAND = (
    "👩🏽\u200d💻",
    "❤\ufe0f",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "🇫🇮",
)
UNSEEN = ["\u200b", "\ufeff", "\u00ad", "\u2060", "\u200d", "\u200e", "\u202e", "\u2069", "\u3164", "\u115f", "\u180e", "\u034f",
          "\ufe0f", "\U000e0041", "\U000e0100", "\u00a0", "\u3000", "\u2028", "\u2800", "\x00", "\x1b", "\x85", "\t\n"]  # fmt: skip

# Of any category, and of what this is about far more than chance has.
TEXTS = st.text(st.characters() | st.sampled_from("".join(UNSEEN) + "aä:/@👩💻❤🏴\u200c \U000e007f"), max_size=40)


def test_what_can_be_ignored_is_what_unicode_says() -> None:
    ignorable = regex.compile(r"\p{Default_Ignorable_Code_Point}")
    blank = regex.compile(r"[\p{White_Space}\p{Cc}]")
    for character in map(chr, range(sys.maxunicode + 1)):
        seen = character != "\u2800" and not ignorable.match(character) and not blank.match(character)
        assert bool(what_is_seen(character)) == seen, hex(ord(character))
        assert bool(cleaned(character)) == seen, hex(ord(character))


@pytest.mark.parametrize("unseen", [*UNSEEN, "".join(UNSEEN)], ids=ascii)
def test_it_goes_from_the_ends_of_a_text_and_a_text_of_it_alone_is_empty(unseen: str) -> None:
    assert cleaned(unseen * 3) == cleaned_line(unseen) == cleaned_address(unseen) == what_is_seen(unseen) == ""
    assert cleaned(f"{unseen}a{' ' + unseen}") == "a"
    assert cleaned_line(f"{unseen}a{' ' + unseen}") == "a"


@pytest.mark.parametrize(
    "part", [TECHNOLOGIST, HEART, ENGLAND, FINLAND, "1\ufe0f\u20e3", "葛\U000e0100", "می\u200cخواهم"]
)
def test_what_belongs_to_a_character_stays_with_it(part: str) -> None:
    for text in (part, f"{part} and {part}"):
        assert cleaned(f"\u200b{text}\u200b") == text
        assert cleaned_line(f"\u200b{text}\u200b") == text


def test_directions_that_reach_beyond_a_text_go_and_its_letters_stay() -> None:
    assert cleaned("a \u202etxt.exe\u202c \u2067b\u2069 c") == "a txt.exe b c"
    assert cleaned("שלום \u200f(a)\u200f b") == "שלום \u200f(a)\u200f b"


def test_a_name_is_one_line_and_turns_no_words_of_ours_around() -> None:
    assert cleaned_line(" Aino\r\n\t \u202eLahti\u202c\u00a0\u200f(she)\x07") == "Aino Lahti (she)"


@given(TEXTS)
def test_cleaning_takes_nothing_that_can_be_seen_and_leaves_nothing_to_clean(text: str) -> None:
    for clean in (cleaned, cleaned_line):
        assert what_is_seen(clean(text)) == what_is_seen(text)
        assert clean(clean(text)) == clean(text)
    assert cleaned_address(cleaned_address(text)) == cleaned_address(text)
    assert not regex.search(r"[\p{Default_Ignorable_Code_Point}\p{Cc}--\s]", cleaned_address(text), regex.VERSION1)
    assert not any(
        unicodedata.bidirectional(each) in {"RLE", "LRE", "RLO", "LRO", "RLI", "LRI", "FSI"} for each in cleaned(text)
    )


@pytest.mark.parametrize("unseen", ["\u200b", " ", "\u200d", "\U000e0041", "\u202e", "a\u200b", "👩\u200d", "\ufe0f"])
def test_a_long_text_takes_time_in_proportion(unseen: str) -> None:
    # 128 KB is the most that a request may have. What takes the square of it would take minutes.
    text = f"{unseen * 40_000}x://{unseen * 40_000}y"
    for clean in (cleaned, cleaned_line, cleaned_address, what_is_seen):
        assert clean(text)
