"""DynamoDB's items to Python and back.

Written out instead of taken from boto3.dynamodb.types, which imports the whole of boto3; a property test compares the two.
"""

import base64
from collections.abc import Mapping
from decimal import Clamped, Context, Decimal, Inexact, Overflow, Rounded, Underflow
from typing import Any, cast

# What a number can be there (DynamoDB Developer Guide, "Naming rules and data types"); whatever would be rounded is an error.
_NUMBERS = Context(prec=38, Emin=-128, Emax=126, traps=[Clamped, Overflow, Inexact, Rounded, Underflow])


def to_item(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as a DynamoDB item. Raises TypeError for what has no place in one, ArithmeticError for a number with too many digits."""
    return {name: _attribute(value) for name, value in row.items()}


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """A DynamoDB item as a row; whole numbers are int. Raises TypeError, ValueError or ArithmeticError for what is no item."""
    return {name: _value(attribute) for name, attribute in item.items()}


def _attribute(value: object) -> dict[str, Any]:
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | Decimal():
            return {"N": str(_finite(_NUMBERS.create_decimal(value)))}
        case list() | tuple():
            return {"L": [_attribute(each) for each in cast("list[object]", value)]}
        case dict():
            return {"M": to_item(cast("dict[str, Any]", value))}
        case _:
            raise TypeError(f"{type(value).__name__} has no place in an item")


def _value(attribute: Mapping[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    match kind:
        case "S" | "BOOL":
            return value
        case "N":
            return _number(value)
        case "NULL":
            return None
        case "M":
            return from_item(value)
        case "L":
            return [_value(each) for each in value]
        case "B":
            return _bytes(value)
        case "SS":
            return set(value)
        case "NS":
            return {_number(each) for each in value}
        case "BS":
            return {_bytes(each) for each in value}
        case _:
            raise TypeError("no kind of attribute that DynamoDB has")


def _number(text: str) -> int | Decimal:
    number = _finite(_NUMBERS.create_decimal(text))
    return int(number) if number == number.to_integral_value() else number


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise TypeError("DynamoDB has neither infinity nor what is no number")
    return number


def _bytes(value: str | bytes) -> bytes:
    # boto3 has decoded it already.
    return value if isinstance(value, bytes) else base64.b64decode(value)
