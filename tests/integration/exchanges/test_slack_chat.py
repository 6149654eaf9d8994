"""What every ports.Chat keeps, the fake of the other tests too: what is posted, where it stands, and what each failure says."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs

import pytest

from fakes import FakeChat
from integration.exchanges.servers import HANG_UP, Reply, Request, ScriptedServer
from ossi.domain.message_ref import MessageRef
from ossi.ports import Chat, Message, Person
from ossi.slack.client import SlackAnswer, SlackChat, SlackTransport
from ossi.slack.errors import FailureKind, PermanentSlackError, SlackError, TransientSlackError, failure_of
from ossi.slack.http_transport import SlackHttp
from ossi.slack.sdk_transport import SlackSdk

TOKEN = "xoxb-a-token-of-the-tests"
HELLO = Message("hello", ({"type": "divider"},))
PLACE = MessageRef(channel="C0MANAGERS", ts="1792994700.000001")
VIEW = {"type": "modal"}
MEMBERS = {"C0MANAGERS": {"U0MAIJA01", "U0KALLE01"}}
NAMES = {"U0AINO001": "Aino Lahti", "U0EINO001": "Eino Mäki"}
EMAILS = {"U0AINO001": "aino@example.com"}


class Slack(Protocol):
    """Slack as one implementation of the port sees it."""

    @property
    def chat(self) -> Chat:
        """The port."""
        ...

    def refuse(self, status: int, code: str) -> None:
        """From now on, whatever is asked for."""
        ...

    def lose_answers(self) -> None:
        """From now on all is done, and nothing answered."""
        ...

    def say_no_places(self) -> None:
        """From now on, what is posted stands nobody knows where."""
        ...

    def done(self) -> list[tuple[str, str, str]]:
        """What was done: method, where, text."""
        ...


@dataclass
class Faked:
    """The fake of the unit tests."""

    chat: FakeChat = field(
        default_factory=lambda: FakeChat(names=dict(NAMES), emails=dict(EMAILS), members=dict(MEMBERS))
    )

    def refuse(self, status: int, code: str) -> None:
        self.chat.failing = lambda _method, _where: failure_of(status, {}, code)

    def lose_answers(self) -> None:
        self.chat.losing = lambda _method, _where: TransientSlackError("lost", kind=FailureKind.AMBIGUOUS)

    def say_no_places(self) -> None:
        self.chat.placeless = True

    def done(self) -> list[tuple[str, str, str]]:
        return [(each.method, each.where, each.message.text) for each in self.chat.sent]


class Served:
    """An adapter, and a Slack on the other side of a connection. response_url: /response."""

    def __init__(self, transport: Callable[[str], SlackTransport], server: ScriptedServer) -> None:
        self.server = server
        self.chat: Chat = SlackChat(lambda: TOKEN, transport(f"{server.url}/api/"))
        self._refusal: Reply | None = None
        self._answers_get_lost = False
        self._says_places = True
        self._done: list[tuple[str, str, str]] = []

    def refuse(self, status: int, code: str) -> None:
        self._refusal = Reply(status, json.dumps({"ok": False, "error": code}).encode())

    def lose_answers(self) -> None:
        self._answers_get_lost = True

    def say_no_places(self) -> None:
        self._says_places = False

    def done(self) -> list[tuple[str, str, str]]:
        return self._done

    def answer(self, request: Request) -> Reply | None:
        if self._refusal:
            return self._refusal
        method = request.line.split()[1].removeprefix("/").removeprefix("api/")
        said: dict[str, Any] = {"ok": True} | self._do(method, arguments_of(request))
        return HANG_UP if self._answers_get_lost else Reply(body=json.dumps(said).encode())

    def _do(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "chat.postMessage":
                self._done.append(("post", given["channel"], given["text"]))
                return {"channel": given["channel"], "ts": f"{len(self._done)}.0"} if self._says_places else {}
            case "chat.update":
                self._done.append(("update", f"{given['channel']}/{given['ts']}", given["text"]))
                return {}
            case "views.open":
                self._done.append(("open_view", given["trigger_id"], ""))
                return {}
            case "response":
                self._done.append(("respond", f"{self.server.url}/response", given["text"]))
                return {}
            case "users.info":
                user_id = given["user"]
                email = {"email": EMAILS[user_id]} if user_id in EMAILS else {}
                return {"user": {"real_name": NAMES[user_id], "profile": email}}
            case "conversations.members":
                return {"members": sorted(MEMBERS.get(given["channel"], set()))}
            case _:
                assert method == "auth.test"
                return {}


def arguments_of(request: Request) -> dict[str, Any]:
    """What was asked for, as JSON or as a form."""
    if request.body.startswith(b"{"):
        return json.loads(request.body)
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}


TRANSPORTS: dict[str, Callable[[str], SlackTransport]] = {
    "http.client": lambda url: SlackHttp(url, 20),
    "slack_sdk": lambda url: SlackSdk(url, 20),
}


@pytest.fixture(params=["fake", *TRANSPORTS])
def slack(request: pytest.FixtureRequest) -> Iterator[Slack]:
    if request.param == "fake":
        yield Faked()
        return
    served: list[Served] = []
    with ScriptedServer(lambda asked: served[0].answer(asked)) as server:
        served.append(Served(TRANSPORTS[request.param], server))
        yield served[0]


def response_url(slack: Slack) -> str:
    return f"{slack.server.url}/response" if isinstance(slack, Served) else "https://hooks.slack.com/response"


def test_a_message_is_posted_and_redrawn_where_it_stands(slack: Slack) -> None:
    place = slack.chat.post("C0MANAGERS", HELLO)
    assert place is not None
    assert (place.channel, bool(place.ts)) == ("C0MANAGERS", True)
    slack.chat.update(place, Message("changed"))
    assert slack.done() == [
        ("post", "C0MANAGERS", "hello"),
        ("update", f"{place.channel}/{place.ts}", "changed"),
    ]


def test_two_messages_stand_in_two_places(slack: Slack) -> None:
    assert slack.chat.post("C0MANAGERS", HELLO) != slack.chat.post("C0MANAGERS", HELLO)


def test_what_was_posted_is_posted_though_nobody_knows_where(slack: Slack) -> None:
    slack.say_no_places()
    assert slack.chat.post("C0MANAGERS", HELLO) is None
    slack.chat.update(PLACE, HELLO)
    assert [method for method, _, _ in slack.done()] == ["post", "update"]


def test_a_form_is_opened_and_an_answer_given(slack: Slack) -> None:
    slack.chat.open_view("1.2.trigger", VIEW)
    slack.chat.respond(response_url(slack), HELLO)
    assert slack.done() == [("open_view", "1.2.trigger", ""), ("respond", response_url(slack), "hello")]


def test_people_and_members_are_read(slack: Slack) -> None:
    assert slack.chat.user_name("U0AINO001") == "Aino Lahti"
    assert slack.chat.person("U0AINO001") == Person("Aino Lahti", "aino@example.com")
    assert slack.chat.person("U0EINO001") == Person("Eino Mäki")
    assert slack.chat.is_member("C0MANAGERS", "U0MAIJA01")
    assert not slack.chat.is_member("C0MANAGERS", "U0AINO001")
    assert not slack.chat.is_member("C0OPENSRC", "U0MAIJA01")


def test_members_are_kept_for_a_minute_and_nobody_is_refused_by_what_is_kept() -> None:
    members, now = [{"U0MAIJA01", "U0MATTI01"}, {"U0MATTI01", "U0AINO001"}], [0.0]
    calls: list[str] = []

    class Members(SlackHttp):
        def call(self, method: str, token: str, arguments: dict[str, Any], *, as_form: bool) -> SlackAnswer:
            del token, arguments, as_form
            calls.append(method)
            return SlackAnswer(200, {}, {"ok": True, "members": sorted(members[0])})

    chat = SlackChat(lambda: TOKEN, Members("https://slack.example/api/", 1), seconds=lambda: now[0])
    assert chat.is_member("C0MANAGERS", "U0MAIJA01")
    members.pop(0)
    assert chat.is_member("C0MANAGERS", "U0MATTI01")
    now[0] = 59.9
    assert chat.is_member("C0MANAGERS", "U0MAIJA01"), "a removed one passes for a minute"
    assert len(calls) == 1
    assert chat.is_member("C0MANAGERS", "U0AINO001"), "one who joined does at once"
    assert len(calls) == 2
    assert not chat.is_member("C0MANAGERS", "U0MAIJA01")
    assert len(calls) == 3
    now[0] = 200
    assert not chat.is_member("C0MANAGERS", "U0MAIJA01")
    assert len(calls) == 4


def test_asking_whether_slack_is_there_does_nothing(slack: Slack) -> None:
    slack.chat.test_auth()
    assert slack.done() == []


def calls(slack: Slack) -> list[Callable[[], object]]:
    chat = slack.chat
    return [
        lambda: chat.post("C0MANAGERS", HELLO),
        lambda: chat.update(PLACE, HELLO),
        lambda: chat.open_view("1.2.trigger", VIEW),
        lambda: chat.respond(response_url(slack), HELLO),
        lambda: chat.user_name("U0AINO001"),
        lambda: chat.person("U0AINO001"),
        lambda: chat.is_member("C0MANAGERS", "U0MAIJA01"),
        chat.test_auth,
    ]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (429, "ratelimited", FailureKind.LIMITED),
        (200, "internal_error", FailureKind.AMBIGUOUS),
        (503, "service_unavailable", FailureKind.AMBIGUOUS),
        (200, "external_channel_migrating", FailureKind.REFUSED_FOR_NOW),
        (200, "channel_not_found", FailureKind.REFUSED_FOR_GOOD),
    ],
)
def test_every_method_says_what_a_refusal_means(slack: Slack, status: int, code: str, kind: FailureKind) -> None:
    slack.refuse(status, code)
    for call in calls(slack):
        with pytest.raises(SlackError) as caught:
            call()
        assert (caught.value.code, caught.value.kind) == (code, kind)
        assert (caught.value.retry_after_s is not None) == (kind is FailureKind.LIMITED)
        expected = PermanentSlackError if kind is FailureKind.REFUSED_FOR_GOOD else TransientSlackError
        assert type(caught.value) is expected
    assert slack.done() == []


def test_what_was_done_and_not_answered_is_ambiguous(slack: Slack) -> None:
    slack.lose_answers()
    with pytest.raises(TransientSlackError) as posting:
        slack.chat.post("C0MANAGERS", HELLO)
    with pytest.raises(TransientSlackError) as redrawing:
        slack.chat.update(PLACE, HELLO)
    assert {posting.value.kind, redrawing.value.kind} == {FailureKind.AMBIGUOUS}
    assert [method for method, _, _ in slack.done()] == ["post", "update"], "each once"
    with pytest.raises(TransientSlackError):
        slack.chat.test_auth()
