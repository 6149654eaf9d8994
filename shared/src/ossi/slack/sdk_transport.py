"""The way to Slack by slack_sdk, each request once: for the functions that nobody waits for."""

import json
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import Request

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse, WebClient

from ossi.runtime.https import HttpClient
from ossi.slack.client import SlackAnswer
from ossi.slack.http_transport import SlackHttp, exchange, is_repeatable


class SlackSdk:
    """ossi.slack.client.SlackTransport. timeout_s: of one whole exchange."""

    def __init__(self, base_url: str, timeout_s: float) -> None:
        self._base_url = base_url
        self._api = HttpClient(base_url, timeout_s=timeout_s)
        self._responses = SlackHttp(base_url, timeout_s)

    def call(self, method: str, token: str, arguments: dict[str, Any], *, as_form: bool) -> SlackAnswer:
        """See SlackTransport."""
        client = _BoundedWebClient(token, self._base_url, self._api, repeatable=is_repeatable(method))
        try:
            answer = client.api_call(method, params=arguments) if as_form else client.api_call(method, json=arguments)
        except SlackApiError as error:
            answer = cast("SlackResponse", error.response)
        return SlackAnswer(
            cast("int", answer.status_code), cast("dict[str, str]", answer.headers), cast("dict[str, Any]", answer.data)
        )

    def send(self, response_url: str, body: dict[str, Any]) -> SlackAnswer:
        """See SlackTransport. A POST of JSON: slack_sdk's WebhookClient has nothing to add."""
        return self._responses.send(response_url, body)


class _BoundedWebClient(WebClient):
    """WebClient, whose requests go out by HttpClient.

    By itself it opens them with urllib's default opener: that follows redirects with the token, also to another host and without TLS,
    uses the proxies of the environment, starts its time-out over with each byte, and reads an answer of any length. It lets nothing
    else be passed in. tests/integration/exchanges/test_slack_exchange.py fails should slack_sdk ever rename the method.
    """

    def __init__(self, token: str, base_url: str, http: HttpClient, *, repeatable: bool) -> None:
        super().__init__(token=token, base_url=base_url, retry_handlers=[])
        self._http = http
        self._repeatable = repeatable

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        body = req.data if isinstance(req.data, bytes) else b""
        headers = {name: str(value) for name, value in req.header_items()}
        answer = exchange(self._http, urlsplit(url).path, body, headers, repeatable=self._repeatable)
        # What is no JSON object comes as an empty one: WebClient would log a proxy's page, and raise AttributeError for a list.
        return {"status": answer.status, "headers": answer.headers, "body": json.dumps(answer.data)}
