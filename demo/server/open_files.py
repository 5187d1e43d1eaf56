"""Room for a class: each open page costs four files, and some systems give a program only 256."""

from __future__ import annotations

import importlib

WANTED = 8_192
"""About two thousand pages at once."""


def raise_limit(wanted: int = WANTED) -> int | None:
    """Raises this process's soft limit of open files to `wanted`, or as far as the system lets it; returns the limit.

    None where a system has no such limit (Windows).
    """
    try:
        resource = importlib.import_module("resource")
    except ImportError:
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    endless = resource.RLIM_INFINITY
    if soft == endless or soft >= wanted:
        return int(soft)
    possible = wanted if hard == endless else min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (possible, hard))
    except (OSError, ValueError):  # macOS: less than `hard` may be possible, and it does not say how much
        return int(soft)
    return int(possible)
