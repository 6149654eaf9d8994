"""The environment of the download function."""

from typing import Annotated

from pydantic import Field

from ossi.settings import SecretSettings


class Settings(SecretSettings):
    """report_bucket: where workbooks are."""

    report_bucket: Annotated[str, Field(min_length=1)]
