"""Lambda's filter rules, each by what it lets through and what it does not."""

from __future__ import annotations

import json

import pytest

from ossi_playground.aws import LocalAwsError
from ossi_playground.aws.event_filters import EventFilter

RECORD: dict[str, object] = {
    "eventName": "MODIFY",
    "dynamodb": {
        "SizeBytes": 26,
        "NewImage": {"status": {"S": "ACCEPTED"}, "note": {"S": ""}, "paid": {"BOOL": True}, "none": {"NULL": None}},
    },
}


def image(attribute: str, kind: str, rule: object) -> dict[str, object]:
    return {"dynamodb": {"NewImage": {attribute: {kind: [rule]}}}}


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ({"eventName": ["INSERT", "MODIFY"]}, True),
        ({"eventName": ["INSERT"]}, False),
        (image("status", "S", "ACCEPTED"), True),
        (image("status", "S", "PENDING"), False),
        (image("missing", "S", "ACCEPTED"), False),
        (image("note", "S", ""), True),
        (image("none", "NULL", None), True),
        (image("paid", "BOOL", True), True),
        (image("paid", "BOOL", 1), False),
        (image("status", "S", {"prefix": "ACC"}), True),
        (image("status", "S", {"prefix": "acc"}), False),
        (image("status", "S", {"suffix": "TED"}), True),
        (image("status", "S", {"suffix": "ING"}), False),
        (image("status", "S", {"equals-ignore-case": "accepted"}), True),
        (image("status", "S", {"anything-but": ["PENDING"]}), True),
        (image("status", "S", {"anything-but": "ACCEPTED"}), False),
        (image("status", "S", {"anything-but": {"prefix": "ACC"}}), False),
        (image("missing", "S", {"anything-but": ["PENDING"]}), False),
        (image("status", "S", {"exists": True}), True),
        (image("status", "S", {"exists": False}), False),
        (image("missing", "S", {"exists": False}), True),
        ({"dynamodb": {"NewImage": [{"exists": True}]}}, False),  # a branch is not a leaf
        ({"dynamodb": {"SizeBytes": [{"numeric": ["=", 26]}]}}, True),
        ({"dynamodb": {"SizeBytes": [{"numeric": [">", 0, "<=", 26]}]}}, True),
        ({"dynamodb": {"SizeBytes": [{"numeric": [">", 26]}]}}, False),
        ({"eventName": [{"numeric": ["=", 26]}]}, False),
        ({"eventName": ["MODIFY"], **image("status", "S", "PENDING")}, False),  # and
        ({"$or": [{"eventName": ["INSERT"]}, image("status", "S", "ACCEPTED")]}, True),
        ({"$or": [{"eventName": ["INSERT"]}, image("status", "S", "PENDING")]}, False),
    ],
)
def test_a_pattern_lets_through_what_it_describes(pattern: object, wanted: bool) -> None:
    assert EventFilter([json.dumps(pattern)]).wants(RECORD) is wanted


def test_one_of_several_patterns_is_enough_and_none_lets_everything_through() -> None:
    patterns = [json.dumps({"eventName": [name]}) for name in ("INSERT", "MODIFY")]
    assert EventFilter(patterns).wants(RECORD)
    assert EventFilter([]).wants(RECORD)


@pytest.mark.parametrize(
    "pattern",
    [
        "not json",
        "[]",
        '{"eventName": "INSERT"}',
        '{"eventName": [{"wildcard": "I*"}]}',
        '{"a": [{"prefix": "b", "suffix": "c"}]}',
    ],
)
def test_a_pattern_that_aws_refuses_is_refused_by_name(pattern: str) -> None:
    with pytest.raises(LocalAwsError) as caught:
        EventFilter([pattern])
    assert pattern in str(caught.value)
