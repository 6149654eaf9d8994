"""Who may do what: each role's rights, literally; nothing else is granted anywhere."""

import json
from typing import Any

import pytest

from infra.recording import ACCOUNT, BOUNDARY, KEY_ARN, REGION, Program

HERE = f"{REGION}:{ACCOUNT}"
TABLE = f"arn:aws:dynamodb:{HERE}:table/ossi-test-contributions"
LEDGER = f"arn:aws:dynamodb:{HERE}:table/ossi-test-ledger"
SECRET = f"arn:aws:secretsmanager:{HERE}:secret:ossi-test-slack-AbCdEf"
LINK_SECRET = f"arn:aws:secretsmanager:{HERE}:secret:ossi-test-links-AbCdEf"
REPORTS = "arn:aws:s3:::ossi-test-reports-1a2b3c4/reports/*"
REPORT_FUNCTION = f"arn:aws:lambda:{HERE}:function:ossi-test-report:live"
RECONCILE_FUNCTION = f"arn:aws:lambda:{HERE}:function:ossi-test-reconcile:live"
SCHEDULE_FAILURES = f"arn:aws:sqs:{HERE}:ossi-test-schedule-failures"
SCHEDULES = {"monthly-report": REPORT_FUNCTION, "reconciliation": RECONCILE_FUNCTION}

READ_SECRET = {SECRET: {"secretsmanager:GetSecretValue"}}
READ_LINK_KEY = {LINK_SECRET: {"secretsmanager:GetSecretValue"}}
DELIVERING = {
    f"{TABLE}/stream/2026-01-01T00:00:00.000": {
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
    },
    # Service authorization reference: it has no resource, so a stream's ARN would grant nothing.
    "*": {"dynamodb:ListStreams"},
    TABLE: {"dynamodb:GetItem", "dynamodb:UpdateItem"},
    LEDGER: {"dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
    f"arn:aws:sqs:{HERE}:ossi-test-stream-failures": {"sqs:SendMessage"},
    **READ_SECRET,
}
RIGHTS: dict[str, dict[str, set[str]]] = {
    "slash": {
        TABLE: {"dynamodb:Query"},
        REPORT_FUNCTION: {"lambda:InvokeFunction"},
        **READ_SECRET,
    },
    "interactions": {
        TABLE: {"dynamodb:Query", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        LEDGER: {"dynamodb:PutItem"},
        REPORT_FUNCTION: {"lambda:InvokeFunction"},
        **READ_SECRET,
    },
    "stream": DELIVERING,
    "report": {
        f"{TABLE}/index/byMonth": {"dynamodb:Query"},
        TABLE: {"dynamodb:BatchGetItem"},
        LEDGER: {
            "dynamodb:BatchGetItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        },
        REPORTS: {"s3:PutObject"},
        f"arn:aws:sqs:{HERE}:ossi-test-report-failures": {"sqs:SendMessage"},
        **READ_SECRET,
        **READ_LINK_KEY,
    },
    "download": {
        REPORTS: {"s3:GetObject"},
        **READ_LINK_KEY,
    },
    "reconcile": {
        TABLE: {"dynamodb:Scan", "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"},
        f"{TABLE}/index/byMonth": {"dynamodb:Query"},
        f"{LEDGER}/index/unsettled": {"dynamodb:Query"},
        LEDGER: {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        REPORT_FUNCTION: {"lambda:InvokeFunction"},
        **READ_SECRET,
    },
}


def as_rights(statements: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Turns allowing statements into resource -> actions; a statement of another shape is an error."""
    rights: dict[str, set[str]] = {}
    for statement in statements:
        assert statement.keys() == {"Sid", "Effect", "Action", "Resource"}
        assert statement["Effect"] == "Allow"
        rights.setdefault(statement["Resource"], set()).update(statement["Action"])
    return rights


@pytest.mark.parametrize("function", RIGHTS)
def test_a_function_may_do_this_and_nothing_else(program: Program, function: str) -> None:
    own_log = f"arn:aws:logs:{HERE}:log-group:/aws/lambda/ossi-test-{function}:*"

    assert as_rights(program.statements(f"ossi-test-{function}-{REGION}")) == {
        own_log: {"logs:CreateLogStream", "logs:PutLogEvents"},
        **RIGHTS[function],
    }


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_may_invoke_its_function_and_nothing_else(program: Program, schedule: str) -> None:
    assert as_rights(program.statements(f"ossi-test-{schedule}-{REGION}")) == {
        SCHEDULES[schedule]: {"lambda:InvokeFunction"},
        SCHEDULE_FAILURES: {"sqs:SendMessage"},
    }


# What each does with what the customer's key encrypts.
READS, WRITES = {"kms:Decrypt"}, {"kms:Decrypt", "kms:GenerateDataKey"}
USES_TABLES = {*WRITES, "kms:DescribeKey", "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"}
WITH_KEY = {
    **dict.fromkeys(("slash", "interactions", "stream", "report", "reconcile"), USES_TABLES),
    "download": READS,
    **dict.fromkeys(SCHEDULES, WRITES),
}


@pytest.mark.parametrize("role", WITH_KEY)
def test_with_a_key_of_the_customer_a_role_may_also_use_that(
    program: Program, other_program: Program, role: str
) -> None:
    rights = as_rights(other_program.statements(f"ossi-other-{role}-{REGION}"))

    assert rights.pop(KEY_ARN) == WITH_KEY[role]
    without = as_rights(program.statements(f"ossi-test-{role}-{REGION}"))
    assert rights == {resource.replace("ossi-test-", "ossi-other-"): actions for resource, actions in without.items()}


def test_a_permissions_boundary_bounds_every_role(program: Program, other_program: Program) -> None:
    def boundaries(of: Program) -> set[str | None]:
        return {role.inputs.get("permissionsBoundary") for role in of.all("iam:Role").values()}

    assert boundaries(program) == {None}
    assert boundaries(other_program) == {BOUNDARY}


def test_each_function_has_a_role_of_its_own(program: Program) -> None:
    roles = {name: function.inputs["role"] for name, function in program.all("lambda:Function").items()}

    assert roles == {name: f"arn:aws:iam::{ACCOUNT}:role/ossi-test-{name}-{REGION}" for name in RIGHTS}


def test_only_lambda_and_the_schedules_take_on_roles(program: Program) -> None:
    trusts = {
        name: json.loads(role.inputs["assumeRolePolicy"])["Statement"] for name, role in program.all("iam:Role").items()
    }

    def by_schedule(name: str) -> dict[str, Any]:
        only = {
            "aws:SourceAccount": ACCOUNT,
            "aws:SourceArn": f"arn:aws:scheduler:{HERE}:schedule-group/ossi-test-{name}",
        }
        return {
            "Effect": "Allow",
            "Principal": {"Service": "scheduler.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": only},
        }

    by_lambda = [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
    assert trusts == {
        **dict.fromkeys(RIGHTS, by_lambda),
        **{name: [by_schedule(name)] for name in SCHEDULES},
    }


def test_no_right_is_given_to_everything(program: Program) -> None:
    policies = program.all("iam:RolePolicy")
    statements = [item for policy in policies.values() for item in json.loads(policy.inputs["policy"])["Statement"]]

    assert len(policies) == len(RIGHTS) + len(SCHEDULES)
    for statement in statements:
        assert not any("*" in action for action in statement["Action"]), statement
        if statement["Action"] == ["dynamodb:ListStreams"]:
            continue  # that takes nothing else
        assert statement["Resource"].startswith("arn:aws:"), statement
        # A wildcard stands for the streams of one log group, or for the files under one prefix of one bucket.
        assert statement["Resource"].count("*") == statement["Resource"].endswith((":*", "/reports/*")), statement


def test_a_statement_s_name_is_unique_within_its_policy(program: Program) -> None:
    for policy in program.all("iam:RolePolicy").values():
        names = [statement["Sid"] for statement in json.loads(policy.inputs["policy"])["Statement"]]
        assert len(names) == len(set(names))
        assert all(name.isalnum() for name in names)  # IAM takes nothing else


def test_roles_get_rights_in_no_other_way(program: Program) -> None:
    for role in program.all("iam:Role").values():
        assert not role.inputs.keys() & {"inlinePolicies", "managedPolicyArns"}
    assert not program.all("iam:RolePolicyAttachment")
    assert not program.all("iam:Policy")


def test_only_the_api_invokes_functions_from_outside_and_only_for_their_routes(program: Program) -> None:
    permissions = {name: item.inputs for name, item in program.all("lambda:Permission").items()}

    api = f"arn:aws:execute-api:{HERE}:a1b2c3"
    given = {"action": "lambda:InvokeFunction", "principal": "apigateway.amazonaws.com", "qualifier": "live"}
    assert permissions == {
        "slash": {**given, "function": "ossi-test-slash", "sourceArn": f"{api}/*/POST/slash"},
        "interactions": {**given, "function": "ossi-test-interactions", "sourceArn": f"{api}/*/POST/interactions"},
        "reports": {**given, "function": "ossi-test-download", "sourceArn": f"{api}/*/*/reports/*"},
    }
