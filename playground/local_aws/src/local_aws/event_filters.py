"""Lambda's event filters: which records of a stream a mapping wants.

Rules: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from ossi_playground.aws.errors import LocalAwsError

_OPERATORS = frozenset({"exists", "prefix", "suffix", "equals-ignore-case", "anything-but", "numeric"})
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ABSENT = object()

Event = Mapping[str, object]


class EventFilter:
    """Says of a record whether at least one of a mapping's patterns matches it; without patterns all do."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Takes the patterns as JSON texts. Raises LocalAwsError for one that AWS would refuse."""
        self._patterns = [_parse(pattern) for pattern in patterns]

    def wants(self, record: Event) -> bool:
        """Returns whether the record is for the function."""
        return not self._patterns or any(_matches_object(pattern, record) for pattern in self._patterns)


def _parse(text: str) -> dict[str, object]:
    try:
        pattern: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise LocalAwsError(f"The filter pattern {text} is not JSON: {error}.") from None
    if not isinstance(pattern, dict):
        raise LocalAwsError(f"The filter pattern {text} is not an object.")
    _check(cast("dict[str, object]", pattern), text)
    return cast("dict[str, object]", pattern)


def _check(pattern: dict[str, object], text: str) -> None:
    for key, value in pattern.items():
        if key == "$or":
            for choice in cast("list[dict[str, object]]", value):
                _check(choice, text)
        elif isinstance(value, dict):
            _check(cast("dict[str, object]", value), text)
        elif isinstance(value, list):
            for rule in cast("list[object]", value):
                _check_rule(rule, text)
        else:
            raise LocalAwsError(f"In the filter pattern {text} the value of {key} must be a list.")


def _check_rule(rule: object, text: str) -> None:
    if not isinstance(rule, dict):
        return
    names = set(cast("dict[str, object]", rule))
    if len(names) != 1 or not names <= _OPERATORS:
        raise LocalAwsError(f"The filter pattern {text} uses {', '.join(sorted(names))}, which Lambda does not know.")


def _matches_object(pattern: Mapping[str, object], record: Event) -> bool:
    return all(_matches_key(key, wanted, record) for key, wanted in pattern.items())


def _matches_key(key: str, wanted: object, record: Event) -> bool:
    if key == "$or":
        return any(_matches_object(choice, record) for choice in cast("list[dict[str, object]]", wanted))
    value = record.get(key, _ABSENT)
    if isinstance(wanted, dict):
        # A record that lacks the branch still satisfies {"exists": false} further down.
        branch: Event = cast("Event", value) if isinstance(value, dict) else {}
        return _matches_object(cast("dict[str, object]", wanted), branch)
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    return any(_matches_rule(rule, item) for rule in cast("list[object]", wanted) for item in values)


def _matches_rule(rule: object, value: object) -> bool:
    if not isinstance(rule, dict):
        return _equal(rule, value)
    ((name, operand),) = cast("dict[str, object]", rule).items()
    if name == "exists":
        # Only leaves exist to a filter.
        return (value is not _ABSENT and not isinstance(value, dict)) is operand
    if name == "numeric":
        return _is_number(value) and _in_range(cast("float", value), cast("list[object]", operand))
    if name == "anything-but":
        return value is not _ABSENT and not any(_matches_rule(item, value) for item in _listed(operand))
    if not isinstance(value, str) or not isinstance(operand, str):
        return False
    match name:
        case "prefix":
            return value.startswith(operand)
        case "suffix":
            return value.endswith(operand)
        case _:
            return value.lower() == operand.lower()


def _listed(operand: object) -> list[object]:
    return cast("list[object]", operand) if isinstance(operand, list) else [operand]


def _equal(wanted: object, value: object) -> bool:
    # True is 1 to Python, and not to JSON.
    return wanted == value and isinstance(wanted, bool) == isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _in_range(value: float, bounds: list[object]) -> bool:
    pairs = zip(bounds[::2], bounds[1::2], strict=True)
    return all(_COMPARISONS[str(sign)](value, cast("float", bound)) for sign, bound in pairs)
