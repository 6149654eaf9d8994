"""What one function sends another, and the names that several rooms share: one definition, read and written by both ends.

Old and new functions run side by side for minutes during a deployment. So a field may be added with a default, and is never renamed.

Plain dataclasses: a function where a person waits writes one with `to_wire`, without pydantic. The reading end lets pydantic check it:
`TypeAdapter(ReportAsked).validate_python(event)` takes the names as they travel, in camelCase, and raises pydantic.ValidationError.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, Protocol, cast

CONTRIBUTIONS, REPORTS, SUBMISSIONS = "contribution", "report", "submission"
"""The kinds of the ledger's subjects: what stands before their first `#`."""


SCHEDULED, MANAGER, ADMIN = "scheduled", "manager", "admin"
"""Who closes months. They stand in the ledger's names of runs, so they never change."""

ANNOUNCE_REPORT = "announce_report"
"""The delivery that a run of the report function owes: it's recorded before any work for it."""
REPORT_RUN_MS = 6 * 60_000
"""How long a run of the report function may take until someone else may finish it: the function is stopped after five minutes."""


def contribution_subject(key: object) -> str:
    """What the ledger calls a contribution. key: a ContributionKey, or its text."""
    return f"{CONTRIBUTIONS}#{key}"


def submission_subject(view_id: str) -> str:
    """What the ledger calls a submitted form."""
    return f"{SUBMISSIONS}#{view_id}"


def requested_report_subject(month: object, request_id: str) -> str:
    """What the ledger calls the report of a month (a Month, or its text) that someone requested."""
    return f"{REPORTS}#{month}#asked#{request_id}"


def scheduled_report_subject(month: object) -> str:
    """What the ledger calls the scheduled report of a month, which closes it."""
    return f"{REPORTS}#{month}#{SCHEDULED}"


def closing_subject(month: object, by: str, request_id: str) -> str:
    """What the ledger calls the report that closes a month on request. by: MANAGER or ADMIN."""
    return f"{REPORTS}#{month}#{by}#{request_id}"


def closer_in(subject: str) -> str:
    """Who closes the month with the report that the ledger calls so: SCHEDULED, MANAGER or ADMIN; empty: it closes nothing.

    So whoever finishes a run knows from its name alone whether it was to close the month. Runs that someone asked for with
    `/ossi report`, of older versions too, only read.
    """
    closer = subject.split("#")[2:3]
    return closer[0] if month_of_report(subject) and closer and closer[0] in {SCHEDULED, MANAGER, ADMIN} else ""


def month_of_report(subject: str) -> str:
    """The month, YYYY-MM, of the report that the ledger calls so; empty for any other subject."""
    kind, _, rest = subject.partition("#")
    return rest.partition("#")[0] if kind == REPORTS else ""


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


class _Lenient:
    """Read with the names as they travel; what isn't known is ignored."""

    __pydantic_config__ = {"alias_generator": _camel, "hide_input_in_errors": True}  # noqa: RUF012  # pydantic wants a dict


class _Strict:
    """The same, and what isn't known is refused: a misspelled option must not do something else."""

    __pydantic_config__ = {**_Lenient.__pydantic_config__, "extra": "forbid"}  # noqa: RUF012


class Contract(Protocol):
    """Any dataclass of this module."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


def to_wire(contract: Contract) -> dict[str, Any]:
    """A contract as the JSON object that travels."""
    return {_camel(each.name): _value(getattr(contract, each.name)) for each in fields(contract)}


def _value(value: object) -> object:
    if hasattr(value, "__dataclass_fields__"):
        return to_wire(cast("Contract", value))
    return [_value(each) for each in cast("tuple[object, ...]", value)] if isinstance(value, tuple) else value


@dataclass(frozen=True, kw_only=True)
class ReportAsked(_Lenient):
    """slash -> report: a manager wants to read a month's report, which closes nothing.

    month: YYYY-MM. request_id: the same for a repetition of the same request. response_url: where the asker alone can be answered for
    half an hour; empty: older versions didn't send it.
    """

    source: Literal["slash"] = "slash"
    month: str
    requested_by: str
    request_id: str
    response_url: str = ""


@dataclass(frozen=True, kw_only=True)
class CloseAsked(_Lenient):
    """interactions or `ossi close` -> report: close a month. month: YYYY-MM. by: MANAGER or ADMIN.

    requested_by: the manager's id; empty for an admin. request_id and response_url: as in ReportAsked.
    """

    source: Literal["close"] = "close"
    month: str
    by: Literal["manager", "admin"]
    requested_by: str = ""
    request_id: str
    response_url: str = ""


@dataclass(frozen=True, kw_only=True)
class CloseAnswer(_Lenient):
    """report -> `ossi close`. obstacle: a domain.payroll.Obstacle, where the month can't be closed; empty: it's closed.

    announced: whether the management channel has its report; otherwise Slack didn't take it yet, and Ossi keeps trying.
    """

    month: str
    announced: bool
    obstacle: str = ""


@dataclass(frozen=True, kw_only=True)
class ReportDue(_Lenient):
    """reconcile -> report: a delivery of that run isn't settled. run: the subject of its records. effect: which of its deliveries."""

    source: Literal["reconcile"] = "reconcile"
    run: str
    effect: str


SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
"""EventBridge Scheduler puts the time that was planned in its place, the same for each delivery of one run (its user guide)."""


@dataclass(frozen=True, kw_only=True)
class Scheduled(_Lenient):
    """Schedule -> report and reconcile. scheduled_time: when it was due, ISO 8601 with a zone."""

    source: Literal["schedule"] = "schedule"
    scheduled_time: str = ""


@dataclass(frozen=True, kw_only=True)
class ReconcileAsked(_Strict):
    """`ossi reconcile` and `ossi redrive` -> reconcile.

    contribution: only that one; after: where the last answer stopped; both are a ContributionKey's text. older_than_seconds: leave what
    changed since to the stream; None: as long as a scheduled run does. seconds: how long the answer may take, so that progress is seen.
    """

    source: Literal["command"] = "command"
    dry_run: bool = False
    redrive: bool = False
    effect: str | None = None
    contribution: str | None = None
    older_than_seconds: float | None = None
    after: str | None = None
    seconds: float = 20

    def __post_init__(self) -> None:
        if (self.older_than_seconds or 0) < 0:
            raise ValueError("olderThanSeconds is below 0")
        if not self.seconds > 0:
            raise ValueError("seconds isn't above 0")


@dataclass(frozen=True, kw_only=True)
class ReconcileFinding(_Lenient):
    """A delivery that isn't settled.

    contribution: a ContributionKey's text, or of a report the subject of its run. outcome: a delivery.deliver.Result. reason: a code.
    """

    contribution: str
    effect: str
    outcome: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReconcileAnswer(_Lenient):
    """reconcile -> `ossi reconcile` and `ossi redrive`.

    looked_at: contributions. halted: too many messages failed in a row. next: what to send as `after` to go on; None: nothing is left.
    """

    looked_at: int
    findings: tuple[ReconcileFinding, ...]
    done: bool
    halted: bool
    next: str | None
