"""The local Slack: a server that is as strict as Slack, and a control API to act as its people."""

from local_slack.client import SlackControl
from local_slack.errors import LocalSlackError
from local_slack.seed import Seed, read_seed
from local_slack.server import SlackServer

__all__ = ["LocalSlackError", "Seed", "SlackControl", "SlackServer", "read_seed"]
