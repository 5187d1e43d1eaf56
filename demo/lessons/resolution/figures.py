"""The figures of the page "Resolution study" that lay published points, a reference line or a mark over ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.vocabulary.metrics import Scores
from demo.charts.figure import CLASS_COLOURS, DASH, HEIGHT, STROKES, Figure
from demo.charts.plots import PUBLISHED
from demo.charts.theme import Spec, cell_ink, shades
from demo.text import speaker

say = speaker("resolution")
FILTERS = {"bilinear": "#ffa90e", "bilinear-antialias": "#3f90da", "bicubic": "#832db6", "area": "#94a4a2", "nearest": "#bd1f01"}
SCORES = {"recall": "#3f90da", "precision": "#e76300", "accuracy": "#832db6"}
MAP_HEIGHT = 340
MARKED, QUIET_BAR = "#ffa90e", "#94a4a2"
"""The bar that the eye should be at, and the others."""
ABOVE = {"title": None, "orient": "top", "labelLimit": 0}
"""A second legend stands above the figure: beside the first it would be cut off on a telephone."""

Row = Mapping[str, Any]


def _columns(rows: Sequence[Row], *names: str) -> dict[str, list[Any]]:
    return {name: [row.get(name) for row in rows] for name in names}


def _figure(title: str, layers: Sequence[Spec], columns: dict[str, list[Any]], height: int = HEIGHT, **more: Any) -> Figure:
    """The first line of the title is its heading, a second one stands smaller below it: long lines are cut off."""
    heading, *rest = title.splitlines()
    head = {"text": heading, "subtitle": rest, "subtitlePadding": 4}
    spec = {"title": head, "height": height, "layer": list(layers), **more}
    return Figure(": ".join([heading, *rest]), spec, columns)


def _only(field: str, *values: object) -> list[Spec]:
    return [{"filter": {"field": field, "oneOf": list(values)}}]


def _percent(field: str, title: str) -> Spec:
    return {"field": field, "type": "quantitative", "title": title, "scale": {"domain": [0, 100], "nice": False},
            "axis": {"format": "d", "tickCount": 5}}  # fmt: skip


def _side(sides: Sequence[int]) -> Spec:
    """The side as an axis: the sharpest images on the left, as the question goes."""
    scale = {"domain": [max(sides), min(sides)], "nice": False, "zero": False}
    axis = {"format": "d", "values": [side for side in (4, 7, 8, 14, 16, 21, 24, 28, 32) if side in sides], "grid": False}
    return {"field": "side", "type": "quantitative", "title": say("side_axis"), "scale": scale, "axis": axis}


def _named(field: str, colours: Mapping[str, str], prefix: str, **legend: Any) -> Spec:
    names = [say(f"{prefix}_{name}") for name in colours]
    return {"field": field, "type": "nominal", "scale": {"domain": names, "range": list(colours.values())},
            "legend": {**STROKES, "columns": 3, **legend}}  # fmt: skip


def _tips(*fields: tuple[str, str, str]) -> list[Spec]:
    """(field, title, format); without a format it is a name."""
    return [{"field": field, "title": title, **({"type": "quantitative", "format": form} if form else {"type": "nominal"})}
            for field, title, form in fields]  # fmt: skip


# --- the riddle ---------------------------------------------------------------------------------------------------


def scores(title: str, rows: Sequence[Row], published: Sequence[Row] = (), marked: int | None = None) -> Figure:
    """Recall, precision and accuracy by side (rows: side, score, value); published recall as hollow points; a side marked."""
    every = [{**row, "source": say("source_ours")} for row in rows]
    every += [{**row, "score": say("score_recall"), "source": say("source_report")} for row in published]
    sides = [row["side"] for row in every]
    tips = _tips(("score", say("column_score"), ""), ("source", say("column_source"), ""), ("side", say("side_axis"), "d"),
                 ("value", say("percent_axis"), ".1f"))  # fmt: skip
    place = {"x": _side(sides), "y": _percent("value", say("percent_axis")), "tooltip": tips}
    names = [say(f"score_{name}") for name in SCORES]
    dash = {"field": "score", "type": "nominal", "scale": {"domain": names, "range": [[1, 0], DASH, [2, 3]]},
            "legend": {**STROKES, "columns": 3}}  # fmt: skip
    layers: list[Spec] = [{
        "mark": {"type": "line", "strokeWidth": 2.5, "point": {"size": 28, "filled": True}},
        "transform": _only("source", say("source_ours")),
        "encoding": {**place, "color": _named("score", SCORES, "score"), "strokeDash": dash},
    }]  # fmt: skip
    if published:
        layers.append({
            "mark": {"type": "point", "filled": False, "size": 110, "strokeWidth": 2.5, "color": PUBLISHED},
            "transform": _only("source", say("source_report")), "encoding": place,
        })  # fmt: skip
    if marked is not None:
        layers.append(_mark("side", marked, _side(sides)))
    return _figure(title, layers, _columns(every, "side", "score", "value", "source"))


def rising(title: str, rows: Sequence[Row], sides: Sequence[int]) -> Figure:
    """The recall of one class by side, alone: rows as in `scores`."""
    place = {"x": _side(sides), "y": _percent("value", say("score_recall_axis"))}
    tips = _tips(("side", say("side_axis"), "d"), ("value", say("score_recall_axis"), ".1f"))
    words: Spec = {"type": "text", "dy": -16, "fontWeight": "bold", "aria": False}
    return _figure(title, [
        {"mark": {"type": "line", "strokeWidth": 3, "color": SCORES["recall"]}, "encoding": place},
        {"mark": {"type": "point", "filled": True, "size": 90, "opacity": 1, "color": SCORES["recall"]}, "encoding": {**place, "tooltip": tips}},
        {"mark": words, "encoding": {**place, "text": {"field": "value", "type": "quantitative", "format": ".0f"}}},
    ], _columns(rows, "side", "value"))  # fmt: skip


def said(title: str, classes: Sequence[str], found: Scores, marked: int, top: int, guess: float | None) -> Figure:
    """How often each word is said, one bar a word; a line at what is true; the word `marked` stands out, with the guess on it."""
    rows = [{"class": name, "predicted": found.predicted[place], "marked": place == marked, "guess": guess if place == marked else None}
            for place, name in enumerate(classes)]  # fmt: skip
    up: Spec = {"field": "class", "type": "nominal", "sort": list(classes), "title": None, "axis": {"labelOverlap": False, "ticks": False, "domain": False}}
    across: Spec = {"type": "quantitative", "title": None, "scale": {"domain": [0, top], "nice": False}, "axis": {"format": ",d", "tickCount": 5}}
    tips = _tips(("class", say("column_class"), ""), ("predicted", say("predicted_axis"), "d"))
    colour = {"condition": {"test": "datum.marked", "value": MARKED}, "value": QUIET_BAR}
    length: Spec = {**across, "field": "predicted"}
    true = {**across, "datum": found.support[marked]}
    layers: list[Spec] = [
        {"mark": {"type": "bar", "height": {"band": 0.72}}, "encoding": {"y": up, "x": length, "color": colour, "tooltip": tips}},
        {"mark": {"type": "text", "align": "left", "dx": 5, "aria": False},
         "encoding": {"y": up, "x": length, "text": {"field": "predicted", "type": "quantitative", "format": ",d"}}},
        {"data": {"values": [{}]}, "mark": {"type": "rule", "aria": False, "strokeDash": DASH, "color": {"expr": "ink"}}, "encoding": {"x": true}},
    ]  # fmt: skip
    if guess is not None:
        own: Spec = {**across, "field": "guess"}
        only: list[Spec] = [{"filter": "datum.guess !== null"}]
        layers += [
            {"transform": only, "mark": {"type": "tick", "thickness": 4, "color": {"expr": "ink"}, "height": {"band": 1.1}}, "encoding": {"y": up, "x": own}},
            {"transform": only, "mark": {"type": "text", "align": "center", "dy": {"expr": "letters * 1.35"}, "fontWeight": "bold", "fontStyle": "italic"},
             "encoding": {"y": up, "x": own, "text": {"value": say("yours")}}},
        ]  # fmt: skip
    return _figure(title, layers, _columns(rows, "class", "predicted", "marked", "guess"), 310)


def _mark(field: str, value: float, axis: Spec) -> Spec:
    """An upright line where the slider stands."""
    place = {"datum": value, "type": "quantitative", **{key: axis[key] for key in ("scale", "title", "axis")}}
    return {"mark": {"type": "rule", "aria": False, "strokeWidth": 2, "color": PUBLISHED, "strokeDash": [2, 2]}, "encoding": {"x": place}}


def predicted_map(title: str, rows: Sequence[Row], classes: Sequence[str], sides: Sequence[int]) -> Figure:
    """How often each class is predicted at each side, as a number in a cell. rows: side, class, predicted."""
    peak = max(row["predicted"] for row in rows)
    place = {
        "x": {"field": "side", "type": "ordinal", "sort": list(sides), "title": say("side_axis"), "axis": {"labelAngle": 0}},
        "y": {"field": "class", "type": "nominal", "sort": list(classes), "title": say("column_class")},
        "tooltip": _tips(("class", say("column_class"), ""), ("side", say("side_axis"), ""), ("predicted", say("predicted_axis"), "d")),
    }  # fmt: skip
    cells = {"mark": "rect", "encoding": {**place, "color": shades("predicted", peak)}}
    numbers = {"mark": "text",
               "encoding": {**place, "text": {"field": "predicted", "type": "quantitative", "format": "d"}, "color": cell_ink("predicted", peak)}}  # fmt: skip
    return _figure(title, [cells, numbers], _columns(rows, "side", "class", "predicted"), MAP_HEIGHT)


def predicted_bars(title: str, rows: Sequence[Row], classes: Sequence[str], true: int, top: int) -> Figure:
    """How often each class is predicted; a line at the true count; hollow what it was before. rows: class, predicted, before."""
    across: Spec = {"field": "class", "type": "nominal", "sort": list(classes), "title": None,
                    "axis": {"labelAngle": -40, "labelOverlap": False}}  # fmt: skip
    scale = {"domain": [0, top], "nice": False}
    up: Spec = {"type": "quantitative", "title": say("predicted_axis"), "scale": scale, "axis": {"format": "d", "tickCount": 5}}
    colour = {"field": "class", "type": "nominal", "legend": None, "scale": {"domain": list(classes), "range": list(CLASS_COLOURS)}}
    tips = _tips(("class", say("column_class"), ""), ("predicted", say("predicted_axis"), "d"), ("before", say("before_axis"), "d"))
    bars = {"mark": {"type": "bar"},
            "encoding": {"x": across, "y": {**up, "field": "predicted"}, "color": colour, "tooltip": tips}}  # fmt: skip
    before = {"mark": {"type": "tick", "thickness": 3, "color": PUBLISHED, "bandSize": 22},
              "encoding": {"x": across, "y": {**up, "field": "before"}, "tooltip": tips}}  # fmt: skip
    line = {"mark": {"type": "rule", "aria": False, "strokeDash": DASH, "strokeWidth": 2, "color": PUBLISHED},
            "encoding": {"y": {**up, "datum": true}}}  # fmt: skip
    moved = any(row["before"] != row["predicted"] for row in rows)
    return _figure(title, [bars, *([before] if moved else []), line], _columns(rows, "class", "predicted", "before"))


def lowering(title: str, rows: Sequence[Row], by: float, best: float) -> Figure:
    """Recall, precision and accuracy as a logit is lowered (rows: by, score, value); marks where it stands and what is best."""
    axis: Spec = {"field": "by", "type": "quantitative", "title": say("by_axis"), "scale": {"nice": False},
                  "axis": {"format": ".1f", "grid": False}}  # fmt: skip
    tips = _tips(("score", say("column_score"), ""), ("by", say("by_axis"), ".1f"), ("value", say("percent_axis"), ".1f"))
    place = {"x": axis, "y": _percent("value", say("percent_axis")), "tooltip": tips}
    names = [say(f"score_{name}") for name in SCORES]
    dash = {"field": "score", "type": "nominal", "scale": {"domain": names, "range": [[1, 0], DASH, [2, 3]]},
            "legend": {**STROKES, "columns": 3}}  # fmt: skip
    lines = {"mark": {"type": "line", "strokeWidth": 2.5},
             "encoding": {**place, "color": _named("score", SCORES, "score"), "strokeDash": dash}}  # fmt: skip
    summit = {
        "mark": {"type": "point", "shape": "triangle-up", "size": 130, "filled": True, "color": SCORES["accuracy"]},
        "transform": [{"filter": {"and": [{"field": "by", "equal": best}, {"field": "score", "equal": say("score_accuracy")}]}}],
        "encoding": place,
    }  # fmt: skip
    return _figure(title, [lines, summit, _mark("by", by, axis)], _columns(rows, "by", "score", "value"), HEIGHT)


# --- the sweep ----------------------------------------------------------------------------------------------------


def sweep(title: str, rows: Sequence[Row], filters: Sequence[str]) -> Figure:
    """Curves by filter (colour) and protocol (stroke), and the points of TVTV. rows: side, filter, protocol (a line's) or own (a point's), value."""
    sides = [row["side"] for row in rows]
    drawn = {row["filter"] for row in rows}
    colours = {name: FILTERS[name] for name in FILTERS if name in filters and name in drawn}
    colour = {"field": "filter", "type": "nominal", "scale": {"domain": list(colours), "range": list(colours.values())},
              "legend": {**STROKES, "columns": 3}}  # fmt: skip
    lines, points = [say("protocol_totv"), say("protocol_mixed")], say("protocol_tvtv")
    # Two fields: one legend would be made of both, with a symbol for each name in it.
    dash = {"field": "protocol", "type": "nominal", "scale": {"domain": lines, "range": [[1, 0], DASH]},
            "legend": {**STROKES, "orient": "top"}}  # fmt: skip
    tips = _tips(("filter", say("column_filter"), ""), ("side", say("side_axis"), "d"),
                 ("value", say("accuracy_axis"), ".1f"))  # fmt: skip
    place = {"x": _side(sides), "y": _percent("value", say("accuracy_axis")), "tooltip": tips}
    shape = {"field": "own", "type": "nominal", "scale": {"domain": [points], "range": ["diamond"]},
             "legend": {**ABOVE, "symbolFillColor": PUBLISHED, "symbolStrokeWidth": 0}}  # fmt: skip
    curves = {"mark": {"type": "line", "strokeWidth": 2}, "transform": _only("protocol", *lines),
              "encoding": {**place, "color": colour, "strokeDash": dash}}  # fmt: skip
    own = {"mark": {"type": "point", "size": 130, "filled": True, "opacity": 1}, "transform": _only("own", points),
           "encoding": {**place, "color": colour, "shape": shape}}  # fmt: skip
    return _figure(title, [curves, own], _columns(rows, "side", "filter", "protocol", "own", "value"), 420)
