"""What a figure is: a title, a specification, columns; the colours and strokes that all figures share; how it is drawn.

A specification is made once and kept; a refresh sends new data only.

The specifications are plain Vega-Lite, checked in the tests against Altair's schema. Altair itself stays out of the
server: it costs 0.25 s, and it failed here while another thread (Gradio's) was importing pandas. The data go to the
browser as an Arrow table, without pandas: 300 points take 0.05 ms, as a list or data frame 0.5 ms (2 cores).
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from csv import writer as writer_of
from dataclasses import dataclass
from typing import Any

from demo.charts.theme import TALLER, Look, styled

CLASS_COLOURS = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip
"""One colour a class, the same on every page; told apart with any colour vision (Petroff 2021, arXiv:2107.02270)."""
TRAINING, VALIDATION = "#3f90da", "#e76300"
"""Training is drawn solid, validation dashed; both colours stand out on white and on black."""
RUNNING = "#9cc3ea"
"""Training predictions as they are made, dropout on: behind what is checked once an epoch."""
DASH = [6, 4]
HEIGHT = 320

STROKES = {
    "title": None, "orient": "bottom", "columns": 2, "labelLimit": 0,
    "symbolType": "stroke", "symbolStrokeWidth": 2, "symbolSize": 300,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """A title, a Vega-Lite specification without data, and the data as columns of equal length."""

    title: str
    spec: Mapping[str, Any]
    columns: Mapping[str, Sequence[Any]]
    widest: int | None = None
    """Pixels; None: as wide as its place."""

    def csv(self) -> str:
        """The data with a heading line, for a spreadsheet."""
        return csv(self.columns)


def csv(columns: Mapping[str, Sequence[Any]]) -> str:
    """Columns of equal length with a heading line, for a spreadsheet."""
    text = io.StringIO()
    writer = writer_of(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


def show(figure: Figure, key: str) -> None:
    """Draws the figure as wide as its place (at most `widest`), with the letters and colours of the page."""
    import pyarrow  # type: ignore[import-untyped]  # it comes without annotations
    import streamlit as st

    from demo.visitor import session

    look = Look(session.theme(), session.teaching())
    table = pyarrow.table({name: list(values) for name, values in figure.columns.items()})
    larger = TALLER if look.teaching else 1
    with st.container(width=round(larger * figure.widest) if figure.widest else "stretch"):
        st.vega_lite_chart(table, styled(figure.spec, look), width="stretch", key=key, alt=figure.title)


def columns_of(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
    """Rows of values, in the order of `names`, as columns by name."""
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}
