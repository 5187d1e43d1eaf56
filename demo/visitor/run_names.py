"""What a run is called on a page: the name that somebody gave it, else one made of what differs from its owner's runs before it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from core.runs import naming
from core.runs.snapshot import Snapshot
from core.runs.store import RunStore
from core.runs.summaries import RunSummary
from demo.visitor import session


def of(run: RunSummary | Snapshot) -> str:
    """The name of a run; of one that comes with the app its id."""
    return run.run if run.pretrained else run.name or default(run)


def titled(run: RunSummary | Snapshot) -> str:
    """The name with the run's id, which no other run has."""
    return run.run if run.pretrained else f"{of(run)} ({run.run})"


def default(run: RunSummary | Snapshot) -> str:
    """What the run is called while nobody has named it."""
    store = session.manager().store
    found = _defaults(store, tuple(store.names()))
    return found.get(run.run) or naming.default_name(run.recipe, ())


@lru_cache(maxsize=4)
def _defaults(store: RunStore, _runs: tuple[str, ...]) -> Mapping[str, str]:
    """Worked out when a run was added or is gone: a name depends on the recipes of the runs before it alone."""
    return naming.default_names(store.summaries())
