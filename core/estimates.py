"""How long a run will take on this machine: from a short measurement, made once for each kind of recipe."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from core.engines import Engine
from core.errors import LabError
from core.recipe import Recipe
from core.sizes import part_sizes
from core.sources import SOURCES


@dataclass(frozen=True, slots=True)
class Estimate:
    """`seconds` for the whole run and `images_per_second` while training; None while nothing is known yet."""

    seconds: float | None
    images_per_second: float | None
    basis: str
    """'measured'; 'scaled' (a run is in the way of measuring: from another network's speed, by the multiplications of
    both, so rough); 'measuring'; 'busy' (and no speed is known yet); 'unknown' (measuring failed)."""


class Estimates:
    """Asks the engine and remembers. Nothing here waits."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._speeds: dict[tuple[object, ...], Future[float]] = {}
        self._seen: tuple[Recipe, float] | None = None
        self._facts: Future[dict[str, Any]] | None = None

    def facts(self) -> dict[str, Any] | None:
        """What the engine says of its machine, once it has said it."""
        with self._lock:
            if self._facts is None or (self._facts.done() and self._facts.exception() is not None):
                self._facts = self._engine.facts()
            return self._facts.result() if self._facts.done() and self._facts.exception() is None else None

    def learn(self, recipe: Recipe, images_per_second: float) -> None:
        """A run with this recipe was seen to train at this speed: better than any measurement."""
        known: Future[float] = Future()
        known.set_result(images_per_second)
        key = self._key(recipe)
        with self._lock:
            self._speeds[key] = known
            self._seen = recipe, images_per_second

    def of(self, recipe: Recipe, busy: bool) -> Estimate:
        key = self._key(recipe)
        with self._lock:
            speed, seen = self._speeds.get(key), self._seen
            if speed is None and not busy:
                speed = self._speeds[key] = self._engine.speed(recipe)
        if speed is None or not speed.done():
            return _scaled(recipe, seen) if seen else Estimate(None, None, "busy" if busy else "measuring")
        if speed.exception() is not None:
            if not isinstance(speed.exception(), LabError):
                raise LabError(f"the speed could not be measured: {speed.exception()}")
            return Estimate(None, None, "unknown")
        return Estimate(expected_seconds(recipe, speed.result()), speed.result(), "measured")

    def _key(self, recipe: Recipe) -> tuple[object, ...]:
        """What the speed depends on. A run's own recipe is resolved; 'auto' becomes what the engine makes of it."""
        facts = self.facts() or {}
        device = facts.get("device", "auto") if recipe.device == "auto" else recipe.device
        precision = facts.get("precision", "auto") if recipe.precision == "auto" else recipe.precision
        return recipe.dataset, recipe.network, recipe.batch_size, recipe.optimizer, recipe.threads, device, precision


def _scaled(recipe: Recipe, seen: tuple[Recipe, float]) -> Estimate:
    from core.networks import multiplications

    other, speed = seen
    shapes = SOURCES[recipe.dataset].shape, SOURCES[other.dataset].shape
    rate = speed * multiplications(other.network, shapes[1]) / multiplications(recipe.network, shapes[0])
    return Estimate(expected_seconds(recipe, rate), rate, "scaled")


def expected_seconds(recipe: Recipe, images_per_second: float) -> float:
    """Training, the check after each epoch and the test; looking costs about a third of learning a picture."""
    train, validation, test = part_sizes(recipe)
    looked_at = recipe.epochs * (min(1_000, train) + validation) + test
    return (recipe.epochs * train + looked_at / 3) / images_per_second
