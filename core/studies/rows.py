"""The rows of the studies' tables: frozen dataclasses whose fields are the columns.

Pages and findings use the fields; the command line's JSON and the tables of a page take `as_dict`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    KEYS: ClassVar[Mapping[str, str]] = {}
    """Field -> its key in JSON, where that is no name of Python: `label` -> `class`."""

    def as_dict(self) -> dict[str, Any]:
        """Key -> value in the order of the fields. Lists are not copied."""
        return {self.KEYS.get(field.name, field.name): getattr(self, field.name) for field in fields(self)}


def as_dicts(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """`as_dict` of each row."""
    return [row.as_dict() for row in rows]
