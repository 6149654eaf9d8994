"""Which machine the figures come from."""

import os
import platform
from pathlib import Path


def describe() -> str:
    """Processor, cores, system, Python, and how busy the machine was."""
    load = os.getloadavg()[0]
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()} on {platform.machine()}, "
        f"Python {platform.python_version()}, load {load:.1f} at the start"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "an unknown processor"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
