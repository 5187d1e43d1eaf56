"""Owners take turns; nobody who waits is overtaken for ever."""

from __future__ import annotations

import random
from dataclasses import dataclass

from core.runs.scheduling.queue import RunQueue


@dataclass(frozen=True)
class Run:
    owner: str
    number: int = 0


def names(queue: RunQueue[Run]) -> str:
    return "".join(run.owner for run in queue)


def take_first(queue: RunQueue[Run]) -> Run:
    """The run whose turn it is; it waits no more."""
    return queue.take(next(iter(queue)))


def test_a_newcomer_waits_for_one_run_of_each_other() -> None:
    queue = RunQueue[Run]()
    for owner in "aaaa":
        queue.push(Run(owner))
    assert take_first(queue).owner == "a"
    for owner in "bbc":
        queue.push(Run(owner))
    assert names(queue) == "bcabaa", "nobody waits for another's second run before the own first"
    assert "".join(take_first(queue).owner for _ in range(6)) == "bcabaa"
    assert not list(queue)


def test_an_owner_s_runs_keep_their_order() -> None:
    queue, runs = RunQueue[Run](), [Run("a", number) for number in range(4)]
    for run in runs:
        queue.push(run)
    assert list(queue) == runs
    queue.remove(runs[1])
    queue.remove(runs[1])  # who does not wait is not missed
    assert list(queue) == [runs[0], *runs[2:]] and len(queue) == 3


def test_a_run_that_was_taken_back_costs_no_turn() -> None:
    queue, first = RunQueue[Run](), Run("a", 1)
    queue.push(Run("b"))
    queue.push(first)
    queue.remove(first)
    queue.push(Run("a", 2))
    queue.push(Run("b"))
    queue.push(Run("a", 3))
    assert names(queue) == "baba"


def test_the_teacher_changes_the_order_and_turns_go_on() -> None:
    queue, runs = RunQueue[Run](), [Run(owner) for owner in "abc"]
    for run in runs:
        queue.push(run)
    queue.put_first(runs[2])
    assert names(queue) == "cab"
    queue.move(runs[0], 1)
    queue.move(runs[0], 1)  # it is the last one already
    assert names(queue) == "cba"
    queue.move(runs[1], -1)
    assert names(queue) == "bca" and take_first(queue) is runs[1]
    queue.push(Run("b", 2))
    queue.push(Run("d"))
    assert names(queue) == "cadb", "b had a turn in this round"


def test_endless_newcomers_overtake_nobody_for_ever() -> None:
    queue, draw = RunQueue[Run](), random.Random(1)
    mine = [Run("me", number) for number in range(4)]
    for run in mine:
        queue.push(run)
    served: list[Run] = []
    for number in range(1_000):
        for _ in range(draw.randint(1, 3)):
            queue.push(Run(f"new {number} {draw.random()}"))
        served.append(take_first(queue))
    assert [run for run in served if run.owner == "me"] == mine
