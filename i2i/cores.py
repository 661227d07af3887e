"""How many cores there are for this process."""

from __future__ import annotations

import os


def cores() -> int:
    """Those that the process may run on: of a shared machine or a container often fewer than it has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
