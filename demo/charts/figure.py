"""Records -> figures. A specification is made once and kept; a refresh sends new data only.

The specifications are plain Vega-Lite, checked in the tests against Altair's schema. Altair itself stays out of the
server: it costs 0.25 s, and it failed here while another thread (Gradio's) was importing pandas. The data go to the
browser as an Arrow table, without pandas: 300 points take 0.05 ms, as a list or data frame 0.5 ms (2 cores).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from core.vocabulary import metrics
from demo.charts.theme import Look, Spec, cell_ink, shades, styled
from demo.text import speaker

if TYPE_CHECKING:
    from core.runs.snapshot import Snapshot

say = speaker("charts")

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
MATRIX_HEIGHT = 460
NOTHING = 0.6
"""Opacity of a 0 in a cell: it stands back, and can still be read (4.5:1)."""
CELL = 0.42
"""Letters of a number of four digits that fill the width of its cell, as a share of that width."""
AXIS_ROOM = 44
"""Pixels kept for the labels of the upright axis, so that the plot does not move when a label gets longer."""

STROKES = {
    "title": None, "orient": "bottom", "columns": 2, "labelLimit": 0,
    "symbolType": "stroke", "symbolStrokeWidth": 2, "symbolSize": 300,
}  # fmt: skip

Numbers = Literal["counts", "shares"]
Measure = Literal["loss", "accuracy"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A title, a Vega-Lite specification without data, and the data as columns of equal length."""

    title: str
    spec: Mapping[str, Any]
    columns: Mapping[str, Sequence[Any]]

    def csv(self) -> str:
        """The data with a heading line, for a spreadsheet."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(zip(*self.columns.values(), strict=True))
        return text.getvalue()


def show(figure: Figure, key: str) -> None:
    """Draws the figure as wide as its place, with the letters and colours of the page."""
    import pyarrow
    import streamlit as st

    from demo.visitor import session

    look = Look(session.theme(), session.teaching())
    table = pyarrow.table({name: list(values) for name, values in figure.columns.items()})
    st.vega_lite_chart(table, styled(figure.spec, look), width="stretch", key=key, alt=figure.title)


# --- curves of one run -------------------------------------------------------------------------------------------


def loss(snapshot: Snapshot) -> Figure:
    """Training and validation loss of one run by epoch; the training line also moves inside an epoch."""
    parts = say("training"), say("validation")
    points = [(x, value, parts[0]) for x, value, _ in snapshot.curve]
    points += [
        (e["epoch"], e["validation_loss"], parts[1])
        for e in snapshot.epochs
        if e["validation_loss"] is not None
    ]
    axis = say("l1_axis" if snapshot.recipe.loss == "l1" else "loss_axis")
    spec = _curve_spec("loss", say("loss"), axis, snapshot.recipe.epochs, parts, _validated(snapshot))
    return Figure(say("loss"), spec, _columns(("epoch", "loss", "part"), points))


def accuracy(snapshot: Snapshot) -> Figure:
    """Accuracy of one run in percent by epoch: while it learns (dropout on), checked on training, on validation."""
    parts = say("training_running"), say("training_checked"), say("validation")
    points = [(x, 100 * share, parts[0]) for x, _, share in snapshot.curve]
    for part, name in ((parts[1], "train_accuracy"), (parts[2], "validation_accuracy")):
        points += [(e["epoch"], 100 * e[name], part) for e in snapshot.epochs if e[name] is not None]
    spec = _curve_spec("accuracy", say("accuracy"), say("accuracy_axis"), snapshot.recipe.epochs, parts, _validated(snapshot))
    return Figure(say("accuracy"), spec, _columns(("epoch", "accuracy", "part"), points))


def _validated(snapshot: Snapshot) -> bool:
    return snapshot.recipe.split == "k-fold" or snapshot.recipe.validation > 0


@lru_cache(maxsize=256)
def _curve_spec(measure: Measure, title: str, axis: str, epochs: int, parts: tuple[str, ...], validated: bool) -> Spec:
    """`parts`: the lines, validation last; its name is not in the legend of a run that holds nothing out for it."""
    legend = {**STROKES, "values": parts if validated else parts[:-1]}
    several = len(parts) > 2  # then the moving line stands back behind what is checked once an epoch
    colours = {"domain": parts, "range": [*([RUNNING] if several else []), TRAINING, VALIDATION]}
    dashes = {"domain": parts, "range": [[1, 0]] * (len(parts) - 1) + [DASH]}
    encoding: Spec = {
        "x": _epoch_axis([0, epochs]),
        "y": _measure_axis(measure, axis),
        "color": {"field": "part", "type": "nominal", "scale": colours, "legend": legend},
        "tooltip": _tips(measure, axis),
    }
    dash = {"field": "part", "type": "nominal", "scale": dashes, "legend": legend}
    lines = {
        "mark": {"type": "line", "strokeWidth": 2, "clip": True},
        "encoding": {**encoding, "strokeDash": dash},
    }
    dots = {
        "mark": {"type": "point", "size": 24, "filled": True, "clip": True},
        "transform": [{"filter": {"field": "part", "oneOf": parts[1:]}}],  # these have one value an epoch
        "encoding": encoding,
    }
    return {"title": title, "height": HEIGHT, "layer": [lines, dots]}


def _epoch_axis(domain: list[int] | None = None) -> Spec:
    scale = {"domain": domain, "nice": False} if domain else {"zero": True, "nice": False}
    axis = {"tickMinStep": 1, "format": "d", "grid": False}
    return {
        "field": "epoch",
        "type": "quantitative",
        "title": say("epoch_axis"),
        "scale": scale,
        "axis": axis,
    }


def _measure_axis(measure: Measure, title: str) -> Spec:
    percent = measure == "accuracy"
    scale: Spec = {"domain": [0, 100], "nice": False} if percent else {"zero": True}
    axis = {"minExtent": AXIS_ROOM, "tickCount": 5, "format": "d" if percent else "~g"}
    return {"field": measure, "type": "quantitative", "title": title, "scale": scale, "axis": axis}


def _tips(measure: Measure, axis: str) -> list[Spec]:
    return [
        {"field": "part", "type": "nominal", "title": say("part_axis")},
        {"field": "epoch", "type": "quantitative", "title": say("epoch_axis"), "format": ".2~f"},
        {
            "field": measure,
            "type": "quantitative",
            "title": axis,
            "format": ".1f" if measure == "accuracy" else ".3g",
        },
    ]


# --- several runs ------------------------------------------------------------------------------------------------


def compare(snapshots: Sequence[Snapshot], measure: Measure = "accuracy") -> Figure:
    """The curves of several runs over each other: one colour a run, training solid, validation dashed.

    Training is the mean of each epoch as it was learned (loss) or checked without dropout (accuracy).
    """
    training = "train_loss" if measure == "loss" else "train_accuracy"
    factor = 1 if measure == "loss" else 100
    points = [
        (e["epoch"], factor * e[name], part, snapshot.run)
        for snapshot in snapshots
        for part, name in ((say("training"), training), (say("validation"), f"validation_{measure}"))
        for e in snapshot.epochs
        if e[name] is not None
    ]
    title = say(f"compare_{measure}", count=len(snapshots))
    same = {snapshot.recipe.loss for snapshot in snapshots} == {"l1"}
    axis = say("l1_axis" if measure == "loss" and same else f"{measure}_axis")
    spec = _compare_spec(measure, title, axis, tuple(snapshot.run for snapshot in snapshots))
    return Figure(title, spec, _columns(("epoch", measure, "part", "run"), points))


@lru_cache(maxsize=256)
def _compare_spec(measure: Measure, title: str, axis: str, runs: tuple[str, ...]) -> Spec:
    parts = [say("training"), say("validation")]
    colours = [CLASS_COLOURS[place % len(CLASS_COLOURS)] for place in range(len(runs))]
    below = {"title": None, "orient": "bottom", "columns": 4}
    encoding: Spec = {
        "x": _epoch_axis(),
        "y": _measure_axis(measure, axis),
        "color": {"field": "run", "type": "nominal", "scale": {"domain": runs, "range": colours}, "legend": below},
        "strokeDash": {
            "field": "part", "type": "nominal", "scale": {"domain": parts, "range": [[1, 0], DASH]}, "legend": None,
        },
        "tooltip": [{"field": "run", "type": "nominal", "title": say("run_axis")}, *_tips(measure, axis)],
    }  # fmt: skip
    mark = {"type": "line", "strokeWidth": 2, "point": {"size": 20}}
    return {"title": title, "height": HEIGHT, "mark": mark, "encoding": encoding}


# --- the confusion matrix ----------------------------------------------------------------------------------------


def confusion(
    matrix: Sequence[Sequence[int]],
    classes: Sequence[str],
    what: str,
    numbers: Numbers = "counts",
) -> Figure:
    """A confusion matrix (C, C) with a number in each cell: rows are the truth, columns the prediction.

    `what` says whose predictions they are (it stands in the title); "shares" gives percent of each row.
    """
    shares = metrics.normalised(matrix) * 100
    peak = 100.0 if numbers == "shares" else max(1, max(max(row) for row in matrix))
    cells = [
        (truth, guess, count, round(float(share), 2), float(share if numbers == "shares" else count) / peak)
        for truth, row, fractions in zip(classes, matrix, shares, strict=True)
        for guess, count, share in zip(classes, row, fractions, strict=True)
    ]
    title = say("confusion", what=what)
    spec = _matrix_spec(what, tuple(classes), numbers)
    return Figure(title, spec, _columns(("truth", "guess", "count", "share", "shade"), cells))


@lru_cache(maxsize=256)
def _matrix_spec(what: str, classes: tuple[str, ...], numbers: Numbers) -> Spec:
    encoding: Spec = {
        "x": _class_axis("guess", classes, labelAngle=-40),
        "y": _class_axis("truth", classes),
        "tooltip": [
            {"field": "truth", "type": "nominal", "title": say("truth_axis")},
            {"field": "guess", "type": "nominal", "title": say("guess_axis")},
            {"field": "count", "type": "quantitative", "title": say("count_axis"), "format": "d"},
            {"field": "share", "type": "quantitative", "title": say("share_axis"), "format": ".1f"},
        ],
    }
    shown: Spec = (
        {"field": "count", "format": "d"} if numbers == "counts" else {"field": "share", "format": ".1f"}
    )
    present = {"condition": {"test": "datum['count'] > 0", "value": 1}, "value": NOTHING}
    text: Spec = {**encoding, "text": {**shown, "type": "quantitative"}, "color": cell_ink("shade"), "opacity": present}
    heading = {"text": say("confusion_short"), "subtitle": [what, say(f"confusion_{numbers}")], "subtitlePadding": 4}
    layers = [
        {"mark": "rect", "encoding": {**encoding, "color": shades("shade")}},
        {"mark": {"type": "text", "fontSize": {"expr": f"min(letters, {CELL} * width / {len(classes)})"}}, "encoding": text},
    ]
    return {"title": heading, "height": MATRIX_HEIGHT, "layer": layers}


def _class_axis(field: str, classes: Sequence[str], **more: Any) -> Spec:
    axis = {"labelOverlap": False, "grid": False, **more}
    return {"field": field, "type": "nominal", "sort": classes, "title": say(f"{field}_axis"), "axis": axis}


def _columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}
