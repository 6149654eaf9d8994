"""What Slack sends to /slash, as a typed model (Slack: "Implementing slash commands")."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ossi.domain.errors import RequestRefused


class CommandSent(BaseModel):
    """A typed command. trigger_id: the same for a repetition of this very command, new for the next one."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    user_id: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,64}$")]
    trigger_id: Annotated[str, Field(min_length=1, max_length=255)]
    text: str = ""

    @classmethod
    def read(cls, form: dict[str, str]) -> Self:
        """Raises RequestRefused, which names what is wrong and no value."""
        try:
            return cls.model_validate(form)
        except ValidationError as error:
            wrong = sorted({str(each["loc"][0]) for each in error.errors(include_input=False)})
            raise RequestRefused(f"slash command, wrong or missing: {', '.join(wrong)}") from None
