"""The dashboard: how Ossi is doing, at a glance."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.alarms import OWN_METRICS, Alarms, own
from components.api import STAGE, HttpApi
from components.deployment import Deployment
from components.function import Function
from components.queue import FailureQueue

_COLUMNS = 24  # CloudWatch's grid
_WIDTH, _HEIGHT = 8, 6

Line = list[pulumi.Input[str] | dict[str, str]]
"""A metric as dashboards have it: namespace, name, dimensions by name and value, and how it is drawn."""


class Dashboard(pulumi.ComponentResource):
    """The CloudWatch dashboard `ossi-<stack>`."""

    def __init__(
        self,
        name: str,
        deployment: Deployment,
        *,
        alarms: Alarms,
        functions: Mapping[str, Function],
        api: HttpApi,
        queues: Mapping[str, FailureQueue],
    ) -> None:
        """Declares the dashboard: the alarms on top, below them what Slack and people notice, then what stands behind it."""
        super().__init__("ossi:operations:Dashboard", name)
        region = aws.get_region_output().region

        def counted(*metrics: str) -> list[Line]:
            return [_line(OWN_METRICS, metric, own(deployment), label=metric) for metric in metrics]

        def of_lambda(metric: str, statistic: str = "Sum") -> list[Line]:
            return [
                _line("AWS/Lambda", metric, {"FunctionName": function.name}, label=key, stat=statistic)
                for key, function in functions.items()
            ]

        of_api: dict[str, pulumi.Input[str]] = {"ApiId": api.id, "Stage": STAGE}
        answering = ("slash", "interactions")
        graphs: list[tuple[str, list[Line]]] = [
            (
                "Time to answer Slack, p99 (ms): 3,000 is too late",
                [
                    *(
                        line
                        for key, line in zip(functions, of_lambda("Duration", "p99"), strict=True)
                        if key in answering
                    ),
                    _line("AWS/ApiGateway", "Latency", of_api, label="API, with starts", stat="p99"),
                ],
            ),
            ("Requests", [_line("AWS/ApiGateway", metric, of_api, label=metric) for metric in ("Count", "4xx", "5xx")]),
            ("Refused, and failed", counted("Refused", "Failed")),
            ("Overdue, and parked", counted("Overdue", "SetAside")),
            (
                "How far behind the stream is (ms)",
                [
                    _line(
                        "AWS/Lambda",
                        "IteratorAge",
                        {"FunctionName": functions[key].name},
                        label=key,
                        stat="Maximum",
                    )
                    for key in ("stream",)
                ],
            ),
            (
                "Given up, waiting in queues",
                [
                    _line(
                        "AWS/SQS",
                        "ApproximateNumberOfMessagesVisible",
                        {"QueueName": queue.name},
                        label=key,
                        stat="Maximum",
                    )
                    for key, queue in queues.items()
                ],
            ),
            ("Runs of functions", of_lambda("Invocations")),
            ("Errors of functions", of_lambda("Errors")),
            ("Runs that Lambda refused", of_lambda("Throttles")),
            ("Duration of functions, p99 (ms)", of_lambda("Duration", "p99")),
        ]
        widgets: list[dict[str, object]] = [
            {
                "type": "alarm",
                **_place(0, 0, _COLUMNS, 4),
                "properties": {"title": "Alarms", "alarms": alarms.arns},
            }
        ]
        for number, (title, lines) in enumerate(graphs):
            row, column = divmod(number, _COLUMNS // _WIDTH)
            widgets.append(
                {
                    "type": "metric",
                    **_place(column * _WIDTH, 4 + row * _HEIGHT, _WIDTH, _HEIGHT),
                    "properties": {
                        "title": title,
                        "metrics": lines,
                        "region": region,
                        "period": 300,
                        "stat": "Sum",
                        "view": "timeSeries",
                    },
                }
            )
        board = aws.cloudwatch.Dashboard(
            name,
            dashboard_name=f"ossi-{deployment.stack}",
            dashboard_body=pulumi.Output.json_dumps({"widgets": widgets}),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = board.dashboard_name
        self.register_outputs({"name": self.name})


def _line(namespace: str, metric: str, dimensions: Mapping[str, pulumi.Input[str]], **drawn: str) -> Line:
    line: Line = [namespace, metric]
    for key, value in dimensions.items():
        line += [key, value]
    return [*line, drawn]


def _place(x: int, y: int, width: int, height: int) -> dict[str, object]:
    return {"x": x, "y": y, "width": width, "height": height}
