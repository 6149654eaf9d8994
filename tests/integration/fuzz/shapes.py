"""What fuzzing sends: junk, real payloads with something wrong in them, and how many of them."""

import copy
import itertools
from collections.abc import Iterator
from typing import Any, cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from examples import examples

Path = tuple[str | int, ...]

HUGE = "x" * 3000


def fuzzed(few: int) -> settings:
    """So many examples in `make test`, many times more in `make fuzz`."""
    return settings(
        max_examples=examples(few),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def _deep(levels: int) -> Any:
    value: Any = "end"
    for _ in range(levels):
        value = [value]
    return value


ODD: tuple[Any, ...] = (
    None, True, 0, -1, 10**30, 1e308, float("nan"), "", " ", "\x00", HUGE, "\ud800", "a\udfffb", "<!channel>", "0", "1e9",
    [], {}, [None], {"": None}, {"value": {"value": []}}, _deep(50),
)  # fmt: skip
"""One of each kind."""

TEXTS = st.text(max_size=60) | st.sampled_from([HUGE, "", "\x00", "\u202e\u2066", "=1+1", "<@U0AINO001>", "😀" * 40])
JUNK = st.sampled_from(ODD) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    """The way to every part of a payload, the whole excepted."""
    inner: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inner = [*cast("dict[str | int, object]", value).items()]
    elif isinstance(value, list):
        inner = [*enumerate(cast("list[object]", value))]
    for key, part in inner:
        yield (*path, key)
        yield from paths(part, (*path, key))


def replaced(payload: Any, path: Path, value: object) -> Any:
    """A copy with another value there."""
    changed = copy.deepcopy(payload)
    _parent(changed, path)[path[-1]] = value
    return changed


def without(payload: Any, path: Path) -> Any:
    """A copy without that part."""
    changed = copy.deepcopy(payload)
    del _parent(changed, path)[path[-1]]
    return changed


def each_spoiled(payload: Any, odd: tuple[Any, ...] = ODD) -> Iterator[tuple[Path, Any]]:
    """Every part taken away once, and replaced: by each odd value in `make fuzz`, by one in `make test`, each value in its turn."""
    turns = itertools.cycle(odd)
    for path in paths(payload):
        yield path, without(payload, path)
        for value in itertools.islice(turns, examples(1, fuzz=len(odd))):
            yield path, replaced(payload, path, value)


@st.composite
def spoiled(draw: st.DrawFn, payload: Any, junk: st.SearchStrategy[Any] = JUNK) -> Any:
    """The payload with one to four things wrong."""
    for _ in range(draw(st.integers(1, 4))):
        parts = [*paths(payload)]
        if not parts:
            break
        path = draw(st.sampled_from(parts))
        payload = without(payload, path) if draw(st.booleans()) else replaced(payload, path, draw(junk))
    return payload


def _parent(payload: Any, path: Path) -> Any:
    for key in path[:-1]:
        payload = payload[key]
    return payload
