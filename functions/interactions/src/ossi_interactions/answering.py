"""How someone who pressed a button is answered."""

import logging

from ossi.ports import Message
from ossi.slack.errors import SlackError, log_failure
from ossi_interactions.bootstrap import App
from ossi_interactions.payloads import ButtonsPressed

_logger = logging.getLogger("ossi.interactions")


def tell(pressed: ButtonsPressed, app: App, message: Message, *, replace_original: bool = False) -> None:
    """Answers privately, or redraws the private message that the button stands in. Where that isn't possible, the log says so."""
    if not pressed.response_url.startswith(("https://", "http://")):
        _logger.warning("no way to answer a click")
        return
    try:
        app.chat.respond(pressed.response_url, message, replace_original=replace_original)
    except SlackError as error:
        log_failure(_logger, "a click could not be answered", error, answer=False)


def tell_unknown(pressed: ButtonsPressed, app: App) -> None:
    """For a button that isn't one of Ossi's, or no longer."""
    from ossi.slack.messages import problems

    _logger.warning("an unknown button")
    tell(pressed, app, problems.not_here())
