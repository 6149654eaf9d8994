"""The filters of a stream's mapping: lists of event names are understood, every other pattern is refused by name."""

from __future__ import annotations

import json

import pytest

from local_aws import LocalAwsError
from local_aws.event_filters import EventFilter


@pytest.mark.parametrize(
    ("names", "wanted"), [(["INSERT", "MODIFY"], True), (["INSERT"], False), (["REMOVE", "INSERT"], False)]
)
def test_a_pattern_lets_the_events_through_that_it_lists(names: list[str], wanted: bool) -> None:
    assert EventFilter([json.dumps({"eventName": names})]).wants({"eventName": "MODIFY"}) is wanted


def test_one_of_several_patterns_is_enough_and_none_lets_everything_through() -> None:
    several = EventFilter([json.dumps({"eventName": [name]}) for name in ("INSERT", "MODIFY")])
    assert [name for name in ("INSERT", "MODIFY", "REMOVE") if several.wants({"eventName": name})] == [
        "INSERT",
        "MODIFY",
    ]
    assert all(EventFilter([]).wants({"eventName": name}) for name in ("INSERT", "MODIFY", "REMOVE"))


@pytest.mark.parametrize(
    "pattern",
    [
        "not json",
        "[]",
        "{}",
        '{"eventName": "INSERT"}',
        '{"eventName": []}',
        '{"eventName": ["UPSERT"]}',
        '{"eventName": [{"prefix": "I"}]}',
        '{"eventName": ["INSERT", {"exists": true}]}',
        '{"dynamodb": {"NewImage": {"status": {"S": ["ACCEPTED"]}}}}',
        '{"eventName": ["INSERT"], "dynamodb": {"SizeBytes": [{"numeric": [">", 26]}]}}',
        '{"$or": [{"eventName": ["INSERT"]}, {"eventName": ["MODIFY"]}]}',
    ],
)
def test_every_other_pattern_is_refused_by_name(pattern: str) -> None:
    with pytest.raises(LocalAwsError) as caught:
        EventFilter([pattern])
    assert pattern in str(caught.value)
