"""DynamoDB tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.deployment import Deployment
from components.policies import KEY_FOR_A_TABLE, KEY_FOR_READING, Grant


@dataclass(frozen=True)
class Key:
    """A key attribute: S is text, N a number."""

    name: str
    type: Literal["S", "N"]


@dataclass(frozen=True)
class Index:
    """A global secondary index with a copy of all attributes, or of the keys alone."""

    name: str
    hash: Key
    range: Key
    keys_only: bool = False


class Table(pulumi.ComponentResource):
    """A table that is paid by request, encrypted, and can be restored to any second of the last 35 days."""

    def __init__(
        self,
        name: str,
        deployment: Deployment,
        *,
        hash: Key,  # noqa: A002 DynamoDB's own word
        range: Key,  # noqa: A002 DynamoDB's own word
        indexes: Sequence[Index] = (),
        stream: bool = False,
        expires_at: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the table `ossi-<stack>-<name>`.

        `stream` publishes each change with the row before and after it. `expires_at` names the attribute that holds
        the epoch second after which DynamoDB removes a row.
        """
        super().__init__("ossi:data:Table", name, None, opts)
        key = deployment.settings.kms_key_arn
        keys = {
            key.name: key for key in (hash, range, *(key for index in indexes for key in (index.hash, index.range)))
        }
        self._table = aws.dynamodb.Table(
            name,
            name=deployment.name(name),
            billing_mode="PAY_PER_REQUEST",
            hash_key=hash.name,
            range_key=range.name,
            attributes=[aws.dynamodb.TableAttributeArgs(name=key.name, type=key.type) for key in keys.values()],
            global_secondary_indexes=[
                aws.dynamodb.TableGlobalSecondaryIndexArgs(
                    name=index.name,
                    key_schemas=[
                        aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(
                            attribute_name=index.hash.name, key_type="HASH"
                        ),
                        aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(
                            attribute_name=index.range.name, key_type="RANGE"
                        ),
                    ],
                    projection_type="KEYS_ONLY" if index.keys_only else "ALL",
                )
                for index in indexes
            ],
            stream_enabled=stream,
            stream_view_type="NEW_AND_OLD_IMAGES" if stream else None,
            ttl=aws.dynamodb.TableTtlArgs(attribute_name=expires_at, enabled=True) if expires_at else None,
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
            server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(
                # False stands for the key that AWS owns, which costs nothing; true for one of KMS.
                enabled=bool(key),
                kms_key_arn=key,
            ),
            deletion_protection_enabled=deployment.protected,
            tags=deployment.tags(),
            opts=pulumi.ResourceOptions(parent=self, protect=deployment.protected),
        )
        self.name = self._table.name
        self.stream_arn = self._table.stream_arn
        self.register_outputs({"name": self.name, "arn": self._table.arn})

    def grant(self, sid: str, *actions: str) -> Grant:
        """Returns the right to do DynamoDB actions, named without their prefix, with the rows of the table itself."""
        return Grant(sid, _dynamodb(actions), self._table.arn, key_actions=KEY_FOR_A_TABLE)

    def grant_index(self, sid: str, index: str, *actions: str) -> Grant:
        """Returns the right to do DynamoDB actions with one index, and not with the table."""
        arn = pulumi.Output.concat(self._table.arn, "/index/", index)
        return Grant(sid, _dynamodb(actions), arn, key_actions=KEY_FOR_A_TABLE)

    def grants_stream_reading(self) -> tuple[Grant, ...]:
        """Returns the rights that Lambda needs to feed a function from the table's stream.

        Source: AWS Lambda developer guide, "Using AWS Lambda with Amazon DynamoDB", execution role permissions.
        """
        actions = _dynamodb(("DescribeStream", "GetRecords", "GetShardIterator"))
        return (
            Grant("ReadTheStream", actions, self.stream_arn, key_actions=KEY_FOR_READING),
            # It can't be given for one stream (service authorization reference for DynamoDB).
            Grant("FindTheStream", _dynamodb(("ListStreams",)), "*"),
        )


def _dynamodb(actions: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"dynamodb:{action}" for action in actions)
