"""Alarms: what calls for a person, who hears of it, and where it says what to do about it.

Few, since each costs 0.10 USD a month (docs/cost.md), and since an alarm that calls for no one teaches people to look away. Whatever fails
somewhere inside shows in the end as one of these: nothing runs, something is overdue, something waits for a hand, people get no answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.api import STAGE, HttpApi
from components.deployment import Deployment
from components.function import Function
from components.queue import FailureQueue
from components.topic import AlarmTopic
from schedules import interval_of

OWN_METRICS = "Ossi"
"""The namespace of what the functions count: see `ossi.runtime.metrics`."""
RUNBOOK = "docs/operations.md"

_MINUTE, _HOUR, _DAY = 60, 3600, 24 * 3600
_SHORTEST_SILENCE = timedelta(minutes=15)
_LONGEST_SILENCE_DAYS = 7  # the longest time that an alarm looks back (CloudWatch API reference, PutMetricAlarm)


@dataclass(frozen=True)
class Watch:
    """A metric, and when it is alarming."""

    name: str
    section: str
    """The heading in the runbook."""
    todo: str
    """What to do, in a sentence."""
    namespace: str
    metric: str
    dimensions: dict[str, pulumi.Input[str]]
    seconds: int = _HOUR
    """Over which the statistic is taken."""
    threshold: float = 1
    """Alarming from here on."""
    statistic: Literal["Sum", "Maximum", "Minimum"] = "Sum"
    periods: int = 1
    """How many of them are looked at."""
    alarming: int = 1
    """How many of those have to be alarming."""
    missing: Literal["notBreaching", "breaching", "ignore"] = "notBreaching"
    """What no data means: all is well, it's alarming, or it's still as it was."""
    tells_when_over: bool = False


class Alarms(pulumi.ComponentResource):
    """An alarm for each thing that calls for a person, told to one topic."""

    def __init__(
        self,
        name: str,
        deployment: Deployment,
        *,
        reconcile: Function,
        every: str,
        api: HttpApi,
        report_failures: FailureQueue,
    ) -> None:
        """Declares the alarms `ossi-<stack>-<what>`, their topic, and the budget where one is set.

        `every`: the schedule of `reconcile`. `report_failures` takes the report requests that failed for good. While the stack is
        paused nothing is meant to run, so no one is told that nothing does.
        """
        super().__init__("ossi:operations:Alarms", name)
        topic = AlarmTopic(name, deployment, parent=self)
        stopped = _stopped(reconcile, every)
        watches = [
            *_of_own(own(deployment)),
            _of_api({"ApiId": api.id, "Stage": STAGE}),
            _of_reports(report_failures),
        ]
        self.arns = [_alarm(stopped, deployment, topic, self, silent=deployment.settings.paused).arn]
        self.arns += [_alarm(watch, deployment, topic, self).arn for watch in watches]
        for warning in _unwatched(deployment):
            pulumi.log.warn(warning, self)
        self.topic_arn = topic.arn
        self.register_outputs({"topic": topic.arn})


def _alarm(
    watch: Watch, deployment: Deployment, topic: AlarmTopic, parent: Alarms, *, silent: bool = False
) -> aws.cloudwatch.MetricAlarm:
    return aws.cloudwatch.MetricAlarm(
        watch.name,
        name=deployment.name(watch.name),
        alarm_description=f'{watch.todo} See {RUNBOOK}, "{watch.section}".',
        namespace=watch.namespace,
        metric_name=watch.metric,
        dimensions=watch.dimensions,
        statistic=watch.statistic,
        period=watch.seconds,
        evaluation_periods=watch.periods,
        datapoints_to_alarm=watch.alarming,
        threshold=watch.threshold,
        comparison_operator="GreaterThanOrEqualToThreshold",
        treat_missing_data=watch.missing,
        actions_enabled=not silent,
        alarm_actions=[topic.arn],
        # A new alarm is OK before it's anything else, and would say so: one such mail is a sign of life, seven are noise.
        ok_actions=[topic.arn] if watch.tells_when_over else None,
        tags=deployment.tags(),
        # Without the policy the first alarm could go nowhere.
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(topic.ready)),
    )


def own(deployment: Deployment) -> dict[str, pulumi.Input[str]]:
    """Returns the dimensions of what the functions count themselves."""
    return {"stack": deployment.stack}


def _stopped(reconcile: Function, every: str) -> Watch:
    """The dead man's switch: not one run has succeeded for a while, whatever the reason, a schedule that is gone included.

    Lambda writes Errors for every invocation, 1 or 0 (Lambda developer guide, "Types of metrics"): so the least of them is 1 where all
    runs failed, and missing where there was none.
    """
    seconds, periods = _silence(every)
    return Watch(
        "reconcile-stopped",
        "Nothing is worked off",
        "Find out why no run of reconcile succeeds: until one does, what Ossi owes is not sent, and no other alarm can be trusted.",
        "AWS/Lambda",
        "Errors",
        {"FunctionName": reconcile.name},
        seconds=seconds,
        statistic="Minimum",
        periods=periods,
        alarming=periods,
        missing="breaching",
        tells_when_over=True,
    )


def _silence(every: str) -> tuple[int, int]:
    """For how long no success is alarming: seconds of a period, and how many. Three runs have to fail, and a quarter of an hour to pass.

    A schedule that runs unevenly, or more rarely than once a day, is given a week.
    """
    interval = interval_of(every)
    if interval is None or interval > timedelta(days=1):
        return _DAY, _LONGEST_SILENCE_DAYS
    return round(max(interval, _SHORTEST_SILENCE / 3).total_seconds()), 3


def _of_own(dimensions: dict[str, pulumi.Input[str]]) -> list[Watch]:
    """What the functions count themselves: which of them it was stands in their logs."""
    return [
        Watch(
            "overdue",
            "Something is overdue",
            "Find out what was not done in time, a message or a report, and what stands in its way.",
            OWN_METRICS,
            "Overdue",
            dimensions,
        ),
        Watch(
            "parked",
            "Something is parked",
            "Fix what Slack complains of, find out what arrived, or correct the row that can't be read.",
            OWN_METRICS,
            "SetAside",
            dimensions,
            # A row that can't be read is seen once a day: in between, all isn't well.
            periods=25,
        ),
        Watch(
            "answers-failed",
            "Answers fail or come late",
            "Find the error in the logs of slash and interactions: people asked for something and did not get it in time.",
            OWN_METRICS,
            "Failed",
            dimensions,
            threshold=2,  # one may be a moment's trouble, and calls for no one
        ),
        Watch(
            "requests-refused",
            "Slack's requests are refused",
            "Compare the signing secret with Slack's: nobody can use Ossi if it is wrong.",
            OWN_METRICS,
            "Refused",
            dimensions,
            threshold=3,  # as many as people make in an hour before they give up, even where few use Ossi
        ),
    ]


def _of_api(dimensions: dict[str, pulumi.Input[str]]) -> Watch:
    return Watch(
        "api-5xx",
        "The API answers 5xx",
        "Read the API's access log: a function did not start, crashed, or ran out of time.",
        "AWS/ApiGateway",
        "5xx",
        dimensions,
        threshold=2,
    )


def _of_reports(failures: FailureQueue) -> Watch:
    return Watch(
        "report-failed",
        "A report failed",
        "Fix the cause, ask for the month with `/ossi report YYYY-MM`, and empty the queue.",
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        {"QueueName": failures.name},
        seconds=5 * _MINUTE,
        statistic="Maximum",
        # SQS says nothing of a queue that no one has used for six hours (its developer guide, "Available CloudWatch metrics").
        missing="ignore",
    )


def _unwatched(deployment: Deployment) -> Sequence[str]:
    """What the settings leave unwatched, each as a warning with the command that changes it."""
    settings = deployment.settings
    warnings: list[str] = []
    if settings.alarm_email is None:
        warnings.append(
            "No one hears of this stack's alarms. Set an address with `pulumi config set ossi:alarmEmail you@example.com`, "
            "or, if something else subscribes to the topic, `pulumi config set ossi:alarmEmail none`."
        )
    if settings.monthly_budget is None:
        warnings.append(
            "No one hears of it if this costs more than planned. Set a budget for the AWS account, in USD a month, with "
            "`pulumi config set ossi:monthlyBudget 10`; 0 means that something else watches it."
        )
    return warnings
