"""What can go wrong with Slack, and which of Slack's answers means what."""

import logging
import re
from collections.abc import Mapping
from enum import StrEnum

from ossi.domain.errors import OssiError


class FailureKind(StrEnum):
    """What a failure says about the request: whether it may have been done, and whether trying again can help."""

    LIMITED = "limited"
    """There were too many before it. Not done; the place takes more after a while."""
    NOT_DONE = "not done"
    """It certainly never arrived."""
    AMBIGUOUS = "ambiguous"
    """It may have been done."""
    REFUSED_FOR_NOW = "refused for now"
    """Not done; the same request may be taken later."""
    REFUSED_FOR_GOOD = "refused for good"
    """Not done, and it won't be until someone does something."""


class SlackError(OssiError):
    """Slack did not do what was asked, or nobody knows whether it did.

    code: Slack's own error code, or a name for what happened on the way. retry_after_s: for how many seconds the place takes no
    more; None unless kind is LIMITED.
    """

    kind: FailureKind
    retry_after_s: float | None = None

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TransientSlackError(SlackError):
    """A failure that may be gone at the next try: of every kind but REFUSED_FOR_GOOD."""

    def __init__(
        self,
        code: str,
        retry_after_s: float | None = None,
        *,
        kind: FailureKind = FailureKind.REFUSED_FOR_NOW,
    ) -> None:
        super().__init__(code)
        self.kind = kind
        self.retry_after_s = retry_after_s


class PermanentSlackError(SlackError):
    """A failure that stays until someone does something: an unknown channel, a revoked token, a message that Slack refuses."""

    kind = FailureKind.REFUSED_FOR_GOOD


class UnreadableView(OssiError):
    """A view of Slack's payload that isn't one of Ossi's. It says what is missing, never a value."""


# Slack's error codes, from its documentation of chat.postMessage, chat.update, views.open, users.info, conversations.members and
# auth.test. A code that stands nowhere here is a refusal for good, unless the status says otherwise.
LIMITED_CODES = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
# "It's possible some aspect of the operation succeeded before the error was raised."
AMBIGUOUS_CODES = frozenset({"internal_error", "fatal_error"})
# Trouble of Slack's own. A server on the way uses such words too, for a request that it has passed on and lost sight of: they
# are believed only from the method itself, which does not answer with a 5xx.
TROUBLE_CODES = frozenset({"service_unavailable", "request_timeout", "update_failed"})
# A workspace or a channel is being moved: only the method itself, looking before it does anything, can know that.
MOVING_CODES = frozenset({"team_added_to_org", "org_login_required", "external_channel_migrating"})
# The token is not, or no longer, good: perhaps it was rotated a moment ago.
TOKEN_CODES = frozenset({"invalid_auth", "token_revoked", "token_expired", "account_inactive", "not_authed"})
# What is wrong with this one request, or this one person. Any other refusal for good comes again with each request: the set-up is
# wrong (scopes, tokens, channels), or Ossi is.
ONCE_CODES = frozenset({
    *("expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "used_url", "expired_url", "unusable_response_url"),
    *("user_not_found", "users_not_found", "user_not_visible", "user_disabled", "cannot_dm_bot"),
    *("message_not_found", "cant_update_message", "edit_window_closed"),
})  # fmt: skip
# What the method itself says about a request before it does anything. Believed beside a 5xx as well.
DEFINITE_CODES = TOKEN_CODES | {
    *("channel_not_found", "not_in_channel", "is_archived", "restricted_action", "user_not_found", "user_disabled"),
    *("messages_tab_disabled", "cannot_dm_bot", "missing_scope", "no_permission", "team_access_not_granted"),
    *("ekm_access_denied", "accesslimited", "enterprise_is_restricted", "not_allowed_token_type"),
    *("no_text", "msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format"),
    *("message_not_found", "cant_update_message", "edit_window_closed", "view_too_large", "invalid_arguments"),
    *("expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "used_url", "expired_url"),
}

_LATER_STATUSES = frozenset({408, 425})  # RFC 9110, "Request Timeout"; RFC 8470, "Too Early": neither was acted on
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,80}", re.ASCII)
_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)
_SHORTEST_S, _LONGEST_S = 1.0, 3600.0


def needs_an_admin(error: SlackError) -> bool:
    """Whether the same would be refused each time until someone changes how Ossi is set up."""
    return error.kind is FailureKind.REFUSED_FOR_GOOD and error.code not in ONCE_CODES


def log_failure(logger: logging.Logger, message: str, error: SlackError, *, answer: bool) -> None:
    """Logs that Slack failed while someone waited: as an error that wakes an admin where only an admin can help.

    answer: somebody got no answer, or another one than they asked for, which is counted however short the trouble is.
    """
    lasts = needs_an_admin(error)
    counted = {"metric": "Failed"} if lasts or answer else {}
    logger.log(logging.ERROR if lasts else logging.WARNING, message, extra={"why": error.code, **counted})


def failure_of(status: int, headers: Mapping[str, str], said: str) -> SlackError:
    """The error that an answer of Slack's means, one without `ok: true`.

    headers: their names in lower case. said: the error code in the answer; what cannot be one, such as a proxy's words, counts
    as none and is kept nowhere.
    """
    code = said if _CODE.fullmatch(said) else ""
    name = code or f"http_{status}"
    kind = _kind_of(status, code)
    match kind:
        case FailureKind.REFUSED_FOR_GOOD:
            return PermanentSlackError(name)
        case FailureKind.LIMITED:
            return TransientSlackError(name, _retry_after_s(headers), kind=kind)
        case _:
            return TransientSlackError(name, kind=kind)


def _kind_of(status: int, code: str) -> FailureKind:
    # Where status and code disagree, what can have happened decides.
    if status == 429 or code in LIMITED_CODES:
        return FailureKind.LIMITED
    if code in AMBIGUOUS_CODES:
        return FailureKind.AMBIGUOUS
    if status >= 500 and code not in MOVING_CODES | DEFINITE_CODES:
        return FailureKind.AMBIGUOUS
    if code in TROUBLE_CODES | MOVING_CODES or status in _LATER_STATUSES or 300 <= status < 400:
        return FailureKind.REFUSED_FOR_NOW
    if status < 300 and not code:  # neither ok nor an error: something on the way may have answered in Slack's place
        return FailureKind.AMBIGUOUS
    return FailureKind.REFUSED_FOR_GOOD


def _retry_after_s(headers: Mapping[str, str]) -> float:
    # Slack says it in seconds. What is anything else, a date too, counts as not said.
    said = headers.get("retry-after", "")
    return min(max(float(said), _SHORTEST_S), _LONGEST_S) if _SECONDS.fullmatch(said) else _SHORTEST_S
