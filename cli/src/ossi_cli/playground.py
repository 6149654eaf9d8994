"""The playground is an extra of this package, since it brings Pulumi's SDK, an emulator and a web server."""

from __future__ import annotations

from importlib.util import find_spec

import click


def require_playground() -> None:
    """Raises ClickException, with a sentence, where the playground isn't installed. Imports nothing of it."""
    if find_spec("ossi_playground") is None:
        raise click.ClickException(
            "Running Ossi on this machine needs the playground, which isn't installed. "
            "In Ossi's checkout, `make install` installs it; elsewhere, install ossi-cli with its extra: ossi-cli[local]."
        )
