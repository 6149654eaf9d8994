"""ARNs of functions."""


def unqualified(function_arn: str) -> str:
    """Returns a function's ARN without the version or alias that may stand at its end."""
    return ":".join(function_arn.split(":")[:7])


def function_name(function_arn: str) -> str:
    """Returns the function's name in its ARN, with or without a version or alias."""
    return unqualified(function_arn).rpartition(":")[2]
