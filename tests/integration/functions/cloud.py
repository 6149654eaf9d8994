"""What the functions find on AWS, in moto: tables, stream, secret, bucket, and the report function to be invoked."""

import json
from functools import cache
from typing import Any, cast

import boto3

from integration.functions.endpoint import AwsEndpoint
from integration.functions.events import SEED, Event
from levels import DEFAULT_LEVELS, levels_as_json
from local_aws.stream_events import from_api
from ossi.aws.dynamodb import from_item, to_item
from ossi.domain.contribution import Contribution

REGION = "eu-north-1"
TABLE, LEDGER, MONTH_INDEX, UNSETTLED_INDEX = "contributions", "ledger", "byMonth", "unsettled"
SECRET, LINK_SECRET, BUCKET, REPORT_FUNCTION = "ossi", "ossi-links", "ossi-reports", "ossi-report"
LINK_KEY = "local-link-key-of-thirty-two-characters"
API_URL = "https://a1b2c3d4e5.execute-api.eu-north-1.amazonaws.com"

ENVIRONMENT = {
    "OSSI_TABLE": TABLE,
    "OSSI_LEDGER_TABLE": LEDGER,
    "OSSI_MONTH_INDEX": MONTH_INDEX,
    "OSSI_UNSETTLED_INDEX": UNSETTLED_INDEX,
    "OSSI_SECRET_ID": SECRET,
    "OSSI_LINK_SECRET_ID": LINK_SECRET,
    "OSSI_MANAGEMENT_CHANNEL": SEED.management_channel,
    "OSSI_PUBLIC_CHANNEL": SEED.public_channel,
    "OSSI_TIME_ZONE": "Europe/Helsinki",
    "OSSI_GRACE_DAYS": "2",
    "OSSI_COMPENSATION_LEVELS": levels_as_json(DEFAULT_LEVELS),
    "OSSI_REPORT_FUNCTION": REPORT_FUNCTION,
    "OSSI_REPORT_BUCKET": BUCKET,
    "OSSI_API_URL": API_URL,
    "OSSI_REPORT_EMAILS": "false",
    "OSSI_STACK": "test",
    "OSSI_VERSION": "0.0.1",
    "OSSI_LOG_LEVEL": "DEBUG",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}


@cache
def _client(session: boto3.Session, service: str) -> Any:
    """One for all tests: to make a client takes longer than what most tests ask of it."""
    return cast("Any", session).client(service)


class Cloud:
    """The resources, and a look into them. The report function is not there: what it is invoked with is kept."""

    def __init__(self, endpoint: AwsEndpoint, session: boto3.Session) -> None:
        self._endpoint = endpoint
        self.endpoint_url = endpoint.url
        self._dynamodb: Any = _client(session, "dynamodb")
        self._streams: Any = _client(session, "dynamodbstreams")
        self.s3: Any = _client(session, "s3")
        self._read = 0
        self._create_contributions()
        self.create_ledger()
        links = {"linkSigningKey": LINK_KEY}
        # As infra/components/secret.py has them: functions from before there were two look for the link key in the first.
        slack = {"slackBotToken": SEED.bot_token, "slackSigningSecret": SEED.signing_secret, **links}
        for name, value in ((SECRET, slack), (LINK_SECRET, links)):
            _client(session, "secretsmanager").create_secret(Name=name, SecretString=json.dumps(value))
        self.create_bucket()

    # rows

    def rows(self) -> list[Contribution]:
        """The readable rows of the table, oldest first."""
        return sorted((Contribution.from_row(from_item(item)) for item in self.items()), key=lambda row: row.timestamp)

    def put(self, *rows: Contribution | dict[str, Any]) -> None:
        """Stores rows, by hand as it were."""
        for row in rows:
            item = to_item(row.to_row() if isinstance(row, Contribution) else row)
            self._dynamodb.put_item(TableName=TABLE, Item=item)

    def put_many(self, rows: list[Contribution]) -> None:
        """Stores many rows, 25 a call."""
        for start in range(0, len(rows), 25):
            puts = [{"PutRequest": {"Item": to_item(row.to_row())}} for row in rows[start : start + 25]]
            self._dynamodb.batch_write_item(RequestItems={TABLE: puts})

    def put_item(self, item: Event, table: str = TABLE) -> None:
        """Stores an item as it is, whether Ossi can read it or not."""
        self._dynamodb.put_item(TableName=table, Item=item)

    def items(self, table: str = TABLE) -> list[Event]:
        """Everything in a table, as it is stored."""
        return self._dynamodb.get_paginator("scan").paginate(TableName=table).build_full_result()["Items"]

    def empty(self) -> None:
        """Both tables, without their items."""
        for table, names in ((TABLE, ("userId", "timestamp")), (LEDGER, ("id", "effect"))):
            for item in self.items(table):
                self._dynamodb.delete_item(TableName=table, Key={name: item[name] for name in names})

    @property
    def queries(self) -> int:
        """How many queries have been made."""
        return self._endpoint.operations.count("Query")

    def remove(self, row: Contribution) -> None:
        """Deletes a row."""
        self._dynamodb.delete_item(TableName=TABLE, Key=to_item({"userId": row.user_id, "timestamp": row.timestamp}))

    def ledger(self) -> dict[tuple[str, str], dict[str, Any]]:
        """(id, effect) -> what the ledger says."""
        rows = [from_item(item) for item in self.items(LEDGER)]
        return {(row["id"], row["effect"]): row for row in rows}

    def move_back(self, seconds: int) -> None:
        """Every moment in the ledger that something waits for lies that much further back."""
        units = {
            "dueAt": 1000,
            "owedAt": 1000,
            "closedUntil": 1000,
            "queuedUntil": 1000,
            "endedAt": 1000,
            "leaseUntil": 1,
        }
        for row in self.ledger().values():
            moved = {name: row[name] - seconds * unit for name, unit in units.items() if row.get(name)}
            if moved:
                self.put_item(to_item({**row, **moved}), LEDGER)

    def drop_contributions(self) -> None:
        """A table that does not answer."""
        self._dynamodb.delete_table(TableName=TABLE)

    def drop_ledger(self) -> None:
        """A ledger that does not answer."""
        self._dynamodb.delete_table(TableName=LEDGER)

    # the stream

    def changes(self) -> list[Event]:
        """The records of the stream that were not asked for before."""
        arn = self._dynamodb.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
        (shard,) = self._streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        iterator = self._streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = self._streams.get_records(ShardIterator=iterator)["Records"]
        new, self._read = records[self._read :], len(records)
        return [from_api(record, arn, shard["ShardId"]).event for record in new]

    # reports

    def create_bucket(self) -> None:
        """The bucket, empty."""
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})

    @property
    def invoked(self) -> list[Event]:
        """The events with which the report function was invoked."""
        return self._endpoint.invoked

    def refuse_invocations(self) -> None:
        """Lambda takes no more invocations."""
        self._endpoint.refuses_invocations = True

    def reports(self) -> dict[str, bytes]:
        """Key -> content of every object in the bucket."""
        keys = [each["Key"] for each in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
        return {key: self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}

    def _create_contributions(self) -> None:
        self._dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=_keys("userId", "timestamp"),
            AttributeDefinitions=[
                {"AttributeName": "userId", "AttributeType": "S"},
                {"AttributeName": "timestamp", "AttributeType": "N"},
                {"AttributeName": "contributionMonth", "AttributeType": "S"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": MONTH_INDEX,
                    "KeySchema": _keys("contributionMonth", "timestamp"),
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )

    def create_ledger(self) -> None:
        """The ledger, empty."""
        self._dynamodb.create_table(
            TableName=LEDGER,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=_keys("id", "effect"),
            AttributeDefinitions=[
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "effect", "AttributeType": "S"},
                {"AttributeName": "unsettled", "AttributeType": "S"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": UNSETTLED_INDEX,
                    "KeySchema": _keys("unsettled", "id"),
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
        )


def _keys(hash_key: str, range_key: str) -> list[dict[str, str]]:
    return [{"AttributeName": hash_key, "KeyType": "HASH"}, {"AttributeName": range_key, "KeyType": "RANGE"}]
