"""The rules of contributions. Imports the standard library, pydantic and its siblings only: no AWS, no Slack."""
