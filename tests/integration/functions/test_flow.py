"""The whole way of a contribution, handler after handler."""

import io
from urllib.parse import parse_qs, urlsplit

import openpyxl

from integration.functions.events import Context, download_event
from integration.functions.world import AINO, DESCRIPTION, MAIJA, MANAGEMENT, PUBLIC, URL, World, this_month, typed_in
from ossi.domain.contribution import Status
from ossi_download.handler import handler as download_handler


def test_an_accepted_contribution_goes_all_the_way_to_the_workbook(world: World) -> None:
    # Given a form that was opened with a text, and sent
    view = world.open_form(text=DESCRIPTION)
    assert typed_in(view, "description") == DESCRIPTION
    assert world.submit(view).result == "closed"
    (row,) = world.cloud.rows()
    assert (row.status, row.user_id, row.name, row.text, row.url, row.level, row.contribution_month) == (
        Status.PENDING, AINO, "Aino Lahti", DESCRIPTION, URL, "SMALL", str(this_month()),
    )  # fmt: skip

    # When the stream function hears of it, Aino and the managers do too
    assert world.run_stream() == []
    assert DESCRIPTION in world.control.dm(AINO)[0].rendered
    request = world.managers_see()[0]
    assert [action.action_id for action in request.actions] == ["accept_contribution", "decline_contribution"]

    # When a manager accepts, the row is decided and the message redrawn
    assert world.control.press(MAIJA, "accept_contribution", channel=MANAGEMENT).status == 200
    (row,) = world.cloud.rows()
    assert (row.status, row.decided_by) == (Status.ACCEPTED, MAIJA)
    assert row.decided_at is not None
    assert row.decided_at > row.timestamp
    assert row.decided_in is not None
    assert row.decided_in.ts == request.ts
    assert world.run_stream() == []
    (redrawn,) = world.managers_see()
    assert redrawn.actions == []
    assert "Accepted by @Maija Salo" in redrawn.rendered
    assert "accepted" in world.control.dm(AINO)[1].rendered
    assert DESCRIPTION in world.control.messages(PUBLIC)[0].rendered

    # Then Aino's list shows it
    (listed,) = world.control.command(AINO, "list").ephemeral
    assert DESCRIPTION in listed.rendered
    assert "Accepted" in listed.rendered

    # And a report has it, behind a link that leads to the file
    (coming,) = world.control.command(MAIJA, f"report {this_month()}").ephemeral
    assert this_month().label in coming.rendered
    assert world.run_report() == {"month": str(this_month()), "announced": True}
    name, token = world.announced_link()
    answer = download_handler(download_event(name, token), Context())
    assert answer["statusCode"] == 302
    location = urlsplit(str(answer["headers"]["location"]))
    assert location.path == f"/reports/{name}"
    assert parse_qs(location.query)["response-content-disposition"] == [
        f'attachment; filename="ossi-{this_month()}.xlsx"'
    ]
    workbook = openpyxl.load_workbook(io.BytesIO(world.cloud.reports()[f"reports/{name}"]))
    cells = [cell for cells in workbook["Accepted"].iter_rows(values_only=True) for cell in cells]
    assert DESCRIPTION in cells


def test_a_declined_contribution_is_told_to_its_submitter_alone(world: World) -> None:
    world.register()
    assert world.control.press(MAIJA, "decline_contribution", channel=MANAGEMENT).status == 200
    assert world.run_stream() == []
    (row,) = world.cloud.rows()
    assert (row.status, row.decided_by) == (Status.DECLINED, MAIJA)
    (redrawn,) = world.managers_see()
    assert redrawn.actions == []
    assert "Declined by @Maija Salo" in redrawn.rendered
    assert "declined" in world.control.dm(AINO)[1].rendered
    assert world.told() == {"aino": 2, "management": 1, "public": 0}
