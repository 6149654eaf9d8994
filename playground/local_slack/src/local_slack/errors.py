"""The errors of the local Slack: what Slack itself would answer, and what the control API refuses."""

from collections.abc import Sequence

from local_slack.jsonish import JsonObject


class LocalSlackError(Exception):
    """Base of all errors of the local Slack."""


class SlackError(LocalSlackError):
    """An error that a Web API method answers with.

    `code` is Slack's word for it, `problems` the lines of `response_metadata.messages` without the `[ERROR] ` in front
    of each, `extra` further keys of the answer.
    """

    def __init__(self, code: str, problems: Sequence[str] = (), extra: JsonObject | None = None) -> None:
        super().__init__(f"{code}: {'; '.join(problems)}" if problems else code)
        self.code = code
        self.problems = tuple(problems)
        self.extra: JsonObject = extra or {}

    def answer(self) -> JsonObject:
        """The JSON body of the answer, in Slack's shape."""
        body: JsonObject = {"ok": False, "error": self.code, **self.extra}
        if self.problems:
            if self.code == "invalid_blocks":
                body["errors"] = [*self.problems]
            body["response_metadata"] = {"messages": [f"[ERROR] {problem}" for problem in self.problems]}
        return body


class ControlError(LocalSlackError):
    """The control API refuses: an HTTP status and a sentence that says why."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


class PortInUseError(LocalSlackError):
    """The port on which the local Slack should listen is taken."""


class SeedFileError(LocalSlackError):
    """The file that should describe a workspace cannot be read, or describes none."""


class StateFileError(LocalSlackError):
    """The state file exists but does not hold the state of a workspace."""
