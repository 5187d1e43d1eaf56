"""A whole run is spread over two processes (pytest-xdist); what measures a time runs alone.

One process takes the files that drive Chromium, the other the rest; who is done first helps the other. Each has a server and
a browser of its own. A test with the marker `timing` begins when the other process has ended its test, and that one then waits.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

WORKERS = 2
"""Processes of a whole run, where there are as many cores; one test or one file starts sooner without."""


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """A run of everything (no file named) uses workers, unless the command line says something about them or wants a debugger."""
    if hasattr(config, "workerinput") or "PYTEST_XDIST_WORKER" in os.environ:
        return  # this is a worker, which is asked the same and must have none of its own
    options = config.option
    everything = config.args_source is not pytest.Config.ArgsSource.ARGS and not (options.collectonly or options.usepdb)
    installed = hasattr(options, "numprocesses")
    if everything and installed and options.numprocesses is None and (os.cpu_count() or 1) >= WORKERS:
        options.numprocesses, options.dist = WORKERS, "loadfile"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each file on one worker; the first worker takes those with a browser first, the others those without."""
    from xdist.scheduler import LoadFileScheduling

    class TwoKinds(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
        def _assign_work_unit(self, node: Any) -> None:
            wants_browser = node is self.nodes[0]
            for file in self.workqueue:
                if ("browser/" in file) == wants_browser:
                    self.workqueue.move_to_end(file, last=False)
                    break
            super()._assign_work_unit(node)

    config.option.loadscopereorder = False
    return TwoKinds(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    cache: pytest.Cache | None = getattr(item.config, "cache", None)  # -p no:cacheprovider has none
    if not hasattr(item.config, "workerinput") or cache is None or sys.platform == "win32":
        return (yield)
    with _turn(cache.mkdir("workers"), alone=item.get_closest_marker("timing") is not None):
        return (yield)


@contextmanager
def _turn(folder: Path, alone: bool) -> Iterator[None]:
    """Beside the other worker's test, or alone: then the gate stays shut, and the other has left the room. Unix."""
    import fcntl

    with (folder / "gate").open("w") as gate, (folder / "room").open("w") as room:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if not alone:
            fcntl.flock(gate, fcntl.LOCK_UN)
        yield
