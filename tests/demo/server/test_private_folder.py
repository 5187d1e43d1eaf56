"""What visitors send goes: by age, beyond a bound, at the end, and what a killed server has left."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from demo.server import private_folder
from demo.server.private_folder import PREFIX, PrivateFolder, remove_old
from tests.places import ROOT


def lay(path: Path, size: int = 10, age: float = 0.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    moment = time.time() - age
    os.utime(path, (moment, moment))
    return path


def test_old_files_go_young_ones_stay_and_empty_folders_go(tmp_path: Path) -> None:
    old, young = lay(tmp_path / "a" / "old.png", age=7200), lay(tmp_path / "b" / "young.png", age=10)
    part = lay(tmp_path / "tmpx1y2", age=7200)  # of an upload that broke off
    moment = time.time() - 7200
    remove_old(tmp_path)
    os.utime(tmp_path / "a", (moment, moment))
    assert remove_old(tmp_path) == [] and not old.exists() and not part.exists() and young.exists()
    assert not (tmp_path / "a").exists() and tmp_path.exists()


def test_beyond_the_bound_the_oldest_go_first(tmp_path: Path) -> None:
    files = [lay(tmp_path / f"{number}.png", size=100, age=100 - number) for number in range(5)]
    assert remove_old(tmp_path, most=250) == files[:3]
    assert [file.exists() for file in files] == [False, False, False, True, True]


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_the_folder_is_its_owner_s_alone_and_its_name_cannot_be_known_before(tmp_path: Path) -> None:
    one, other = PrivateFolder(tmp_path), PrivateFolder(tmp_path)
    assert one.path != other.path and stat.S_IMODE(one.path.stat().st_mode) == 0o700
    one.close()
    other.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_what_a_killed_server_has_left_goes_at_the_next_start_and_a_running_one_keeps_its_own(tmp_path: Path) -> None:
    code = f"from pathlib import Path; from demo.server.private_folder import PrivateFolder; p = PrivateFolder(Path({str(tmp_path)!r})); " \
           "(p.path / 'photo.png').write_bytes(b'x'); import os; os._exit(1)"  # fmt: skip
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    [left] = tmp_path.iterdir()
    assert (left / "photo.png").exists()
    (tmp_path / f"{PREFIX}somebody-else").mkdir()
    running = PrivateFolder(tmp_path)
    photo = lay(running.path / "photo.png")
    next_one = PrivateFolder(tmp_path)
    assert not left.exists() and photo.exists() and (tmp_path / f"{PREFIX}somebody-else").exists(), "no server's: it has no lock"
    running.close()
    next_one.close()


def test_the_remover_survives_an_error_and_the_end_takes_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks, twice = 0, asyncio.Event()

    def failing(folder: Path) -> list[Path]:
        nonlocal looks
        looks += 1
        if looks == 2:
            loop.call_soon_threadsafe(twice.set)
        raise RuntimeError("Set changed size during iteration")

    async def serve() -> None:
        nonlocal loop
        loop = asyncio.get_running_loop()
        folder = PrivateFolder(tmp_path)
        async with folder.kept_clean(every=0.001):
            lay(folder.path / "a" / "photo.png")
            await asyncio.wait_for(twice.wait(), 20)
        assert not folder.path.exists()

    loop: asyncio.AbstractEventLoop
    monkeypatch.setattr(private_folder, "remove_old", failing)
    with ThreadPoolExecutor(1) as thread:  # this one may have a loop already: a browser's, of the tests before
        thread.submit(asyncio.run, serve()).result()


def test_a_file_that_goes_meanwhile_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = lay(tmp_path / "old.png", age=7200)
    monkeypatch.setattr(Path, "unlink", lambda self: (_ for _ in ()).throw(FileNotFoundError(str(self))))
    assert remove_old(tmp_path) == [] and old.exists()
