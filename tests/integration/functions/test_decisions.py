"""Accept and Decline: once, by a manager, where the buttons stand."""

import json
from typing import Any

import pytest

from integration.functions.endpoint import AwsEndpoint
from integration.functions.events import Context, interaction_body, load, signed
from integration.functions.world import AINO, MAIJA, MANAGEMENT, MATTI, PUBLIC, World, a_row, at_once
from local_slack.control_models import InteractionResult
from ossi.domain.contribution import Contribution, Status
from ossi_interactions.handler import handler

OK = {"statusCode": 200, "body": ""}


def press(world: World, user: str, verb: str, row: Contribution) -> InteractionResult:
    return world.control.press(user, f"{verb}_contribution", channel=MANAGEMENT, value=str(row.key))


def answered(result: InteractionResult) -> list[str]:
    return [message.rendered for message in result.ephemeral]


@pytest.mark.parametrize(("verb", "status"), [("accept", Status.ACCEPTED), ("decline", Status.DECLINED)])
def test_a_decision_is_answered_by_an_empty_200_and_keeps_where_it_was_made(
    world: World, verb: str, status: Status
) -> None:
    row = world.register()
    (request,) = world.managers_see()
    result = press(world, MATTI, verb, row)
    assert (result.status, result.body, result.error, result.ephemeral) == (200, "", None, [])
    (decided,) = world.cloud.rows()
    assert (decided.status, decided.decided_by) == (status, MATTI)
    assert decided.decided_in is not None
    assert (decided.decided_in.channel, decided.decided_in.ts) == (MANAGEMENT, request.ts)
    assert decided == row.model_copy(
        update={
            name: getattr(decided, name)
            for name in ("status", "decided_by", "decided_at", "decided_in", "events", "version")
        }
    )
    submission, decision = decided.events
    assert (submission,) == row.events
    assert (decision.status, decision.by, decision.at, decision.seen_in) == (
        status, MATTI, decided.decided_at, decided.decided_in,
    )  # fmt: skip


def test_of_two_managers_at_once_one_wins_and_the_other_is_told(world: World) -> None:
    row = world.register()
    for _ in range(3):
        world.cloud.put(row)
        world.cloud.changes()
        results = at_once(lambda: press(world, MAIJA, "accept", row), lambda: press(world, MATTI, "decline", row))
        assert [result.status for result in results] == [200, 200]
        (decided,) = world.cloud.rows()
        winner = 0 if decided.decided_by == MAIJA else 1
        assert decided.status is (Status.ACCEPTED, Status.DECLINED)[winner]
        assert answered(results[winner]) == []
        (told,) = answered(results[1 - winner])
        assert told.startswith("Somebody was quicker.")
        assert ("Accepted by @Maija Salo", "Declined by @Matti Koski")[winner] in told
    assert world.run_stream() == []
    assert len(world.managers_see()) == 1, "what the loser reads is private"


def test_one_set_of_messages_follows_two_decisions(world: World) -> None:
    row = world.register()
    at_once(lambda: press(world, MAIJA, "accept", row), lambda: press(world, MATTI, "accept", row))
    records = world.cloud.changes()
    assert len(records) == 1
    assert world.run_stream(records) == []
    assert world.told() == {"aino": 2, "management": 1, "public": 1}


def test_a_replayed_decision_changes_nothing_and_says_so(world: World) -> None:
    row = world.register()
    press(world, MAIJA, "accept", row)
    (decided,) = world.cloud.rows()
    event = world.gateway.events[-1]
    assert handler(event, Context()) == OK
    assert world.cloud.rows() == [decided]
    assert "You have decided on this one before." in world.control.ephemeral(MAIJA)[-1].rendered
    assert world.run_stream() == []
    assert world.told() == {"aino": 2, "management": 1, "public": 1}
    assert handler(event, Context()) == OK
    assert world.run_stream() == []


def test_a_second_thought_comes_too_late(world: World) -> None:
    row = world.register()
    press(world, MAIJA, "accept", row)
    (told,) = answered(press(world, MAIJA, "decline", row))
    assert "You have decided on this one before. Accepted by @Maija Salo" in told
    assert world.cloud.rows()[0].status is Status.ACCEPTED


def test_a_contribution_that_is_gone(world: World) -> None:
    row = world.register()
    world.cloud.remove(row)
    (told,) = answered(press(world, MAIJA, "accept", row))
    assert "does not exist any more" in told
    assert world.cloud.rows() == []


@pytest.mark.parametrize(
    ("spoiled", "named"),
    [
        ({"status": "DONE"}, "wrong or missing: status"),
        ({"text": 5, "size": ["SMALL"]}, "wrong or missing: size, text"),
        ({"status": "ACCEPTED", "decidedAt": "yesterday"}, "wrong or missing: decidedAt"),
    ],
)
@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_a_contribution_that_somebody_spoiled_is_not_decided(
    world: World, capsys: pytest.CaptureFixture[str], verb: str, spoiled: dict[str, Any], named: str
) -> None:
    row = world.register()
    world.cloud.put({**row.to_row(), **spoiled})
    before = world.cloud.items()
    (told,) = answered(press(world, MAIJA, verb, row))
    assert "cannot be read" in told
    assert named in told
    assert world.cloud.items() == before
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (line,) = [line for line in lines if line["level"] == "ERROR"]
    assert (line["why"], line["contribution"], line["metric"]) == (named, str(row.key), "Unreadable")
    assert lines[-1]["outcome"] == "unreadable"
    assert world.run_stream() == []
    assert world.told() == {"aino": 1, "management": 1, "public": 0}


def test_a_contribution_that_is_decided_while_it_is_read_is_decided_once(
    world: World, running_endpoint: AwsEndpoint
) -> None:
    row = a_row()
    world.cloud.put(row)
    assert world.run_stream() == []
    declined = row.model_copy(update={"status": Status.DECLINED, "decided_by": MATTI, "decided_at": 1})
    with running_endpoint.before("UpdateItem", lambda: world.cloud.put(declined)):
        (told,) = answered(press(world, MAIJA, "accept", row))
    assert told.startswith("Somebody was quicker. Declined by @Matti Koski")
    assert world.cloud.rows() == [declined]


def test_a_contribution_that_is_removed_while_it_is_read_does_not_come_back(
    world: World, running_endpoint: AwsEndpoint
) -> None:
    row = a_row()
    world.cloud.put(row)
    assert world.run_stream() == []
    with running_endpoint.before("UpdateItem", lambda: world.cloud.remove(row)):
        (told,) = answered(press(world, MAIJA, "accept", row))
    assert "does not exist any more" in told
    assert world.cloud.rows() == []


def test_a_decision_in_an_outage_of_the_table_is_answered(world: World) -> None:
    row = world.register()
    world.cloud.drop_contributions()
    (told,) = answered(press(world, MAIJA, "accept", row))
    assert "Something went wrong" in told


def click(**changes: Any) -> dict[str, Any]:
    """A click as Slack documents it; response_url leads nowhere."""
    return {**load("block_actions"), "response_url": None, **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"container": {"type": "message", "channel_id": PUBLIC, "message_ts": "1.2"}, "channel": {"id": PUBLIC}},
        {"container": {"type": "view", "view_id": "V1"}, "channel": None, "message": None},
        {"container": None, "channel": None, "message": None},
    ],
    ids=["another channel", "a view", "nowhere"],
)
def test_a_button_pressed_elsewhere_decides_nothing(world: World, changes: dict[str, Any]) -> None:
    row = a_row()
    world.cloud.put(row)
    assert handler(signed("/interactions", interaction_body(click(**changes))), Context()) == OK
    assert world.cloud.rows() == [row]


def test_the_documented_payload_decides(world: World) -> None:
    world.cloud.put(a_row())
    payload = click()
    payload["actions"][0]["value"] = str(a_row().key)
    assert handler(signed("/interactions", interaction_body(payload)), Context()) == OK
    (row,) = world.cloud.rows()
    assert (row.status, row.decided_by) == (Status.ACCEPTED, MAIJA)


@pytest.mark.parametrize(
    "action",
    [{"action_id": "from_an_older_version", "value": "x"}, {}, {"action_id": None}, {"action_id": "accept_contribution"},
     {"action_id": "accept_contribution", "value": "nonsense"}, {"action_id": "list_older", "value": "x"}],
)  # fmt: skip
def test_no_click_is_answered_with_silence(world: World, action: dict[str, Any]) -> None:
    row = world.register()
    press(world, MAIJA, "accept", row)  # for a response_url that works
    payload = {**world.last_payload(), "actions": [action]}
    before = len(world.control.ephemeral(MAIJA))
    assert handler(signed("/interactions", interaction_body(payload)), Context()) == OK
    assert len(world.control.ephemeral(MAIJA)) == before + 1


@pytest.mark.parametrize("kind", ["timeout", "cut", "http_500", "ratelimited"])
def test_a_decision_counts_also_where_its_loser_cannot_be_told(world: World, kind: Any) -> None:
    row = world.register()
    press(world, MAIJA, "accept", row)
    world.control.fail("response_url", kind)
    result = press(world, MATTI, "decline", row)
    assert (result.status, result.error, result.ephemeral) == (200, None, [])
    assert world.cloud.rows()[0].decided_by == MAIJA


def test_a_click_that_slack_refuses_each_time_to_have_answered_wakes_an_admin(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    row = world.register()
    press(world, MAIJA, "accept", row)
    for error in ("invalid_blocks", "expired_url"):
        world.control.fail("response_url", "slack_error", error=error)
        press(world, MATTI, "decline", row)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [
        (line["level"], line["why"], line.get("metric")) for line in lines if "could not be answered" in line["message"]
    ]
    assert told == [("ERROR", "invalid_blocks", "Failed"), ("WARNING", "expired_url", None)]


def test_only_what_the_table_says_decides_not_what_the_click_says(world: World) -> None:
    """Aino's own rows, named by another button's value, do not open."""
    row = world.register()
    payload = click()
    payload["actions"][0]["value"] = f"{AINO}#{row.timestamp + 1}"
    assert handler(signed("/interactions", interaction_body(payload)), Context()) == OK
    assert world.cloud.rows() == [row]
