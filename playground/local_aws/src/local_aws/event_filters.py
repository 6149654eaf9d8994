"""Lambda's event filters: which records of a stream a mapping wants.

Only lists of event names are understood, `{"eventName": ["INSERT", "MODIFY"]}`. Lambda knows more patterns; each of them
is refused, so that no record is filtered otherwise here than there.

Rules: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final, cast

from local_aws.errors import LocalAwsError

_NAMES: Final = frozenset({"INSERT", "MODIFY", "REMOVE"})


class EventFilter:
    """Says of a record whether at least one of a mapping's patterns matches it; without patterns all do."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Takes the patterns as JSON texts. Raises LocalAwsError, with the pattern in it, for one it doesn't understand."""
        self._wanted = frozenset[str]().union(*map(_event_names, patterns)) if patterns else _NAMES

    def wants(self, record: Mapping[str, object]) -> bool:
        """Returns whether the record is for the function."""
        return record.get("eventName") in self._wanted


def _event_names(text: str) -> frozenset[str]:
    try:
        pattern: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise LocalAwsError(f"The filter pattern {text} is not JSON: {error}.") from None
    fields = cast("dict[str, object]", pattern) if isinstance(pattern, dict) else {}
    names = fields.get("eventName")
    if list(fields) != ["eventName"] or not isinstance(names, list) or not names:
        raise LocalAwsError(
            f'The local AWS doesn\'t understand the filter pattern {text}, only lists of events: {{"eventName": [...]}}.'
        )
    unknown = [name for name in cast("list[object]", names) if not isinstance(name, str) or name not in _NAMES]
    if unknown:
        raise LocalAwsError(
            f"In the filter pattern {text} the local AWS doesn't understand {', '.join(map(json.dumps, unknown))}, "
            f"only {', '.join(sorted(_NAMES))}."
        )
    return frozenset(cast("list[str]", names))
