"""A command, a form and a button that only the tests have: whole, each in one place, as docs/architecture.md says how to add one."""

from dataclasses import dataclass

from ossi.ports import Message
from ossi.runtime.api_gateway import Answer, answer
from ossi.slack.errors import UnreadableView
from ossi.slack.private_metadata import PrivateMetadata
from ossi.slack.view_inputs import Part, field, modal, url_input
from ossi_interactions.answering import tell
from ossi_interactions.bootstrap import App as InteractionsApp
from ossi_interactions.forms.form import Form
from ossi_interactions.payloads import Action, ButtonsPressed, FormSent, View
from ossi_slash.bootstrap import App as SlashApp
from ossi_slash.command_line import CommandLine
from ossi_slash.request import CommandSent

# The command: answers with a button.


def ping(line: CommandLine, _sent: CommandSent, app: SlashApp) -> Message:
    """/ossi ping TEXT."""
    button = {"type": "button", "action_id": "ping_again", "value": line.argument, "text": _plain("Ping again")}
    return Message(f"pong {line.argument} from {app.settings.stack}", ({"type": "actions", "elements": [button]},))


# The button: opens the form, which remembers the button's value.


def ping_again(action: Action, pressed: ButtonsPressed, app: InteractionsApp) -> None:
    """Opens the form with the trigger of the click."""
    app.chat.open_view(pressed.trigger_id, PingForm.draw(PingedBefore(action.value, 1)))


def break_down(_action: Action, _pressed: ButtonsPressed, _app: InteractionsApp) -> None:
    """A button that nobody foresaw the failure of."""
    raise RuntimeError("broken")


# The form: says what it remembers and what was filled in.


@dataclass(frozen=True)
class PingedBefore(PrivateMetadata):
    """What the form remembers."""

    text: str
    times: int


@dataclass(frozen=True)
class Filled:
    """What was filled in, and what the form was opened with."""

    where: str
    before: PingedBefore


class PingForm(Form[Filled]):
    """Asks where to."""

    callback_id = "ping_form"
    first_field = "where"
    done: list[tuple[str, Filled]]

    def __init__(self, done: list[tuple[str, Filled]]) -> None:
        self.done = done

    @classmethod
    def draw(cls, before: PingedBefore) -> Part:
        """The modal."""
        fields = [field("where", "Where to?", url_input("https://host.example"))]
        return modal(cls.callback_id, "Ping", "Ping", "Cancel", before.to_text(), fields)

    def read(self, view: View, app: InteractionsApp) -> Filled:
        """See Form."""
        before = PingedBefore.from_text(view.private_metadata)
        if before is None:
            raise UnreadableView("a view that remembers nothing")
        return Filled(view.state["values"]["where"]["where"]["value"], before)

    def do(self, filled: Filled, sent: FormSent, app: InteractionsApp) -> Answer:
        """See Form."""
        if filled.where.endswith("/broken"):
            raise RuntimeError("broken")
        self.done.append((sent.user.id, filled))
        return answer()


def tell_pinged(_action: Action, pressed: ButtonsPressed, app: InteractionsApp) -> None:
    """A button that answers in its message's place."""
    tell(pressed, app, Message("pinged"), replace_original=True)


def _plain(text: str) -> Part:
    return {"type": "plain_text", "text": text}
