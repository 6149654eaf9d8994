"""The ports fulfilled by AWS and Slack. Each module imports one vendor's library, so that a function loads what it uses."""
