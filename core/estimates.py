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


@dataclass(frozen=True, slots=True)
class Estimate:
    """`seconds` for the whole run and `images_per_second` while training; None while nothing is known yet."""

    seconds: float | None
    images_per_second: float | None
    basis: str
    """'measured', 'measuring', 'busy' (a run is in the way of measuring) or 'unknown' (measuring failed)."""


class Estimates:
    """Asks the engine and remembers. Nothing here waits."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._speeds: dict[tuple[object, ...], Future[float]] = {}
        self._facts: Future[dict[str, Any]] | None = None

    def facts(self) -> dict[str, Any] | None:
        """What the engine says of its machine, once it has said it."""
        with self._lock:
            if self._facts is None or (self._facts.done() and self._facts.exception() is not None):
                self._facts = self._engine.facts()
            return self._facts.result() if self._facts.done() and self._facts.exception() is None else None

    def of(self, recipe: Recipe, busy: bool) -> Estimate:
        key = (recipe.dataset, recipe.network, recipe.batch_size, recipe.optimizer, recipe.precision, recipe.device, recipe.threads)
        with self._lock:
            if key not in self._speeds:
                if busy:
                    return Estimate(None, None, "busy")
                self._speeds[key] = self._engine.speed(recipe)
            speed = self._speeds[key]
        if not speed.done():
            return Estimate(None, None, "busy" if busy else "measuring")
        if speed.exception() is not None:
            if not isinstance(speed.exception(), LabError):
                raise LabError(f"the speed could not be measured: {speed.exception()}")
            return Estimate(None, None, "unknown")
        return Estimate(expected_seconds(recipe, speed.result()), speed.result(), "measured")


def expected_seconds(recipe: Recipe, images_per_second: float) -> float:
    """Training, the check after each epoch and the test; looking costs about a third of learning a picture."""
    train, validation, test = part_sizes(recipe)
    looked_at = recipe.epochs * (min(1_000, train) + validation) + test
    return (recipe.epochs * train + looked_at / 3) / images_per_second
