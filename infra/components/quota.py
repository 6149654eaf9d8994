"""What the AWS account allows, looked at before anything is declared that needs it."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

# Service Quotas' code for Lambda's "Concurrent executions", of an account in a region.
CONCURRENT_EXECUTIONS = "L-B99A9384"
# Lambda reserves nothing that would leave less than this to all functions together. In accounts with a larger quota it's more.
UNRESERVED = 10


class QuotaError(pulumi.RunError):
    """The account allows too little; Pulumi prints the message without a traceback."""


def check_concurrency(always_ready: Sequence[str]) -> None:
    """Checks that one of each of these functions can always be ready, by the account's quota in the provider's region.

    Raises QuotaError if it can't. Other functions of the account may have reserved some of the rest, which this doesn't see.
    Warns where the quota can't be read.
    """
    needed = UNRESERVED + len(always_ready)
    try:
        allowed = aws.servicequotas.get_service_quota(service_code="lambda", quota_code=CONCURRENT_EXECUTIONS).value
    except Exception as error:  # noqa: BLE001  # the engine's own, of whatever the provider said
        pulumi.log.warn(
            f"ossi:coldStarts is provisioned, and the quota that this needs can't be read: {error}. "
            f"Lambda refuses it in an account that allows fewer than {needed} concurrent executions."
        )
        return
    if allowed < needed:
        raise QuotaError(
            f"ossi:coldStarts is provisioned, which needs at least {needed} concurrent executions, and this account may have "
            f"{allowed:.0f} in this region. Ask for more (Service Quotas, AWS Lambda, Concurrent executions), or: "
            "pulumi config set ossi:coldStarts plain"
        )
