"""How many processor cores this process may use."""

from __future__ import annotations

import math
import os
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")


def cores() -> int:
    """At least 1: as many as I2I_CORES says, which whoever shares them out among trainings sets; or else those that this
    process may run on, and no more than its container is allowed."""
    if told := os.environ.get("I2I_CORES"):
        return int(told)
    seen = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, math.ceil(min(seen, allowed())))


def allowed(groups: Path = CGROUPS) -> float:
    """Cores that the control group of a container is allowed, inf where there is no limit. Docker's --cpus and the limits of
    Kubernetes set it; the cores themselves stay in sight, and a thread on each of them waits for most of its time."""
    for files in (
        ("cpu.max",),
        ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"),
    ):  # of version 2, of version 1
        try:
            quota, period = " ".join((groups / name).read_text() for name in files).split()
            if int(quota) > 0:  # "max", or -1: no limit
                return int(quota) / int(period)
        except (OSError, ValueError, ZeroDivisionError):
            pass
    return math.inf
