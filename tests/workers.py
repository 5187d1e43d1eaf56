"""A whole run is spread over two processes (pytest-xdist); what measures a time runs alone.

One process takes the tests that drive Chromium, the other the rest; who is done first helps the other. Each has a server and
a browser of its own. A test with the marker `timing` begins when the other process has ended its test, and that one then waits;
with `timing(part=True)` the test says itself for which part, by the fixture `alone`.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What runs alone comes first, when the other worker is at its shortest tests and little is waited for."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not _runs_alone(item))


def _runs_alone(item: pytest.Item) -> bool:
    """From its beginning to its end."""
    marker = item.get_closest_marker("timing")
    return marker is not None and not marker.kwargs.get("part")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each file on one worker, but each test of a browser by itself; the first worker takes these first, the others the rest."""
    from xdist.scheduler import LoadFileScheduling

    class TwoKinds(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

        def _assign_work_unit(self, node: Any) -> None:
            wants_browser = node is self.nodes[0]
            for unit in self.workqueue:
                if ("browser/" in unit) == wants_browser:
                    self.workqueue.move_to_end(unit, last=False)
                    break
            super()._assign_work_unit(node)

    config.option.loadscopereorder = False
    return TwoKinds(config, log)


def unit_of(nodeid: str) -> str:
    """What goes to one worker: a test in Chromium (server and browser are the whole session's), else a file with its fixtures.

    A file of the browser's is up to three minutes; given away whole at the end it would leave the other worker idle.
    """
    return nodeid if "browser/" in nodeid else nodeid.partition("::")[0]


class Turn:
    """Of one process: when its tests run beside the other's, and when alone. Two files in `folder` are the locks. Unix."""

    def __init__(self, folder: Path) -> None:
        self.gate, self.room = (folder / "gate").open("w"), (folder / "room").open("w")

    @contextmanager
    def beside(self) -> Iterator[None]:
        """A test that may run at the same time as another process's; it begins when nobody is alone or wants to be."""
        with self._locked(self.gate):
            self._lock(self.room, shared=True)
        try:
            yield
        finally:
            self._unlock(self.room)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """The gate stays shut, and the other process has ended its test. Inside of `beside` or by itself.

        One that is inside leaves first: two who wanted to be alone would else wait for each other.
        """
        self._unlock(self.room)
        with self._locked(self.gate):
            self._lock(self.room, shared=False)
            try:
                yield
            finally:
                self._lock(self.room, shared=True)

    @contextmanager
    def _locked(self, file: IO[str]) -> Iterator[None]:
        self._lock(file, shared=False)
        try:
            yield
        finally:
            self._unlock(file)

    def _lock(self, file: IO[str], shared: bool) -> None:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)

    def _unlock(self, file: IO[str]) -> None:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_UN)


@functools.cache
def _turn(folder: Path) -> Turn:
    return Turn(folder)


def turn_of(config: pytest.Config) -> Turn | None:
    """This process's; None where it is the only one."""
    cache: pytest.Cache | None = getattr(config, "cache", None)  # -p no:cacheprovider has none
    if not hasattr(config, "workerinput") or cache is None or sys.platform == "win32":
        return None
    return _turn(cache.mkdir("workers"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    if (turn := turn_of(item.config)) is None:
        return (yield)
    with turn.beside():
        if not _runs_alone(item):
            return (yield)
        with turn.alone():
            return (yield)
