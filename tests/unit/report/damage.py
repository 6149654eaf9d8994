"""Workbooks that are broken on purpose: a check that finds nothing has to be one that could."""

import zipfile
from collections.abc import Callable
from io import BytesIO

Change = Callable[[bytes], bytes | None]
SHEET = "xl/worksheets/sheet2.xml"  # Accepted


def damaged(content: bytes, part: str, change: Change) -> bytes:
    """The file with that part changed, or without it where change gives None."""
    changed = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as before, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            data = before.read(entry)
            kept = change(data) if entry.filename == part else data
            assert entry.filename != part or kept != data, "the damage hits nothing"
            if kept is not None:
                after.writestr(entry, kept)
    return changed.getvalue()


def instead(old: bytes, new: bytes) -> Change:
    """Puts something else in the place of the first such bytes."""
    return lambda data: data.replace(old, new, 1)


def gone(_data: bytes) -> None:
    """Nothing is left of the part."""


def half(data: bytes) -> bytes:
    """What is left of a part whose writing was interrupted."""
    return data[: len(data) // 2]
