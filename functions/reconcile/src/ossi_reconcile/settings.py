"""The environment of the reconcile function."""

from dataclasses import dataclass

from ossi.runtime.settings import DeliverySettings, ReportFunctionSettings, UnsettledIndexSettings


@dataclass(frozen=True, kw_only=True)
class Settings(DeliverySettings, UnsettledIndexSettings, ReportFunctionSettings):
    """What delivering needs, the index of what is unsettled, and the function that has reports finished."""
