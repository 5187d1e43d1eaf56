"""The figures of the page "Splits" that a screen is made of: what each split promises, and what an estimate costs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.studies.splits import Tables
from demo.charts.figure import Figure
from demo.charts.theme import Spec
from demo.lessons.splits.figures import DISTANCE, METHODS
from demo.text import speaker

say = speaker("splits")
HEIGHT = 380
ROOM = 0.9
"""Points kept free above and below the dots; above them more where the guess stands there."""
TEST = "#b35806"
COLUMNS = ("kind", "method", "draw", "percent", "low", "high", "words")


def promised(tables: Tables, names: Mapping[str, str], test: float, guess: str, whole: bool) -> Figure:
    """One dot a draw, equal ones side by side, and far below them the test. Not `whole`: the first draw of each alone.

    `names`: a method -> how it is called on the page; `guess`: the method that the visitor trusts, "" for none.
    """
    draws = [row for row in tables.draws if whole or row.draw == 0]
    points = [100 * row.validation_accuracy for row in tables.draws]
    rows = [_row("draw", names[row.split], draw=row.draw, percent=100 * row.validation_accuracy) for row in draws]
    if whole:
        for method in tables.methods:
            mean, spread = 100 * method.validation_accuracy, method.validation_accuracy_spread
            reach = 100 * (spread or 0.0)
            words = say("spread_here", spread=f"{reach:.2f}") if spread is not None else ""
            rows.append(_row("mean", names[method.split], percent=mean, low=mean - reach, high=mean + reach, words=words))
            top = max(row["percent"] for row in rows if row["kind"] == "draw" and row["method"] == names[method.split])
            rows.append(_row("spread", names[method.split], percent=top, words=words))
        rows.append(_row("test", next(iter(names.values())), percent=100 * test, words=say("test_here", test=f"{100 * test:.0f}%")))
    if guess:
        rows.append(_row("guess", names[guess], percent=max(points) + 2.4 * ROOM, words=say("your_guess")))
    low = min([*points, 100 * test]) if whole else min(points)
    spec = {"height": HEIGHT, "layer": _layers(list(names.values()), [METHODS[name] for name in names], (low - ROOM, max(points) + (3.2 if guess else 1.6) * ROOM))}
    title = say("figure_draws")
    return Figure(title, spec, {name: [row[name] for row in rows] for name in COLUMNS})


def _row(kind: str, method: str, **values: Any) -> dict[str, Any]:
    return {**dict.fromkeys(COLUMNS), "kind": kind, "method": method, **values}


def _layers(order: list[str], marks: Sequence[tuple[str, str]], domain: tuple[float, float]) -> list[Spec]:
    colour, shape = ({"field": "method", "type": "nominal", "legend": None, "scale": {"domain": order, "range": [mark[n] for mark in marks]}} for n in (0, 1))
    below = {"values": list(range(len(order))), "labelExpr": f"{json.dumps(order)}[datum.value]", "grid": False, "ticks": False,
             "labelAngle": 0, "labelLimit": 0, "labelOverlap": False}  # fmt: skip
    x: Spec = {"field": "place", "type": "quantitative", "title": None, "axis": below, "scale": {"domain": [-0.5, len(order) - 0.5], "nice": False}}
    y: Spec = {"field": "percent", "type": "quantitative", "title": say("axis_right"), "axis": {"values": list(range(0, 101, 2)), "format": "d"}, "scale": {"domain": list(domain), "nice": False}}
    at = f"indexof({json.dumps(order)}, datum.method)"
    beside = [
        {"window": [{"op": "row_number", "as": "number"}], "groupby": ["method", "percent"]},
        {"joinaggregate": [{"op": "count", "as": "equal"}], "groupby": ["method", "percent"]},
        {"calculate": f"{at} + {DISTANCE} * (datum.number - (datum.equal + 1) / 2)", "as": "place"},
    ]
    here = [{"calculate": at, "as": "place"}]
    wide = [{"calculate": f"{at} - 0.4", "as": "place"}, {"calculate": f"{at} + 0.4", "as": "end"}]
    across = [{"calculate": "-0.5", "as": "place"}, {"calculate": f"{len(order)} - 0.5", "as": "end"}]
    words = {"field": "words", "type": "nominal"}
    tips = [{"field": "method", "type": "nominal", "title": say("method")}, {"field": "draw", "type": "quantitative", "title": say("column_draw"), "format": "d"},
            {"field": "percent", "type": "quantitative", "title": say("axis_right"), "format": ".1f"}]  # fmt: skip
    return [
        {"transform": [*_only("mean"), *wide], "mark": {"type": "rect", "opacity": 0.18},
         "encoding": {"x": x, "x2": {"field": "end"}, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": colour}},
        {"transform": [*_only("mean"), *wide], "mark": {"type": "rule", "aria": False, "strokeWidth": 2}, "encoding": {"x": x, "x2": {"field": "end"}, "y": y, "color": colour}},
        {"transform": [*_only("draw"), *beside], "mark": {"type": "point", "filled": True, "size": 70, "opacity": 0.95},
         "encoding": {"x": x, "y": y, "color": colour, "shape": shape, "tooltip": tips}},
        {"transform": [*_only("spread"), *here], "mark": {"type": "text", "baseline": "bottom", "dy": -10}, "encoding": {"x": x, "y": y, "text": words}},
        {"transform": [*_only("guess"), *here], "mark": {"type": "text", "baseline": "bottom", "fontWeight": "bold"}, "encoding": {"x": x, "y": y, "text": words}},
        {"transform": [*_only("test"), *across], "mark": {"type": "rule", "aria": False, "strokeWidth": 3, "strokeDash": [8, 5], "color": TEST},
         "encoding": {"x": x, "x2": {"field": "end"}, "y": y}},
        {"transform": [*_only("test"), {"calculate": f"{len(order)} - 0.52", "as": "place"}], "mark": {"type": "text", "align": "right", "baseline": "bottom", "dy": -8, "fontWeight": "bold"},
         "encoding": {"x": x, "y": y, "text": words}},
    ]  # fmt: skip


def _only(kind: str) -> list[Spec]:
    return [{"filter": f"datum.kind === '{kind}'"}]


def rare(parts: Sequence[str], colours: Mapping[str, str], what: str) -> Figure:
    """The pictures of the rarest class, one large dot each; the part of each is in its colour and its filling."""
    names = list(colours)
    words = ["" if part == names[0] and len(names) == 2 else part for part in parts]
    if not any(words):
        words[len(words) // 2] = say("nobody_held")
    rows = [{"place": place, "part": part, "words": word} for place, (part, word) in enumerate(zip(parts, words, strict=True))]
    part = {"field": "part", "type": "nominal", "legend": None}
    filled = ["transparent", *list(colours.values())[1:]] if len(names) == 2 else list(colours.values())
    encoding: Spec = {
        "x": {"field": "place", "type": "ordinal", "axis": None},
        "stroke": {**part, "scale": {"domain": names, "range": list(colours.values())}},
        "fill": {**part, "scale": {"domain": names, "range": filled}},
        "tooltip": [{"field": "part", "type": "nominal", "title": say("tip_part")}],
    }
    written: Spec = {"x": encoding["x"], "text": {"field": "words", "type": "nominal"}}
    layers: list[Spec] = [
        {"mark": {"type": "point", "shape": "circle", "size": {"expr": "min(1100, pow(0.08 * width, 2))"}, "strokeWidth": 3, "opacity": 1}, "encoding": encoding},
        {"mark": {"type": "text", "dy": 34}, "encoding": written},
    ]
    title = say("figure_rare")
    return Figure(f"{title}, {what}", {"height": 80, "layer": layers}, {name: [row[name] for row in rows] for name in ("place", "part", "words")})


def cost(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """How far each estimate spreads, with how well that is known; rows: name, spread, error (points), colour."""
    names = [row["name"] for row in rows]
    drawn = [{**row, "low": max(0.0, row["spread"] - row["error"]), "high": row["spread"] + row["error"], "words": f"{row['spread']:.2f}"} for row in rows]
    colour = {"field": "name", "type": "nominal", "legend": None, "scale": {"domain": names, "range": [row["colour"] for row in rows]}}
    y: Spec = {"field": "name", "type": "nominal", "title": None, "sort": names, "axis": {"labelLimit": 0, "grid": False, "ticks": False}}
    x: Spec = {"field": "spread", "type": "quantitative", "title": say("axis_spread"), "scale": {"zero": True}, "axis": {"tickCount": 5}}
    layers: list[Spec] = [
        {"mark": {"type": "bar", "opacity": 0.35, "height": {"band": 0.5}}, "encoding": {"x": x, "y": y, "color": colour}},
        {"mark": {"type": "rule", "aria": False, "strokeWidth": 2}, "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y, "color": colour}},
        {"mark": {"type": "point", "filled": True, "size": 110, "opacity": 1}, "encoding": {"x": x, "y": y, "color": colour}},
        {"mark": {"type": "text", "align": "left", "dx": 10}, "encoding": {"x": {**x, "field": "high"}, "y": y, "text": {"field": "words", "type": "nominal"}}},
    ]  # fmt: skip
    columns = ("name", "spread", "low", "high", "words")
    return Figure(say("figure_cost"), {"height": 66 * len(rows), "layer": layers}, {name: [row[name] for row in drawn] for name in columns})
