"""Amounts: the decimal places of their currency, and never one less than they have."""

from decimal import Decimal

import pytest
from iso4217 import Currency

from ossi.domain.money import decimal_places, minor_digits, payable, written

# From ISO 4217's list one ("Minor unit"), written out apart from the library.
NONE = {
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "UYI",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
}
THREE, FOUR = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}, {"CLF", "UYW"}


def test_the_currencies_have_the_places_of_the_standard() -> None:
    listed = {each.code for each in Currency if each.exponent is not None}

    assert {"EUR", "SEK", "USD", "INR", *NONE, *THREE, *FOUR} <= listed
    for code in listed:
        assert minor_digits(code) == (0 if code in NONE else 3 if code in THREE else 4 if code in FOUR else 2), code


@pytest.mark.parametrize("code", ["ZZZ", "XAU", "XXX", "eur", ""])
def test_what_has_no_places_in_the_standard_has_two(code: str) -> None:
    assert minor_digits(code) == 2


@pytest.mark.parametrize(
    ("amount", "code", "text"),
    [
        ("250", "EUR", "250.00"),
        ("1234567.5", "EUR", "1,234,567.50"),
        ("25000", "JPY", "25,000"),
        ("25000.00", "JPY", "25,000"),
        ("12.5", "KWD", "12.500"),
        ("0", "KWD", "0.000"),
        ("1E+3", "SEK", "1,000.00"),
        ("0.005", "EUR", "0.005"),  # of an old record: it isn't rounded
        ("0.5", "JPY", "0.5"),
        ("-0.1", "EUR", "-0.10"),
        ("12345678901234567890123456789012.25", "EUR", "12,345,678,901,234,567,890,123,456,789,012.25"),
    ],
)
def test_an_amount_is_written_with_all_that_it_has(amount: str, code: str, text: str) -> None:
    assert written(Decimal(amount), code) == text
    assert len(text.partition(".")[2]) == decimal_places(Decimal(amount), code)
    signed = written(Decimal(amount), code, signed=True)
    assert signed == (text if amount.startswith("-") else f"+{text}")


@pytest.mark.parametrize(
    ("amount", "code", "is_payable"),
    [
        ("0.05", "EUR", True),
        ("0.005", "EUR", False),
        ("0.5", "JPY", False),
        ("5.00", "JPY", True),
        ("0.005", "KWD", True),
        ("1E+3", "JPY", True),
    ],
)
def test_what_a_currency_is_too_coarse_for_cannot_be_paid(amount: str, code: str, is_payable: bool) -> None:
    assert payable(Decimal(amount), code) is is_payable
