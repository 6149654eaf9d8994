"""What is kept, for how long, how it is encrypted, and what protects it."""

import json

import pytest

from infra.recording import KEY_ARN, Program

TABLES = ("contributions", "ledger")


def test_the_contributions_are_keyed_streamed_and_indexed_by_month(program: Program) -> None:
    table = program.one("dynamodb:Table", "contributions").inputs

    assert table["name"] == "ossi-test-contributions"
    assert (table["hashKey"], table["rangeKey"]) == ("userId", "timestamp")
    assert sorted((item["name"], item["type"]) for item in table["attributes"]) == [
        ("contributionMonth", "S"),
        ("timestamp", "N"),
        ("userId", "S"),
    ]
    assert table["globalSecondaryIndexes"] == [
        {
            "name": "byMonth",
            "keySchemas": [
                {"attributeName": "contributionMonth", "keyType": "HASH"},
                {"attributeName": "timestamp", "keyType": "RANGE"},
            ],
            "projectionType": "ALL",
        }
    ]
    assert (table["streamEnabled"], table["streamViewType"]) == (True, "NEW_AND_OLD_IMAGES")
    assert "ttl" not in table


def test_the_ledger_forgets_what_has_expired_and_has_no_stream(program: Program) -> None:
    table = program.one("dynamodb:Table", "ledger").inputs

    assert table["name"] == "ossi-test-ledger"
    assert (table["hashKey"], table["rangeKey"]) == ("id", "effect")
    assert sorted((item["name"], item["type"]) for item in table["attributes"]) == [
        ("effect", "S"),
        ("id", "S"),
        ("unsettled", "S"),
    ]
    assert table["ttl"] == {"attributeName": "expiresAt", "enabled": True}
    assert table["streamEnabled"] is False
    assert table["globalSecondaryIndexes"] == [
        {
            "name": "unsettled",
            "keySchemas": [
                {"attributeName": "unsettled", "keyType": "HASH"},
                {"attributeName": "id", "keyType": "RANGE"},
            ],
            "projectionType": "KEYS_ONLY",
        }
    ]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_encrypted_recoverable_and_paid_by_request(program: Program, name: str) -> None:
    table = program.one("dynamodb:Table", name).inputs

    # The provider's word for the key that AWS owns: true would be one of KMS, which costs.
    assert table["serverSideEncryption"] == {"enabled": False}
    assert table["pointInTimeRecovery"] == {"enabled": True}
    assert table["billingMode"] == "PAY_PER_REQUEST"


def test_data_is_protected_unless_the_stack_says_otherwise(program: Program, other_program: Program) -> None:
    def protection(of: Program, stack: str) -> dict[str, object]:
        data = [
            *(of.one("dynamodb:Table", name) for name in TABLES),
            of.one("s3:Bucket", f"ossi-{stack}-reports"),
        ]
        return {
            "by Pulumi": {item.protect for item in data},
            "by DynamoDB": {item.inputs["deletionProtectionEnabled"] for item in data[:2]},
            "bucket emptied with the stack": data[2].inputs["forceDestroy"],
            "days to undo a secret's deletion": {
                item.inputs["recoveryWindowInDays"] for item in of.all("secretsmanager:Secret").values()
            },
        }

    assert protection(program, "test") == {
        "by Pulumi": {True},
        "by DynamoDB": {True},
        "bucket emptied with the stack": False,
        "days to undo a secret's deletion": {30},
    }
    assert protection(other_program, "other") == {
        "by Pulumi": {False},
        "by DynamoDB": {False},
        "bucket emptied with the stack": True,
        "days to undo a secret's deletion": {0},
    }


def test_nothing_but_data_is_protected(program: Program) -> None:
    assert {str(item) for item in program.resources if item.protect} == {
        "aws:dynamodb/table:Table 'contributions'",
        "aws:dynamodb/table:Table 'ledger'",
        "aws:s3/bucket:Bucket 'ossi-test-reports'",
    }


def test_the_bucket_is_private_and_encrypted_and_owns_what_is_in_it(program: Program) -> None:
    access = program.one("s3:BucketPublicAccessBlock", "reports").inputs
    encryption = program.one("s3:BucketServerSideEncryptionConfiguration", "reports").inputs
    ownership = program.one("s3:BucketOwnershipControls", "reports").inputs

    assert access == {
        "bucket": "ossi-test-reports-1a2b3c4",
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    }
    assert [rule["applyServerSideEncryptionByDefault"] for rule in encryption["rules"]] == [{"sseAlgorithm": "AES256"}]
    assert ownership["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


def test_the_bucket_refuses_everybody_without_tls_and_allows_nobody_anything(program: Program) -> None:
    policy = program.one("s3:BucketPolicy", "reports")

    assert json.loads(policy.inputs["policy"])["Statement"] == [
        {
            "Sid": "RefuseWithoutTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": ["arn:aws:s3:::ossi-test-reports-1a2b3c4", "arn:aws:s3:::ossi-test-reports-1a2b3c4/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    assert program.one("s3:BucketPublicAccessBlock", "reports").urn in policy.depends_on


def test_reports_are_forgotten_in_time(program: Program, other_program: Program) -> None:
    (rule,) = program.one("s3:BucketLifecycleConfiguration", "reports").inputs["rules"]
    (other_rule,) = other_program.one("s3:BucketLifecycleConfiguration", "reports").inputs["rules"]

    assert (rule["status"], rule["filter"], rule["expiration"]) == ("Enabled", {"prefix": "reports/"}, {"days": 400})
    assert other_rule["expiration"] == {"days": 30}


def test_the_bucket_s_name_is_left_to_pulumi_and_starts_with_the_stack_s(program: Program) -> None:
    bucket = program.one("s3:Bucket", "ossi-test-reports")

    assert not bucket.inputs.keys() & {"bucket", "bucketPrefix"}


def test_with_a_key_of_the_customer_everything_that_is_kept_is_encrypted_by_it(other_program: Program) -> None:
    by = {
        **{
            f"table {name}": other_program.one("dynamodb:Table", name).inputs["serverSideEncryption"] for name in TABLES
        },
        "bucket": other_program.one("s3:BucketServerSideEncryptionConfiguration", "reports").inputs["rules"],
        "secrets": {item.inputs["kmsKeyId"] for item in other_program.all("secretsmanager:Secret").values()},
        "queues": {
            (item.inputs["kmsMasterKeyId"], item.inputs.get("sqsManagedSseEnabled"))
            for item in other_program.all("sqs:Queue").values()
        },
        "topics": {item.inputs["kmsMasterKeyId"] for item in other_program.all("sns:Topic").values()},
        "logs": {item.inputs["kmsKeyId"] for item in other_program.all("cloudwatch:LogGroup").values()},
    }

    default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY_ARN}
    assert by == {
        **{f"table {name}": {"enabled": True, "kmsKeyArn": KEY_ARN} for name in TABLES},
        "bucket": [{"applyServerSideEncryptionByDefault": default, "bucketKeyEnabled": True}],
        "secrets": {KEY_ARN},
        "queues": {(KEY_ARN, None)},  # one excludes the other
        "topics": {KEY_ARN},
        "logs": {KEY_ARN},
    }
    assert not other_program.all("kms:Key")


@pytest.mark.parametrize("name", ["stream-failures", "report-failures", "schedule-failures"])
def test_failures_are_kept_encrypted_for_two_weeks(program: Program, name: str) -> None:
    queue = program.one("sqs:Queue", name).inputs

    assert queue["name"] == f"ossi-test-{name}"
    assert queue["sqsManagedSseEnabled"] is True
    assert queue["messageRetentionSeconds"] == 14 * 24 * 60 * 60


def test_every_log_ends(program: Program, other_program: Program) -> None:
    assert {group.inputs["retentionInDays"] for group in program.all("cloudwatch:LogGroup").values()} == {90}
    assert {group.inputs["retentionInDays"] for group in other_program.all("cloudwatch:LogGroup").values()} == {7}


def test_logs_outlive_a_protected_stack(program: Program, other_program: Program) -> None:
    assert {group.retained for group in program.all("cloudwatch:LogGroup").values()} == {True}
    assert {group.retained for group in other_program.all("cloudwatch:LogGroup").values()} == {False}


def test_the_secrets_have_names_that_an_administrator_finds(program: Program) -> None:
    names = {name: item.inputs["name"] for name, item in program.all("secretsmanager:Secret").items()}
    assert names == {"slack": "ossi-test-slack", "links": "ossi-test-links"}
