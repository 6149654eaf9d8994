"""The peer: the same two steps as a person would write them with Slack's Bolt for Python, after its guide for AWS Lambda.

`/ossi new` opens the form of Ossi, and a submitted form becomes a row. The secret is read from Secrets Manager.
"""

import json
import os
import time
from typing import Any, cast

import boto3
from pydantic import BaseModel, Field
from pydantic.alias_generators import to_camel
from slack_bolt import Ack, App
from slack_bolt.adapter.aws_lambda import SlackRequestHandler
from slack_sdk import WebClient


class Contribution(BaseModel, alias_generator=to_camel, validate_by_name=True):
    """A row."""

    user_id: str
    timestamp: int = Field(ge=0)
    text: str = Field(min_length=50, max_length=2000)
    url: str
    size: str
    contribution_month: str
    name: str
    status: str = "PENDING"


_secret = json.loads(
    boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["OSSI_SECRET_ID"])["SecretString"]
)
_table = boto3.client("dynamodb")
app = App(
    signing_secret=_secret["slackSigningSecret"],
    client=WebClient(token=_secret["slackBotToken"], base_url=os.environ["OSSI_SLACK_API_URL"]),
    process_before_response=True,
)


def _option(text: str, value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": text}, "value": value}


def _input(name: str, label: str, element: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": name,
        "label": {"type": "plain_text", "text": label},
        "element": {"action_id": name, **element},
    }


def _form(text: str) -> dict[str, Any]:
    month = time.strftime("%Y-%m")
    levels = [_option(level["label"], level["key"]) for level in json.loads(os.environ["OSSI_COMPENSATION_LEVELS"])]
    return {
        "type": "modal",
        "callback_id": "contribution_form",
        "title": {"type": "plain_text", "text": "New contribution"},
        "submit": {"type": "plain_text", "text": "Submit"},
        "blocks": [
            _input(
                "description", "Description", {"type": "plain_text_input", "multiline": True, "initial_value": text}
            ),
            _input("url", "URL", {"type": "url_text_input"}),
            _input("month", "Month", {"type": "static_select", "options": [_option(month, month)]}),
            _input("level", "Compensation", {"type": "static_select", "options": levels}),
        ],
    }


@app.command("/ossi")
def ossi(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """/ossi new."""
    ack()
    client.views_open(trigger_id=body["trigger_id"], view=_form(body["text"].removeprefix("new").strip()))


@app.view("contribution_form")
def submitted(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """A submitted form."""
    values = body["view"]["state"]["values"]
    user = cast("dict[str, Any]", client.users_info(user=body["user"]["id"])["user"])
    row = Contribution(
        user_id=body["user"]["id"],
        timestamp=int(time.time() * 1000),
        text=values["description"]["description"]["value"],
        url=values["url"]["url"]["value"],
        size=values["level"]["level"]["selected_option"]["value"],
        contribution_month=values["month"]["month"]["selected_option"]["value"],
        name=user.get("real_name") or user["name"],
    )
    item = {
        key: {"N": str(value)} if isinstance(value, int) else {"S": value}
        for key, value in row.model_dump(by_alias=True).items()
    }
    _table.put_item(TableName=os.environ["OSSI_TABLE"], Item=item)
    ack()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The Lambda's entry."""
    return SlackRequestHandler(app).handle(event, context)
