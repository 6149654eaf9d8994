"""What people do with a modal: fill it, submit it, close it; and what Slack makes of the bot's answer."""

from dataclasses import dataclass
from typing import Final

from local_slack.blocks import check_view
from local_slack.control_models import (
    InteractionResult,
    SubmitOutcome,
    SubmitRequest,
    SubmitResult,
    UserRequest,
    ViewRead,
)
from local_slack.errors import ControlError, SlackError
from local_slack.forms import client_errors, fill
from local_slack.jsonish import JsonObject, as_object, as_objects, as_text
from local_slack.outbound import BotAnswer, BotLine
from local_slack.payloads import Payloads
from local_slack.queries import Queries
from local_slack.state import View
from local_slack.views import Views

TROUBLE: Final = "We had some trouble connecting. Try again?"


@dataclass(frozen=True)
class Submitting:
    """Acts on modals as the person who sees them; what they cannot do is refused with a `ControlError`."""

    views: Views
    payloads: Payloads
    line: BotLine
    queries: Queries

    async def submit(self, view_id: str, request: SubmitRequest) -> SubmitResult:
        """Fill the fields and press the submit button; a second submission may be sent while one is under way."""
        view = self._modal(view_id, request.user, even_if_closed=request.even_if_closed)
        if self.line.interactions_url is None:
            raise ControlError("the app has no interactions_url: POST it to /_control/app first", 409)
        if "submit" not in view.payload:
            raise ControlError("this modal has no submit button", 409)
        blocks = as_objects(view.payload.get("blocks"))
        values = fill(blocks, view.typed, request.values, free=request.skip_client_checks)
        self.views.fill(view, values)
        complaints = {} if request.skip_client_checks else client_errors(blocks, values)
        if complaints:
            return SubmitResult(
                status=None, ms=0, body="", result="client_errors", errors=complaints, view=self.queries.view(view)
            )
        trigger = self.views.issue_trigger(view.user, view.id)
        payload = self.payloads.submission(view, values, trigger)
        answer = await self.line.interaction(self.line.interactions_url, payload)
        return self._answered(view, answer)

    async def close(self, view_id: str, request: UserRequest) -> InteractionResult:
        """Cancel a modal; the bot is told where the modal asks for it (`notify_on_close`)."""
        view = self._modal(view_id, request.user, even_if_closed=False)
        all_of_them = view.payload.get("clear_on_close") is True
        closing = self.views.stack_of(view) if all_of_them else [view]
        for each in closing:
            self.views.close(each)
        answer = BotAnswer(None, "", "", 0.0, None)
        if view.payload.get("notify_on_close") is True and self.line.interactions_url is not None:
            payload = self.payloads.view_closed(view, is_cleared=all_of_them)
            answer = await self.line.interaction(self.line.interactions_url, payload)
        return InteractionResult(
            status=answer.status, ms=round(answer.ms, 2), body=answer.body, error=answer.error, view=self._left_of(view)
        )

    def _modal(self, view_id: str, user: str, *, even_if_closed: bool) -> View:
        view = self.views.find(view_id)
        if view is None or view.payload.get("type") != "modal":
            raise ControlError(f"there is no modal {view_id}", 404)
        if view.user != user:
            raise ControlError(f"the modal {view_id} is not before the eyes of {user}", 403)
        if not view.is_open and not even_if_closed:
            raise ControlError(f"the modal {view_id} is no longer open", 409)
        return view

    def _left_of(self, view: View) -> ViewRead | None:
        """The modal that is seen once this one is closed."""
        stack = self.views.stack_of(view)
        return self.queries.view(stack[-1]) if stack else None

    def _answered(self, view: View, answer: BotAnswer) -> SubmitResult:
        if answer.error is not None:
            outcome = "timeout" if answer.error == "operation_timeout" else "trouble"
            return self._result(answer, outcome, view, message=TROUBLE)
        if not answer.body.strip():
            self.views.close(view)
            return self._result(answer, "closed", None, below=self._left_of(view))
        reply = answer.json_object()
        if reply is None:
            return self._result(answer, "trouble", view, message=f"{TROUBLE} (the answer is not JSON)")
        try:
            return self._respond(view, answer, reply)
        except SlackError as refused:
            return self._result(answer, "trouble", view, message=f"{TROUBLE} ({refused})")

    def _respond(self, view: View, answer: BotAnswer, reply: JsonObject) -> SubmitResult:
        action = reply.get("response_action")
        if action == "errors":
            errors = self._field_errors(view, reply)
            return self._result(answer, "errors", view, errors=errors)
        if action == "clear":
            self.views.close_stack(view)
            return self._result(answer, "closed", None)
        if action == "update":
            self.views.replace(view, check_view(reply.get("view"), "modal"))
            return self._result(answer, "updated", view)
        if action == "push":
            pushed = self.views.push_onto(view, check_view(reply.get("view"), "modal"))
            return self._result(answer, "pushed", pushed)
        raise SlackError("invalid_response_action", [f"response_action is {action!r}"])

    @staticmethod
    def _field_errors(view: View, reply: JsonObject) -> dict[str, str]:
        errors = as_object(reply.get("errors"))
        inputs = {
            as_text(block.get("block_id"))
            for block in as_objects(view.payload.get("blocks"))
            if block.get("type") == "input"
        }
        strangers = sorted(set(errors) - inputs)
        if not errors or strangers:
            wrong = (
                f"{', '.join(strangers)} is no input block of the view" if strangers else "there are no errors in it"
            )
            raise SlackError("invalid_response_action", [wrong])
        return {block_id: as_text(text) for block_id, text in errors.items()}

    def _result(
        self,
        answer: BotAnswer,
        outcome: SubmitOutcome,
        view: View | None,
        *,
        errors: dict[str, str] | None = None,
        message: str | None = None,
        below: ViewRead | None = None,
    ) -> SubmitResult:
        return SubmitResult(
            status=answer.status,
            ms=round(answer.ms, 2),
            body=answer.body,
            result=outcome,
            errors=errors or {},
            message=message,
            view=self.queries.view(view) if view else below,
        )
