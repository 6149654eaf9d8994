"""What a cell holds of a stored value."""

from datetime import datetime

import pytest

from ossi_report.cell_values import CUT_MARK, TEXT_MAX, URL_MAX, cell_text, line_count, link_target, local_time
from unit.report.months import HELSINKI, as_shown, milliseconds, wall_clock


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("plain, ÄÖ €, 李小龍, مرحبا, 👩‍👩‍👧", "plain, ÄÖ €, 李小龍, مرحبا, 👩‍👩‍👧"),
        ("\x00 \x08 \x0b \x1b[31m \x1f", "\u2400 \u2408 \u240b \u241b[31m \u241f"),
        ("tab\tand line\nends\r\nof all\rkinds", "tab\tand line\nends\nof all\nkinds"),
        ("\ud800 \udfff \ufffe \uffff", "\ufffd \ufffd \ufffd \ufffd"),
        ("_x0041_", "_x0041_"),
        ("_x0041_x0042_", "_x0041_x0042_"),
        ("_x005F_x0041_ _xffFF_", "_x005F_x0041_ _xffFF_"),
        ("_x41_ __x004_ _X0041_", "_x41_ __x004_ _X0041_"),
        ("", ""),
    ],
)
def test_excel_shows_what_was_typed(typed: str, shown: str) -> None:
    assert as_shown(cell_text(typed)) == shown


def test_a_text_that_cannot_be_decoded_stays_as_it_is() -> None:
    assert cell_text("snake_case_x and _x12_") == "snake_case_x and _x12_"


@pytest.mark.parametrize("unit", ["a", "_x0041_", "_x0041", "👍", "_", "\x01", "a👍_x0041_"])
@pytest.mark.parametrize("length", [TEXT_MAX - 20, TEXT_MAX, TEXT_MAX + 1, 3 * TEXT_MAX])
def test_a_text_is_cut_with_a_mark_where_a_cell_ends(unit: str, length: int) -> None:
    typed = (unit * length)[:length]

    held = cell_text(typed)

    shown = as_shown(held)
    assert len(held.encode("utf-16-le")) <= 2 * TEXT_MAX
    if shown.endswith(CUT_MARK):
        kept = shown.removesuffix(CUT_MARK).replace("\u2401", "\x01")
        assert typed.startswith(kept)
        longest = max(len(cell_text(unit)), 2)
        assert len(held.encode("utf-16-le")) >= 2 * (TEXT_MAX - longest), "no more is cut than has to be"
    else:
        assert shown.replace("\u2401", "\x01") == typed


def test_the_longest_text_is_kept() -> None:
    assert cell_text("a" * TEXT_MAX) == "a" * TEXT_MAX
    assert cell_text("a" * (TEXT_MAX + 1)) == "a" * (TEXT_MAX - len(CUT_MARK)) + CUT_MARK


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/owner/project/pull/1#issuecomment-1",
        "HTTP://Example.com:8080/a?b=c&d=%20",
        "https://fi.wikipedia.org/wiki/Ääkköset_(kirjaimet)",
        "https://example.com/" + "a" * (URL_MAX - 20),
    ],
)
def test_web_addresses_are_links_as_they_were_typed(url: str) -> None:
    assert link_target(url) == url


def test_what_has_no_place_in_an_address_is_encoded() -> None:
    typed = 'https://gitlab.com/g/p?labels[]=a|b&q="100%"'

    assert link_target(typed) == "https://gitlab.com/g/p?labels%5B%5D=a%7Cb&q=%22100%25%22"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "github.com/owner",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "\\\\server\\share",
        "mailto:a@example.com",
        "https://",
        "https:///path",
        "https://[::1]/",
        "https://[broken/",
        "https://example.com/a b",
        "https://example.com/a\nb",
        "https://example.com/\x00",
        "https://example.com/\ud800",
        "=HYPERLINK(1)",
        "https://example.com/" + "a" * (URL_MAX - 19),
        "https://example.com/" + "|" * 700,
    ],
)
def test_anything_else_is_only_a_text(url: str) -> None:
    assert link_target(url) is None


@pytest.mark.parametrize(
    ("moment", "clock"),
    [
        ("2026-10-25T00:59:59+00:00", wall_clock("2026-10-25 03:59:59")),  # summer time, its last second
        ("2026-10-25T01:00:00+00:00", wall_clock("2026-10-25 03:00")),  # the hour that comes twice
        ("2026-03-29T00:59:59+00:00", wall_clock("2026-03-29 02:59:59")),
        ("2026-03-29T01:00:00+00:00", wall_clock("2026-03-29 04:00")),  # the hour that is left out
        ("2026-10-31T21:59:59.999+00:00", wall_clock("2026-10-31 23:59:59")),
        ("1970-01-01T00:00:00+00:00", wall_clock("1970-01-01 02:00")),
    ],
)
def test_moments_are_shown_on_local_clocks(moment: str, clock: datetime) -> None:
    assert local_time(milliseconds(moment), HELSINKI) == clock


@pytest.mark.parametrize("timestamp", [-1, 10**15, 253402300799999, 10**38])
def test_a_number_that_is_no_moment_is_shown_as_it_is(timestamp: int) -> None:
    assert local_time(timestamp, HELSINKI) == str(timestamp)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", 1),
        ("a", 1),
        ("a" * 10, 1),
        ("a" * 11, 2),
        ("a\nb\n\nc", 4),
        ("a\r\nb\rc", 3),
        ("漢" * 5, 1),
        ("漢" * 6, 2),
        ("i" * 15, 1),
        ("W" * 6, 1),
        ("W" * 7, 2),
        ("four words, of which", 2),
    ],
)
def test_lines_are_estimated(text: str, lines: int) -> None:
    assert line_count(text, width=10) == lines
