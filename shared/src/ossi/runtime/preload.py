"""Imports ahead of the first request, where nobody waits for them."""

import os
from collections.abc import Mapping

# A snapshot of the environment is taken, or it is kept ready: either way long before a request (AWS Lambda Developer Guide,
# "Defined runtime environment variables"). On demand the first request waits for whatever is imported.
_PREPARED = {"snap-start", "provisioned-concurrency"}


def preload(*packages: str, environment: Mapping[str, str] = os.environ) -> None:
    """Imports every module of these packages, unless this execution environment is made for a request that waits already.

    In an artifact that's what its function can reach, and nothing else: the build leaves the rest out. Raises ImportError where a
    package or one of its modules can't be imported.
    """
    if environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") not in _PREPARED:
        return
    # Here, so that a request that waits doesn't wait for this too.
    from importlib import import_module
    from pkgutil import walk_packages

    for package in packages:
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            import_module(module.name)
