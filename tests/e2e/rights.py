"""The rights of the functions' roles: which there are, and how to take one away and give it back.

UNUSED_HERE lists the rights that nothing on this machine can use, each with the reason.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from e2e.driving import Ossi


@dataclass(frozen=True, order=True)
class Right:
    """One action on one resource; `sid` is the statement's name in the function's policy."""

    function: str
    sid: str
    action: str

    def __str__(self) -> str:
        return f"{self.function}-{self.sid}-{self.action.partition(':')[2]}"


FUNCTIONS = ("slash", "interactions", "stream", "channels", "report", "download", "reconcile")

_OWN_LOG = "the emulator writes the logs of functions itself, not in their role"
_FAILURES = "the emulator sends to the queue of failed invokes itself, not in the function's role"
_RETRIES = "the poller sends in the function's role, but only after 100 attempts: see integration/playground_aws"
_AWS_ONLY = "asked for by AWS when it creates the mapping; our poller is told the stream's ARN"
UNUSED_HERE = {
    **{
        Right(function, "WriteOwnLog", action): _OWN_LOG
        for function in FUNCTIONS
        for action in ("logs:CreateLogStream", "logs:PutLogEvents")
    },
    Right("report", "KeepFailures", "sqs:SendMessage"): _FAILURES,
    **{Right(function, "KeepFailures", "sqs:SendMessage"): _RETRIES for function in ("stream", "channels")},
    **{Right(function, "ReadTheStream", "dynamodb:ListStreams"): _AWS_ONLY for function in ("stream", "channels")},
}

SECRET = "secretsmanager:GetSecretValue"
READS_SECRET = {name: Right(name, "ReadTheSecret", SECRET) for name in FUNCTIONS}
LIST = Right("slash", "ListContributions", "dynamodb:Query")
ASK_FOR_REPORT = Right("slash", "AskForAReport", "lambda:InvokeFunction")
TURN_PAGE = Right("interactions", "StoreContributions", "dynamodb:Query")
STORE = Right("interactions", "StoreContributions", "dynamodb:PutItem")
MARK = Right("interactions", "RecordTheSubmission", "dynamodb:PutItem")
READ_ROW = Right("interactions", "StoreContributions", "dynamodb:GetItem")
DECIDE = Right("interactions", "StoreContributions", "dynamodb:UpdateItem")
FIND_MESSAGE = Right("channels", "RecordTheDelivery", "dynamodb:GetItem")
LANES = ("stream", "channels")
RECORD = {name: Right(name, "RecordTheDelivery", "dynamodb:UpdateItem") for name in LANES}
GET_RECORDS = {name: Right(name, "ReadTheStream", "dynamodb:GetRecords") for name in LANES}
GET_ITERATOR = {name: Right(name, "ReadTheStream", "dynamodb:GetShardIterator") for name in LANES}
DESCRIBE_STREAM = {name: Right(name, "ReadTheStream", "dynamodb:DescribeStream") for name in LANES}
READ_MONTH = Right("report", "ReadAMonth", "dynamodb:Query")
RECORD_RUN = Right("report", "RecordTheRun", "dynamodb:UpdateItem")
LOOK_UP_COUNTED = Right("report", "LookUpWhatWasCounted", "dynamodb:BatchGetItem")
COUNT_CLOSINGS = Right("report", "RecordWhatIsCounted", "dynamodb:GetItem")
READ_COUNTED = Right("report", "RecordWhatIsCounted", "dynamodb:Query")
RECORD_COUNTED = Right("report", "RecordWhatIsCounted", "dynamodb:PutItem")
STORE_REPORT = Right("report", "StoreReports", "s3:PutObject")
READ_REPORT = Right("download", "ReadReports", "s3:GetObject")
SCAN = Right("reconcile", "CompareTheTable", "dynamodb:Scan")
GET_ROW = Right("reconcile", "CompareTheTable", "dynamodb:GetItem")
LOOK_UP_ROWS = Right("reconcile", "CompareTheTable", "dynamodb:BatchGetItem")
FIND_UNSETTLED = Right("reconcile", "FindWhatIsUnsettled", "dynamodb:Query")
GET_LEDGER = Right("reconcile", "CompareAndRecordTheDelivery", "dynamodb:BatchGetItem")
GET_BOOKMARK = Right("reconcile", "CompareAndRecordTheDelivery", "dynamodb:GetItem")
RECORD_MISSING = Right("reconcile", "CompareAndRecordTheDelivery", "dynamodb:UpdateItem")

TRIED = {
    *READS_SECRET.values(),
    *(LIST, ASK_FOR_REPORT),
    *(TURN_PAGE, STORE, MARK, READ_ROW, DECIDE),
    *(FIND_MESSAGE, *RECORD.values(), *GET_RECORDS.values(), *GET_ITERATOR.values(), *DESCRIBE_STREAM.values()),
    *(READ_MONTH, RECORD_RUN, STORE_REPORT),
    *(LOOK_UP_COUNTED, COUNT_CLOSINGS, READ_COUNTED, RECORD_COUNTED),
    READ_REPORT,
    *(SCAN, GET_ROW, LOOK_UP_ROWS, FIND_UNSETTLED, GET_LEDGER, GET_BOOKMARK, RECORD_MISSING),
}


def rights_of(ossi: Ossi, function: str) -> set[Right]:
    """What the role of a function may do."""
    return {
        Right(function, statement["Sid"], action)
        for statement in _policy(ossi, function)[2]["Statement"]
        for action in statement["Action"]
    }


@contextmanager
def without(ossi: Ossi, *rights: Right) -> Generator[None]:
    """Takes these rights, of one function, away while the body runs."""
    (function,) = {right.function for right in rights}
    role, name, policy = _policy(ossi, function)
    smaller = copy.deepcopy(policy)
    for right in rights:
        (statement,) = (each for each in smaller["Statement"] if each["Sid"] == right.sid)
        statement["Action"].remove(right.action)
    smaller["Statement"] = [each for each in smaller["Statement"] if each["Action"]]
    iam = ossi.aws.client("iam")
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(smaller))
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))


def _policy(ossi: Ossi, function: str) -> tuple[str, str, dict[str, Any]]:
    """The role, the name of its one policy, and the policy."""
    configuration = ossi.aws.client("lambda").get_function_configuration(FunctionName=ossi.ready.functions[function])
    role = configuration.get("Role", "").rpartition("/")[2]
    iam = ossi.aws.client("iam")
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document: Any = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    return role, name, document


# The operation that needs the action, where it is called otherwise.
OPERATIONS = {STORE: "TransactWriteItems", MARK: "TransactWriteItems", ASK_FOR_REPORT: "Invoke"}


def refusal_logged(ossi: Ossi, right: Right, since: float) -> bool:
    """Waits until the function's log tells that AWS refused the action."""
    operation = OPERATIONS.get(right, right.action.partition(":")[2])

    def told() -> bool:
        lines = ossi.logged(right.function, since).splitlines()
        return any("AccessDenied" in line and operation in line for line in lines)

    return ossi.wait(told, f"the refusal of {right}")
