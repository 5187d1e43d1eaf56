"""What is made once: by the first who asks, seen by all, and its maker's failure is nobody's for ever."""

from __future__ import annotations

import threading

import pytest

from core.system.once import Once


def test_many_who_ask_at_once_get_the_same_one() -> None:
    once, made, together = Once[object](), [], threading.Barrier(8)
    got: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    def ask() -> None:
        together.wait()
        got.append(once.get("key", make))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1 and got == made * 8


def test_who_fails_is_told_and_the_next_tries_again() -> None:
    once = Once[int]()
    with pytest.raises(ZeroDivisionError):
        once.get("key", lambda: 1 // 0)
    assert once.get("key", lambda: 7) == 7 and once.get("key", lambda: 8) == 7


def test_the_one_that_nobody_asked_for_longest_goes() -> None:
    once = Once[str](most=2)
    for key in "abac":
        once.get(key, lambda key=key: key)
    assert [once.get(key, lambda key=key: f"{key} again") for key in "acb"] == ["a", "c", "b again"]
