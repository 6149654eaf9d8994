"""The environment of the stream function."""

from dataclasses import dataclass

from ossi.runtime.settings import DeliverySettings


@dataclass(frozen=True, kw_only=True)
class Settings(DeliverySettings):
    """Nothing but what delivering needs."""
