"""GET and HEAD /reports/{name}: checks a report's link and redirects to a URL that S3 serves for a minute (R16)."""

import logging
from typing import Any, cast

from ossi.domain.links import LinkExpired, LinkRefused, friendly_name
from ossi.runtime.invocation import invocation
from ossi.runtime.logs import add_log_fields
from ossi_download.bootstrap import app
from ossi_download.pages import EXPIRED, UNKNOWN

_logger = logging.getLogger("ossi.download")
_REDIRECT_LIFE_S = 60
# Nobody may keep the redirect, and S3 need not learn where it was clicked.
_HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-content-type-options": "nosniff"}


@invocation("download")
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """The Lambda's entry. event: API Gateway's payload format 2.0."""
    application = app()
    name = _parameter(event, "pathParameters", "name")
    token = _parameter(event, "queryStringParameters", "token")
    try:
        application.check_link(name, token)
    except LinkExpired:
        add_log_fields(outcome="expired")
        return _page(410, EXPIRED)
    except LinkRefused as refusal:
        add_log_fields(outcome="refused")
        # No count: a link that someone cut off when they copied it calls for no one (docs/operations.md).
        _logger.warning("refused", extra={"why": str(refusal)})
        return _page(404, UNKNOWN)
    method = event["requestContext"]["http"]["method"]
    location = application.files.presigned_url(name, method, _REDIRECT_LIFE_S, saved_as=friendly_name(name))
    return {"statusCode": 302, "headers": {**_HEADERS, "location": location}, "body": ""}


def _parameter(event: dict[str, Any], kind: str, name: str) -> str:
    parameters: object = event.get(kind)
    value = cast("dict[str, object]", parameters).get(name) if isinstance(parameters, dict) else None
    return value if isinstance(value, str) else ""


def _page(status: int, body: str) -> dict[str, Any]:
    return {"statusCode": status, "headers": {**_HEADERS, "content-type": "text/html; charset=utf-8"}, "body": body}
