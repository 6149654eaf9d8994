"""Small checks of which the description of Block Kit is put together; they complain in Slack's words."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias

from local_slack.jsonish import Json, JsonObject, as_text

URL: Final = re.compile(r"https?://[^\s/$.?#][^\s]*", re.IGNORECASE)
EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


class Findings:
    """What is wrong, in the order in which it was found, each with the place where it is wrong."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def add(self, complaint: str, pointer: str) -> None:
        """Note a complaint about the value at the JSON pointer."""
        self.problems.append(f"{complaint} [json-pointer:{pointer}]")


Check: TypeAlias = Callable[[Json, str, Findings], None]
Rule: TypeAlias = Callable[[JsonObject, str, Findings], None]


def string(maximum: int | None = None, minimum: int = 0) -> Check:
    """A string of `minimum` to `maximum` characters."""

    def check(value: Json, at: str, found: Findings) -> None:
        if not isinstance(value, str):
            found.add("must provide a string", at)
        elif len(value) < minimum:
            found.add(f"must be more than {minimum - 1} characters", at)
        elif maximum is not None and len(value) > maximum:
            found.add(f"must be less than {maximum + 1} characters", at)

    return check


def boolean() -> Check:
    """True or false."""

    def check(value: Json, at: str, found: Findings) -> None:
        if not isinstance(value, bool):
            found.add("must provide a boolean", at)

    return check


def integer(minimum: int | None = None, maximum: int | None = None) -> Check:
    """A whole number in a range."""

    def check(value: Json, at: str, found: Findings) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            found.add("must provide an integer", at)
        elif minimum is not None and value < minimum:
            found.add(f"must be greater than or equal to {minimum}", at)
        elif maximum is not None and value > maximum:
            found.add(f"must be less than or equal to {maximum}", at)

    return check


def choice(*allowed: str) -> Check:
    """One of a few words."""

    def check(value: Json, at: str, found: Findings) -> None:
        if value not in allowed:
            found.add("must be a valid enum value", at)

    return check


def url(maximum: int) -> Check:
    """A web address of at most `maximum` characters."""
    length = string(maximum, 1)

    def check(value: Json, at: str, found: Findings) -> None:
        length(value, at, found)
        if isinstance(value, str) and value and URL.fullmatch(value) is None:
            found.add("must be a valid url", at)

    return check


def day() -> Check:
    """A date, YYYY-MM-DD."""

    def check(value: Json, at: str, found: Findings) -> None:
        if not is_day(value):
            found.add("must be a valid date in the format YYYY-MM-DD", at)

    return check


def is_day(value: Json) -> bool:
    """Whether `value` is a date as YYYY-MM-DD."""
    if not isinstance(value, str) or re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def array(item: Check, maximum: int | None = None, minimum: int = 0) -> Check:
    """A list of `minimum` to `maximum` values, each of which passes `item`."""

    def check(value: Json, at: str, found: Findings) -> None:
        if not isinstance(value, list):
            found.add("must provide an array", at)
            return
        if maximum is not None and len(value) > maximum:
            found.add(f"no more than {maximum} items allowed", at)
        if len(value) < minimum:
            found.add(f"no less than {minimum} items allowed", at)
        for index, member in enumerate(value):
            item(member, f"{at}/{index}", found)

    return check


def record(
    *,
    required: Mapping[str, Check] | None = None,
    optional: Mapping[str, Check] | None = None,
    rules: Iterable[Rule] = (),
) -> Check:
    """An object with these fields and no others; `rules` see the object once its fields were looked at."""
    needed = dict(required or {})
    known = {**needed, **(optional or {})}
    further = tuple(rules)

    def check(value: Json, at: str, found: Findings) -> None:
        if not isinstance(value, dict):
            found.add("must provide an object", at)
            return
        for name in needed:
            if name not in value:
                found.add(f"missing required field: {name}", at)
        for name, member in value.items():
            field = known.get(name)
            if field is None:
                found.add(f"invalid additional property: {name}", at)
            else:
                field(member, f"{at}/{name}", found)
        for rule in further:
            rule(value, at, found)

    return check


def by_type(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` says which of the checks applies; any other type is unsupported."""

    def check(value: Json, at: str, found: Findings) -> None:
        if not isinstance(value, dict):
            found.add("must provide an object", at)
        elif "type" not in value:
            found.add("missing required field: type", at)
        elif as_text(value["type"]) not in kinds:
            found.add(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            kinds[as_text(value["type"])](value, at, found)

    return check


def exactly_one_of(names: Sequence[str]) -> Rule:
    """A rule: one, and only one, of these fields is there."""

    def rule(value: JsonObject, at: str, found: Findings) -> None:
        if sum(name in value for name in names) != 1:
            found.add(f"must define exactly one of {' or '.join(f'`{name}`' for name in names)}", at)

    return rule
