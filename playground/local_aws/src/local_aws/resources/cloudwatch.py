"""CloudWatch alarms and dashboards. Log groups are in `logs`."""

import json
from typing import Any, cast

from local_aws.errors import LocalAwsError
from local_aws.resources.registry import Cloud, InputError, Inputs, Outputs, given, resource


@resource("aws:cloudwatch/metricAlarm:MetricAlarm")
def metric_alarm(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Creates or replaces an alarm on one metric; metric math is not understood."""
    name = cloud.physical_name(logical, inputs, limit=255)
    dimensions = [{"Name": key, "Value": value} for key, value in sorted(inputs.mapping("dimensions").items())]
    threshold = inputs.raw("threshold")
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        raise InputError("the input threshold must be a number")
    settings = given(
        AlarmDescription=inputs.maybe_text("alarmDescription"),
        Namespace=inputs.text("namespace"),
        MetricName=inputs.text("metricName"),
        Statistic=inputs.maybe_text("statistic"),
        ExtendedStatistic=inputs.maybe_text("extendedStatistic"),
        Unit=inputs.maybe_text("unit"),
        Period=inputs.maybe_number("period"),
        EvaluationPeriods=inputs.maybe_number("evaluationPeriods"),
        DatapointsToAlarm=inputs.maybe_number("datapointsToAlarm"),
        ComparisonOperator=inputs.text("comparisonOperator"),
        TreatMissingData=inputs.maybe_text("treatMissingData"),
        ActionsEnabled=inputs.flag("actionsEnabled", default=True),
        AlarmActions=inputs.texts("alarmActions"),
        OKActions=inputs.texts("okActions"),
        InsufficientDataActions=inputs.texts("insufficientDataActions"),
    )
    cloud.clients.client("cloudwatch").put_metric_alarm(
        AlarmName=name, Dimensions=cast("Any", dimensions), Threshold=float(threshold), **settings
    )
    return {"id": name, "name": name, "arn": cloud.arn("cloudwatch", f"alarm:{name}")}


@resource("aws:cloudwatch/dashboard:Dashboard")
def dashboard(cloud: Cloud, _logical: str, inputs: Inputs) -> Outputs:
    """Creates or replaces a dashboard."""
    name, body = inputs.text("dashboardName"), inputs.json_text("dashboardBody")
    if body is None or not isinstance(json.loads(body).get("widgets"), list):
        raise InputError("the input dashboardBody must be a JSON object with widgets")
    answer = cloud.clients.client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=body)
    complaints = [each.get("Message", "") for each in answer.get("DashboardValidationMessages", [])]
    if complaints:
        raise LocalAwsError(f"the dashboard {name} is not valid: {'; '.join(complaints)}")
    return {"id": name, "dashboardName": name, "dashboardArn": f"arn:aws:cloudwatch::{cloud.account}:dashboard/{name}"}
