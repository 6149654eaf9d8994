"""What every component needs to know about the stack that it belongs to."""

from dataclasses import dataclass
from pathlib import Path

from settings import Settings


@dataclass(frozen=True)
class Deployment:
    """One stack of Ossi."""

    settings: Settings
    stack: str
    version: str
    """Ossi's version, as the root pyproject.toml says it."""
    artifacts: Path
    """The directory that holds `<function>.zip`."""

    def name(self, part: str) -> str:
        """Returns the physical name of a part, so that an administrator finds it: `ossi-<stack>-<part>`."""
        return f"ossi-{self.stack}-{part}"

    def tags(self) -> dict[str, str]:
        """Returns the tags of every resource that can carry some."""
        return {"Project": "ossi", "Stack": self.stack, "ManagedBy": "pulumi"}

    @property
    def protected(self) -> bool:
        """Tells whether data may not be deleted: neither by Pulumi nor, where AWS has a lock of its own, by anyone."""
        return self.settings.deletion_protection
