"""The form behind /ossi new, and how its answers are read."""

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.views import View

from fakes import DESCRIPTION, HELSINKI, URL
from local_slack.blocks import check_view
from ossi.domain.form import (
    AddressTooLong,
    InvalidForm,
    LevelNotOffered,
    MonthNotOffered,
    NotAMonth,
    NotAnAddress,
    Problem,
    SignInInAddress,
    SubmittedForm,
    TooLong,
    TooShort,
)
from ossi.domain.levels import CompensationLevels
from ossi.domain.months import Month
from ossi.slack.errors import UnreadableView
from ossi.slack.messages.form import CALLBACK_ID, FIELDS, contribution_form, field_errors, read_form
from ossi.slack.messages.problems import not_stored
from unit.messages.judge import UGLY

NOW = datetime(2026, 11, 2, 12, tzinfo=HELSINKI)
LEVELS = CompensationLevels()


def form(prefill: str = "", now: datetime = NOW) -> dict[str, Any]:
    return contribution_form(prefill, now, 2, LEVELS)


def block(view: dict[str, Any], block_id: str) -> dict[str, Any]:
    return next(each for each in view["blocks"] if each.get("block_id") == block_id)


@pytest.mark.parametrize("prefill", ["", *UGLY.values(), "x" * 2001, "&" * 9000], ids=lambda text: str(text)[:20])
def test_slack_takes_the_form_whatever_was_typed(prefill: str) -> None:
    view = form(prefill)
    check_view(view, "modal")
    View(**view).to_dict()  # slack_sdk validates
    assert block(view, "description")["element"].get("initial_value", "") == prefill[:2000]


def test_the_form_asks_for_what_a_contribution_is() -> None:
    view = form()
    assert view["callback_id"] == CALLBACK_ID
    assert [each["block_id"] for each in view["blocks"]] == list(FIELDS)
    assert [each["element"]["action_id"] for each in view["blocks"]] == list(FIELDS)
    assert [each["element"]["type"] for each in view["blocks"]] == [
        "plain_text_input", "url_text_input", "static_select", "static_select",
    ]  # fmt: skip
    assert not any(each.get("optional") for each in view["blocks"])
    description = block(view, "description")["element"]
    assert (description["multiline"], description["min_length"], description["max_length"]) == (True, 50, 2000)
    assert (view["submit"]["text"], view["close"]["text"]) == ("Submit", "Cancel")


def test_the_months_on_offer_follow_the_clock() -> None:
    month = block(form(), "month")["element"]
    assert [option["value"] for option in month["options"]] == ["2026-11", "2026-10"]
    assert month["initial_option"]["value"] == "2026-11"
    later = block(form(now=datetime(2026, 11, 3, tzinfo=HELSINKI)), "month")["element"]
    assert [option["text"]["text"] for option in later["options"]] == ["November 2026"]


def test_the_levels_on_offer_are_without_large() -> None:
    options = block(form(), "level")["element"]["options"]
    assert [option["value"] for option in options] == ["NO_COMPENSATION", "COMPETENCE_DEVELOPMENT", "SMALL", "MEDIUM"]


def test_a_text_that_does_not_fit_is_said_to_have_been_cut() -> None:
    view = form("x" * 2345)
    assert "2,345" in view["blocks"][1]["elements"][0]["text"]
    assert len(form("x" * 2000)["blocks"]) == 4


def answered(**values: str | None) -> dict[str, Any]:
    """A view as Slack sends it back, with these values."""
    usual: dict[str, str | None] = {"description": DESCRIPTION, "url": URL, "month": "2026-11", "level": "SMALL"}
    filled = {**usual, **values}
    state = {
        field: {field: {"type": "plain_text_input", "value": filled[field]}} for field in ("description", "url")
    } | {
        field: {
            field: {
                "type": "static_select",
                "selected_option": {"text": {"type": "plain_text", "text": "?"}, "value": filled[field]}
                if filled[field]
                else None,
            }
        }
        for field in ("month", "level")
    }
    return {**form(), "id": "V1", "state": {"values": state}}


def test_what_was_filled_in_is_read() -> None:
    assert read_form(answered(), HELSINKI) == SubmittedForm(DESCRIPTION, URL, "2026-11", "SMALL", NOW)


def test_empty_fields_are_read_as_nothing() -> None:
    read = read_form(answered(description=None, url=None, month=None, level=None), HELSINKI)
    assert (read.description, read.url, read.month, read.level) == ("", "", "", "")


@pytest.mark.parametrize(
    "values",
    [{}, {"description": {}}, {"description": {"other": {"value": "x"}}}, {"description": {"description": {"value": 7}}},
     {"level": {"level": {"selected_option": {"value": ["SMALL"]}}}}, {"month": {"month": {"selected_option": "x"}}}],
)  # fmt: skip
def test_fields_that_are_not_there_are_read_as_nothing(values: dict[str, Any]) -> None:
    read = read_form({"state": {"values": values}}, HELSINKI)
    assert (read.description, read.url, read.month, read.level) == ("", "", "", "")


@pytest.mark.parametrize(
    "view",
    [{}, {"state": None}, {"state": {}}, {"state": {"values": None}}, {"state": {"values": {"url": None}}},
     {"state": {"values": {"url": {"url": None}}}}, {"state": []}],
)  # fmt: skip
def test_a_view_without_values_is_refused(view: dict[str, Any]) -> None:
    with pytest.raises(UnreadableView):
        read_form(view, HELSINKI)


@pytest.mark.parametrize(
    "metadata",
    [None, "", "{", "[]", "{}", "7", '{"openedAt": null}', '{"openedAt": "now"}', '{"openedAt": NaN}',
     '{"openedAt": 1e400}', '{"openedAt": 1e30}', '{"openedAt": -1e30}', '{"openedAt": []}'],
)  # fmt: skip
def test_a_form_that_does_not_say_when_it_was_opened_is_read_all_the_same(metadata: str | None) -> None:
    assert read_form({**answered(), "private_metadata": metadata}, HELSINKI).opened_at is None


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive limits
def test_the_time_of_opening_survives_the_way_through_slack(moment: datetime) -> None:
    opened = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=HELSINKI)
    view = {**answered(), "private_metadata": form(now=opened)["private_metadata"]}
    read = read_form(view, HELSINKI).opened_at
    assert read is not None
    assert 0 <= opened.timestamp() - read.timestamp() <= 0.0011, "to the millisecond"
    assert len(view["private_metadata"]) < 3000


def test_complaints_stand_beside_their_fields() -> None:
    answer = field_errors(InvalidForm({"url": NotAnAddress(), "month": NotAMonth()}))
    assert answer == {
        "response_action": "errors",
        "errors": {
            "url": "Please give a full web address, such as https://github.com/owner/project/pull/1.",
            "month": "Please choose one of the months.",
        },
    }
    assert json.dumps(answer)


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (TooShort(50, 3), "at least 50 characters, this has 3"),
        (TooLong(2000, 2001), "within 2,000 characters, this has 2,001"),
        (AddressTooLong(2000), "within 2,000 characters"),
        (SignInInAddress(), "it would be published"),
        (MonthNotOffered(Month(2026, 10)), "October 2026 can no longer be chosen"),
        (LevelNotOffered(), "one of the levels"),
    ],
)
def test_what_is_wrong_with_a_field_is_a_sentence(problem: Problem, said: str) -> None:
    (sentence,) = field_errors(InvalidForm({"field": problem}))["errors"].values()
    assert said in sentence
    assert sentence.startswith(("Please ", "October ", "This has "))
    assert sentence.endswith(".")


def test_a_form_that_could_not_be_stored_stays_open() -> None:
    answer: dict[str, Any] = not_stored()
    assert answer["response_action"] == "errors"
    assert set(answer["errors"]) <= set(FIELDS)
