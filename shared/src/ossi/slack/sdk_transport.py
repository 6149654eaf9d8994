"""The way to Slack by slack_sdk, patiently: for the functions that nobody waits for."""

from http.client import HTTPException
from typing import Any, cast

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.http_retry import HttpRequest, HttpResponse, RetryHandler, RetryState
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler, ServerErrorRetryHandler
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient

from ossi.slack.client import SlackAnswer, broken_connection
from ossi.slack.errors import PermanentSlackError


class BoundedRateLimitHandler(RateLimitErrorRetryHandler):
    """Waits as long as Slack's Retry-After says, but never for longer than longest_wait_s seconds."""

    def __init__(self, max_retry_count: int, longest_wait_s: int) -> None:
        super().__init__(max_retry_count=max_retry_count)
        self._longest_wait_s = longest_wait_s

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or not super()._can_retry(state=state, request=request, response=response, error=error):
            return False
        values = [value for name, value in response.headers.items() if name.lower() == "retry-after"]
        wait_s = values[0][0] if values else "1"
        return wait_s.isdigit() and int(wait_s) <= self._longest_wait_s


def _patience() -> list[RetryHandler]:
    # A connection that broke is not tried again here: Slack may have the message already.
    return [BoundedRateLimitHandler(max_retry_count=3, longest_wait_s=5), ServerErrorRetryHandler(max_retry_count=2)]


class SlackSdk:
    """ossi.slack.client.SlackTransport. timeout_s: of one HTTP request. retry_handlers: what to wait for, and how long, within one call."""

    def __init__(self, base_url: str, timeout_s: int, retry_handlers: list[RetryHandler] | None = None) -> None:
        self._base_url = base_url
        self._timeout_s = timeout_s
        self._retry_handlers = _patience() if retry_handlers is None else retry_handlers

    def call(self, method: str, token: str, arguments: dict[str, Any], *, as_form: bool) -> SlackAnswer:
        """See SlackTransport."""
        client = WebClient(
            token=token, base_url=self._base_url, timeout=self._timeout_s, retry_handlers=self._retry_handlers
        )
        try:
            answer = client.api_call(method, params=arguments) if as_form else client.api_call(method, json=arguments)
        except SlackApiError as error:
            answer = cast("SlackResponse", error.response)
        except (OSError, HTTPException, SlackRequestError) as error:
            raise broken_connection(error) from error
        data = cast("dict[str, Any]", answer.data) if isinstance(answer.data, dict) else {}
        return SlackAnswer(cast("int", answer.status_code), _lower(cast("dict[str, str]", answer.headers)), data)

    def send(self, response_url: str, body: dict[str, Any]) -> SlackAnswer:
        """See SlackTransport."""
        webhook = WebhookClient(response_url, timeout=self._timeout_s, retry_handlers=self._retry_handlers)
        try:
            answer = webhook.send_dict(body)
        except (OSError, HTTPException) as error:
            raise broken_connection(error) from error
        except ValueError as error:
            raise PermanentSlackError("unusable_response_url") from error
        return SlackAnswer(answer.status_code, _lower(answer.headers), {}, answer.body)


def _lower(headers: dict[str, Any]) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in headers.items()}
