"""Failures on demand: what goes wrong, in which method, how often, and whether Slack had done the work already."""

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from local_slack.jsonish import JsonObject
from local_slack.workspace import Clock


class FailureRule(BaseModel):
    """An order to fail.

    `method` is a Web API method, `response_url`, or `*` for everything. The first `after` matching calls go well, then
    the next `times` fail (None: all, until the rule is deleted). `when` must equal the named arguments of the call
    (`{"channel": "C..."}`; a person's id also means the direct message). With `before_or_after` `after`, Slack does the
    work and then fails to say so.
    """

    model_config = ConfigDict(extra="forbid")

    method: str = Field(min_length=1)
    kind: Literal["ratelimited", "http_500", "http_503", "timeout", "cut", "slack_error"]
    error: str | None = None
    retry_after: int = Field(default=1, ge=0)
    times: int | None = Field(default=1, ge=1)
    after: int = Field(default=0, ge=0)
    when: dict[str, str] = Field(default_factory=dict)
    before_or_after: Literal["before", "after"] = "before"

    @model_validator(mode="after")
    def _slack_error_is_named(self) -> "FailureRule":
        if (self.kind == "slack_error") != (self.error is not None):
            raise ValueError("error is given with the kind slack_error, and only with it")
        return self


class Failures:
    """The rules that are in force, in the order in which they came."""

    def __init__(self) -> None:
        self.rules: list[FailureRule] = []

    def take(self, method: str, arguments: JsonObject, aliases: dict[str, str]) -> FailureRule | None:
        """The rule by which this call fails, if one does; counts the call for every rule that it matches until then."""
        for rule in list(self.rules):
            if rule.method not in ("*", method):
                continue
            if any(want not in (arguments.get(key), aliases.get(key)) for key, want in rule.when.items()):
                continue
            if rule.after > 0:
                rule.after -= 1
                continue
            if rule.times is not None:
                rule.times -= 1
                if rule.times == 0:
                    self.rules.remove(rule)
            return rule
        return None


class RateLimiter:
    """Allows a number of messages a second in each channel; off when the number is None."""

    def __init__(self, clock: Clock) -> None:
        self.per_second: float | None = None
        self._clock = clock
        self._next: dict[str, float] = {}

    def set(self, per_second: float | None) -> None:
        """Another rate, from now on."""
        self.per_second = per_second
        self._next.clear()

    def retry_after(self, channel: str) -> int | None:
        """None if a message may go to the channel now (it then counts), else the whole seconds to wait."""
        if self.per_second is None:
            return None
        now, due = self._clock(), self._next.get(channel, 0.0)
        if now < due:
            return max(1, math.ceil(due - now))
        self._next[channel] = now + 1 / self.per_second
        return None
