"""Further figures of study 2: the curves of each architecture, smoothed as wished, and what a mini-batch does to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.pretrained.cards import Card
from core.studies import architectures_comparison as beside
from core.studies.architectures import BATCHES
from core.studies.architectures_comparison import BatchRow, EpochRow
from core.vocabulary.stats import smoothed
from demo.charts import export, plots
from demo.charts.figure import CLASS_COLOURS, DASH, Figure
from demo.charts.plots import Axis
from demo.lessons.architectures.shared import REPORT_RUNS, absent, cards, say
from demo.ui import tables
from demo.ui.tables import Column

MEASURES = {"accuracy": 100, "loss": 1}
"""What a curve shows, and its factor: accuracy in percent."""
TALL = 400
LATEST = 5
"""The latest epoch that the curves can be drawn from."""
MOST = 4
"""Curves over each other that can still be told apart."""
LABELS = {beside.report_name(name): title for name, title in beside.TITLES.items()} | {
    f"{short}-{name}": f"{title}, {dataset}"
    for short, dataset in beside.PAPER_SETS.values()
    for name, title in beside.PAPER_TITLES.items()
}
BATCH_RUNS = {f"fashion-batch-{size}": size for size in BATCHES}
BATCH_COLOURS = (CLASS_COLOURS[4], CLASS_COLOURS[0], CLASS_COLOURS[1])


def learned() -> None:
    """The curves of the chosen runs."""
    st.markdown(say("curves_text"))
    _curves(cards(), *_how())


def batch() -> None:
    """The curves of three sizes of batch, and how much each goes up and down."""
    st.markdown(say("batch_text"))
    _batches(cards(), *_how())


def _how() -> tuple[float, int]:
    """How much the curves are smoothed, and the first epoch that is drawn."""
    smoothing, start = st.columns(2, gap="large")
    weight = smoothing.slider(say("smoothing"), 0.0, 0.9, 0.0, 0.1, key="architectures.smoothing", help=say("smoothing_help"))
    return weight, start.slider(say("first_epoch"), 1, LATEST, 1, key="architectures.first", help=say("first_epoch_help"))


def _curves(found: Mapping[str, Card], weight: float, first: int) -> None:
    """Accuracy and loss of the chosen runs, the report's where they are there."""
    there = [name for name in LABELS if name in found]
    if there:
        beginning = [name for name in there if name in REPORT_RUNS] or there
        chosen = st.multiselect(
            say("which_runs"), there, default=beginning[:MOST], max_selections=MOST, key="architectures.curves", format_func=LABELS.__getitem__
        )
        if chosen:
            rows = [row for name in chosen for row in beside.curve_rows(LABELS[name], found[name])]
            colours = {LABELS[name]: CLASS_COLOURS[(0, 1, 2, 4)[place]] for place, name in enumerate(chosen)}
            for measure in MEASURES:
                figure = curves(rows, measure, colours, weight, say(f"curves_{measure}"), first)
                export.show(figure, key=f"architectures.{measure}")
            tables.runs_behind(chosen)
            st.caption(say("curves_note"))
        else:
            st.caption(say("curves_none"))
    absent(REPORT_RUNS, found)


def curves(
    rows: Sequence[EpochRow], measure: str, colours: Mapping[str, str], weight: float, title: str, first: int = 1
) -> Figure:
    """Rows as `beside.curve_rows` gives them: one colour a run, training solid, validation dashed.

    With smoothing, the curves as they are stay behind the smoothed ones, faint. Drawn from the epoch `first` on.
    """
    drawn = [row for row in _series(rows, measure, weight) if row["epoch"] >= first]
    dashes = {say("training"): [1, 0], say("validation"): DASH}
    parts = [part for part in dashes if any(row["part"] == part for row in drawn)]
    x, y = Axis("epoch", say("epoch_axis"), "d"), Axis(measure, say(f"{measure}_axis"))
    flat = plots.lines(title, drawn, x, y, "run", colours, dots=False, height=TALL, at_ends=False)
    encoding = dict(flat.spec["encoding"])
    below = {"title": None, "orient": "bottom", "labelLimit": 0, "symbolType": "stroke", "symbolStrokeWidth": 2, "symbolSize": 300}
    encoding["color"] = {**encoding["color"], "legend": {**below, "columns": 2}}
    encoding["strokeDash"] = {
        "field": "part", "type": "nominal", "scale": {"domain": parts, "range": [dashes[part] for part in parts]},
        "legend": {**below, "columns": 1} if len(parts) > 1 else None,
    }  # fmt: skip
    encoding["opacity"] = {
        "field": "kind", "type": "nominal", "scale": {"domain": [say("raw"), say("smooth")], "range": [0.25, 1]}, "legend": None,
    }  # fmt: skip
    encoding["tooltip"] = [{"field": "part", "type": "nominal", "title": say("part")}, *encoding["tooltip"]]
    columns = {name: [row[name] for row in drawn] for name in ("epoch", measure, "run", "part", "kind")}
    return Figure(title, {**flat.spec, "encoding": encoding}, columns)


def _series(rows: Sequence[EpochRow], measure: str, weight: float) -> list[dict[str, Any]]:
    """The smoothed curve of each run and part; with smoothing also the raw one."""
    words = {"training": say("training"), "validation": say("validation")}
    found: list[dict[str, Any]] = []
    for run, part in dict.fromkeys((row.run, row.part) for row in rows):
        own = [(row.epoch, MEASURES[measure] * value) for row in rows
               if (row.run, row.part) == (run, part) and (value := row.value(measure)) is not None]  # fmt: skip
        values = [value for _, value in own]
        kinds = {say("smooth"): smoothed(values, weight)} | ({say("raw"): values} if weight else {})
        found += [
            {"epoch": epoch, measure: value, "run": run, "part": words[part], "kind": kind}
            for kind, series in kinds.items()
            for (epoch, _), value in zip(own, series, strict=True)
        ]
    return found


# --- the size of a batch -----------------------------------------------------------------------------------------------


def _batches(found: Mapping[str, Card], weight: float, first: int) -> None:
    rows = beside.batch_rows(found)
    if rows:
        names = {name: say("batch_of", size=size) for name, size in BATCH_RUNS.items() if name in found}
        colours = dict(zip(names.values(), BATCH_COLOURS, strict=False))
        values = [row for name, label in names.items() for row in beside.curve_rows(label, found[name]) if row.part == "validation"]
        export.show(curves(values, "accuracy", colours, weight, say("batch_curves"), first), key="architectures.batch")
        tables.table([{**row.as_dict(), "points": row.accuracy_wiggle and 100 * row.accuracy_wiggle} for row in rows], {
            "batch_size": Column(say("batch_size"), "count"),
            "steps": Column(say("steps"), "count", say("steps_help")),
            "points": Column(say("accuracy_wiggle"), "number", say("wiggle_help")),
            "loss_wiggle": Column(say("loss_wiggle"), "number", say("wiggle_help")),
            "validation_accuracy": Column(say("best_validation"), "percent"),
            "run": Column(say("link"), "run"),
        }, key="architectures.batches", alt=say("batch"), csv=True)  # fmt: skip
    if len(rows) == len(BATCHES):
        _agree(rows)
    absent(list(BATCH_RUNS), found)


def _agree(rows: Sequence[BatchRow]) -> None:
    """Whether the curves get calmer as the batches grow."""
    wiggles = [row.accuracy_wiggle for row in rows]
    smaller_batch_wiggles_more = wiggles[0] is not None and wiggles[-1] is not None and wiggles[0] > wiggles[-1]
    key = "agree" if beside.falls(wiggles) else "agree_partly" if smaller_batch_wiggles_more else "disagree"
    listed = ", ".join(say("wiggle_of", size=row.batch_size, wiggle=_two(row.accuracy_wiggle)) for row in rows)
    st.markdown(say(key, wiggles=listed))
    first = rows[0]
    st.markdown(say("batch_caution", pictures=first.images, one=_two(1 / first.images), trained=first.trained_on, epochs=first.epochs))


def _two(share: float | None) -> str:
    """Percentage points with two decimals."""
    return "–" if share is None else f"{100 * share:.2f}"
