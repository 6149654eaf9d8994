"""What functions send each other: as older and newer versions of them write and read it."""

import json
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from ossi.contracts import (
    ADMIN,
    MANAGER,
    SCHEDULED,
    SCHEDULED_TIME,
    CloseAnswer,
    CloseAsked,
    Contract,
    ReconcileAnswer,
    ReconcileAsked,
    ReconcileFinding,
    ReportAsked,
    Scheduled,
    closer_in,
    closing_subject,
    contribution_subject,
    requested_report_subject,
    scheduled_report_subject,
    submission_subject,
    to_wire,
)
from ossi.domain.contribution import ContributionKey
from ossi.domain.months import Month
from ossi.domain.payroll import Closer

FINDING = ReconcileFinding(contribution="U1#1", effect="publish", outcome="set aside", reason="is_archived")
# Contract -> what has travelled since the first version.
AS_SENT: list[tuple[Contract, dict[str, Any]]] = [
    (
        ReportAsked(month="2026-10", requested_by="U0MAIJA01", request_id="1.2.3"),
        {"source": "slash", "month": "2026-10", "requestedBy": "U0MAIJA01", "requestId": "1.2.3", "responseUrl": ""},
    ),
    (
        CloseAsked(month="2026-10", by="manager", requested_by="U0MAIJA01", request_id="1.2.3", response_url="https://x"),
        {
            "source": "close", "month": "2026-10", "by": "manager", "requestedBy": "U0MAIJA01", "requestId": "1.2.3",
            "responseUrl": "https://x",
        },
    ),
    (
        CloseAnswer(month="2026-10", announced=False, obstacle="history"),
        {"month": "2026-10", "announced": False, "obstacle": "history"},
    ),
    (
        Scheduled(scheduled_time="2026-11-03T04:00:00Z"),
        {"source": "schedule", "scheduledTime": "2026-11-03T04:00:00Z"},
    ),
    (
        ReconcileAsked(
            dry_run=True, redrive=True, effect="publish", contribution="U1#1", older_than_seconds=0, after="U2#2"
        ),
        {
            "source": "command", "dryRun": True, "redrive": True, "effect": "publish", "contribution": "U1#1",
            "olderThanSeconds": 0, "after": "U2#2", "seconds": 20,
        },
    ),
    (
        ReconcileAnswer(looked_at=2, findings=(FINDING,), done=False, halted=False, next="U1#1"),
        {
            "lookedAt": 2,
            "findings": [
                {"contribution": "U1#1", "effect": "publish", "outcome": "set aside", "reason": "is_archived"}
            ],
            "done": False, "halted": False, "next": "U1#1",
        },
    ),
]  # fmt: skip
every_contract = pytest.mark.parametrize(("contract", "sent"), AS_SENT, ids=lambda each: type(each).__name__)


def read(kind: Any, sent: object) -> Any:
    """As the receiving function reads it, on the way through JSON."""
    return TypeAdapter(kind).validate_python(json.loads(json.dumps(sent)))


@every_contract
def test_the_names_that_travel_are_those_of_the_first_version(contract: Contract, sent: dict[str, Any]) -> None:
    assert to_wire(contract) == sent


@every_contract
def test_what_one_end_writes_the_other_reads(contract: Contract, sent: dict[str, Any]) -> None:
    assert read(type(contract), sent) == contract


@pytest.mark.parametrize("kind", [ReportAsked, CloseAsked, CloseAnswer, Scheduled, ReconcileAnswer])
def test_a_field_of_a_newer_version_is_ignored(kind: type) -> None:
    ((contract, sent),) = [each for each in AS_SENT if type(each[0]) is kind]
    assert read(kind, {**sent, "fromTomorrow": 1}) == contract


def test_a_bare_command_means_a_careful_run() -> None:
    """What is missing must never make more be sent than was asked for."""
    assert read(ReconcileAsked, {"source": "command"}) == ReconcileAsked()
    assert (ReconcileAsked().redrive, ReconcileAsked().older_than_seconds) == (False, None)


@pytest.mark.parametrize(
    "wrong",
    [{"dry": True}, {"dry_run": True}, {"dryRun": "perhaps"}, {"olderThanSeconds": -1}, {"seconds": 0}, {"source": "x"},
     {"effect": 7}],
)  # fmt: skip
def test_a_command_that_is_not_understood_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(ReconcileAsked, {"source": "command", **wrong})


@pytest.mark.parametrize("missing", ["month", "requestedBy", "requestId"])
def test_a_request_without_one_of_its_parts_is_refused(missing: str) -> None:
    _, sent = AS_SENT[0]
    with pytest.raises(ValidationError):
        read(ReportAsked, {name: value for name, value in sent.items() if name != missing})


def test_a_request_of_an_older_version_is_read() -> None:
    """It says nothing of where to answer."""
    sent = {"source": "slash", "month": "2026-10", "requestedBy": "U0MAIJA01", "requestId": "1.2.3"}
    assert read(ReportAsked, sent) == AS_SENT[0][0]


def test_a_function_that_takes_several_tells_them_apart_by_their_source() -> None:
    either = Annotated[ReportAsked | Scheduled, Field(discriminator="source")]
    assert isinstance(read(either, AS_SENT[0][1]), ReportAsked)
    assert isinstance(read(either, to_wire(Scheduled(scheduled_time=SCHEDULED_TIME))), Scheduled)
    with pytest.raises(ValidationError):
        read(either, {})


def test_the_ledgers_subjects_are_spelt_as_ever() -> None:
    assert contribution_subject(ContributionKey("U1", 1)) == "contribution#U1#1"
    assert submission_subject("V1") == "submission#V1"
    assert requested_report_subject(Month(2026, 10), "1.2.3") == "report#2026-10#asked#1.2.3"
    assert scheduled_report_subject(Month(2026, 10)) == "report#2026-10#scheduled"
    assert closing_subject(Month(2026, 10), MANAGER, "1.2.3") == "report#2026-10#manager#1.2.3"
    assert closing_subject(Month(2026, 10), ADMIN, "1.2.3") == "report#2026-10#admin#1.2.3"


@pytest.mark.parametrize(
    ("subject", "closer"),
    [
        ("report#2026-10#scheduled", "scheduled"),
        ("report#2026-10#manager#1.2.3", "manager"),
        ("report#2026-10#admin#1.2.3", "admin"),
        ("report#2026-10#asked#1.2.3", ""),
        ("report#2026-10#asked#admin", ""),
        ("report#2026-10", ""),
        ("contribution#2026-10#admin", ""),
        ("", ""),
    ],
)
def test_the_name_of_a_run_says_whether_it_closes_the_month(subject: str, closer: str) -> None:
    assert closer_in(subject) == closer


def test_who_closes_is_spelt_as_the_domain_spells_it() -> None:
    assert {SCHEDULED, MANAGER, ADMIN} == set(Closer)
