"""What a form is."""

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, TypeVar

from ossi.runtime.api_gateway import Answer
from ossi_interactions.bootstrap import App
from ossi_interactions.payloads import FormSent, View

Filled = TypeVar("Filled")


class Form(ABC, Generic[Filled]):
    """A modal: its id, how it is read, and what it does. What it remembers is a PrivateMetadata (ossi.slack.private_metadata).

    How it is drawn is a method of its own, with what it needs; whoever opens it passes that to `chat.open_view`. A form that another
    function opens too is drawn and read in ossi.slack.messages.
    """

    callback_id: ClassVar[str]
    """Under which it stands in FORMS."""
    first_field: ClassVar[str]
    """The block_id beside which is said that it could not be stored."""

    @abstractmethod
    def read(self, view: View, app: App) -> Filled:
        """What was filled in. Raises UnreadableView where it isn't a view of this form."""

    @abstractmethod
    def do(self, filled: Filled, sent: FormSent, app: App) -> Answer:
        """Does what the form is for. Answers what Slack does with the form: closes it, or says what is wrong beside its fields."""
