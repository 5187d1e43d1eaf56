"""So many times at once, then again after a pause; bounded, and right from many threads."""

from __future__ import annotations

import threading

import pytest

from core.system import allowance
from core.system.allowance import Allowance
from tests.clock import Clock


def test_a_burst_then_one_after_each_pause(clock: Clock) -> None:
    door = Allowance(3, 10.0, clock)
    assert [door.take("a") for _ in range(4)] == [0.0, 0.0, 0.0, 10.0]
    clock.now += 4
    assert door.wait("a") == door.take("a") == 6.0 and door.wait("b") == 0.0
    clock.now += 6
    assert (door.take("a"), door.take("a")) == (0.0, 10.0), "to look and to be refused cost nothing"
    clock.now += 1000
    assert [door.take("a") for _ in range(4)] == [0.0, 0.0, 0.0, 10.0], "never more than the burst is saved"


def test_who_came_longest_ago_is_forgotten_first(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "MOST_KEYS", 2)
    door = Allowance(1, 10.0, clock)
    for key in ("a", "b", "c"):
        door.take(key)
    assert [door.wait(key) for key in ("a", "b", "c")] == [0.0, 10.0, 10.0]


def test_many_threads_get_no_more_than_the_burst(clock: Clock) -> None:
    door, start, granted = Allowance(5, 10.0, clock), threading.Barrier(20), []

    def enter() -> None:
        start.wait()
        granted.append(door.take("a") == 0.0)

    threads = [threading.Thread(target=enter) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(granted) == 5
