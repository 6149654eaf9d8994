"""What fires when: routes, the stream, the schedule."""

import json
from pathlib import Path

import pytest

from infra.recording import ACCOUNT, REGION, Program, run_program
from ossi_report.make_report import ATTEMPTS

HERE = f"{REGION}:{ACCOUNT}"


def test_each_route_leads_to_its_function(program: Program) -> None:
    targets = {f"integrations/{name}-id": item for name, item in program.all("apigatewayv2:Integration").items()}
    routes = program.all("apigatewayv2:Route").values()

    assert {route.inputs["routeKey"]: targets[route.inputs["target"]].inputs["integrationUri"] for route in routes} == {
        "POST /slash": f"arn:aws:lambda:{HERE}:function:ossi-test-slash:live",
        "POST /interactions": f"arn:aws:lambda:{HERE}:function:ossi-test-interactions:live",
        "GET /reports/{name}": f"arn:aws:lambda:{HERE}:function:ossi-test-download:live",
        "HEAD /reports/{name}": f"arn:aws:lambda:{HERE}:function:ossi-test-download:live",
    }


def test_integrations_hand_over_payload_2(program: Program) -> None:
    for integration in program.all("apigatewayv2:Integration").values():
        assert integration.inputs["apiId"] == "a1b2c3"
        assert integration.inputs["integrationType"] == "AWS_PROXY"
        assert integration.inputs["payloadFormatVersion"] == "2.0"


@pytest.mark.parametrize(
    ("route", "endpoint", "function"),
    [
        ("slash-post", "slash", "slash"),
        ("interactions-post", "interactions", "interactions"),
        ("reports-get", "reports", "download"),
        ("reports-head", "reports", "download"),
    ],
)
def test_no_request_gets_through_before_everything_behind_it_is_there(
    program: Program, route: str, endpoint: str, function: str
) -> None:
    """The stage deploys itself: a route, or the new target of one, is in use at once."""
    permission = program.one("lambda:Permission", endpoint)
    integration = program.one("apigatewayv2:Integration", endpoint)

    assert program.one("lambda:Alias", function).urn in permission.depends_on
    assert program.one("iam:RolePolicy", function).urn in permission.depends_on
    assert permission.urn in integration.depends_on
    assert {permission.urn, integration.urn} <= program.one("apigatewayv2:Route", route).depends_on


def test_the_api_has_one_stage_that_deploys_itself_and_throttles(program: Program, other_program: Program) -> None:
    (stage,) = program.all("apigatewayv2:Stage").values()
    (other_stage,) = other_program.all("apigatewayv2:Stage").values()

    assert program.one("apigatewayv2:Api", "api").inputs["protocolType"] == "HTTP"
    assert (stage.inputs["name"], stage.inputs["autoDeploy"]) == ("$default", True)
    assert stage.inputs["defaultRouteSettings"] == {"throttlingRateLimit": 20, "throttlingBurstLimit": 40}
    assert other_stage.inputs["defaultRouteSettings"] == {"throttlingRateLimit": 3, "throttlingBurstLimit": 4}


def test_strangers_routes_leave_slack_s_room(program: Program, other_program: Program) -> None:
    def limits(of: Program) -> dict[str, tuple[int, int]]:
        (stage,) = of.all("apigatewayv2:Stage").values()
        routes = {route.inputs["routeKey"]: route.urn for route in of.all("apigatewayv2:Route").values()}
        # AWS takes no settings of a route that isn't there.
        assert {routes[each["routeKey"]] for each in stage.inputs["routeSettings"]} <= stage.depends_on
        return {
            each["routeKey"]: (each["throttlingRateLimit"], each["throttlingBurstLimit"])
            for each in stage.inputs["routeSettings"]
        }

    assert limits(program) == {"GET /reports/{name}": (5, 5), "HEAD /reports/{name}": (5, 5)}
    # Never more than the others have.
    assert limits(other_program) == {"GET /reports/{name}": (3, 4), "HEAD /reports/{name}": (3, 4)}


def test_the_access_log_says_where_requests_come_from_only_if_the_stack_says_so(
    program: Program, artifacts: Path
) -> None:
    def fields(of: Program) -> dict[str, str]:
        (stage,) = of.all("apigatewayv2:Stage").values()
        return json.loads(stage.inputs["accessLogSettings"]["format"])

    usual, asked_for = fields(program), fields(run_program(artifacts, logSourceIp="true"))
    assert asked_for == {**usual, "sourceIp": "$context.identity.sourceIp"}


def test_the_access_log_says_nothing_of_persons(program: Program) -> None:
    (stage,) = program.all("apigatewayv2:Stage").values()
    log = stage.inputs["accessLogSettings"]

    assert log["destinationArn"] == f"arn:aws:logs:{HERE}:log-group:/aws/vendedlogs/ossi-test-api"
    assert set(json.loads(log["format"]).values()) == {
        "$context.requestId",
        "$context.requestTime",
        "$context.routeKey",
        "$context.status",
        "$context.responseLength",
        "$context.responseLatency",
        "$context.integrationStatus",
        "$context.integrationLatency",
        "$context.integrationErrorMessage",
    }


def test_the_stream_feeds_its_function_and_gives_up_on_nothing_silently(program: Program) -> None:
    (mapping,) = program.all("lambda:EventSourceMapping").values()

    assert {key: value for key, value in mapping.inputs.items() if key != "tags"} == {
        "eventSourceArn": f"arn:aws:dynamodb:{HERE}:table/ossi-test-contributions/stream/2026-01-01T00:00:00.000",
        "functionName": f"arn:aws:lambda:{HERE}:function:ossi-test-stream:live",
        "enabled": True,
        "startingPosition": "TRIM_HORIZON",
        "batchSize": 25,
        "maximumBatchingWindowInSeconds": 0,
        "parallelizationFactor": 4,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "bisectBatchOnFunctionError": True,
        "maximumRetryAttempts": 100,
        "maximumRecordAgeInSeconds": 23 * 60 * 60,
        "filterCriteria": {"filters": [{"pattern": '{"eventName": ["INSERT", "MODIFY"]}'}]},
        "destinationConfig": {"onFailure": {"destinationArn": f"arn:aws:sqs:{HERE}:ossi-test-stream-failures"}},
    }
    assert {program.one(kind, "stream").urn for kind in ("iam:RolePolicy", "lambda:Alias")} <= mapping.depends_on


def test_the_report_runs_on_the_third_at_six_local_time(program: Program) -> None:
    schedule = program.one("scheduler:Schedule", "monthly-report")

    assert schedule.inputs["name"] == "ossi-test-monthly-report"
    assert schedule.inputs["groupName"] == "ossi-test-monthly-report"
    assert schedule.inputs["scheduleExpression"] == "cron(0 6 3 * ? *)"
    assert schedule.inputs["scheduleExpressionTimezone"] == "Europe/Helsinki"
    assert schedule.inputs["flexibleTimeWindow"] == {"mode": "OFF"}
    target = schedule.inputs["target"]
    assert target["arn"] == f"arn:aws:lambda:{HERE}:function:ossi-test-report:live"
    assert target["roleArn"] == f"arn:aws:iam::{ACCOUNT}:role/ossi-test-monthly-report-{REGION}"
    assert json.loads(target["input"]) == {"source": "schedule", "scheduledTime": "<aws.scheduler.scheduled-time>"}
    assert target["retryPolicy"] == {"maximumEventAgeInSeconds": 24 * 60 * 60, "maximumRetryAttempts": 185}
    assert program.one("iam:RolePolicy", "monthly-report").urn in schedule.depends_on


def test_the_report_runs_when_the_stack_says(other_program: Program) -> None:
    schedule = other_program.one("scheduler:Schedule", "monthly-report")

    assert schedule.inputs["scheduleExpression"] == "rate(7 days)"
    assert schedule.inputs["scheduleExpressionTimezone"] == "America/New_York"


def test_what_is_due_is_looked_at_every_minute(program: Program, other_program: Program) -> None:
    schedule = program.one("scheduler:Schedule", "reconciliation").inputs

    assert schedule["scheduleExpression"] == "rate(1 minute)"
    assert schedule["target"]["arn"] == f"arn:aws:lambda:{HERE}:function:ossi-test-reconcile:live"
    # Not for a day, as the report: the next run does it too.
    assert schedule["target"]["retryPolicy"]["maximumEventAgeInSeconds"] == 60
    assert set(program.all("scheduler:Schedule")) == {"monthly-report", "reconciliation"}
    other = other_program.one("scheduler:Schedule", "reconciliation").inputs
    assert other["scheduleExpression"] == "rate(1 hour)"


@pytest.mark.parametrize("name", ["monthly-report", "reconciliation"])
def test_a_run_that_could_not_be_handed_over_is_kept_with_its_reason(program: Program, name: str) -> None:
    target = program.one("scheduler:Schedule", name).inputs["target"]

    assert target["deadLetterConfig"] == {"arn": f"arn:aws:sqs:{HERE}:ossi-test-schedule-failures"}


def test_while_it_is_paused_nothing_starts_by_itself(program: Program, other_program: Program) -> None:
    def started(of: Program) -> tuple[set[bool], set[str]]:
        return (
            {item.inputs["enabled"] for item in of.all("lambda:EventSourceMapping").values()},
            {item.inputs["state"] for item in of.all("scheduler:Schedule").values()},
        )

    assert started(program) == ({True}, {"ENABLED"})
    assert started(other_program) == ({False}, {"DISABLED"})


def test_a_report_that_fails_three_times_is_kept_and_a_run_of_reconcile_is_not_repeated(program: Program) -> None:
    configs = {name: item.inputs for name, item in program.all("lambda:FunctionEventInvokeConfig").items()}

    assert configs == {
        "report": {
            "functionName": "ossi-test-report",
            "qualifier": "live",
            "maximumRetryAttempts": 2,
            "destinationConfig": {"onFailure": {"destination": f"arn:aws:sqs:{HERE}:ossi-test-report-failures"}},
        },
        # The next run does what one could not.
        "reconcile": {
            "functionName": "ossi-test-reconcile",
            "qualifier": "live",
            "maximumEventAgeInSeconds": 60,
            "maximumRetryAttempts": 0,
        },
    }
    # The function tells the managers after what it takes for the last attempt.
    assert configs["report"]["maximumRetryAttempts"] == ATTEMPTS - 1
