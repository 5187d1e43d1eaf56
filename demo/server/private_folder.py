"""A folder for what visitors send: private, with a name that nobody can take first, and emptied by age and at the end."""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

logger = logging.getLogger(__name__)
PREFIX = "resolution-lab-"
LOCK = ".server"
"""The file that a running server holds locked in its folder."""
OLDEST, MOST = 3600.0, 1 << 30
"""Seconds that a file is kept, and bytes that all may have together; beyond that the oldest go first."""
EVERY = 60.0


class PrivateFolder:
    """A new folder of this process below `parent`. What servers that were killed have left there is removed first."""

    def __init__(self, parent: Path) -> None:
        parent.mkdir(parents=True, exist_ok=True)
        remove_abandoned(parent)
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))  # for its owner alone
        self._lock = FileLock(self.path / LOCK)
        self._lock.acquire(blocking=False)
        self._servers = 0
        atexit.register(self.close)

    def close(self) -> None:
        """Removes the folder with all that is in it."""
        self._lock.release()
        shutil.rmtree(self.path, ignore_errors=True)
        atexit.unregister(self.close)

    @asynccontextmanager
    async def kept_clean(self, every: float = EVERY) -> AsyncIterator[None]:
        """For a server's lifespan: meanwhile what is old is removed, and at the end of the last server everything."""
        self._servers += 1
        task = asyncio.create_task(self._clean(every), name="remove uploads")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            self._servers -= 1
            if not self._servers:
                await asyncio.to_thread(self.close)

    async def _clean(self, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            try:
                await asyncio.to_thread(remove_old, self.path)
            except Exception:  # the next look may find things in order again
                logger.exception("could not remove old uploads")


def remove_old(folder: Path, oldest: float = OLDEST, most: int = MOST) -> list[Path]:
    """Removes files older than `oldest` seconds, then the oldest until `most` bytes are left, and empty folders.

    Returns the files that it removed. What cannot be removed, or is gone already, is left alone.
    """
    now, removed = time.time(), []
    files = sorted(_files(folder), key=lambda found: found[1])
    total = sum(size for _, _, size in files)
    for path, changed, size in files:
        if now - changed <= oldest and total <= most:
            break
        with suppress(OSError):
            path.unlink()
            removed.append(path)
        total -= size
    for inner, _, _ in os.walk(folder, topdown=False):
        if Path(inner) != folder and now - _changed(inner) > oldest:
            with suppress(OSError):  # not empty
                os.rmdir(inner)
    return removed


def remove_abandoned(parent: Path) -> None:
    """Removes the folders below `parent` whose server has ended without doing so."""
    for folder in parent.glob(f"{PREFIX}*"):
        if folder.is_symlink() or not (folder / LOCK).exists() or not _is_ours(folder):
            continue
        lock = FileLock(folder / LOCK)
        try:
            lock.acquire(blocking=False)
        except (Timeout, OSError):
            continue  # its server runs
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def _files(folder: Path) -> Iterator[tuple[Path, float, int]]:
    """(path, moment of the last change, bytes) of each file but the lock."""
    for inner, _, names in os.walk(folder):
        for name in names:
            path = Path(inner, name)
            with suppress(OSError):
                facts = path.lstat()
                if path != folder / LOCK:
                    yield path, facts.st_mtime, facts.st_size


def _changed(path: str) -> float:
    with suppress(OSError):
        return os.lstat(path).st_mtime
    return time.time()


def _is_ours(folder: Path) -> bool:
    return not hasattr(os, "getuid") or folder.lstat().st_uid == os.getuid()
