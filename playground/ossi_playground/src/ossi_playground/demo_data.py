"""Data to look at: six months of contributions of a dozen people, for `ossi local --seed`.

What was decided long ago is written as rows that are accepted or declined already: no message follows them. What waits
for a decision goes through the bot, as everything does that people do; only what has waited since before last month is
written as rows too, since no form can be dated back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import resources
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict

from local_slack.client import SlackControl
from local_slack.control_models import ViewRead
from local_slack.seed import SeedUser
from ossi.domain.contribution import Contribution, Status
from ossi.domain.months import Month
from ossi_playground.seed import OssiSeed

if TYPE_CHECKING:
    from local_aws import LocalAws

MONTHS: Final = 6
_DECLINED_EVERY: Final = 9
_ATTEMPTS: Final = 5
_DECISION_TAKES: Final = timedelta(hours=20)


class DemoDataError(Exception):
    """The demonstration data could not be written; the message is a sentence."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DemoContribution(_Strict):
    """What somebody did. `by` is a user name; `level` the key of a compensation level."""

    by: str
    text: str
    url: str
    level: str


class DemoData(_Strict):
    """More people for the workspace, and what everybody contributed. overlooked: what has been waiting for a decision for long."""

    people: tuple[SeedUser, ...]
    decided: tuple[DemoContribution, ...]
    pending: tuple[DemoContribution, ...]
    overlooked: tuple[DemoContribution, ...]


def load_demo_data() -> DemoData:
    """The data that is shipped with the package."""
    text = resources.files("ossi_playground").joinpath("demo_data.json").read_text(encoding="utf-8")
    return DemoData.model_validate_json(text)


def decided_rows(data: DemoData, seed: OssiSeed, now: datetime) -> list[Contribution]:
    """The contributions that were decided on, spread evenly over this month and the five before.

    now: aware, in the time zone of the deployment. The same moment gives the same rows.
    """
    people = _people(data, seed)
    managers = [user.id for user in seed.users if user.role == "manager"]
    months = _latest_months(Month.of(now))
    size = -(-len(data.decided) // MONTHS)
    rows: list[Contribution] = []
    for index, each in enumerate(data.decided):
        month, place = months[index // size], index % size
        submitted = _working_time(_moment(month, (place + 1) / (size + 1), now), index, now)
        user = people[each.by]
        decided = min(submitted + _DECISION_TAKES, now)
        deciders = [manager for manager in managers if manager != user.id]
        rows.append(
            Contribution(
                user_id=user.id,
                timestamp=int(submitted.timestamp() * 1000),
                status=Status.DECLINED if index % _DECLINED_EVERY == _DECLINED_EVERY - 2 else Status.ACCEPTED,
                level=each.level,
                text=each.text,
                name=user.real_name or user.name,
                url=each.url,
                contribution_month=str(month),
                decided_by=deciders[index % len(deciders)],
                decided_at=int(decided.timestamp() * 1000),
            )
        )
    return rows


def overlooked_rows(data: DemoData, seed: OssiSeed, now: datetime) -> list[Contribution]:
    """The contributions of the month before last that nobody has decided on. now: as for decided_rows."""
    people = _people(data, seed)
    month = Month.of(now).previous().previous()
    moments = [_moment(month, (place + 1) / (len(data.overlooked) + 1), now) for place in range(len(data.overlooked))]
    return [
        Contribution(
            user_id=people[each.by].id,
            timestamp=int(_working_time(moment, index, now).timestamp() * 1000),
            status=Status.PENDING,
            level=each.level,
            text=each.text,
            name=people[each.by].real_name or each.by,
            url=each.url,
            contribution_month=str(month),
        )
        for index, (each, moment) in enumerate(zip(data.overlooked, moments, strict=True))
    ]


def add_demo_data(aws: LocalAws, seed: OssiSeed, slack_url: str | None, now: datetime) -> int:
    """Puts people and contributions into a running playground that has none; returns how many contributions there are new.

    slack_url: of the local Slack; None where another one is used, which then gets neither people nor what is pending.
    A table that holds something already is left as it is. Raises DemoDataError where the bot does not take a form.
    """
    table = aws.emulator.resource("dynamodb").Table(aws.outputs["table"])
    if table.scan(Limit=1)["Items"]:
        return 0
    data = load_demo_data()
    rows = decided_rows(data, seed, now)
    with table.batch_writer() as batch:
        for row in rows:
            batch.put_item(Item=row.to_row())
    if slack_url is None:
        return len(rows)
    overlooked = overlooked_rows(data, seed, now)
    with SlackControl(slack_url) as control:
        _add_people(control, data, seed)
        for row in overlooked:
            table.put_item(Item=row.to_row())
        for each in data.pending:
            _register(control, each, seed, data)
    return len(rows) + len(overlooked) + len(data.pending)


def _people(data: DemoData, seed: OssiSeed) -> dict[str, SeedUser]:
    return {user.name: user for user in (*seed.users, *data.people)}


def _add_people(control: SlackControl, data: DemoData, seed: OssiSeed) -> None:
    known = {user.id for user in control.workspace().users}
    for user in data.people:
        if user.id not in known:
            control.add_user(user.id, user.name, user.real_name, user.role)
        control.invite(seed.public_channel, user.id)


def _register(control: SlackControl, each: DemoContribution, seed: OssiSeed, data: DemoData) -> None:
    user = next(user.id for user in (*seed.users, *data.people) if user.name == each.by)
    form = _opened_form(control, user)
    values = {"description": each.text, "url": each.url, "level": each.level}
    result = control.submit(form, user, values)
    for _ in range(_ATTEMPTS - 1):
        # The same modal submitted again is the same contribution, whatever became of the first attempt.
        if result.result == "timeout":
            result = control.submit(form, user, values)
    if result.result != "closed":
        why = "; ".join(result.errors.values()) or result.message or result.result
        raise DemoDataError(f"The bot did not take a form of the demonstration data: {why}")
    for late in control.views(user):
        control.close_view(late, user)


def _opened_form(control: SlackControl, user: str) -> ViewRead:
    """As people do: where a busy machine lets the first start of a function take more than Slack's 3 s, they ask again."""
    for _ in range(_ATTEMPTS):
        opened = control.command(user, "new").view
        if opened is not None:
            return opened
    raise DemoDataError("The bot did not open its form, so the demonstration data is incomplete.")


def _latest_months(latest: Month) -> list[Month]:
    def backwards() -> Iterator[Month]:
        month = latest
        for _ in range(MONTHS):
            yield month
            month = month.previous()

    return list(backwards())[::-1]


def _working_time(moment: datetime, index: int, now: datetime) -> datetime:
    """The same day, at a time at which people work; the moment itself where that is still to come."""
    at_work = moment.replace(hour=8 + index * 5 % 9, minute=index * 17 % 60, second=0, microsecond=0)
    return at_work if at_work < now else moment


def _moment(month: Month, fraction: float, now: datetime) -> datetime:
    """A moment at this fraction of the month, or of the part of it that has passed."""
    first = datetime(month.year, month.number, 1, tzinfo=now.tzinfo)
    following = datetime(month.year + month.number // 12, month.number % 12 + 1, 1, tzinfo=now.tzinfo)
    return first + (min(following, now) - first) * fraction
