"""The floor: the least that a Python which opens a form can do. The standard library and TLS, one message, nothing checked."""

import http.client
import json
import os
import ssl
from typing import Any
from urllib.parse import urlsplit


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Opens a form; reads no secret and checks no signature."""
    address = urlsplit(os.environ["OSSI_SLACK_API_URL"])
    connection = http.client.HTTPSConnection(address.netloc, context=ssl.create_default_context())
    body = json.dumps({"trigger_id": "1", "view": {"type": "modal"}})
    connection.request("POST", address.path + "views.open", body, {"Content-Type": "application/json"})
    connection.getresponse().read()
    return {"statusCode": 200, "body": ""}
