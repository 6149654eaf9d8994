"""Budgets of the account. Nothing is spent here, so no one is ever told."""

from contextlib import suppress
from typing import Any, cast

from local_aws.resources.registry import Cloud, Inputs, Outputs, resource


@resource("aws:budgets/budget:Budget")
def budget(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Creates a budget, or replaces the one of that name with its notifications."""
    client = cast("Any", cloud.clients).client("budgets")
    name = cloud.physical_name(logical, inputs, limit=100)
    wanted = {
        "BudgetName": name,
        "BudgetType": inputs.text("budgetType"),
        "BudgetLimit": {"Amount": inputs.text("limitAmount"), "Unit": inputs.text("limitUnit")},
        "TimeUnit": inputs.text("timeUnit"),
    }
    notifications = [_notification(item) for item in inputs.groups("notifications")]
    with suppress(client.exceptions.NotFoundException):
        client.delete_budget(AccountId=cloud.account, BudgetName=name)
    client.create_budget(AccountId=cloud.account, Budget=wanted, NotificationsWithSubscribers=notifications)
    return {"id": f"{cloud.account}:{name}", "name": name, "arn": f"arn:aws:budgets::{cloud.account}:budget/{name}"}


def _notification(item: Inputs) -> dict[str, Any]:
    topics = item.texts("subscriberSnsTopicArns")
    return {
        "Notification": {
            "NotificationType": item.text("notificationType"),
            "ComparisonOperator": item.text("comparisonOperator"),
            "Threshold": item.maybe_number("threshold"),
            "ThresholdType": item.text("thresholdType"),
        },
        "Subscribers": [{"SubscriptionType": "SNS", "Address": topic} for topic in topics],
    }
