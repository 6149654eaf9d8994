"""The environment of the download function."""

from dataclasses import dataclass

from ossi.runtime.settings import LinkSecretSettings


@dataclass(frozen=True, kw_only=True)
class Settings(LinkSecretSettings):
    """report_bucket: where workbooks are."""

    report_bucket: str
