"""The local Slack: a server that is as strict as Slack, and a control API to act as its people."""
