"""The confusion matrix, as counts or as shares of each true class: square, what is right pale, what is wrong strong."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

from core.vocabulary import metrics
from demo.charts.class_pictures import SIDE
from demo.charts.figure import Figure, columns_of
from demo.charts.theme import Spec
from demo.text import speaker

say = speaker("charts")

MATRIX_HEIGHT, MATRIX_WIDTH = 500, 500
"""Pixels, with names and title; so wide that the cells are squares where there is room."""
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
    pictures: Sequence[str] = (),
) -> Figure:
    """A confusion matrix (C, C) with a number in each cell: rows are the truth, columns the prediction.

    `what` says whose predictions they are (it stands in the title); "shares" gives percent of each row. `pictures`: a
    data: address for each class (demo/charts/class_pictures.py), which stands at the head of its row.
    """
    shares = metrics.normalised(matrix) * 100
    wrong = [
        float(share if numbers == "shares" else count)
        for row, fractions, truth in zip(matrix, shares, classes, strict=True)
        for guess, count, share in zip(classes, row, fractions, strict=True) if guess != truth
    ]  # fmt: skip
    most = max(wrong, default=0) or 1
    cells = [
        (truth, guess, count, round(float(share), 2), 0.0 if truth == guess else float(share if numbers == "shares" else count) / most)
        for truth, row, fractions in zip(classes, matrix, shares, strict=True)
        for guess, count, share in zip(classes, row, fractions, strict=True)
    ]
    title = say("confusion", what=what)
    spec = _matrix_spec(what, tuple(classes), numbers, tuple(pictures))
    return Figure(title, spec, columns_of(("truth", "guess", "count", "share", "slip"), cells), widest=MATRIX_WIDTH)


@lru_cache(maxsize=256)
def _matrix_spec(what: str, classes: tuple[str, ...], numbers: Numbers, pictures: tuple[str, ...]) -> Spec:
    encoding: Spec = {
        "x": class_axis("guess", classes, labelAngle=-40),
        "y": class_axis("truth", classes, **({"labelPadding": SIDE + 10} if pictures else {})),
        "tooltip": [
            {"field": "truth", "type": "nominal", "title": say("truth_axis")},
            {"field": "guess", "type": "nominal", "title": say("guess_axis")},
            {"field": "count", "type": "quantitative", "title": say("count_axis"), "format": "d"},
            {"field": "share", "type": "quantitative", "title": say("share_axis"), "format": ".1f"},
        ],
    }
    shown: Spec = {"field": "count", "format": "d"} if numbers == "counts" else {"field": "share", "format": ".1f"}
    own = "datum['truth'] === datum['guess']"
    present = {"condition": {"test": f"datum['count'] > 0 || {own}", "value": 1}, "value": NOTHING}
    ink = {"condition": [{"test": own, "value": {"expr": "ink"}}, {"test": "datum['slip'] > slip_turn", "value": {"expr": "on_most"}}],
           "value": {"expr": "on_few"}}  # fmt: skip
    scale = {"domain": [0, 1], "range": [{"expr": "slip_none"}, {"expr": "slip_most"}], "interpolate": "rgb"}
    slip = {"condition": {"test": own, "value": {"expr": "own"}}, "field": "slip", "type": "quantitative", "scale": scale, "legend": None}
    text: Spec = {**encoding, "text": {**shown, "type": "quantitative"}, "color": ink, "opacity": present}
    heading = {"text": say("confusion_short"), "subtitle": [what, say(f"confusion_{numbers}")], "subtitlePadding": 4}
    layers = [
        {"mark": "rect", "encoding": {**encoding, "color": slip}},
        {"mark": cell_text(len(classes)), "encoding": text},
        *_heads(classes, pictures, encoding["y"]),
    ]
    return {"title": heading, "height": MATRIX_HEIGHT, "layer": layers}


def _heads(classes: Sequence[str], pictures: Sequence[str], y: Spec) -> list[Spec]:
    """A picture of each class between its name and its row; none without pictures."""
    if not pictures:
        return []
    values = [{"truth": name, "picture": address} for name, address in zip(classes, pictures, strict=True)]
    encoding = {"x": {"value": -SIDE / 2 - 5}, "y": {key: part for key, part in y.items() if key != "axis"}, "url": {"field": "picture", "type": "nominal"}}
    side = {"expr": f"min({SIDE}, height / {len(classes)} - 2)"}
    return [{"data": {"values": values}, "mark": {"type": "image", "width": side, "height": side, "aria": False}, "encoding": encoding}]


def cell_text(classes: int) -> Spec:
    """The mark of what stands in the cells of a matrix of so many classes."""
    return {"type": "text", "fontSize": {"expr": f"min(letters, {CELL} * width / {classes})"}}


def class_axis(field: str, classes: Sequence[str], **more: Any) -> Spec:
    """An axis of a matrix: `field` is "truth" or "guess", the classes stand in their order; `more` belongs to Vega's axis."""
    axis = {"labelOverlap": False, "grid": False, **more}
    return {"field": field, "type": "nominal", "sort": classes, "title": say(f"{field}_axis"), "axis": axis}
