"""Runs side by side: the same bits as alone, a death that concerns one run, memory that is given back."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from core.engines import child as children
from core.engines import pool as pools
from core.engines.messages import Ended, MeasureFacts
from core.engines.pool import Pool
from core.engines.process import ProcessEngine
from core.engines.thread import ThreadEngine
from core.vocabulary.errors import EngineClosed, EngineDied
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Record, Result

SHORT = Recipe(epochs=3, batch_size=64, threads=1, precision="float32", augment="flip", train_limit=400)
LONG = SHORT.changed(epochs=10_000)


class Child:
    """A worker that does nothing, beside the clock that it is told."""

    started = 0

    def __init__(self) -> None:
        Child.started += 1
        self.alive, self.runs, self.idle, self.worked_at = True, 0, 0.0, 0.0
        self.process = type("Process", (), {"pid": Child.started})()

    def open(self) -> tuple[int, object]:
        self.runs += 1
        return self.runs, object()

    def idle_seconds(self) -> float:
        return 0.0 if self.runs else self.idle

    def kill(self) -> None:
        self.alive = False


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    monkeypatch.setattr(pools, "Child", Child)
    made = Pool(workers=3)
    yield made
    made.close()


def test_a_run_gets_an_idle_worker_else_a_new_one_else_the_least_busy(pool: Pool) -> None:
    children = [pool.open()[0] for _ in range(3)]
    assert len({id(child) for child in children}) == 3
    children[1].runs = 0  # type: ignore[misc]
    assert pool.open()[0] is children[1], "it is warm"
    children[2].runs = 0  # type: ignore[misc]
    children[2].kill()
    assert pool.open()[0] not in children, "one that has ended is replaced"
    assert pool.open()[0] is children[0] and len(pool.children) == 3, "no more than three: it waits there"


def test_a_question_starts_no_second_worker_and_none_after_the_end(pool: Pool) -> None:
    assert pool.open()[0] is pool.for_question() and len(pool.children) == 1
    pool.close()
    with pytest.raises(EngineClosed):
        pool.for_question()
    assert pool.children == ()


def test_memory_of_idle_workers_is_given_back_and_of_the_last_one_later(pool: Pool) -> None:
    first, second, busy = [pool.open()[0] for _ in range(3)]
    first.runs = second.runs = 0  # type: ignore[misc]
    pool._give_back()
    assert len(pool.children) == 3, "not at once"
    first.idle = second.idle = pools.IDLE_SECONDS + 1  # type: ignore[attr-defined]
    pool._give_back()
    assert pool.children == (busy,)
    busy.runs, busy.idle = 0, pools.IDLE_SECONDS + 1  # type: ignore[misc, attr-defined]
    pool._give_back()
    assert pool.children == (busy,), "the last one stays warm"
    busy.idle = pools.LAST_IDLE_SECONDS + 1  # type: ignore[attr-defined]
    pool._give_back()
    assert pool.children == ()


# --- real workers


def test_a_question_to_a_worker_that_is_gone_waits_for_no_reader_of_its_runs() -> None:
    child = children.Child()
    number, answers = child.open()
    for _ in range(answers.maxsize):
        answers.put(Ended(number))  # its reader does nothing at present
    child.kill()
    until(lambda: child._gone)
    asked: list[Future[object]] = []
    thread = threading.Thread(target=lambda: asked.append(child.ask(MeasureFacts(0))), daemon=True)
    thread.start()
    thread.join(5)
    assert not thread.is_alive() and isinstance(asked[0].exception(0), EngineDied)
    child.forget(number)


def read(records: Iterator[Record], into: list[Record], failures: list[Exception]) -> threading.Thread:
    def work() -> None:
        try:
            into.extend(records)
        except EngineDied as error:
            failures.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def weights(records: list[Record]) -> bytes:
    return next(record.weights for record in records if isinstance(record, Result))


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 40
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


@pytest.mark.slow
def test_beside_another_run_the_bits_are_the_same_and_a_death_takes_one_run_along(tmp_path: Path) -> None:
    engine = ProcessEngine(tmp_path, workers=2)
    try:
        failures: list[Exception] = []
        beside: list[Record] = []
        other = read(iter(engine.stream(LONG)), beside, failures)
        until(lambda: bool(engine.pool.children))
        first = list(engine.stream(SHORT))
        assert other.is_alive() and len(engine.pool.children) == 2, "they were trained side by side"
        assert weights(first) == weights(list(ThreadEngine(tmp_path).stream(SHORT))), "as alone"
        until(lambda: engine.pool.children[0].runs == 1)
        mine: list[Record] = []
        stream = engine.stream(LONG)
        reader = read(iter(stream), mine, failures)
        until(lambda: engine.pool.children[1].runs == 1)
        engine.pool.children[0].process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        other.join(10)
        assert [type(failure) for failure in failures] == [EngineDied]
        assert len(engine.pool.children) == 1 and reader.is_alive(), "the other run goes on"
        stream.stop()
        reader.join(10)
        assert failures[1:] == [] and not any(isinstance(record, Result) for record in mine)
    finally:
        pids = [child.process.pid for child in engine.pool.children]
        engine.close()
    assert not [pid for pid in pids if os.path.exists(f"/proc/{pid}")]
