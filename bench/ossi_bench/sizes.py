"""The artifacts for AWS, zipped."""

from ossi_bench.artifacts import cloud_sizes
from ossi_bench.findings import Finding, at_most

_GOALS_MB = {"slash": 5.0, "interactions": 5.0, "stream": 5.0, "report": 26.0}


def measure() -> list[Finding]:
    """Each function's size. Without bytecode in it an artifact is smaller than the one that is deployed: not judged then."""
    sizes, compiled = cloud_sizes()
    how = "with bytecode" if compiled else "sources only: no Python 3.13 to compile with"
    findings = [Finding(f"artifact `{name}`", f"{size / 1e6:.1f} MB ({how})") for name, size in sizes.items()]
    if not compiled:
        return findings
    return [
        at_most(f"artifact `{name}`", size / 1e6, _GOALS_MB[name], "MB", f"({how})", places=1)
        if name in _GOALS_MB
        else Finding(f"artifact `{name}`", f"{size / 1e6:.1f} MB ({how})")
        for name, size in sizes.items()
    ]
