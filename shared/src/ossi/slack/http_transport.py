"""The way to Slack over kept connections, each request once: for the functions that somebody waits for."""

import json
from http.client import HTTPException
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from ossi.runtime.https import HttpAnswer, HttpClient
from ossi.slack.client import SlackAnswer, broken_connection
from ossi.slack.errors import PermanentSlackError

_JSON = "application/json; charset=utf-8"
_FORM = "application/x-www-form-urlencoded"


class SlackHttp:
    """ossi.slack.client.SlackTransport. timeout_s: of connecting, and of each wait for an answer."""

    def __init__(self, base_url: str, timeout_s: float) -> None:
        self._path = urlsplit(base_url).path
        self._timeout_s = timeout_s
        self._api = self._client(base_url)
        self._responses: tuple[str, HttpClient] | None = None

    def connect_ahead(self) -> None:
        """Connects to the Web API while the caller does something else."""
        self._api.connect_ahead()

    def call(self, method: str, token: str, arguments: dict[str, Any], *, as_form: bool) -> SlackAnswer:
        """See SlackTransport."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": _FORM if as_form else _JSON}
        body = urlencode(arguments) if as_form else json.dumps(arguments)
        # The one method that would do twice what it is asked for twice.
        repeatable = method != "chat.postMessage"
        return _read(self._api, f"{self._path}{method}", body, headers, repeatable=repeatable)

    def send(self, response_url: str, body: dict[str, Any]) -> SlackAnswer:
        """See SlackTransport."""
        try:
            url = urlsplit(response_url)
            origin = f"{url.scheme}://{url.netloc}"
            if self._responses is None or self._responses[0] != origin:
                self._responses = (origin, self._client(origin))
        except ValueError as error:
            raise PermanentSlackError("unusable_response_url") from error
        path = f"{url.path or '/'}{'?' if url.query else ''}{url.query}"
        return _read(self._responses[1], path, json.dumps(body), {"Content-Type": _JSON}, repeatable=True)

    def _client(self, url: str) -> HttpClient:
        return HttpClient(url, connect_timeout_s=self._timeout_s, timeout_s=self._timeout_s)


def _read(client: HttpClient, path: str, body: str, headers: dict[str, str], *, repeatable: bool) -> SlackAnswer:
    try:
        answer = client.post(path, body.encode(), headers, repeatable=repeatable)
    except (OSError, HTTPException) as error:
        raise broken_connection(error) from error
    return SlackAnswer(answer.status, answer.headers, _object(answer), answer.body.decode(errors="replace"))


def _object(answer: HttpAnswer) -> dict[str, Any]:
    try:
        data: object = json.loads(answer.body)
    except ValueError:
        return {}
    return cast("dict[str, Any]", data) if isinstance(data, dict) else {}
