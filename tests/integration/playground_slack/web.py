"""slack_sdk's client, with types: the real one is called, its untyped answers come back as dictionaries."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

Answer: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What came back: the JSON and the headers."""

    data: Answer
    headers: dict[str, str]


class Web:
    """Calls Web API methods by Slack's names for them."""

    def __init__(self, token: str, api_url: str, timeout: int = 5) -> None:
        self._client = WebClient(token, base_url=api_url, timeout=timeout)

    def response(self, method: str, **arguments: Any) -> Reply:
        """The whole response; slack_sdk's errors come through."""
        call: Callable[..., Any] = getattr(self._client, method.replace(".", "_"))
        response = call(**arguments)
        return Reply(response.data, response.headers)

    def __call__(self, method: str, **arguments: Any) -> Answer:
        """The answer of a call that goes well."""
        return self.response(method, **arguments).data

    def refused(self, method: str, **arguments: Any) -> Answer:
        """The answer of a call that Slack refuses."""
        with pytest.raises(SlackApiError) as caught:
            self.response(method, **arguments)
        refusal: Any = caught.value
        answer: Answer = refusal.response.data
        assert answer["ok"] is False
        return answer

    def error(self, method: str, **arguments: Any) -> str:
        """Slack's word for why it refuses a call."""
        return str(self.refused(method, **arguments)["error"])
