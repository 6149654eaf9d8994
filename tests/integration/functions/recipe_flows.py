"""Flows with the command, the button, the form and the field of tests/recipes.

Not collected: recipes.run runs them on copies of the source.
"""

# The product doesn't have the field: the type checker reads this as if it had.
# pyright: reportAttributeAccessIssue=false, reportUnknownArgumentType=false, reportUnknownVariableType=false

import csv
import io
import json
from typing import Any

import boto3
import openpyxl
import pytest

from integration.functions.world import AINO, DESCRIPTION, MAIJA, PUBLIC, TYPED, World, a_row, this_month
from local_slack.control_models import MessageRead, ViewRead
from ossi.domain.contribution import Status
from ossi_playground.seed import load_seed
from ossi_report.columns import SHEET_COLUMNS
from recipes.warm import warm_session


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """The one that was made before the copies were looked at."""
    return warm_session()


def answered(world: World, text: str) -> MessageRead:
    """The only answer to a command."""
    (message,) = world.control.command(AINO, text, channel=PUBLIC).ephemeral
    return message


def opened(world: World, text: str) -> ViewRead:
    """Presses the button of the answer: the form."""
    assert [each.action_id for each in answered(world, text).actions] == ["write_hello"]
    view = world.control.press(AINO, "write_hello").view
    assert view is not None
    return view


def fields(view: ViewRead) -> list[object]:
    """The fields of a form, as they stand in it."""
    return [block["block_id"] for block in view.blocks if block["type"] == "input"]


# the command, its button and its form


def test_the_form_behind_the_button_of_the_command_tells_managers(world: World) -> None:
    view = opened(world, f"hello *Eino* {TYPED}")
    assert world.control.submit(view, AINO, {"words": f"{TYPED} & thank you"}).result == "closed"
    (message,) = world.managers_see()
    assert message.rendered == f"@Aino Lahti says hello to *Eino* {TYPED}: {TYPED} & thank you"
    assert world.control.views(AINO) == []


def test_the_help_tells_of_the_command_and_the_composer_offers_it(world: World) -> None:
    assert "A hello to everyone?" in answered(world, "hello").rendered
    assert "/ossi hello [whom]" in answered(world, "help").rendered
    assert "/ossi hello" in [each.text for each in load_seed().app.completions]


# the field


def test_what_is_typed_into_the_field_is_stored(world: World) -> None:
    view = world.open_form()
    assert fields(view) == ["description", "url", "month", "team", "level"]
    assert world.submit(view, team=f" {TYPED} ").result == "closed"
    (row,) = world.cloud.rows()
    assert row.team == TYPED
    assert world.cloud.items()[0]["team"] == {"S": TYPED}


def test_what_is_stored_is_shown(world: World) -> None:
    world.register(team=TYPED)
    (request,), (confirmation,) = world.managers_see(), world.control.dm(AINO)
    for message in (request, confirmation, answered(world, "list")):
        assert TYPED in message.rendered
        assert TYPED in message.text


def report_files(world: World) -> dict[str, bytes]:
    """The files of the report of the month before, by their suffixes."""
    assert world.control.command(MAIJA, "report", channel=PUBLIC).status == 200
    assert world.run_report()["announced"]
    return {name.rpartition(".")[2]: content for name, content in world.cloud.reports().items()}


def test_the_report_has_it_in_a_column_after_those_that_were_there(world: World) -> None:
    before = {"contribution_month": str(this_month().previous()), "decided_by": MAIJA}
    rows = [a_row(timestamp=1 + n, status=status, team=f"={status}", **before) for n, status in enumerate(Status)]
    world.cloud.put(*rows)
    files = report_files(world)
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    for status in Status:
        head, row = book[status.value.capitalize()].iter_rows(values_only=True)
        assert (head[-1], row[-1]) == ("Team", f"={status}")
    assert {columns[-1] for columns in SHEET_COLUMNS.values()} == {"Team"}
    head, *lines = csv.reader(io.StringIO(files["csv"].decode("utf-8-sig")))
    assert head[-1] == "Team"
    assert sorted(line[-1] for line in lines) == sorted(f"'={status}" for status in Status)
    stored: list[dict[str, Any]] = json.loads(files["json"])["contributions"]
    assert {each["status"]: each["team"] for each in stored} == {status: f"={status}" for status in Status}


def test_what_is_wrong_is_said_beside_the_field(world: World) -> None:
    view, values = world.open_form(), {"description": DESCRIPTION, "url": "https://host.example/1", "level": "SMALL"}
    for team, said in (("one, two", "Please name one team."), ("x" * 61, "within 60 characters")):
        result = world.control.submit(view, AINO, {**values, "team": team}, skip_client_checks=True)
        assert list(result.errors) == ["team"]
        assert said in result.errors["team"]
    assert world.cloud.rows() == []


def test_what_is_not_filled_in_is_not_shown(world: World) -> None:
    """And rows from before there was the field are read as if it hadn't been filled in."""
    assert world.register().team == ""
    old = a_row(user_id=AINO).to_row()
    del old["team"]
    world.cloud.put(old)
    shown = answered(world, "list")
    assert shown.rendered.count(DESCRIPTION) == 2
    for message in (*world.managers_see(), *world.control.dm(AINO), shown):
        assert "Team" not in message.rendered
    assert not [line for line in shown.rendered.splitlines() if line.rstrip().endswith("·")]
