"""Alarms: what is watched, who hears of it, and where stands what to do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.api import STAGE, HttpApi
from components.deployment import Deployment
from components.function import Function
from components.queue import FailureQueue
from components.schedule import Schedule
from components.topic import AlarmTopic

OWN_METRICS = "Ossi"
"""The namespace of what the functions count: see `ossi.runtime.metrics`."""
RUNBOOK = "docs/operations.md"


@dataclass(frozen=True)
class Watch:
    """A metric, and when it is alarming. What a metric of failures does not say is taken for good."""

    name: str
    section: str
    """The heading in the runbook."""
    todo: str
    """What to do, in a sentence."""
    namespace: str
    metric: str
    dimensions: Mapping[str, pulumi.Input[str]]
    threshold: float
    """Alarming from here on."""
    statistic: Literal["Sum", "Maximum", "p99"] = "Sum"
    minutes: int = 5
    """Over which the statistic is taken."""
    times: int = 1
    """How many times in a row."""


class Alarms(pulumi.ComponentResource):
    """One alarm for each thing that can go wrong, told to one topic when it starts and when it is over."""

    def __init__(
        self,
        name: str,
        deployment: Deployment,
        *,
        functions: Mapping[str, Function],
        api: HttpApi,
        repeated: Sequence[str],
        queues: Mapping[str, FailureQueue],
        schedules: Mapping[str, Schedule],
    ) -> None:
        """Declares the alarms `ossi-<stack>-<what>` and their topic.

        `repeated` names the functions that are invoked again until it works: being throttled is nothing but a delay to them.
        `queues` has one for `stream` and one for `report`.
        """
        super().__init__("ossi:operations:Alarms", name)
        topic = AlarmTopic(name, deployment, parent=self)
        watches = [
            *(_of_function(key, function) for key, function in functions.items()),
            *(_of_throttling(key, function) for key, function in functions.items() if key not in repeated),
            *_of_api(api),
            *_of_own(own(deployment)),
            _of_age("stream", functions["stream"]),
            _of_stream(queues["stream"]),
            _of_reports(queues["report"]),
            *(_of_schedule(key, schedule) for key, schedule in schedules.items()),
        ]
        self.arns = [_alarm(watch, deployment, topic, self).arn for watch in watches]
        self.topic_arn = topic.arn
        self.register_outputs({"topic": topic.arn})


def _alarm(watch: Watch, deployment: Deployment, topic: AlarmTopic, parent: Alarms) -> aws.cloudwatch.MetricAlarm:
    percentile = watch.statistic == "p99"
    return aws.cloudwatch.MetricAlarm(
        watch.name,
        name=deployment.name(watch.name),
        alarm_description=f'{watch.todo} See {RUNBOOK}, "{watch.section}".',
        namespace=watch.namespace,
        metric_name=watch.metric,
        dimensions=watch.dimensions,
        statistic=None if percentile else watch.statistic,
        extended_statistic=watch.statistic if percentile else None,
        period=watch.minutes * 60,
        evaluation_periods=watch.times,
        threshold=watch.threshold,
        comparison_operator="GreaterThanOrEqualToThreshold",
        treat_missing_data="notBreaching",
        alarm_actions=[topic.arn],
        ok_actions=[topic.arn],
        tags=deployment.tags(),
        # Without the policy the first alarm could go nowhere.
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(topic.ready)),
    )


def own(deployment: Deployment) -> dict[str, pulumi.Input[str]]:
    """Returns the dimensions of what the functions count themselves."""
    return {"stack": deployment.stack}


def _of_function(key: str, function: Function) -> Watch:
    return Watch(
        f"{key}-errors",
        "A function fails",
        f"Find the error in the log of {key} and mend its cause; what was asked for is tried again where that is safe.",
        "AWS/Lambda",
        "Errors",
        {"FunctionName": function.name},
        threshold=1,
    )


def _of_throttling(key: str, function: Function) -> Watch:
    return Watch(
        f"{key}-throttles",
        "A function is throttled",
        f"Raise the account's limit of concurrent executions, or find out who calls {key} so often.",
        "AWS/Lambda",
        "Throttles",
        {"FunctionName": function.name},
        threshold=1,
    )


def _of_api(api: HttpApi) -> list[Watch]:
    dimensions = {"ApiId": api.id, "Stage": STAGE}
    return [
        Watch(
            "api-5xx",
            "The API answers 5xx",
            "Read the API's access log: a function did not start, crashed, or ran out of time.",
            "AWS/ApiGateway",
            "5xx",
            dimensions,
            threshold=1,
        ),
        Watch(
            "api-slow",
            "Answers are slow",
            "Find out whether functions start slowly: this time includes their start, which their own does not.",
            "AWS/ApiGateway",
            "Latency",
            dimensions,
            threshold=2500,
            statistic="p99",
            times=3,
        ),
    ]


def _of_own(dimensions: Mapping[str, pulumi.Input[str]]) -> list[Watch]:
    """What the functions count themselves: which of them it was stands in their logs."""
    return [
        Watch(
            "answers-failed",
            "Somebody was told that something went wrong",
            "Find the error in the logs of slash and interactions: a person asked for something and did not get it.",
            OWN_METRICS,
            "Failed",
            dimensions,
            threshold=1,
        ),
        Watch(
            "requests-refused",
            "Slack's requests are refused",
            "Compare the signing secret with Slack's: nobody can use Ossi if it is wrong.",
            OWN_METRICS,
            "Refused",
            dimensions,
            threshold=5,
            minutes=15,
        ),
        Watch(
            "messages-set-aside",
            "Messages were set aside",
            "Put right what Slack complains of, or find out what arrived, then send them with `ossi redrive`.",
            OWN_METRICS,
            "SetAside",
            dimensions,
            threshold=1,
        ),
        Watch(
            "messages-overdue",
            "Messages are overdue",
            "Find out why they can't be sent: Slack is down, or the reconciler is, or a place takes too little.",
            OWN_METRICS,
            "Overdue",
            dimensions,
            threshold=1,
            minutes=15,
        ),
        Watch(
            "rows-unreadable",
            "A row cannot be read",
            "Find the row in the log and put its attributes right: until then nobody is told of it, and no report holds it.",
            OWN_METRICS,
            "Unreadable",
            dimensions,
            threshold=1,
            minutes=120,
        ),
        Watch(
            "report-failed",
            "A report failed",
            "Wait for Lambda's two further tries; if the report doesn't come, fix the cause, then use `/ossi report` or `ossi close`.",
            OWN_METRICS,
            "ReportFailed",
            dimensions,
            threshold=1,
        ),
    ]


def _of_age(key: str, reader: Function) -> Watch:
    return Watch(
        f"{key}-age",
        "Messages are late",
        "Find out why the stream is not worked off: Slack does not answer, or the function fails.",
        "AWS/Lambda",
        "IteratorAge",
        {"FunctionName": reader.name},
        threshold=15 * 60 * 1000,  # ms
        statistic="Maximum",
    )


def _of_stream(failures: FailureQueue) -> Watch:
    return Watch(
        "stream-undelivered",
        "Changes were given up",
        "Mend the cause and run `ossi reconcile`, which sends what is missing; then empty the queue.",
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        {"QueueName": failures.name},
        threshold=1,
        statistic="Maximum",
    )


def _of_reports(failures: FailureQueue) -> Watch:
    return Watch(
        "report-undelivered",
        "Report requests were given up",
        "Mend the cause, ask for the month with `/ossi report YYYY-MM`, and empty the queue.",
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        {"QueueName": failures.name},
        threshold=1,
        statistic="Maximum",
    )


def _of_schedule(key: str, schedule: Schedule) -> Watch:
    return Watch(
        f"{key}-dropped",
        "A schedule did not run",
        f"Do what the schedule {key} should have done, and find out why it could not start the function.",
        "AWS/Scheduler",
        "InvocationDroppedCount",
        {"ScheduleGroup": schedule.group},
        threshold=1,
    )
