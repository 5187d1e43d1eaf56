"""The four studies, by name: each a plan of runs, and the tables that are made of their cards."""

from __future__ import annotations

from functools import lru_cache
from types import ModuleType

from core.studies import architectures, dropout, resolution, splits

STUDIES: dict[str, ModuleType] = {
    "resolution": resolution, "architectures": architectures, "dropout": dropout, "splits": splits,
}  # fmt: skip
"""Each module has `plan() -> Plan` and `tables(made) -> name -> rows`."""


@lru_cache
def planned_names() -> dict[str, tuple[str, ...]]:
    """Study -> the names of its planned runs."""
    return {name: tuple(study.plan()) for name, study in STUDIES.items()}
