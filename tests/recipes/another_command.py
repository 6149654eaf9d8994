"""The recipes "add a command", "a button" and "a form" of docs/architecture.md as edits of the source: /ossi hello.

Its answer has a button, which opens a form that remembers whom the hello is for. What is written there is told to the managers.
"""

from recipes.edits import Edit

_WORDS = '''"""The words of /ossi hello, and of what comes of it."""

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, PlainTextObject

from ossi.ports import Message
from ossi.slack.block_kit import blocks_of, escape_within, person, plain, rich, section, typed

HELLO_ACTION = "write_hello"


def hello(whom: str) -> Message:
    """To the one who typed it: the button."""
    button = ButtonElement(text=PlainTextObject(text="Write it"), action_id=HELLO_ACTION, value=whom)
    return Message(
        f"A hello to {escape_within(whom, 500)}?",
        blocks_of(
            rich(section(plain("A hello to "), *typed(whom), plain("?"))),
            ActionsBlock(block_id="hello", elements=[button]),
        ),
    )


def told(user_id: str, whom: str, words: str) -> Message:
    """To the management channel: someone says hello."""
    said = section(person(user_id), plain(" says hello to "), *typed(whom), plain(": "), *typed(words))
    return Message(f"<@{user_id}> says hello to {escape_within(f'{whom}: {words}', 2000)}", blocks_of(rich(said)))
'''

_COMMAND = '''"""/ossi hello: a button that leads to a form."""

from ossi.ports import Message
from ossi.slack.messages.hello import hello
from ossi_slash.bootstrap import App
from ossi_slash.command_line import CommandLine
from ossi_slash.request import CommandSent


def answer(line: CommandLine, _sent: CommandSent, _app: App) -> Message:
    """See commands.Answer."""
    return hello(line.argument[:100] or "everyone")
'''

_BUTTON = '''"""Write it, under the answer to /ossi hello."""

from ossi_interactions.bootstrap import App
from ossi_interactions.forms.hello import Greeted, HelloForm
from ossi_interactions.payloads import Action, ButtonsPressed


def write(action: Action, pressed: ButtonsPressed, app: App) -> None:
    """See buttons.Press. The button's value is whom it is for."""
    app.chat.open_view(pressed.trigger_id, HelloForm.draw(Greeted(action.value)))
'''

_FORM = '''"""The form behind /ossi hello: its button opens it."""

from dataclasses import dataclass

from ossi.runtime.api_gateway import Answer, answer
from ossi.slack.errors import UnreadableView
from ossi.slack.messages.hello import told
from ossi.slack.private_metadata import PrivateMetadata
from ossi.slack.view_inputs import Part, field, modal, text_area
from ossi_interactions.bootstrap import App
from ossi_interactions.forms.form import Form
from ossi_interactions.payloads import FormSent, View


@dataclass(frozen=True)
class Greeted(PrivateMetadata):
    """What the form remembers: whom it is for."""

    whom: str


@dataclass(frozen=True)
class Filled:
    """What was filled in, and whom it is for."""

    words: str
    whom: str


class HelloForm(Form[Filled]):
    """Asks for the words."""

    callback_id = "hello_form"
    first_field = "words"

    @classmethod
    def draw(cls, greeted: Greeted) -> Part:
        """The modal."""
        fields = [field("words", "What do you say?", text_area("Thank you for the review", 1, 500))]
        return modal(cls.callback_id, "A hello", "Say it", "Cancel", greeted.to_text(), fields)

    def read(self, view: View, app: App) -> Filled:
        """See Form."""
        greeted = Greeted.from_text(view.private_metadata)
        if greeted is None:
            raise UnreadableView("a view that remembers nobody")
        try:
            return Filled(view.state["values"]["words"]["words"]["value"], greeted.whom)
        except (KeyError, TypeError) as error:
            raise UnreadableView("a view without values") from error

    def do(self, filled: Filled, sent: FormSent, app: App) -> Answer:
        """Tells the managers."""
        app.chat.post(app.management_channel, told(sent.user.id, filled.whom, filled.words))
        return answer()
'''

_COMMANDS, _INTERACTIONS = "ossi_slash/commands", "ossi_interactions"

# The flows.
_WRITTEN = "test_the_form_behind_the_button_of_the_command_tells_managers"
_OFFERED = "test_the_help_tells_of_the_command_and_the_composer_offers_it"

EDITS = (
    Edit("the command", f"{_COMMANDS}/hello.py", "", _COMMAND, found_by=_WRITTEN),
    Edit(
        "the command's line",
        f"{_COMMANDS}/__init__.py",
        '    "help": lambda',
        '    "hello": lambda: import_module("ossi_slash.commands.hello").answer,\n    "help": lambda',
        found_by=_WRITTEN,
    ),
    Edit(
        "the help's line",
        "ossi/slack/messages/help.py",
        '    "/ossi help": "shows this",\n',
        '    "/ossi hello [whom]": "says hello",\n    "/ossi help": "shows this",\n',
        found_by=_OFFERED,
    ),
    Edit(
        "what the local Slack offers",
        "ossi_playground/seed.json",
        '      {"text": "/ossi help",',
        '      {"text": "/ossi hello", "argument": "[whom]", "does": "say hello"},\n      {"text": "/ossi help",',
        found_by=_OFFERED,
    ),
    Edit("the words", "ossi/slack/messages/hello.py", "", _WORDS, found_by=_WRITTEN),
    Edit("the button", f"{_INTERACTIONS}/buttons/hello.py", "", _BUTTON, found_by=_WRITTEN),
    Edit(
        "the button's line",
        f"{_INTERACTIONS}/buttons/__init__.py",
        '    "list_newer": lambda',
        '    "write_hello": lambda: import_module("ossi_interactions.buttons.hello").write,\n    "list_newer": lambda',
        found_by=_WRITTEN,
    ),
    Edit("the form", f"{_INTERACTIONS}/forms/hello.py", "", _FORM, found_by=_WRITTEN),
    Edit(
        "the form's line",
        f"{_INTERACTIONS}/forms/__init__.py",
        ".ContributionForm(),\n",
        '.ContributionForm(),\n    "hello_form": lambda: import_module("ossi_interactions.forms.hello").HelloForm(),\n',
        found_by=_WRITTEN,
    ),
)
