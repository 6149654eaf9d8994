"""A share of a processor, as Lambda gives one in proportion to memory, by Linux's control groups."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")
_WHOLE_PROCESSOR_MB = 1769  # AWS Lambda Developer Guide, "Configure Lambda function memory"
_PERIOD_US = 20_000  # a share is given anew so often


@contextmanager
def share_of(memory_mb: int) -> Generator[list[str]]:
    """Yields what to put before a command so that it gets the processor's share of that memory (MB).

    Raises OSError where that is not allowed: it takes root, and a Linux that has the group `cpu` to give.
    """
    quota_us = _PERIOD_US * memory_mb // _WHOLE_PROCESSOR_MB
    first = _GROUPS / "cpu" if (_GROUPS / "cpu" / "cpu.cfs_quota_us").exists() else None
    group = (first or _GROUPS) / f"ossi-bench-{memory_mb}"
    group.mkdir(exist_ok=True)
    try:
        if first:  # version 1
            (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(quota_us))
        else:
            (group / "cpu.max").write_text(f"{quota_us} {_PERIOD_US}")
        yield ["/bin/sh", "-c", f'echo $$ > {group}/cgroup.procs && exec "$@"', "sh"]
    finally:
        group.rmdir()
