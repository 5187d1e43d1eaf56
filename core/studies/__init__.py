"""The four studies, by name: each a plan of runs, and the tables that are made of their cards."""

from __future__ import annotations

from types import ModuleType

from core.studies import architectures, dropout, resolution, splits

STUDIES: dict[str, ModuleType] = {
    "resolution": resolution, "architectures": architectures, "dropout": dropout, "splits": splits,
}  # fmt: skip
"""Each module has `plan() -> Plan` and `tables(made) -> name -> rows`."""
