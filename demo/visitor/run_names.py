"""What a run is called on a page: the name that somebody gave it, else one made of what differs from its owner's runs before it."""

from __future__ import annotations

from functools import lru_cache

from core.runs import naming
from core.runs.snapshot import Snapshot
from core.runs.summaries import RunSummary
from core.vocabulary.recipe import Recipe
from demo.visitor import session


def of(run: RunSummary | Snapshot) -> str:
    """The name of a run; of one that comes with the app its id."""
    return run.run if run.pretrained else run.name or default(run)


def titled(run: RunSummary | Snapshot) -> str:
    """The name with the run's id, which no other run has."""
    return run.run if run.pretrained else f"{of(run)} ({run.run})"


def default(run: RunSummary | Snapshot) -> str:
    """What the run is called while nobody has named it."""
    return _default(run.recipe, naming.neighbours(run, session.manager().store.summaries()))


@lru_cache(maxsize=4096)
def _default(recipe: Recipe, before: tuple[Recipe, ...]) -> str:
    return naming.default_name(recipe, before)
