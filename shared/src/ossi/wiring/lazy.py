"""Properties that are built when they are first needed, and kept."""

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    lazy = property  # what it is to whoever reads it; type checkers don't let a cached_property fulfil a Protocol's property
else:
    lazy = cached_property
