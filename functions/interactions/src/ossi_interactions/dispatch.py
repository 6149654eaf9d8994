"""Finds the form that was submitted and the buttons that were pressed, and has them do what they do."""

import logging

from ossi.runtime.api_gateway import Answer, answer
from ossi.runtime.invocation import FAILED
from ossi.runtime.logs import add_log_fields
from ossi.slack.errors import UnreadableView
from ossi_interactions.bootstrap import App
from ossi_interactions.payloads import ButtonsPressed, FormSent, Other, Payload, UnreadableForm

_logger = logging.getLogger("ossi.interactions")


def dispatch(payload: Payload, app: App) -> Answer:
    """Does what the interaction asks for. Kinds that Ossi has no use for are acknowledged. Raises UnreadableForm."""
    match payload:
        case FormSent():
            return _submitted(payload, app)
        case ButtonsPressed():
            _pressed(payload, app)
            return answer()
        case Other():
            return answer()


def _submitted(sent: FormSent, app: App) -> Answer:
    """Whatever goes wrong, the form stays open with everything that was typed, and the log has the trace."""
    from ossi_interactions.forms import FORMS

    view = sent.view
    if view.callback_id not in FORMS:
        _logger.warning("an unknown form", extra={"callback_id": view.callback_id[:80]})
        return answer()
    form = FORMS[view.callback_id]()
    try:
        filled = form.read(view, app)
    except UnreadableView as error:
        raise UnreadableForm(str(error), form.first_field) from error
    try:
        return form.do(filled, sent, app)
    except Exception:
        add_log_fields(outcome=FAILED)
        _logger.exception("a form was not stored", extra={"metric": "Failed"})
        return kept_open(form.first_field)


def kept_open(field: str) -> Answer:
    """The answer to a form that could not be stored. field: the block_id beside which that is said."""
    from ossi.slack.messages import problems

    return answer(problems.not_stored(field))


def _pressed(pressed: ButtonsPressed, app: App) -> None:
    """A click is never answered with silence: what goes wrong is told to whoever pressed."""
    from ossi_interactions.answering import tell, tell_unknown
    from ossi_interactions.buttons import BUTTONS

    for action in pressed.actions:
        add_log_fields(action=action.action_id[:80])
        try:
            if action.action_id in BUTTONS:
                BUTTONS[action.action_id]()(action, pressed, app)
            else:
                tell_unknown(pressed, app)
        except Exception:  # whatever it was, the person is told and the log has the trace
            add_log_fields(outcome=FAILED)
            _logger.exception("a button failed", extra={"metric": "Failed"})
            from ossi.slack.messages import problems

            tell(pressed, app, problems.something_broke())
