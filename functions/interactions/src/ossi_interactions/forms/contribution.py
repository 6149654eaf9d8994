"""The form behind /ossi new (R1): slash opens it, here it's stored."""

from typing import assert_never

from ossi.domain.form import InvalidForm, SubmittedForm
from ossi.domain.names import person_name
from ossi.runtime.api_gateway import Answer, answer
from ossi.runtime.logs import add_log_fields
from ossi.slack.messages.form import CALLBACK_ID, FIELDS, field_errors, read_form
from ossi.use_cases.submit import AlreadyStored, Stored, Submitter, submit
from ossi_interactions.bootstrap import App
from ossi_interactions.forms.form import Form
from ossi_interactions.payloads import FormSent, View


class ContributionForm(Form[SubmittedForm]):
    """Drawn by slack.messages.form.contribution_form."""

    callback_id = CALLBACK_ID
    first_field = FIELDS[0]

    def read(self, view: View, app: App) -> SubmittedForm:
        """See Form."""
        return read_form({"state": view.state, "private_metadata": view.private_metadata}, app.zone)

    def do(self, filled: SubmittedForm, sent: FormSent, app: App) -> Answer:
        """Stores a contribution, once."""
        user = sent.user
        name = person_name(user.username) or person_name(user.name) or user.id
        result = submit(filled, Submitter(user.id, name), sent.view.id, app)
        match result:
            case Stored() | AlreadyStored():
                return answer()
            case InvalidForm():
                add_log_fields(outcome="invalid")
                return answer(field_errors(result))
            case _:
                assert_never(result)
