"""SQS queues and their policies."""

from typing import Any

from local_aws.resources.registry import Cloud, InputError, Inputs, Outputs, resource

_ATTRIBUTES = {
    "delaySeconds": "DelaySeconds",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
}
_FLAGS = {
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "fifoQueue": "FifoQueue",
    "contentBasedDeduplication": "ContentBasedDeduplication",
}
_DOCUMENTS = {"policy": "Policy", "redrivePolicy": "RedrivePolicy", "redriveAllowPolicy": "RedriveAllowPolicy"}


@resource("aws:sqs/queue:Queue")
def queue(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Creates a queue or updates the attributes of an existing one."""
    name = cloud.physical_name(logical, inputs, limit=80)
    attributes: dict[Any, str] = {}
    for key, attribute in _ATTRIBUTES.items():
        number = inputs.maybe_number(key)
        if number is not None:
            attributes[attribute] = str(number)
    for key, attribute in _FLAGS.items():
        flag = inputs.maybe_flag(key)
        # SQS knows no queue with FifoQueue=false.
        if flag is not None and (flag or key == "sqsManagedSseEnabled"):
            attributes[attribute] = str(flag).lower()
    for key, attribute in _DOCUMENTS.items():
        document = inputs.json_text(key)
        if document is not None:
            attributes[attribute] = document
    key_id = inputs.maybe_text("kmsMasterKeyId")
    if key_id is not None:
        attributes["KmsMasterKeyId"] = key_id
    url = _url(cloud, name, attributes)
    return {"id": url, "url": url, "name": name, "arn": cloud.arn("sqs", name)}


def _url(cloud: Cloud, name: str, attributes: dict[Any, str]) -> str:
    client = cloud.clients.client("sqs")
    try:
        url = client.get_queue_url(QueueName=name)["QueueUrl"]
    except client.exceptions.QueueDoesNotExist:
        return client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    if attributes:
        client.set_queue_attributes(QueueUrl=url, Attributes=attributes)
    return url


@resource("aws:sqs/queuePolicy:QueuePolicy")
def queue_policy(cloud: Cloud, _logical: str, inputs: Inputs) -> Outputs:
    """Sets a queue's resource policy."""
    return _set_document(cloud, inputs, "policy", "Policy")


@resource("aws:sqs/redrivePolicy:RedrivePolicy")
def redrive_policy(cloud: Cloud, _logical: str, inputs: Inputs) -> Outputs:
    """Sets where a queue's messages go that were received too often."""
    return _set_document(cloud, inputs, "redrivePolicy", "RedrivePolicy")


def _set_document(cloud: Cloud, inputs: Inputs, key: str, attribute: str) -> Outputs:
    url, document = inputs.text("queueUrl"), inputs.json_text(key)
    if document is None:
        raise InputError(f"the input {key} is missing")
    attributes: dict[Any, str] = {attribute: document}
    cloud.clients.client("sqs").set_queue_attributes(QueueUrl=url, Attributes=attributes)
    return {"id": url}
