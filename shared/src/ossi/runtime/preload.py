"""Imports ahead of the first request, where nobody waits for them."""

import os
from collections.abc import Mapping
from importlib import import_module

# A snapshot of the environment is taken, or it is kept ready: either way long before a request (AWS Lambda Developer Guide,
# "Defined runtime environment variables"). On demand the first request waits for whatever is imported.
_PREPARED = {"snap-start", "provisioned-concurrency"}


def preload(*modules: str, environment: Mapping[str, str] = os.environ) -> None:
    """Imports what requests will need, unless this execution environment is made for a request that waits already."""
    if environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") in _PREPARED:
        for module in modules:
            import_module(module)
