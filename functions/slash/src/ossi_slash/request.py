"""What Slack sends to /slash, typed (Slack: "Implementing slash commands")."""

import re
from dataclasses import dataclass
from typing import Self

from ossi.runtime.errors import RequestRefused

_USER_ID = re.compile(r"[A-Z0-9]{1,64}", re.ASCII)
_LONGEST_TRIGGER = 255


@dataclass(frozen=True)
class CommandSent:
    """A typed command. trigger_id: the same for a repetition of this very command, new for the next one.

    response_url: where whoever typed it can be answered later, for half an hour; empty: Slack left it out.
    """

    user_id: str
    trigger_id: str
    text: str = ""
    response_url: str = ""

    @classmethod
    def read(cls, form: dict[str, str]) -> Self:
        """Raises RequestRefused, which names what is wrong and no value."""
        user_id, trigger_id = form.get("user_id", ""), form.get("trigger_id", "")
        wrong = [] if 1 <= len(trigger_id) <= _LONGEST_TRIGGER else ["trigger_id"]
        wrong += [] if _USER_ID.fullmatch(user_id) else ["user_id"]
        if wrong:
            raise RequestRefused(f"slash command, wrong or missing: {', '.join(wrong)}")
        return cls(user_id, trigger_id, form.get("text", ""), form.get("response_url", ""))
