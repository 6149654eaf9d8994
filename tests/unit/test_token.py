"""Without the bot token nothing is sent."""

from typing import Any, NoReturn

import pytest

from ossi.ports import Message
from ossi.slack.client import SlackAnswer, SlackChat
from ossi.slack.errors import FailureKind, TransientSlackError


class NeverCalled:
    """A way to Slack that nobody may take."""

    def call(self, method: str, token: str, arguments: dict[str, Any], *, as_form: bool) -> SlackAnswer:
        raise AssertionError("called without a token")

    def send(self, response_url: str, body: dict[str, Any]) -> SlackAnswer:
        raise AssertionError("called without a token")


def test_a_message_whose_token_could_not_be_read_has_certainly_not_been_sent() -> None:
    def unreadable() -> NoReturn:
        raise TimeoutError

    chat = SlackChat(unreadable, NeverCalled())
    with pytest.raises(TransientSlackError) as caught:
        chat.post("C0MANAGERS", Message("text"))
    assert (caught.value.kind, caught.value.code) == (FailureKind.NOT_DONE, "no_token")
