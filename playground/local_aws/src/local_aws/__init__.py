"""The local AWS: an emulator in an environment of its own, the Pulumi program applied to it, and our stream poller."""

from local_aws.apply import Applied, apply
from local_aws.emulator import Emulator
from local_aws.errors import ApplyError, LocalAwsError, PortInUseError, StateDirInUseError
from local_aws.local_aws import LocalAws
from local_aws.stream_batches import Delivery
from local_aws.stream_poller import StreamPoller

__all__ = [
    "Applied",
    "ApplyError",
    "Delivery",
    "Emulator",
    "LocalAws",
    "LocalAwsError",
    "PortInUseError",
    "StateDirInUseError",
    "StreamPoller",
    "apply",
]
