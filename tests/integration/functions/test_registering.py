"""A command, a form and a button are registered by a line each, and nothing else of the product knows of them."""

import json
from typing import Any

import pytest

from integration.functions.events import Context, interaction_body, signed
from integration.functions.ping import Filled, PingedBefore, PingForm, break_down, ping, ping_again, tell_pinged
from integration.functions.world import AINO, PUBLIC, World, typed_in
from local_slack.control_models import ViewRead
from ossi_interactions.buttons import BUTTONS
from ossi_interactions.forms import FORMS
from ossi_interactions.handler import handler
from ossi_slash.commands import COMMANDS


@pytest.fixture(autouse=True)
def done(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Filled]]:
    """What the form has done."""
    done: list[tuple[str, Filled]] = []
    monkeypatch.setitem(COMMANDS, "ping", lambda: ping)
    monkeypatch.setitem(BUTTONS, "ping_again", lambda: ping_again)
    monkeypatch.setitem(FORMS, "ping_form", lambda: PingForm(done))
    return done


def pinged(world: World) -> ViewRead:
    """Types /ossi ping and presses its button: the form is open."""
    world.control.command(AINO, "PING  one two", channel=PUBLIC)
    result = world.control.press(AINO, "ping_again")
    assert (result.status, result.error) == (200, None)
    assert result.view is not None
    return result.view


def test_a_command_that_is_registered_is_answered(world: World) -> None:
    (message,) = world.control.command(AINO, "ping one  two", channel=PUBLIC).ephemeral
    assert message.text == "pong one  two from test"
    assert message.visible_to == AINO


def test_a_word_near_it_leads_to_it(world: World) -> None:
    (message,) = world.control.command(AINO, "pingg", channel=PUBLIC).ephemeral
    assert "Did you mean /ossi ping?" in message.rendered


def test_a_button_opens_a_form_with_its_own_trigger_and_the_form_is_read(
    world: World, done: list[tuple[str, Filled]]
) -> None:
    view = pinged(world)
    assert typed_in(view, "where") is None
    assert world.control.submit(view, AINO, {"where": "https://host.example/1"}).result == "closed"
    assert done == [(AINO, Filled("https://host.example/1", PingedBefore("one two", 1)))]
    assert world.cloud.rows() == []


def test_a_form_whose_work_fails_stays_open_and_says_so_beside_its_own_field(
    world: World, done: list[tuple[str, Filled]], capsys: pytest.CaptureFixture[str]
) -> None:
    result = world.control.submit(pinged(world), AINO, {"where": "https://host.example/broken"})
    assert (result.result, list(result.errors)) == ("errors", ["where"])
    assert "Nothing is lost" in result.errors["where"]
    assert done == []
    closing = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (closing["outcome"], closing["Failed"]) == ("failed", 1)


def test_a_form_that_cannot_be_read_stays_open_and_says_so_beside_its_own_field(
    world: World, done: list[tuple[str, Filled]]
) -> None:
    world.control.submit(pinged(world), AINO, {"where": "https://host.example/1"})
    payload: dict[str, Any] = world.last_payload()
    payload["view"]["private_metadata"] = '{"version": 2}'
    answer = handler(signed("/interactions", interaction_body(payload)), Context())
    assert list(json.loads(answer["body"])["errors"]) == ["where"]
    assert len(done) == 1


def test_a_button_that_breaks_tells_whoever_pressed_and_the_others_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BUTTONS, "ping_again", lambda: break_down)
    monkeypatch.setitem(BUTTONS, "ping_too", lambda: tell_pinged)
    world.control.command(AINO, "ping", channel=PUBLIC)
    assert world.control.press(AINO, "ping_again").status == 200
    payload = {**world.last_payload(), "actions": [{"action_id": "ping_again"}, {"action_id": "ping_too"}]}
    before = [message.text for message in world.control.ephemeral(AINO)]
    assert "Something went wrong" in before[-1]
    assert handler(signed("/interactions", interaction_body(payload)), Context())["statusCode"] == 200
    after = [message.text for message in world.control.ephemeral(AINO)]
    assert "pinged" in after
    assert sum("Something went wrong" in text for text in after) == 2


def test_what_is_not_registered_is_as_before(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    view = pinged(world)
    monkeypatch.delitem(FORMS, "ping_form")
    monkeypatch.delitem(BUTTONS, "ping_again")
    monkeypatch.delitem(COMMANDS, "ping")
    assert world.control.submit(view, AINO, {"where": "https://host.example/1"}).result == "closed"
    assert world.control.press(AINO, "ping_again").status == 200
    assert "I do not know that button." in world.control.ephemeral(AINO)[-1].rendered
    (message,) = world.control.command(AINO, "ping", channel=PUBLIC).ephemeral
    assert "I do not know the word “ping”." in message.rendered
