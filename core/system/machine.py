"""What this process may use of its machine: processor cores and memory, with what a container or a Space grants.

A container is told the host's cores: without its quota 16 threads share 2 cores, which trained 27 images a second where
2 threads train 968. Linux writes the quota into the files of the process's control group (version 1 or 2) and of those
around it; the tightest counts.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from core.vocabulary.errors import LabError

ROOT = Path("/")


def usable_cores(root: Path = ROOT) -> int:
    """Cores that this process may use, at least 1: of its affinity as many as its quota pays for, rounded down."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([allowed, *(int(quota) for quota in _cpu_quotas(root))]))


def check_threads(threads: int) -> None:
    """LabError for more threads than there are cores to run them: they would wait for each other. 0 chooses."""
    cores = usable_cores()
    if threads > cores:
        raise LabError(f"threads is {threads}; expected a whole number from 0 (choose for me) to {cores}, the cores that this app may use here")


def usable_memory(root: Path = ROOT) -> int | None:
    """Bytes that this process may use at most; None where nobody says."""
    known = [*_memory_limits(root), *filter(None, [_physical_memory()])]
    return min(known, default=None)


# --- control groups -----------------------------------------------------------------------------------------------


def _cpu_quotas(root: Path) -> Iterator[float]:
    """Cores' worth of time that each group around this process grants, where one sets a limit."""
    for folder in _groups(root, ""):
        words = _words(folder / "cpu.max")  # version 2: 'max 100000' or '150000 100000', microseconds
        if len(words) == 2 and words[0].isdecimal() and int(words[1]):
            yield int(words[0]) / int(words[1])
    for folder in _groups(root, "cpu"):
        quota, period = (_words(folder / f"cpu.cfs_{name}_us") for name in ("quota", "period"))  # -1: no limit
        if quota and period and quota[0].isdecimal() and int(period[0]):
            yield int(quota[0]) / int(period[0])


def _memory_limits(root: Path) -> Iterator[int]:
    for kind, name in (("", "memory.max"), ("memory", "memory.limit_in_bytes")):
        for folder in _groups(root, kind):
            words = _words(folder / name)
            if words and words[0].isdecimal():  # version 1 writes a huge number for no limit
                yield int(words[0])


def _groups(root: Path, kind: str) -> Iterator[Path]:
    """The folder of this process's group and of those around it; `kind` is version 1's controller, "" is version 2.

    Inside a container the group's own path may not be there: then its uppermost folder is the container's.
    """
    for line in _lines(root / "proc/self/cgroup"):
        _, _, rest = line.partition(":")
        kinds, _, path = rest.partition(":")
        if kind not in kinds.split(","):
            continue
        for mounted in dict.fromkeys((kinds, kind)):
            top = root / "sys/fs/cgroup" / mounted
            inside = Path(path.strip().lstrip("/"))
            yield from (top / part for part in (inside, *inside.parents))


def _lines(file: Path) -> list[str]:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return file.read_text(encoding="utf-8").splitlines()
    return []


def _words(file: Path) -> list[str]:
    return " ".join(_lines(file)).split()


# --- memory -------------------------------------------------------------------------------------------------------


def _physical_memory() -> int | None:
    if sys.platform == "win32":
        return _windows_memory()
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None


if sys.platform == "win32":

    def _windows_memory() -> int | None:
        import ctypes

        kilobytes = ctypes.c_ulonglong(0)
        found = ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
        return kilobytes.value * 1024 if found else None
