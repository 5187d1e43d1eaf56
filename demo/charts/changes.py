"""What changed from one network to another on the same test: the recall of each class, and the confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from core.export.report.words import signed
from demo.charts.confusion import MATRIX_HEIGHT, MATRIX_WIDTH, cell_text, class_axis
from demo.charts.figure import Figure, columns_of
from demo.charts.plots import heading
from demo.charts.theme import Spec
from demo.text import speaker

say = speaker("charts")
BETTER, WORSE = "dark ? '#2f9db8' : '#0f6b85'", "dark ? '#f0a35e' : '#b35806'"
"""Bars: teal with a tick, orange with a cross, as everywhere."""
BETTER_CELL, WORSE_CELL = "dark ? '#0f6b85' : '#4fb3c9'", "dark ? '#b35806' : '#e0914a'"
"""Cells, on which the numbers can be read."""
CELL_INK = "dark ? '#ffffff' : '#000000'"
ROW, AROUND = 30, 116
"""Pixels of a bar with its room; of the title, the axis and its title together."""
LABEL = 0.4
"""Room for the number at the end of a bar, as a share of all that the bars span."""


def recall_changes(change: Sequence[float], classes: Sequence[str], what: str) -> Figure:
    """One bar for each class, the greatest gain on top. `change` (C,): the second's recall less the first's, -1 to 1.

    `what` says which two are compared.
    """
    points = [round(100 * float(value), 1) + 0.0 for value in change]
    rows = sorted(zip(classes, points, map(_mark, points), strict=True), key=lambda row: -row[1])
    labelled = [(name, value, f"{signed(value, 1)} {mark}".rstrip(), mark or "=") for name, value, mark in rows]
    (most, gain, *_), (least, loss, *_) = rows[0], rows[-1]
    title = say("recall_change_alt", what=what, most=most, gain=signed(gain, 1), least=least, loss=signed(loss, 1))
    low, high = min(0.0, loss), max(0.0, gain)
    room = LABEL * ((high - low) or 1.0)
    spec = _bars_spec(what, tuple(row[0] for row in rows), (low - room if low else 0.0, high + room if high or not low else 0.0))
    return Figure(title, spec, columns_of(("name", "change", "label", "mark"), labelled))


def _mark(good: float) -> str:
    return "✓" if good > 0 else "✗" if good < 0 else ""


@lru_cache(maxsize=64)
def _bars_spec(what: str, classes: tuple[str, ...], domain: tuple[float, float]) -> Spec:
    y: Spec = {"field": "name", "type": "nominal", "sort": list(classes), "title": None, "axis": {"labelLimit": 0, "labelOverlap": False, "domain": False, "ticks": False, "grid": False, "labelPadding": 8}}
    x: Spec = {"field": "change", "type": "quantitative", "title": say("recall_change_axis"), "scale": {"domain": list(domain), "nice": False},
               "axis": {"grid": False, "tickCount": 5, "labels": False, "ticks": False, "domain": False}}  # fmt: skip
    colours = {"domain": ["✓", "✗", "="], "range": [{"expr": BETTER}, {"expr": WORSE}, {"expr": "ink"}]}
    tips = [{"field": "name", "type": "nominal", "title": say("truth_axis")}, {"field": "label", "type": "nominal", "title": say("recall_change_axis")}]
    bar: Spec = {"x": x, "y": y, "color": {"field": "mark", "type": "nominal", "scale": colours, "legend": None}, "tooltip": tips}
    layers: list[Spec] = [
        {"mark": {"type": "bar", "height": ROW // 2}, "encoding": bar},
        {"mark": {"type": "rule", "strokeWidth": 1, "color": {"expr": "ink"}}, "encoding": {"x": {"datum": 0}}},
    ]
    for side, test in (("left", "datum.change >= 0"), ("right", "datum.change < 0")):
        mark: Spec = {"type": "text", "align": side, "dx": 6 if side == "left" else -6, "baseline": "middle", "color": {"expr": "ink"}}
        layers.append({"transform": [{"filter": test}], "mark": mark, "encoding": {"x": x, "y": y, "text": {"field": "label", "type": "nominal"}}})
    return {"title": heading(say("recall_change"), what), "height": ROW * len(classes) + AROUND, "layer": layers}


def matrix_difference(before: Sequence[Sequence[int]], after: Sequence[Sequence[int]], classes: Sequence[str], what: str) -> Figure:
    """`after` less `before`, both (C, C) with the truth in rows: on the diagonal more is better, elsewhere less is.

    `what` says which two are compared.
    """
    change = np.asarray(after, dtype=np.int64) - np.asarray(before, dtype=np.int64)
    good = np.where(np.eye(len(change), dtype=bool), change, -change)
    most = max(1, int(np.abs(change).max(initial=0)))
    cells = [(truth, guess, int(change[row, column]), signed(int(change[row, column])) if change[row, column] else "",
              _mark(float(good[row, column])), float(good[row, column]) / most)
             for row, truth in enumerate(classes) for column, guess in enumerate(classes)]  # fmt: skip
    title = say("difference_alt", what=what, right=signed(int(np.trace(change))))
    return Figure(title, _matrix_spec(what, tuple(classes)), columns_of(("truth", "guess", "change", "label", "mark", "good"), cells), widest=MATRIX_WIDTH)


@lru_cache(maxsize=64)
def _matrix_spec(what: str, classes: tuple[str, ...]) -> Spec:
    tips = [{"field": "truth", "type": "nominal", "title": say("truth_axis")}, {"field": "guess", "type": "nominal", "title": say("guess_axis")},
            {"field": "change", "type": "quantitative", "title": say("difference_cell"), "format": "+d"}]  # fmt: skip
    encoding: Spec = {"x": class_axis("guess", classes, labelAngle=-40), "y": class_axis("truth", classes), "tooltip": tips}
    scale = {"domain": [-1, 0, 1], "range": [{"expr": WORSE_CELL}, {"expr": "ground"}, {"expr": BETTER_CELL}], "interpolate": "rgb"}
    text = cell_text(len(classes))
    layers: list[Spec] = [{"mark": "rect", "encoding": {**encoding, "color": {"field": "good", "type": "quantitative", "scale": scale, "legend": None}}}]
    for field, down in (("mark", "-0.55"), ("label", "0.5")):
        mark: Spec = {**text, "dy": {"expr": f"{down} * {text['fontSize']['expr']}"}, "color": {"expr": CELL_INK}}
        layers.append({"mark": mark, "encoding": {**encoding, "text": {"field": field, "type": "nominal"}}})
    title = {"text": say("difference"), "subtitle": [what, say("difference_key")], "subtitlePadding": 4}
    return {"title": title, "height": MATRIX_HEIGHT, "layer": layers}
