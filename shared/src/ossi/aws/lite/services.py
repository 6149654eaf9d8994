"""The services, with boto3's names: methods, arguments and answers."""

import os
from typing import Any
from urllib.parse import quote

from ossi.aws.lite.client import AwsClient, JsonClient
from ossi.runtime.https import MEGABYTE


class SecretsManagerClient(JsonClient):
    """AWS Secrets Manager."""

    target, version = "secretsmanager", "1.1"

    def __init__(self, **options: Any) -> None:
        super().__init__("secretsmanager", "SECRETS_MANAGER", **options)

    def get_secret_value(self, **parameters: Any) -> dict[str, Any]:
        """GetSecretValue."""
        return self.call("GetSecretValue", parameters)


# BatchGetItem gives up to 16 MB of items, and JSON writes them longer than DynamoDB counts them.
_DYNAMODB_S_LONGEST = 32 * MEGABYTE


class DynamoDbClient(JsonClient):
    """Amazon DynamoDB: the operations on items that answer in one piece."""

    target, version = "DynamoDB_20120810", "1.0"

    def __init__(self, **options: Any) -> None:
        super().__init__("dynamodb", "DYNAMODB", longest=_DYNAMODB_S_LONGEST, **options)

    def get_item(self, **parameters: Any) -> dict[str, Any]:
        """GetItem."""
        return self.call("GetItem", parameters)

    def query(self, **parameters: Any) -> dict[str, Any]:
        """Query, one page."""
        return self.call("Query", parameters)

    def put_item(self, **parameters: Any) -> dict[str, Any]:
        """PutItem."""
        return self.call("PutItem", parameters)

    def update_item(self, **parameters: Any) -> dict[str, Any]:
        """UpdateItem."""
        return self.call("UpdateItem", parameters)

    def batch_get_item(self, **parameters: Any) -> dict[str, Any]:
        """BatchGetItem."""
        return self.call("BatchGetItem", parameters)

    def transact_write_items(self, **parameters: Any) -> dict[str, Any]:
        """TransactWriteItems. Its token tells DynamoDB a request that comes again from a new one, as boto3's does."""
        return self.call("TransactWriteItems", {"ClientRequestToken": os.urandom(16).hex(), **parameters})


class LambdaClient(AwsClient):
    """AWS Lambda."""

    def __init__(self, **options: Any) -> None:
        super().__init__("lambda", "LAMBDA", **options)

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803  # boto3's names
        """Invoke. Answers the status; what a function answers is not read: Ossi waits for none."""
        path = f"/2015-03-31/functions/{quote(FunctionName, safe='')}/invocations"
        headers = {"Content-Type": "application/json", "X-Amz-Invocation-Type": InvocationType}
        return {"StatusCode": self.send("Invoke", path, Payload, headers).status}
