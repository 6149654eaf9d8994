"""Every word and every block that a person in Slack reads. Block Kit only, built with slack_sdk's models."""
