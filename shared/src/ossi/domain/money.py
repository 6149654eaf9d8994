"""How amounts are written: with the decimal places that their currency has (ISO 4217), and never rounded.

A function that a person waits for doesn't import this: the table of currencies is read here.
"""

from decimal import Decimal
from functools import cache

from iso4217 import Currency

_OF_MOST = 2


@cache
def minor_digits(currency: str) -> int:
    """How many decimal places amounts of that code have: 2 for EUR, 0 for JPY, 3 for KWD.

    Most currencies have two. So does a code that ISO 4217 doesn't list, or lists without any, such as that of gold.
    """
    try:
        exponent = Currency(currency).exponent
    except ValueError:
        return _OF_MOST
    return _OF_MOST if exponent is None else exponent


def decimal_places(amount: Decimal, currency: str) -> int:
    """With how many decimal places the amount is written: the currency's, or more where the amount has more."""
    return max(minor_digits(currency), _places_of(amount))


def written(amount: Decimal, currency: str, *, signed: bool = False) -> str:
    """The amount without its currency, as tables have it: 1,250.00; signed: +1,250.00."""
    return f"{amount:{'+' if signed else ''},.{decimal_places(amount, currency)}f}"


def payable(amount: Decimal, currency: str) -> bool:
    """Whether the currency has a coin, or at least a unit of account, small enough for the amount: not for 0.50 JPY."""
    return _places_of(amount) <= minor_digits(currency)


def _places_of(amount: Decimal) -> int:
    """Of the digits behind the point those that aren't zeros at its end."""
    return len(f"{amount:f}".partition(".")[2].rstrip("0"))
