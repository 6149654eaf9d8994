"""What may stand in a table: items of any shape that DynamoDB can hold, as its API has them."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from integration.functions.events import Event
from ossi.aws.dynamodb import to_item
from ossi.domain.contribution import Contribution

Item = Event

# DynamoDB keeps UTF-8, numbers of 38 digits between 1E-130 and 9.99E+125, no empty set, and items of 400 KB.
_TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.sampled_from(["", " ", "\x00", "<!channel>", "=1+1", "PENDING", "ACCEPTED", "2026-10", "LARGE", "5"]),
    st.builds(str.__mul__, st.sampled_from("x&😀"), st.sampled_from([300, 3000, 20_000])),
)
_ODD_NUMBERS = ("0", "-1", "0.5", "1E+125", "-9.99E+125", "1E-130", "9" * 38, "253402128000001", "1792994700000.5")
NUMBERS = st.sampled_from(_ODD_NUMBERS) | st.integers(-(10**18), 10**18).map(str)
_BYTES = st.binary(max_size=10)
_LEAVES = st.one_of(
    _TEXTS.map(lambda text: {"S": text}),
    NUMBERS.map(lambda number: {"N": number}),
    _BYTES.map(lambda some: {"B": some}),
    st.booleans().map(lambda truth: {"BOOL": truth}),
    st.just({"NULL": True}),
    st.lists(_TEXTS, min_size=1, max_size=3, unique=True).map(lambda texts: {"SS": texts}),
    st.lists(NUMBERS, min_size=1, max_size=3, unique_by=Decimal).map(lambda numbers: {"NS": numbers}),
    st.lists(_BYTES, min_size=1, max_size=3, unique=True).map(lambda some: {"BS": some}),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda values: {"L": values}),
        st.dictionaries(st.sampled_from(["channel", "ts", "x"]), inner, max_size=3).map(lambda map_: {"M": map_}),
    ),
    max_leaves=5,
)
ATTRIBUTES = (
    "status",
    "size",
    "text",
    "name",
    "url",
    "decidedBy",
    "decidedAt",
    "decidedIn",
    "submissionId",
    "importedAt",
)


def item_of(row: Contribution) -> Item:
    """A row as it is stored."""
    return to_item(row.to_row())


@st.composite
def spoiled_item(draw: st.DrawFn, item: Item, attributes: tuple[str, ...]) -> Item:
    """The item with one to four of these attributes missing or of any other value, and perhaps an unknown one."""
    spoiled = dict(item)
    for name in draw(st.lists(st.sampled_from([*attributes, "unknown"]), min_size=1, max_size=4, unique=True)):
        if draw(st.booleans()):
            spoiled.pop(name, None)
        else:
            spoiled[name] = draw(VALUES)
    return spoiled
