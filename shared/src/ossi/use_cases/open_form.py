"""/ossi new: opens the form."""

from ossi.domain.levels import CompensationLevels
from ossi.ports import Chat, Clock
from ossi.slack.messages.form import contribution_form


def open_form(
    chat: Chat, clock: Clock, trigger_id: str, prefill: str, *, grace_days: int, levels: CompensationLevels
) -> None:
    """Opens the form with prefill as the description. Raises SlackError where Slack does not open it."""
    chat.open_view(trigger_id, contribution_form(prefill, clock(), grace_days, levels))
