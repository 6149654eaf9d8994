"""What a form remembers between being opened and being submitted (Slack: "View payloads", private_metadata)."""

import json
from dataclasses import fields
from typing import Any, ClassVar, Self, cast

LONGEST = 3000
"""Characters that Slack keeps for a view."""


class PrivateMetadata:
    """The base of a frozen dataclass whose fields are str or int: what a form of that kind remembers.

    version: a number that changes with the meaning of the fields. A form may have been opened by an older version of Ossi, or come to
    an older function than the one that opened it.
    """

    version: ClassVar[int] = 1

    def to_text(self) -> str:
        """What goes into the view. Raises ValueError for more than Slack keeps."""
        values = {_camel(each.name): getattr(self, each.name) for each in fields(cast("Any", self))}
        text = json.dumps({"version": self.version, **values})
        if len(text) > LONGEST:
            raise ValueError(f"private_metadata of {len(text)} characters, {LONGEST} at most")
        return text

    @classmethod
    def from_text(cls, text: object) -> Self | None:
        """What a view says; None: it isn't of this form and this version. Without a version it's the first."""
        try:
            values: object = json.loads(text) if isinstance(text, str) else None
        except (ValueError, RecursionError):
            return None
        said = cast("dict[str, object]", values) if isinstance(values, dict) else {}
        expected = {each.name: each.type for each in fields(cast("Any", cls))}
        read = {name: said.get(_camel(name)) for name in expected}
        if said.get("version", 1) != cls.version or any(
            type(read[name]) is not kind for name, kind in expected.items()
        ):
            return None
        return cls(**read)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
