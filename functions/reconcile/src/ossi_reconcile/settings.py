"""The environment of the reconcile function."""

from dataclasses import dataclass

from ossi.runtime.settings import DeliverySettings, MonthIndexSettings, ReportFunctionSettings, UnsettledIndexSettings


@dataclass(frozen=True, kw_only=True)
class Settings(DeliverySettings, MonthIndexSettings, UnsettledIndexSettings, ReportFunctionSettings):
    """What delivering needs, the indexes of what is new and of what is unsettled, and the function that has reports finished.

    report_due: when the report of the month before is made, such as `3 06:00`; empty where the schedule doesn't tell.
    """

    report_due: str = ""
