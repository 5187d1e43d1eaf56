"""The figures of the page "Splits": all images by part, class shares, estimates by draw, recall by class."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.studies.splits import ClassRow, DrawRow, MethodRow, Tables
from demo.charts.figure import HEIGHT, TRAINING, VALIDATION, Figure
from demo.charts.plots import heading
from demo.charts.theme import Spec
from demo.text import speaker

say = speaker("splits")
ACROSS = 60
"""Images in a line; a class that has more goes on in the next."""
FOLDS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9")
"""Told apart with any colour vision (Okabe and Ito 2008); each fold has a shape of its own too."""
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")
METHODS = {"random": ("#832db6", "circle"), "stratified": ("#0f7d8a", "square"), "k-fold": ("#b3541e", "diamond")}
"""Colour and shape of a method."""
DISTANCE = 0.07
"""Between equal draws, as a share of a method's room."""


def strip(labels: Sequence[int], parts: Sequence[int], names: Sequence[str], what: str) -> Figure:
    """Every image as a point: a class a block of lines, colour, shape and filling by part."""
    rows, lines, placed = [], set(), dict.fromkeys(sorted(set(labels)), 0)
    for label, part in zip(labels, parts, strict=True):
        line, place = divmod(placed[label], ACROSS)
        rows.append({"class": str(label), "line": f"{label}.{line}", "place": place, "part": names[part]})
        lines.add(f"{label}.{line}")
        placed[label] += 1
    first = "split(datum.value, '.')[1] === '0' ? split(datum.value, '.')[0] : ''"
    legend = {"title": None, "orient": "bottom", "columns": 3, "labelLimit": 0, "rowPadding": 4}
    folds = len(names) > 2
    colours = FOLDS if folds else (TRAINING, VALIDATION)
    fills = FOLDS if folds else ("transparent", VALIDATION)

    def channel(values: Sequence[str]) -> Spec:
        scale = {"domain": list(names), "range": list(values)[: len(names)]}
        return {"field": "part", "type": "nominal", "legend": legend, "scale": scale}

    encoding: Spec = {
        "x": {"field": "place", "type": "ordinal", "axis": None, "scale": {"domain": list(range(ACROSS))}},
        "y": {"field": "line", "type": "nominal", "title": say("axis_class"), "sort": sorted(lines),
              "axis": {"labelExpr": first, "labelOverlap": False, "ticks": False, "grid": False}},
        "stroke": channel(colours), "fill": channel(fills), "shape": channel(SHAPES),
        "tooltip": [_tip("class", say("axis_class")), _tip("part", say("tip_part"))],
    }  # fmt: skip
    mark = {"type": "point", "size": {"expr": f"min(46, pow(0.75 * width / {ACROSS}, 2))"}, "strokeWidth": 1, "opacity": 1}
    title = say("figure_strip")
    spec = {"height": 15 * len(lines) + 56, "mark": mark, "encoding": encoding}
    return Figure(f"{title}, {what}", spec, _columns(rows, ("class", "line", "place", "part")))


def shares(table: Sequence[Sequence[float]], names: Sequence[str], classes: Sequence[str], what: str) -> Figure:
    """Each class's share of each part (parts, classes) as points beside each other."""
    rows = [
        {"class": label, "part": name, "percent": round(100 * share, 2)}
        for name, part in zip(names, table, strict=True)
        for label, share in zip(classes, part, strict=True)
    ]
    folds = len(names) > 2
    legend = {"title": None, "orient": "bottom", "columns": 3, "labelLimit": 0, "rowPadding": 4}
    scale = {"domain": list(names), "range": list(FOLDS if folds else (TRAINING, VALIDATION))[: len(names)]}
    encoding = {
        "y": {"field": "class", "type": "nominal", "title": say("axis_class"), "sort": list(classes)},
        "x": {"field": "percent", "type": "quantitative", "title": say("axis_share"), "axis": {"tickCount": 5}},
        "yOffset": {"field": "part", "type": "nominal", "sort": list(names)},
        "color": {"field": "part", "type": "nominal", "legend": legend, "scale": scale},
        "tooltip": [_tip("class", say("axis_class")), _tip("part", say("tip_part")), _tip("percent", say("axis_share"), ".1f")],
    }
    title = say("figure_shares")
    spec = {"title": heading(title, what), "height": 447, "mark": "bar", "encoding": encoding}
    return Figure(f"{title}, {what}", spec, _columns(rows, ("class", "part", "percent")))


def draws(tables: Tables, measure: str, names: Mapping[str, str]) -> Figure:
    """One point a draw, equal ones side by side; behind them mean and standard deviation of each method."""
    points = [_draw(row, measure, names) for row in tables.draws]
    means = [_mean(row, measure, names) for row in tables.methods]
    rows = [*points, *means]
    y_title = say(f"measure_{measure}") + " (%)"
    order = list(names.values())
    colour, shape = ({"field": "method", "type": "nominal", "legend": None, "scale": {"domain": order, "range": [METHODS[name][n] for name in names]}}
                     for n in (0, 1))  # fmt: skip
    below = {"values": list(range(len(order))), "labelExpr": f"{json.dumps(order)}[datum.value]", "grid": False, "ticks": False,
             "labelAngle": 0, "labelLimit": 0, "labelOverlap": False}  # fmt: skip
    x: Spec = {"field": "place", "type": "quantitative", "title": None, "axis": below, "scale": {"domain": [-0.5, len(order) - 0.5], "nice": False}}
    y: Spec = {"field": "percent", "type": "quantitative", "title": y_title, "scale": {"zero": False}}
    draw, mean = ([{"filter": f"datum.kind === '{kind}'"}] for kind in ("draw", "mean"))
    beside = [
        {"window": [{"op": "row_number", "as": "number"}], "groupby": ["method", "percent"]},
        {"joinaggregate": [{"op": "count", "as": "equal"}], "groupby": ["method", "percent"]},
        {"calculate": f"indexof({json.dumps(order)}, datum.method) + {DISTANCE} * (datum.number - (datum.equal + 1) / 2)", "as": "place"},
    ]
    wide = [{"calculate": f"indexof({json.dumps(order)}, datum.method) {sign} 0.4", "as": name} for sign, name in (("-", "place"), ("+", "end"))]
    across = {"x": x, "x2": {"field": "end"}}
    tips = [_tip("method", say("method")), _tip("draw", say("column_draw"), "d"), _tip("percent", y_title, ".1f"),
            _tip("spread", say("column_spread"), ".2f")]  # fmt: skip
    layers: list[Spec] = [
        {"transform": [*mean, *wide], "mark": {"type": "rect", "opacity": 0.18},
         "encoding": {**across, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": colour, "tooltip": tips}},
        {"transform": [*mean, *wide], "mark": {"type": "rule", "aria": False, "strokeWidth": 2}, "encoding": {**across, "y": y, "color": colour, "tooltip": tips}},
        {"transform": [*draw, *beside], "mark": {"type": "point", "filled": True, "size": 55, "opacity": 0.9},
         "encoding": {"x": x, "y": y, "color": colour, "shape": shape, "tooltip": tips}},
    ]  # fmt: skip
    title, what = say("figure_draws"), say(f"measure_{measure}")
    spec = {"title": heading(title, what), "height": HEIGHT + 60, "layer": layers}
    return Figure(f"{title}, {what}", spec, _columns(rows, ("kind", "method", "draw", "percent", "spread", "low", "high")))


def _draw(row: DrawRow, measure: str, names: Mapping[str, str]) -> dict[str, Any]:
    return {"kind": "draw", "method": names[row.split], "draw": row.draw, "percent": round(100 * row.score(measure), 3),
            "spread": None, "low": None, "high": None}  # fmt: skip


def _mean(row: MethodRow, measure: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Mean and standard deviation in percent; without a spread the band has no height."""
    percent, spread = 100 * row.score(measure), row.spread(measure)
    reach = 100 * (spread or 0.0)
    return {"kind": "mean", "method": names[row.split], "draw": None, "percent": percent,
            "spread": None if spread is None else reach, "low": percent - reach, "high": percent + reach}  # fmt: skip


def by_class(classes: Sequence[ClassRow]) -> Figure:
    """Recall of each class on the held-out images and on the official test part."""
    from demo.charts.plots import Axis, bars

    held_out, test = say("line_held_recall"), say("line_test_recall")
    rows = [{"class": row.label, "percent": 100 * row.held_out_recall, "part": held_out} for row in classes]
    rows += [{"class": row.label, "percent": 100 * row.test_recall, "part": test} for row in classes]
    return bars(
        say("figure_by_class"), rows, "class", say("axis_class"), Axis("percent", say("axis_recall"), domain=(0, 100)), "part",
        {held_out: VALIDATION, test: "#5b6670"},
    )  # fmt: skip


def _tip(field: str, title: str, format: str | None = None) -> Spec:
    kind: Spec = {"type": "nominal"} if format is None else {"type": "quantitative", "format": format}
    return {"field": field, "title": title, **kind}


def _columns(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}
