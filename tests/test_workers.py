"""The two workers of a whole run: what goes to one of them, and who waits for whom."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.workers import Turn, unit_of

pytest.importorskip("fcntl", reason="the locks are Unix's")
PATIENCE_S, MOMENT_S = 10.0, 0.1


class Process(threading.Thread):
    """What one process does in a turn of its own; a lock belongs to an opened file, so that a thread is as good."""

    def __init__(self, enter: Callable[[], AbstractContextManager[None]]) -> None:
        super().__init__(daemon=True)
        self.enter, self.entered, self.leave = enter, threading.Event(), threading.Event()
        self.start()

    def run(self) -> None:
        with self.enter():
            self.entered.set()
            assert self.leave.wait(PATIENCE_S)

    def end(self) -> None:
        self.leave.set()
        self.join(PATIENCE_S)
        assert not self.is_alive()


def test_a_browser_s_test_is_given_away_by_itself_and_another_with_its_file() -> None:
    assert unit_of("tests/browser/test_walk.py::test_a[x::y]") == "tests/browser/test_walk.py::test_a[x::y]"
    assert unit_of("tests/core/test_a.py::test_b[x::y]") == "tests/core/test_a.py"


def test_two_tests_run_beside_each_other(tmp_path: Path) -> None:
    first, second = Process(Turn(tmp_path).beside), Process(Turn(tmp_path).beside)
    assert first.entered.wait(PATIENCE_S) and second.entered.wait(PATIENCE_S)
    first.end()
    second.end()


def test_who_is_alone_waits_for_the_other_and_the_next_waits_for_it(tmp_path: Path) -> None:
    other = Process(Turn(tmp_path).beside)
    assert other.entered.wait(PATIENCE_S)
    measured = Process(Turn(tmp_path).alone)
    assert not measured.entered.wait(MOMENT_S), "the other test is not at its end"
    other.end()
    assert measured.entered.wait(PATIENCE_S)
    following = Process(Turn(tmp_path).beside)
    assert not following.entered.wait(MOMENT_S), "a time is being measured"
    measured.end()
    assert following.entered.wait(PATIENCE_S)
    following.end()


def test_two_who_want_a_part_alone_come_one_after_the_other(tmp_path: Path) -> None:
    """Both inside of a test, which neither may take for the other's."""
    turns, within = (Turn(tmp_path), Turn(tmp_path)), threading.Barrier(2)
    at_work, most = [0], [0]

    def test(turn: Turn) -> None:
        with turn.beside():
            within.wait(PATIENCE_S)
            with turn.alone():
                at_work[0] += 1
                most[0] = max(most[0], at_work[0])
                at_work[0] -= 1

    threads = [threading.Thread(target=test, args=(turn,), daemon=True) for turn in turns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert not any(thread.is_alive() for thread in threads), "each waits for the other"
    assert most == [1]
