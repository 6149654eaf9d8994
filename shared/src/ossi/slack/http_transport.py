"""The way to Slack over kept connections, each request once: for the functions that somebody waits for."""

import json
import re
from typing import Any, cast
from urllib.parse import SplitResult, urlencode, urlsplit

from ossi.runtime.https import ExchangeError, HttpAnswer, HttpClient
from ossi.slack.client import SlackAnswer, broken_exchange
from ossi.slack.errors import PermanentSlackError

_JSON = "application/json; charset=utf-8"
_FORM = "application/x-www-form-urlencoded"
_SLACKS = ("slack.com", "slack-gov.com")  # the second is GovSlack's
_PATH = re.compile(r"[!-~]*", re.ASCII)
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


class SlackHttp:
    """ossi.slack.client.SlackTransport. timeout_s: of one whole exchange."""

    def __init__(self, base_url: str, timeout_s: float) -> None:
        self._base = urlsplit(base_url)
        self._timeout_s = timeout_s
        self._api = HttpClient(base_url, timeout_s=timeout_s)
        self._responses: tuple[str, HttpClient] | None = None

    def connect_ahead(self) -> None:
        """Connects to the Web API while the caller does something else."""
        self._api.connect_ahead()

    def call(self, method: str, token: str, arguments: dict[str, Any], *, as_form: bool) -> SlackAnswer:
        """See SlackTransport."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": _FORM if as_form else _JSON}
        body = urlencode(arguments) if as_form else json.dumps(arguments)
        path = f"{self._base.path}{method}"
        return exchange(self._api, path, body.encode(), headers, repeatable=is_repeatable(method))

    def send(self, response_url: str, body: dict[str, Any]) -> SlackAnswer:
        """See SlackTransport. It goes to Slack's host for such answers, or to the host of a Web API that isn't Slack's."""
        try:
            url = urlsplit(response_url)
            origin = f"{url.scheme}://{url.netloc}"
            path = f"{url.path or '/'}{'?' if url.query else ''}{url.query}"
            if not self._may_answer_at(url) or not _PATH.fullmatch(path):
                raise PermanentSlackError("unusable_response_url")
            if self._responses is None or self._responses[0] != origin:
                self._responses = (origin, HttpClient(origin, timeout_s=self._timeout_s))
        except ValueError as error:
            raise PermanentSlackError("unusable_response_url") from error
        return exchange(self._responses[1], path, json.dumps(body).encode(), {"Content-Type": _JSON}, repeatable=True)

    def _may_answer_at(self, url: SplitResult) -> bool:
        if "@" in url.netloc:
            return False
        api = self._base.hostname or ""
        for slack in _SLACKS:
            if api == slack or api.endswith(f".{slack}"):
                return (url.scheme, url.hostname, url.port or 443) == ("https", f"hooks.{slack}", 443)
        # A Web API by https isn't answered without it.
        return url.hostname == api and url.scheme in {"https", self._base.scheme}


def is_repeatable(method: str) -> bool:
    """Whether a call that may have been lost with a kept connection is made once more: all but the one that would say things twice."""
    return method != "chat.postMessage"


def exchange(client: HttpClient, path: str, body: bytes, headers: dict[str, str], *, repeatable: bool) -> SlackAnswer:
    """Slack's answer to a request, whatever it is. Raises TransientSlackError where there is none."""
    try:
        answer = client.post(path, body, headers, repeatable=repeatable)
    except ExchangeError as error:
        raise broken_exchange(error) from error
    return SlackAnswer(answer.status, answer.headers, _object(answer), answer.body.decode(errors="replace"))


def _object(answer: HttpAnswer) -> dict[str, Any]:
    try:
        data: object = json.loads(answer.body)
        if _HALF.search(answer.body):
            # No table and no request has a place for half a character: it becomes a question mark. Whole ones stay.
            data = json.loads(json.dumps(data, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", data) if isinstance(data, dict) else {}
