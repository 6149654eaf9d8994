"""Slack: the Web API, its signature, Block Kit, and every sentence that a person reads."""
