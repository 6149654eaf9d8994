"""Ossi's workspace, with which the playground starts: read from `seed.json`."""

from importlib import resources
from typing import Self

from pydantic import model_validator

from local_slack.seed import Seed

_NAMES = ("management_channel", "public_channel")


class OssiSeed(Seed):
    """A workspace that has the two channels of Ossi's settings. Raises `pydantic.ValidationError` where one is missing."""

    @model_validator(mode="after")
    def _has_both_channels(self) -> Self:
        missing = [name for name in _NAMES if name not in self.named_channels]
        if missing:
            raise ValueError(f"no channel is named {' or '.join(missing)}")
        return self

    @property
    def management_channel(self) -> str:
        """The id of the channel in which managers decide."""
        return self.named_channels["management_channel"]

    @property
    def public_channel(self) -> str:
        """The id of the channel that everyone reads."""
        return self.named_channels["public_channel"]


def load_seed() -> OssiSeed:
    """The workspace that is shipped with the package."""
    return OssiSeed.model_validate_json(
        resources.files("ossi_playground").joinpath("seed.json").read_text(encoding="utf-8")
    )
