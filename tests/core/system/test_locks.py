"""Who holds a run: looking changes nothing, from any thread and from any process."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from core.runs.store import StoreError, open_store
from core.system import locks
from core.system.locks import LockHeld, RunLock, is_held
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe
from tests.places import ROOT

LOOKERS, LOOKS = 4, 100


@pytest.fixture(params=["shared", "alone"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of looking: with a shared lock, and as on systems that have none."""
    if request.param == "shared" and sys.platform == "win32":
        pytest.skip("Windows has no shared lock here")
    if request.param == "alone":
        monkeypatch.setattr(locks, "_look_shared", lambda path: None, raising=False)
    return str(request.param)


def looked(look: Callable[[], object]) -> Counter[object]:
    """What LOOKERS threads see, LOOKS times each, all beginning at once."""
    seen: Counter[object] = Counter()
    together = threading.Barrier(LOOKERS)

    def looker() -> None:
        together.wait()
        for _ in range(LOOKS):
            seen[look()] += 1

    threads = [threading.Thread(target=looker) for _ in range(LOOKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


def test_many_looks_at_once_see_the_same(way: str, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    run = store.create(Recipe(), "me")
    store.lock(run).release()  # so that there is a lock file
    assert looked(lambda: store.get(run).status) == {"interrupted": LOOKERS * LOOKS}
    with store.locked(run):
        assert looked(lambda: store.get(run).status) == {"queued": LOOKERS * LOOKS}
    assert looked(lambda: store.get(run).status) == {"interrupted": LOOKERS * LOOKS}


LOOK = """
import sys
from pathlib import Path
from core.system.locks import is_held
print("ready", flush=True)
sys.stdin.readline()
print(sum(is_held(Path(sys.argv[1])) for _ in range(2_000)), flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no shared lock here")
def test_looks_of_several_processes_do_not_see_each_other(tmp_path: Path) -> None:
    file = tmp_path / "run.lock"
    file.touch()
    children = [subprocess.Popen([sys.executable, "-c", LOOK, str(file)], cwd=ROOT, text=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(3)]  # fmt: skip
    for child in children:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    assert [child.communicate()[0] for child in children] == ["0\n"] * 3


def test_an_owner_gets_the_lock_although_everybody_looks(way: str, tmp_path: Path) -> None:
    file, over = tmp_path / "run.lock", threading.Event()
    file.touch()

    def look() -> None:
        while not over.is_set():
            is_held(file)

    threads = [threading.Thread(target=look) for _ in range(LOOKERS)]
    for thread in threads:
        thread.start()
    own = RunLock(file)
    for _ in range(20):
        own.acquire()
        assert is_held(file)
        own.release()
    over.set()
    for thread in threads:
        thread.join()


def test_a_lock_that_was_forgotten_is_free(tmp_path: Path) -> None:
    RunLock(tmp_path / "run.lock").acquire()
    gc.collect()
    assert not is_held(tmp_path / "run.lock")


def test_looking_makes_no_file(way: str, tmp_path: Path) -> None:
    assert not is_held(tmp_path / "none.lock") and not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_lock_of_another_process_is_seen_and_goes_with_it(way: str, tmp_path: Path) -> None:
    file = tmp_path / "run.lock"
    code = ("import sys\nfrom pathlib import Path\nfrom core.system.locks import RunLock\nlock = RunLock(Path(sys.argv[1]))\n"
            "lock.acquire()\nprint('held', flush=True)\nsys.stdin.read()\n")  # fmt: skip
    child = subprocess.Popen([sys.executable, "-c", code, str(file)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None and child.stdout.readline().strip() == b"held"
    assert looked(lambda: is_held(file)) == {True: LOOKERS * LOOKS}
    with pytest.raises(LockHeld):
        RunLock(file).acquire(0.0)
    child.kill()
    child.communicate()
    assert not is_held(file)


def test_a_deleted_run_s_lock_file_stays_for_who_waits_for_it(tmp_path: Path) -> None:
    """Whoever waited on a removed file would hold a lock that nobody sees."""
    store = open_store(tmp_path)
    run = store.create(Recipe(), "me")
    held = store.lock(run)
    inode = os.stat(store._lock_file(run)).st_ino
    held.release()
    store.delete(run)
    assert os.stat(store._lock_file(run)).st_ino == inode


def test_a_lock_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    run = store.create(Recipe(), "me")
    (tmp_path / "locks").rename(tmp_path / "away")
    (tmp_path / "locks").write_text("not a folder")
    for ask in (store.get, store.status, store.lock):
        with pytest.raises(StoreError, match=r"run store|the lock"):
            ask(run)
    with pytest.raises(LabError):
        store.summaries()
