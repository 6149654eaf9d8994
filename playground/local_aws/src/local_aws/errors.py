"""What the local AWS says when it cannot go on. Each message is a sentence for a person."""


class LocalAwsError(Exception):
    """The local AWS could not be set up, started, filled or stopped."""


class PortInUseError(LocalAwsError):
    """Another program listens on the port that was asked for."""


class StateDirInUseError(LocalAwsError):
    """Another instance runs on the same state directory."""


class ApplyError(LocalAwsError):
    """The Pulumi program could not be applied; the message names the resource or the line."""
