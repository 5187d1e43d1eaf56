"""Tables that can be sorted, searched and downloaded, and the links from their numbers to the runs behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from demo.charts import figure
from demo.text import speaker
from demo.visitor import navigation

common = speaker("figures")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading and how its values are written ("run": the link to a run by its id; "printed": with
    the digits that a source prints)."""

    title: str
    kind: Literal["text", "percent", "points", "number", "rate", "count", "printed", "run"] = "text"
    help: str | None = None


FORMATS = {"percent": "%.1f", "points": "%.2f", "number": "%.3f", "rate": "%.1f", "count": "%d", "printed": None}


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Column], key: str, alt: str, csv: bool = False) -> None:
    """Rows that can be sorted, searched and downloaded (CSV). Shares are written in percent or points; None as a dash.

    `csv`: with a button for the download, also where no mouse points at the table.
    """
    import pyarrow  # type: ignore[import-untyped]  # it comes without annotations

    values = {name: [_value(row.get(name), column) for row in rows] for name, column in columns.items()}
    config = {name: _config(column) for name, column in columns.items()}
    st.dataframe(
        pyarrow.table(values), key=key, hide_index=True, column_config=config, alt=alt, placeholder="–",
        height="content" if len(rows) <= 16 else "auto",
    )  # fmt: skip
    if csv:
        st.download_button(
            common("csv"), lambda: figure.csv({column.title: values[name] for name, column in columns.items()}),
            f"{key.replace('.', '-')}.csv", "text/csv", key=f"{key}.csv", icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def _value(value: Any, column: Column) -> Any:
    if value is None:
        return None
    if column.kind in ("percent", "points"):
        return 100 * value
    return run_address(value) if column.kind == "run" else value


def _config(column: Column) -> Any:
    if column.kind == "run":
        return st.column_config.LinkColumn(column.title, display_text=r"run=(.+)$", help=column.help)
    if column.kind == "text":
        return st.column_config.TextColumn(column.title, help=column.help)
    return st.column_config.NumberColumn(column.title, format=FORMATS[column.kind], help=column.help)


def run_address(run: str) -> str:
    """Where a run is looked at: its curves, its confusion matrix, its recipe and where it comes from."""
    return f"{navigation.root()}/train?run={run}"


def runs_behind(names: Sequence[str]) -> None:
    """The links to the runs that a figure was made from."""
    links = ", ".join(f"[{name}]({run_address(name)})" for name in names)
    st.caption(f"{common('run')}: {links}")
