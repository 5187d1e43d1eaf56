"""What the lab writes down about itself, on stderr: `12:34:56 INFO [run-id] message`.

$LAB_LOG chooses how much: debug, info (the default), warning or error. A thread that works for a run says so with
`of_run`; each of its lines then has the run's id.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
import os
import sys
from collections.abc import Iterator, Mapping

from core.vocabulary.errors import LabError

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
ROOTS = ("core", "demo")
"""The packages whose loggers are ours. Libraries keep their own ways."""
_RUN: contextvars.ContextVar[str] = contextvars.ContextVar("run", default="")


@contextlib.contextmanager
def of_run(run: str) -> Iterator[None]:
    """Lines written inside by this thread are about this run."""
    token = _RUN.set(run)
    try:
        yield
    finally:
        _RUN.reset(token)


def current_run() -> str:
    """The run that this thread works for; "" for none."""
    return _RUN.get()


def level_of(environ: Mapping[str, str] = os.environ) -> int:
    """The level that $LAB_LOG names. LabError for a name that is none."""
    name = environ.get("LAB_LOG") or "info"
    if name.lower() not in LEVELS:
        raise LabError(f"LAB_LOG is {name!r}; expected one of {', '.join(LEVELS)}")
    return LEVELS[name.lower()]


def configure(environ: Mapping[str, str] = os.environ) -> None:
    """From now on our loggers write to stderr in the lab's form, and to nothing else. LabError as `level_of`."""
    level, handler = level_of(environ), StderrHandler()
    handler.setFormatter(Formatter())
    for name in ROOTS:
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(level)
        logger.propagate = False


class StderrHandler(logging.Handler):
    """Writes to what is stderr when the line comes, and touches no stream that was stderr before: it may be closed."""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one record. A fault of the stream never reaches the code that told it."""
        try:
            print(self.format(record), file=sys.stderr, flush=True)
        except Exception:
            self.handleError(record)


class Formatter(logging.Formatter):
    """Time, level, the run's id in brackets (left out where there is none), message; a traceback below it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(run)s%(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """The line, or with a traceback the lines, without the last line's end."""
        run = current_run()
        record.run = f"[{run}] " if run else ""
        return super().format(record)
