"""Our items against boto3's: the same, there and back."""

from decimal import Decimal
from typing import Any, cast

import pytest
from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from ossi.aws.dynamodb import is_conditional_check_failure, response_of
from ossi.aws.items import from_item, to_item

whole = st.integers(-(10**38) + 1, 10**38 - 1)  # DynamoDB holds 38 digits
numbers = whole | st.decimals(-(10**20), 10**20, places=10)
scalars = st.none() | st.booleans() | st.text() | numbers
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)
rows = st.dictionaries(st.text(), values, max_size=6)
# What only a hand can have written, or an older program.
foreign = st.one_of(
    st.sets(st.text(), min_size=1).map(lambda each: {"SS": sorted(each)}),
    st.sets(whole, min_size=1).map(lambda each: {"NS": [str(number) for number in each]}),
    st.sets(st.binary(), min_size=1).map(lambda each: {"BS": sorted(each)}),
    st.binary().map(lambda each: {"B": each}),
    st.integers(-(10**30), 10**30).map(lambda number: {"N": f"{number}E-3"}),
)


def plain(value: Any) -> Any:
    """As boto3 reads it, with int for whole numbers and bytes for its Binary."""
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else value
        case Binary():
            return cast("Any", value).value
        case dict():
            return {name: plain(inner) for name, inner in cast("dict[str, Any]", value).items()}
        case list():
            return [plain(inner) for inner in cast("list[Any]", value)]
        case set():
            return {plain(inner) for inner in cast("set[Any]", value)}
        case _:
            return value


def kinds(value: Any) -> Any:
    """The value with the type of everything in it: 1 and Decimal(1) are equal otherwise."""
    match value:
        case dict():
            return {name: kinds(inner) for name, inner in cast("dict[str, Any]", value).items()}
        case list():
            return [kinds(inner) for inner in cast("list[Any]", value)]
        case _:
            return type(value), value


@given(rows)
def test_a_row_becomes_the_item_that_boto3_makes_of_it(row: dict[str, Any]) -> None:
    serializer = TypeSerializer()
    assert to_item(row) == {name: serializer.serialize(value) for name, value in row.items()}


@given(rows)
def test_an_item_becomes_the_row_again(row: dict[str, Any]) -> None:
    assert kinds(from_item(to_item(row))) == kinds(plain(row))


@given(st.dictionaries(st.text(), foreign, max_size=4))
def test_other_kinds_of_attributes_are_read_as_boto3_reads_them(item: dict[str, Any]) -> None:
    deserializer = TypeDeserializer()
    assert kinds(from_item(item)) == kinds(
        {name: plain(deserializer.deserialize(value)) for name, value in item.items()}
    )


@pytest.mark.parametrize("attribute", [{"B": "AAH/"}, {"B": b"\x00\x01\xff"}])
def test_bytes_are_read_from_json_and_from_boto3(attribute: dict[str, Any]) -> None:
    assert from_item({"a": attribute}) == {"a": b"\x00\x01\xff"}


@pytest.mark.parametrize(
    "value", [1.5, {1, 2}, b"bytes", object(), Decimal("NaN"), Decimal("Infinity"), [1.5], {"a": 1.5}]
)
def test_what_has_no_place_in_an_item_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        to_item({"a": value})


@pytest.mark.parametrize("value", [10**39 + 1, Decimal("1E+200"), Decimal("0." + "1" * 39)])
def test_a_number_that_would_be_rounded_is_refused(value: object) -> None:
    with pytest.raises(ArithmeticError):
        to_item({"a": value})


@pytest.mark.parametrize(
    "attribute",
    [{}, {"S": "a", "N": "1"}, {"X": 1}, {"N": "a lot"}, {"N": "NaN"}, {"N": "1E+999999"}, {"B": "not base64!"}],
)
def test_what_is_no_item_is_an_error(attribute: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError, ArithmeticError)):
        from_item({"a": attribute})


def test_an_error_that_is_not_of_aws_says_nothing() -> None:
    assert response_of(ValueError("no")) == {}
    assert not is_conditional_check_failure(ValueError("no"))
