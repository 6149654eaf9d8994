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


FUNCTIONS = ("slash", "interactions", "stream", "report", "download", "reconcile")

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
    Right("stream", "KeepFailures", "sqs:SendMessage"): _RETRIES,
    Right("stream", "FindTheStream", "dynamodb:ListStreams"): _AWS_ONLY,
}

SECRET = "secretsmanager:GetSecretValue"
READS_SECRET = {name: Right(name, "ReadTheSecret", SECRET) for name in FUNCTIONS if name != "download"}
READS_LINK_KEY = {name: Right(name, "ReadTheLinkKey", SECRET) for name in ("report", "download")}
LIST = Right("slash", "ListContributions", "dynamodb:Query")
ASK_FOR_REPORT = Right("slash", "AskForAReport", "lambda:InvokeFunction")
CLOSE_MONTH = Right("interactions", "CloseAMonth", "lambda:InvokeFunction")
TURN_PAGE = Right("interactions", "StoreContributions", "dynamodb:Query")
STORE = Right("interactions", "StoreContributions", "dynamodb:PutItem")
MARK = Right("interactions", "RecordTheSubmission", "dynamodb:PutItem")
READ_ROW = Right("interactions", "StoreContributions", "dynamodb:GetItem")
DECIDE = Right("interactions", "StoreContributions", "dynamodb:UpdateItem")
GET_RECORDS = Right("stream", "ReadTheStream", "dynamodb:GetRecords")
GET_ITERATOR = Right("stream", "ReadTheStream", "dynamodb:GetShardIterator")
DESCRIBE_STREAM = Right("stream", "ReadTheStream", "dynamodb:DescribeStream")
LOOK_AGAIN = Right("stream", "LookAgainAndNoteChangesByHand", "dynamodb:GetItem")
NOTE_BY_HAND = Right("stream", "LookAgainAndNoteChangesByHand", "dynamodb:UpdateItem")
FIND_MESSAGE = Right("stream", "RecordTheDelivery", "dynamodb:BatchGetItem")
RECORD = Right("stream", "RecordTheDelivery", "dynamodb:PutItem")
CLOSE_PLACE = Right("stream", "RecordTheDelivery", "dynamodb:UpdateItem")
READ_MONTH = Right("report", "ReadAMonth", "dynamodb:Query")
FIND_RUN = Right("report", "RecordTheDelivery", "dynamodb:BatchGetItem")
RECORD_RUN = Right("report", "RecordTheDelivery", "dynamodb:PutItem")
COUNT_CLOSING = Right("report", "RecordTheDelivery", "dynamodb:UpdateItem")
LOOK_UP_COUNTED = Right("report", "LookUpWhatWasCounted", "dynamodb:BatchGetItem")
READ_CLOSINGS = Right("report", "RecordWhatIsCounted", "dynamodb:GetItem")
READ_COUNTED = Right("report", "RecordWhatIsCounted", "dynamodb:Query")
STORE_REPORT = Right("report", "StoreReports", "s3:PutObject")
READ_REPORT = Right("download", "ReadReports", "s3:GetObject")
SCAN = Right("reconcile", "CompareTheTable", "dynamodb:Scan")
GET_ROW = Right("reconcile", "CompareTheTable", "dynamodb:GetItem")
LOOK_UP_ROWS = Right("reconcile", "CompareTheTable", "dynamodb:BatchGetItem")
LOOK_AT_NEW = Right("reconcile", "LookAtWhatIsNew", "dynamodb:Query")
NOTE_MISSED = Right("reconcile", "NoteChangesByHand", "dynamodb:UpdateItem")
FIND_UNSETTLED = Right("reconcile", "FindWhatIsUnsettled", "dynamodb:Query")
GET_LEDGER = Right("reconcile", "CompareAndRecordTheDelivery", "dynamodb:BatchGetItem")
GET_BOOKMARK = Right("reconcile", "CompareAndRecordTheDelivery", "dynamodb:GetItem")
RECORD_MISSING = Right("reconcile", "CompareAndRecordTheDelivery", "dynamodb:PutItem")
TAKE_TURNS = Right("reconcile", "CompareAndRecordTheDelivery", "dynamodb:UpdateItem")
FINISH_REPORT = Right("reconcile", "AskForWhatAReportOwes", "lambda:InvokeFunction")

TRIED = {
    *READS_SECRET.values(),
    *READS_LINK_KEY.values(),
    *(LIST, ASK_FOR_REPORT),
    *(TURN_PAGE, STORE, MARK, READ_ROW, DECIDE, CLOSE_MONTH),
    *(GET_RECORDS, GET_ITERATOR, DESCRIBE_STREAM, LOOK_AGAIN, NOTE_BY_HAND, FIND_MESSAGE, RECORD, CLOSE_PLACE),
    *(READ_MONTH, FIND_RUN, RECORD_RUN, COUNT_CLOSING, LOOK_UP_COUNTED, READ_CLOSINGS, READ_COUNTED, STORE_REPORT),
    READ_REPORT,
    *(SCAN, GET_ROW, LOOK_UP_ROWS, LOOK_AT_NEW, NOTE_MISSED, FIND_UNSETTLED),
    *(GET_LEDGER, GET_BOOKMARK, RECORD_MISSING, TAKE_TURNS, FINISH_REPORT),
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
    """Takes these rights, of one function, away while the body runs.

    What the stream could not do without them it has done afterwards, or it would do it in the midst of the next test.
    """
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
    if any(right.action == SECRET for right in rights):
        ossi.make_cold(function)  # a warm one remembers for a moment that it couldn't read
    if function == "stream":
        ossi.let_the_stream_catch_up()


def _policy(ossi: Ossi, function: str) -> tuple[str, str, dict[str, Any]]:
    """The role, the name of its one policy, and the policy."""
    configuration = ossi.aws.client("lambda").get_function_configuration(FunctionName=ossi.ready.functions[function])
    role = configuration.get("Role", "").rpartition("/")[2]
    iam = ossi.aws.client("iam")
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document: Any = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    return role, name, document


# The operation that needs the action, where it is called otherwise.
OPERATIONS = {
    **dict.fromkeys((STORE, MARK, COUNT_CLOSING), "TransactWriteItems"),
    **dict.fromkeys((ASK_FOR_REPORT, CLOSE_MONTH, FINISH_REPORT), "Invoke"),
}


def refusal_logged(ossi: Ossi, right: Right, since: float) -> bool:
    """Waits until the function's log tells that AWS refused the action."""
    operation = OPERATIONS.get(right, right.action.partition(":")[2])

    def told() -> bool:
        lines = ossi.logged(right.function, since).splitlines()
        return any("AccessDenied" in line and operation in line for line in lines)

    return ossi.wait(told, f"the refusal of {right}")
