"""How long a run will take on this machine: from a short measurement, made once for each kind of recipe."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from core.datasets.split_sizes import MEASURED_BATCH, part_sizes
from core.engines.base import Engine
from core.system.allowance import Allowance
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe
from core.vocabulary.sources import source_of

T = TypeVar("T")
Key = tuple[object, ...]
REMEMBERED = 256
"""So many speeds are remembered; the one that nobody asked for longest goes first."""
MEASUREMENTS = (6, 5.0)
"""So many a visitor may cause at once, and one more after so many seconds each."""
RETRY_S = (0.0, 10.0, 60.0)
"""How long after the first, the second, each later failure in a row the engine is asked again."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """`seconds` for the whole run and `images_per_second` while training; None while nothing is known yet."""

    seconds: float | None
    images_per_second: float | None
    basis: str
    """'measured'; 'scaled' (a run is in the way of measuring: from another network's speed, by the multiplications of
    both, so rough); 'measuring'; 'busy' (and no speed is known yet); 'unknown' (measuring failed; it will be tried again)."""


@dataclass(frozen=True, slots=True)
class Failures:
    """How often something failed in a row, and when it is worth asking again."""

    count: int = 0
    again_at: float = 0.0

    def once_more(self, now: float) -> Failures:
        """These failures and one more at the time `now` (seconds), after which RETRY_S says when to try again."""
        return Failures(self.count + 1, now + RETRY_S[min(self.count, len(RETRY_S) - 1)])


class Estimates:
    """Asks the engine and remembers. Nothing here waits, and nothing is asked once it is closed.

    One measurement at a time, and none while a run goes on or waits: it would stand in the run's way. Who finds one in
    the way asks again. A measurement that failed is made again: at once, then after some time.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine, self._clock = engine, clock
        self._lock = threading.Lock()
        self._speeds: OrderedDict[Key, float] = OrderedDict()
        self._failures: OrderedDict[Key, Failures] = OrderedDict()
        self._measuring: tuple[Key, Future[float]] | None = None
        self._mine = Allowance(*MEASUREMENTS, clock=clock)
        self._trained: tuple[Recipe, float] | None = None
        self._facts: Future[dict[str, Any]] | None = None
        self._facts_failures = Failures()
        self._closed = False

    def close(self) -> None:
        """From now on the engine is asked nothing."""
        with self._lock:
            self._closed = True

    def facts(self) -> dict[str, Any] | None:
        """What the engine says of its machine, once it has said it."""
        with self._lock:
            if self._facts is None and not self._closed and self._clock() >= self._facts_failures.again_at:
                self._facts = _asked(self._engine.facts)
            if self._facts is None or not self._facts.done():
                return None
            if self._facts.exception() is None:
                return self._facts.result()
            self._facts, self._facts_failures = None, self._facts_failures.once_more(self._clock())
            return None

    def record_speed(self, recipe: Recipe, images_per_second: float) -> None:
        """A run with this recipe trained at this speed: better than any measurement."""
        key = self._key(recipe)
        with self._lock:
            self._remember(key, images_per_second)
            self._trained = recipe, images_per_second

    def of(self, recipe: Recipe, busy: bool, visitor: str = "") -> Estimate:
        """How long the recipe would take; `busy`: a run goes on or waits. Each visitor has measurements of his own.

        Raises nothing, also where the recipe's data set is not here any more: whoever waits is told of all runs before his own.
        """
        key = self._key(recipe)
        with self._lock:
            self._collect()
            if key not in self._speeds and not busy and self._may_measure(key, visitor):
                self._measuring = key, _asked(lambda: self._engine.speed(recipe))
                self._collect()
            speed, failed, trained = self._speeds.get(key), key in self._failures, self._trained
            if speed is not None:
                self._speeds.move_to_end(key)
        with contextlib.suppress(LabError):  # how many images a data set had that was deleted meanwhile, nobody knows
            if speed is not None:
                return Estimate(expected_seconds(recipe, speed), speed, "measured")
            if trained:
                return _scaled(recipe, trained)
        return Estimate(None, None, "busy" if busy else "unknown" if failed else "measuring")

    def _may_measure(self, key: Key, visitor: str) -> bool:
        if self._closed or self._measuring is not None:
            return False
        if key in self._failures and self._clock() < self._failures[key].again_at:
            return False
        return self._mine.take(visitor) == 0.0

    def _collect(self) -> None:
        """Takes the answer of a measurement that has ended."""
        if self._measuring is None or not self._measuring[1].done():
            return
        (key, answer), self._measuring = self._measuring, None
        if answer.exception() is None:
            self._remember(key, answer.result())
        else:
            self._failures[key] = self._failures.pop(key, Failures()).once_more(self._clock())
            _shorten(self._failures)

    def _remember(self, key: Key, speed: float) -> None:
        self._failures.pop(key, None)
        self._speeds.pop(key, None)
        self._speeds[key] = speed
        _shorten(self._speeds)

    def _key(self, recipe: Recipe) -> Key:
        """What the speed depends on. A run's own recipe is resolved; 'auto' becomes what the engine makes of it."""
        facts = self.facts() or {}
        device = facts.get("device", "auto") if recipe.device == "auto" else recipe.device
        precision = facts.get("precision", "auto") if recipe.precision == "auto" else recipe.precision
        batch = min(recipe.batch_size, MEASURED_BATCH)
        return recipe.dataset, recipe.network, batch, recipe.optimizer, recipe.threads, device, precision


def _asked(question: Callable[[], Future[T]]) -> Future[T]:
    """The engine's answer; an engine that cannot even be asked, because no process can be started, has failed."""
    try:
        return question()
    except (LabError, OSError) as error:
        failed: Future[T] = Future()
        failed.set_exception(error)
        return failed


def _shorten(known: OrderedDict[Key, Any]) -> None:
    while len(known) > REMEMBERED:
        known.popitem(last=False)


def _scaled(recipe: Recipe, measured: tuple[Recipe, float]) -> Estimate:
    from core.vocabulary.networks import multiplications

    other, speed = measured
    shapes = source_of(recipe.dataset).shape, source_of(other.dataset).shape
    rate = speed * multiplications(other.network, shapes[1]) / multiplications(recipe.network, shapes[0])
    return Estimate(expected_seconds(recipe, rate), rate, "scaled")


def expected_seconds(recipe: Recipe, images_per_second: float) -> float:
    """Training, the check after each epoch and the test; looking costs about a third of learning an image."""
    train, validation, test = part_sizes(recipe)
    looked_at = recipe.epochs * (min(1_000, train) + validation) + test
    return (recipe.epochs * train + looked_at / 3) / images_per_second
