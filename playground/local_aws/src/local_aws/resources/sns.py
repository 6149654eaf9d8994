"""SNS topics, their policies and their subscriptions."""

from local_aws.resources.registry import Cloud, InputError, Inputs, Outputs, resource


@resource("aws:sns/topic:Topic")
def topic(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Creates a topic, or says anew with which key an existing one encrypts."""
    client = cloud.clients.client("sns")
    name = cloud.physical_name(logical, inputs, limit=256)
    # Answers with the one that is there, if there is one.
    arn = client.create_topic(Name=name)["TopicArn"]
    for key, attribute in (("kmsMasterKeyId", "KmsMasterKeyId"), ("displayName", "DisplayName")):
        value = inputs.maybe_text(key)
        if value is not None:
            client.set_topic_attributes(TopicArn=arn, AttributeName=attribute, AttributeValue=value)
    return {"id": arn, "arn": arn, "name": name, "owner": cloud.account}


@resource("aws:sns/topicPolicy:TopicPolicy")
def topic_policy(cloud: Cloud, _logical: str, inputs: Inputs) -> Outputs:
    """Says who may do what with a topic."""
    arn, document = inputs.text("arn"), inputs.json_text("policy")
    if document is None:
        raise InputError("the input policy is missing")
    cloud.clients.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=document)
    return {"id": arn, "owner": cloud.account}


@resource("aws:sns/topicSubscription:TopicSubscription")
def subscription(cloud: Cloud, _logical: str, inputs: Inputs) -> Outputs:
    """Subscribes an endpoint; on AWS one that is an e-mail address has to confirm it."""
    client = cloud.clients.client("sns")
    arn, protocol, endpoint = inputs.text("topic"), inputs.text("protocol"), inputs.text("endpoint")
    pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
    found = [
        each.get("SubscriptionArn", "")
        for page in pages
        for each in page["Subscriptions"]
        if (each.get("Protocol"), each.get("Endpoint")) == (protocol, endpoint)
    ]
    made = (
        found[0]
        if found
        else client.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=endpoint, ReturnSubscriptionArn=True)[
            "SubscriptionArn"
        ]
    )
    return {"id": made, "arn": made, "ownerId": cloud.account, "pendingConfirmation": protocol == "email"}
