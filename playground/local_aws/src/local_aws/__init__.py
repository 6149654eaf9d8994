"""The local AWS: an emulator in an environment of its own, the Pulumi program applied to it, and our stream poller."""

from ossi_playground.aws.apply import Applied, apply
from ossi_playground.aws.emulator import Emulator
from ossi_playground.aws.errors import ApplyError, LocalAwsError, PortInUseError, StateDirInUseError
from ossi_playground.aws.local_aws import LocalAws
from ossi_playground.aws.stream_batches import Delivery
from ossi_playground.aws.stream_poller import StreamPoller

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
