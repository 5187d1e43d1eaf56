"""Loss and accuracy of runs by epoch: one run as it trains, or several over each other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from demo.charts.figure import (
    CLASS_COLOURS,
    DASH,
    HEIGHT,
    RUNNING,
    STROKES,
    TRAINING,
    VALIDATION,
    Figure,
    columns_of,
)
from demo.charts.theme import Spec
from demo.text import speaker

if TYPE_CHECKING:
    from core.runs.snapshot import Snapshot
    from core.vocabulary.records import Epoch

say = speaker("charts")

AXIS_ROOM = 44
"""Pixels kept for the labels of the upright axis, so that the plot does not move when a label gets longer."""

Measure = Literal["loss", "accuracy"]


def loss(snapshot: Snapshot) -> Figure:
    """Training and validation loss of one run by epoch; the training line also moves inside an epoch."""
    parts = say("training"), say("validation")
    points = [(x, value, parts[0]) for x, value, _ in snapshot.curve]
    points += [
        (epoch.epoch, epoch.validation_loss, parts[1])
        for epoch in snapshot.epochs
        if epoch.validation_loss is not None
    ]
    axis = say("l1_axis" if snapshot.recipe.loss == "l1" else "loss_axis")
    spec = _curve_spec("loss", say("loss"), axis, snapshot.recipe.epochs, parts, _validated(snapshot))
    return Figure(say("loss"), spec, columns_of(("epoch", "loss", "part"), points))


def accuracy(snapshot: Snapshot) -> Figure:
    """Accuracy of one run in percent by epoch: while it learns (dropout on), checked on training, on validation."""
    parts = say("training_running"), say("training_checked"), say("validation")
    points = [(x, 100 * share, parts[0]) for x, _, share in snapshot.curve]
    points += [(epoch.epoch, 100 * epoch.train_accuracy, parts[1]) for epoch in snapshot.epochs]
    points += [
        (epoch.epoch, 100 * epoch.validation_accuracy, parts[2])
        for epoch in snapshot.epochs
        if epoch.validation_accuracy is not None
    ]
    spec = _curve_spec("accuracy", say("accuracy"), say("accuracy_axis"), snapshot.recipe.epochs, parts, _validated(snapshot))
    return Figure(say("accuracy"), spec, columns_of(("epoch", "accuracy", "part"), points))


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


def compare(snapshots: Sequence[Snapshot], measure: Measure = "accuracy") -> Figure:
    """The curves of several runs over each other: one colour a run, training solid, validation dashed.

    Training is the mean of each epoch as it was learned (loss) or checked without dropout (accuracy).
    """
    points = [
        (epoch.epoch, value, part, snapshot.run)
        for snapshot in snapshots
        for place, part in enumerate((say("training"), say("validation")))
        for epoch in snapshot.epochs
        if (value := _of_both_parts(epoch, measure)[place]) is not None
    ]
    title = say(f"compare_{measure}", count=len(snapshots))
    same = {snapshot.recipe.loss for snapshot in snapshots} == {"l1"}
    axis = say("l1_axis" if measure == "loss" and same else f"{measure}_axis")
    spec = _compare_spec(measure, title, axis, tuple(snapshot.run for snapshot in snapshots))
    return Figure(title, spec, columns_of(("epoch", measure, "part", "run"), points))


def _of_both_parts(epoch: Epoch, measure: Measure) -> tuple[float | None, float | None]:
    """(training, validation): the loss, or the accuracy in percent; None where it was not measured."""
    if measure == "loss":
        return epoch.train_loss, epoch.validation_loss
    validation = epoch.validation_accuracy
    return 100 * epoch.train_accuracy, None if validation is None else 100 * validation


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
