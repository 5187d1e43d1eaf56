"""Random schedules: whatever is ordered, fails or dies, and whenever, no run is lost and nothing waits for ever.

Hypothesis draws 1,000 schedules of up to 20 steps from a fixed seed, for one, two and three places side by side. In a step somebody
orders something, something is going to fail, or the runs at work go on to their next points; then the rules are checked. At the end of a schedule nothing
is held any more and every run comes to rest; a new server goes on with what is unfinished, and all of it finishes.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from core.engines import base
from core.runs.store import StoreError
from core.vocabulary.errors import EngineDied, LabError, RunFailed
from core.vocabulary.recipe import Recipe
from core.vocabulary.visitor import Visitor
from tests.core.runs.scripted_engine import Lab

SCHEDULES, STEPS = {1: 400, 2: 300, 3: 300}, 20
"""Places of the engine -> how many schedules."""
PEOPLE = (Visitor("anna"), Visitor("ben"), Visitor("carl", "the token"))
RECIPE = Recipe(train_limit=200, batch_size=64)
MEMORY = Path("/dev/shm")
"""A store in memory, where there is one: the test is of the order of things, not of the disk."""
FAILURES = (EngineDied("it is gone; resume the run to go on"), RunFailed("the loss became nan"), LabError("no data"), StoreError("full"))
people, numbers = st.sampled_from(PEOPLE), st.integers(0, 3)


class Schedules(RuleBasedStateMachine):
    """A server with three people, of whom one is the teacher."""

    places = 1

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="schedule-", dir=MEMORY if MEMORY.is_dir() else None))
        self.lab = Lab(self.folder, "*", places=self.places)
        self.runs: list[str] = []

    # --- what people order ---

    @rule(visitor=people, epochs=st.integers(1, 2), seed=st.integers(0, 3))
    def submit(self, visitor: Visitor, epochs: int, seed: int) -> None:
        self._order(lambda: self.runs.append(self.lab.manager.submit(RECIPE.changed(epochs=epochs, seed=seed), visitor)))

    @precondition(lambda self: self.runs)
    @rule(which=numbers, visitor=people)
    def pause(self, which: int, visitor: Visitor) -> None:
        self._order(lambda: self.lab.manager.pause(self._run(which), visitor))

    @precondition(lambda self: self.runs)
    @rule(which=numbers, visitor=people)
    def resume(self, which: int, visitor: Visitor) -> None:
        self._order(lambda: self.lab.manager.resume(self._run(which), visitor))

    @precondition(lambda self: self.runs)
    @rule(which=numbers, visitor=people)
    def stop(self, which: int, visitor: Visitor) -> None:
        self._order(lambda: self.lab.manager.stop(self._run(which), visitor))

    @precondition(lambda self: self.runs)
    @rule(which=numbers)
    def delete(self, which: int) -> None:
        def act() -> None:
            self.lab.manager.delete(run, PEOPLE[-1])
            self.runs.remove(run)

        run = self._run(which)
        self._order(act)

    @rule(visitor=people)
    def stop_all(self, visitor: Visitor) -> None:
        self._order(lambda: self.lab.manager.stop_all(visitor))

    @rule(held=st.booleans())
    def hold(self, held: bool) -> None:
        self._order(lambda: self.lab.manager.hold(held, PEOPLE[-1]))

    @precondition(lambda self: self.runs)
    @rule(which=numbers)
    def put_first(self, which: int) -> None:
        self._order(lambda: self.lab.manager.put_first(self._run(which), PEOPLE[-1]))

    @rule()
    def clear(self) -> None:
        self._order(lambda: self.lab.manager.clear(PEOPLE[-1]))

    @rule()
    def restart(self) -> None:
        """The server is closed, and another one uses the store."""
        if self.places > 1:  # whom it would hit, of those that end at once, is chance
            self.lab.script.failures.clear()
        self.lab.manager.close()
        self.lab.rest()
        assert not any(self.lab.manager.snapshot(run).active for run in self.runs)
        self.lab.close()
        self.lab = Lab(self.folder, "*", places=self.places)

    # --- what happens ---

    @precondition(lambda self: self.lab.manager._active)
    @rule()
    def go_on(self) -> None:
        self.lab.script.go_on(self.lab.manager)
        self._check()

    @precondition(lambda self: self.lab.manager._active)
    @rule(steps=st.integers(2, 20))
    def go_on_further(self, steps: int) -> None:
        for _ in range(steps):
            self.lab.script.go_on(self.lab.manager)
        self._check()

    @precondition(lambda self: self.lab.manager._active)
    @rule(failure=st.sampled_from(FAILURES))
    def fail(self, failure: LabError) -> None:
        """One of the runs at work fails, at whatever point it is."""
        self.lab.script.failures["*"] = failure

    @rule(operation=st.sampled_from(("create", "lock", "set_status", "start", "epoch", "result", "result afterwards")))
    def refuse(self, operation: str) -> None:
        self.lab.store.refused ^= {operation}

    # --- and what holds ---

    def _order(self, order: object) -> None:
        assert callable(order)
        try:
            order()
        except LabError as refusal:
            assert "\n" not in str(refusal)
        self.lab.script.settle(self.lab.manager)
        self._check()

    def _check(self) -> None:
        refused, self.lab.store.refused = self.lab.store.refused, set()
        self.lab.rules(thoroughly=False)
        self.lab.store.refused = refused

    def _run(self, which: int) -> str:
        return self.runs[which % len(self.runs)]

    def teardown(self) -> None:
        try:
            self._check()
            self.lab.rest()
            self.restart()
            self.lab.script.open()
            for run in self.runs:
                if self.lab.manager.snapshot(run).status not in ("finished", "failed"):
                    self.lab.manager.resume(run, PEOPLE[-1])
            self.lab.rest()
            assert all(self.lab.manager.snapshot(run).status in ("finished", "failed") for run in self.runs)
        finally:
            self.lab.close()
            shutil.rmtree(self.folder)


@pytest.fixture
def no_checks() -> Iterator[None]:
    """Whether a recipe can be trained is checked elsewhere, with torch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base, "check", lambda *_, **__: None)
        yield


@pytest.mark.slow
@pytest.mark.parametrize("places", SCHEDULES)
def test_a_thousand_random_schedules_keep_the_rules(places: int, no_checks: None) -> None:
    side_by_side = type(f"SchedulesOf{places}", (Schedules,), {"places": places})
    run_state_machine_as_test(side_by_side, settings=settings(
        max_examples=SCHEDULES[places], stateful_step_count=STEPS, derandomize=True, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    ))  # fmt: skip
