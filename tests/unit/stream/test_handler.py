"""The stream function's batch: what comes again, and what holds up nobody."""

from types import SimpleNamespace
from typing import Any

import pytest

import ossi_stream.handler
from fakes import contribution
from memory import House
from ossi.aws.dynamodb import to_item
from ossi.domain.contribution import Contribution, Status
from ossi.domain.lifecycle import submitted

BEFORE = submitted(contribution(submission_id="V1"), "e1")
BY_HAND = BEFORE.model_copy(update={"status": Status.ACCEPTED})


class Refused(Exception):
    """An answer of DynamoDB's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


def record(old: Contribution, new: Contribution) -> dict[str, Any]:
    return {
        "eventID": "1",
        "eventName": "MODIFY",
        "dynamodb": {
            "Keys": to_item({"userId": new.user_id, "timestamp": new.timestamp}),
            "SequenceNumber": "100",
            "OldImage": to_item(old.to_row()),
            "NewImage": to_item(new.to_row()),
        },
    }


@pytest.mark.parametrize(
    ("code", "again", "said"),
    [
        ("ValidationException", [], "a changed row cannot be stored"),
        ("ProvisionedThroughputExceededException", [{"itemIdentifier": "100"}], "a change could not be handled"),
    ],
)
def test_a_row_that_takes_no_event_any_more_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: str, again: list[object], said: str
) -> None:
    house = House()

    def save(_contribution: Contribution, _as_read: Contribution) -> None:
        raise Refused(code)

    monkeypatch.setattr(house.table, "save", save)
    monkeypatch.setattr(ossi_stream.handler, "app", lambda: SimpleNamespace(office=house.office))
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
    # Without what every invocation does around it, which changes the process's log.
    handle = ossi_stream.handler.handler.__wrapped__  # pyright: ignore[reportFunctionMemberAccess]
    assert handle({"Records": [record(BEFORE, BY_HAND)]}, context) == {"batchItemFailures": again}
    assert said in [line.message for line in caplog.records]
    assert ("Unreadable" in [getattr(line, "metric", "") for line in caplog.records]) is (not again)
