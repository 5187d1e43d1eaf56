"""The lock of a run: whoever holds it may write the run, and looking whether somebody does changes nothing.

A look asks for a *shared* lock where the system has them (flock: Linux, macOS), so looks never meet each other; only an
owner who comes in the same microseconds is refused, and he asks again for PATIENCE_S. Windows has no shared lock here:
a look takes the lock for a moment, but one at a time in this process, and a refusal counts only when it stands.
What this process holds itself is known without asking. A lock file is never removed, for somebody may wait for it.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from pathlib import Path
from weakref import WeakValueDictionary

from filelock import FileLock, Timeout

if sys.platform != "win32":
    import fcntl

PATIENCE_S = 2.0
"""So long an owner asks for a lock that he does not get."""
_POLL_S, _LOOKS = 0.01, 4
_CONTENDED = (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK)
_asking = threading.Lock()
"""One at a time in this process takes or tests a lock, so that none of its threads gets in another's way."""
_own: WeakValueDictionary[str, RunLock] = WeakValueDictionary()


class LockHeld(Exception):
    """Somebody else holds the lock."""


class RunLock:
    """A file lock that ends with its process. `acquire` takes it, `release` gives it back (safe to call twice)."""

    def __init__(self, path: Path) -> None:
        self._key = str(path)
        self._lock = FileLock(path, thread_local=False)

    def acquire(self, patience_s: float = PATIENCE_S) -> None:
        """Raises LockHeld when somebody else keeps it for so long, OSError when the file cannot be opened."""
        end = time.monotonic() + patience_s
        while not self._taken():
            if time.monotonic() >= end:
                raise LockHeld(self._key)
            time.sleep(_POLL_S)

    def release(self) -> None:
        """Gives the lock back."""
        with _asking:
            if self._lock.is_locked:
                self._lock.release()
                _own.pop(self._key, None)

    def _taken(self) -> bool:
        with _asking:
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                return False
            _own[self._key] = self
            return True


def is_held(path: Path) -> bool:
    """Whether somebody, this process or another, holds the lock in this file. Makes no file. Raises OSError."""
    with _asking:
        if str(path) in _own:
            return True
        shared = _look_shared(path)
    return _look_alone(path) if shared is None else shared


if sys.platform == "win32":

    def _look_shared(path: Path) -> bool | None:
        """There is no such lock here."""
        return None

else:

    def _look_shared(path: Path) -> bool | None:
        """None where the file system has no flock; filelock then has a way of its own."""
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
        except OSError as error:
            if error.errno == errno.ENOSYS:
                return None
            if error.errno not in _CONTENDED:
                raise
            return True
        finally:
            os.close(file)  # a lock that was got goes with it


def _look_alone(path: Path) -> bool:
    """Takes the lock for a moment; another process that looks just then is not taken for its owner."""
    for look in range(_LOOKS):
        if not path.exists():
            return False
        lock = FileLock(path, thread_local=False)
        with _asking:
            try:
                lock.acquire(timeout=0)
            except Timeout:
                pass
            else:
                lock.release()
                return False
        time.sleep(_POLL_S * look)
    return True
