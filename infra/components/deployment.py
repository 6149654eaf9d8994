"""What every component needs to know about the stack that it belongs to."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.artifact import Artifact
from settings import Settings

# IAM API reference, CreateRole.
LONGEST_ROLE_NAME = 64


@dataclass(frozen=True)
class Deployment:
    """One stack of Ossi."""

    settings: Settings
    stack: str
    artifacts: Mapping[str, Artifact]
    """The functions' code, by name."""
    region: pulumi.Input[str]
    """The AWS region, such as eu-north-1."""

    def name(self, part: str) -> str:
        """Returns the physical name of a part, so that an administrator finds it: `ossi-<stack>-<part>`."""
        return f"ossi-{self.stack}-{part}"

    def role_name(self, part: str) -> pulumi.Output[str]:
        """Returns the name of a part's role, `ossi-<stack>-<part>-<region>`: IAM's names are those of all regions."""
        return pulumi.Output.concat(self.name(part), "-", self.region).apply(_short_enough)

    def tags(self) -> dict[str, str]:
        """Returns the tags of every resource that can carry some."""
        return {"Project": "ossi", "Stack": self.stack, "ManagedBy": "pulumi"}

    @property
    def protected(self) -> bool:
        """Tells whether data may not be deleted: neither by Pulumi nor, where AWS has a lock of its own, by anyone."""
        return self.settings.deletion_protection


def _short_enough(name: str) -> str:
    if len(name) <= LONGEST_ROLE_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: LONGEST_ROLE_NAME - len(digest) - 1]}-{digest}"
