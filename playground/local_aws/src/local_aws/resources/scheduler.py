"""EventBridge Scheduler schedules and their groups."""

from local_aws.resources.registry import Cloud, InputError, Inputs, Outputs, given, resource


@resource("aws:scheduler/scheduleGroup:ScheduleGroup")
def schedule_group(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Creates a group of schedules."""
    client = cloud.clients.client("scheduler")
    name = cloud.physical_name(logical, inputs)
    try:
        arn = client.get_schedule_group(Name=name)["Arn"]
    except client.exceptions.ResourceNotFoundException:
        arn = client.create_schedule_group(Name=name)["ScheduleGroupArn"]
    return {"id": name, "name": name, "arn": arn, "state": "ACTIVE"}


@resource("aws:scheduler/schedule:Schedule")
def schedule(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Creates or replaces a schedule."""
    client = cloud.clients.client("scheduler")
    name = cloud.physical_name(logical, inputs)
    group = inputs.maybe_text("groupName") or "default"
    settings = given(
        Name=name,
        GroupName=group,
        ScheduleExpression=inputs.text("scheduleExpression"),
        ScheduleExpressionTimezone=inputs.maybe_text("scheduleExpressionTimezone"),
        FlexibleTimeWindow=_window(inputs),
        Target=_target(inputs),
        State=inputs.maybe_text("state"),
        Description=inputs.maybe_text("description"),
        StartDate=inputs.maybe_text("startDate"),
        EndDate=inputs.maybe_text("endDate"),
        KmsKeyArn=inputs.maybe_text("kmsKeyArn"),
        ActionAfterCompletion=inputs.maybe_text("actionAfterCompletion"),
    )
    try:
        arn = client.create_schedule(**settings)["ScheduleArn"]
    except client.exceptions.ConflictException:
        arn = client.update_schedule(**settings)["ScheduleArn"]
    return {"id": f"{group}/{name}", "name": name, "groupName": group, "arn": arn}


def _window(inputs: Inputs) -> dict[str, object]:
    group = inputs.group("flexibleTimeWindow")
    if group is None:
        raise InputError("the input flexibleTimeWindow is missing")
    return given(Mode=group.text("mode"), MaximumWindowInMinutes=group.maybe_number("maximumWindowInMinutes"))


def _target(inputs: Inputs) -> dict[str, object]:
    group = inputs.group("target")
    if group is None:
        raise InputError("the input target is missing")
    retry, dead_letter = group.group("retryPolicy"), group.group("deadLetterConfig")
    return given(
        Arn=group.text("arn"),
        RoleArn=group.text("roleArn"),
        Input=group.maybe_text("input"),
        RetryPolicy=retry
        and given(
            MaximumRetryAttempts=retry.maybe_number("maximumRetryAttempts"),
            MaximumEventAgeInSeconds=retry.maybe_number("maximumEventAgeInSeconds"),
        ),
        DeadLetterConfig=dead_letter and given(Arn=dead_letter.maybe_text("arn")),
    )
