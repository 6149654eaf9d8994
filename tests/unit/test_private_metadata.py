"""What a form remembers, on its way through Slack and between versions."""

import json
from dataclasses import dataclass

import pytest

from ossi.slack.private_metadata import LONGEST, PrivateMetadata


@dataclass(frozen=True)
class Remembered(PrivateMetadata):
    """Of a form that does not exist."""

    channel_id: str
    shown_at: int


@dataclass(frozen=True)
class Later(PrivateMetadata):
    """The same, after its meaning has changed."""

    version = 2

    channel_id: str


IT = Remembered("C1", 7)


def test_it_comes_back_as_it_went() -> None:
    assert json.loads(IT.to_text()) == {"version": 1, "channelId": "C1", "shownAt": 7}
    assert Remembered.from_text(IT.to_text()) == IT


def test_what_an_older_version_wrote_without_a_number_is_the_first() -> None:
    assert Remembered.from_text('{"channelId": "C1", "shownAt": 7}') == IT


def test_another_version_is_not_guessed_at() -> None:
    assert Later.from_text(IT.to_text()) is None
    assert Remembered.from_text(IT.to_text().replace('"version": 1', '"version": 2')) is None
    assert Later.from_text(Later("C1").to_text()) == Later("C1")


@pytest.mark.parametrize(
    "text",
    [None, 7, "", "{", "[]", "null", "{}", '{"channelId": "C1"}', '{"channelId": 1, "shownAt": 7}',
     '{"channelId": "C1", "shownAt": true}', '{"channelId": "C1", "shownAt": 7.5}', "[" * 100_000],
)  # fmt: skip
def test_what_is_not_of_this_form_is_nothing(text: object) -> None:
    assert Remembered.from_text(text) is None


def test_no_more_is_written_than_slack_keeps() -> None:
    fits = LONGEST - len(Remembered("", 7).to_text())
    assert len(Remembered("x" * fits, 7).to_text()) == LONGEST
    with pytest.raises(ValueError, match="3001 characters"):
        Remembered("x" * (fits + 1), 7).to_text()
