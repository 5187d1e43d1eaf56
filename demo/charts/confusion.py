"""The confusion matrix, as counts or as shares of each true class."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

from core.vocabulary import metrics
from demo.charts.figure import Figure, columns_of
from demo.charts.theme import Spec, cell_ink, shades
from demo.text import speaker

say = speaker("charts")

MATRIX_HEIGHT = 460
NOTHING = 0.6
"""Opacity of a 0 in a cell: it stands back, and can still be read (4.5:1)."""
CELL = 0.42
"""Letters of a number of four digits that fill the width of its cell, as a share of that width."""

Numbers = Literal["counts", "shares"]


def confusion_matrix(
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
    return Figure(title, spec, columns_of(("truth", "guess", "count", "share", "shade"), cells))


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
