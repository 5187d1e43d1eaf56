"""Ours beside a published number, one row each: ours filled, theirs a hollow diamond, the distance between them a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from demo.charts.figure import Figure, columns_of
from demo.charts.plots import PUBLISHED, Axis, Row, heading
from demo.charts.theme import Spec
from demo.text import speaker

say = speaker("charts")
OURS = "#1d8ba8"
ROW, AROUND = 34, 104
"""Pixels of a row; of the title, the axis and its title together."""


def dumbbell(
    title: str, rows: Sequence[Row], name: str, ours: str, theirs: str, axis: Axis, *, what: str = "", colours: Mapping[str, str] | None = None,
) -> Figure:  # fmt: skip
    """One row for each of `rows` that has both numbers, the greatest distance on top.

    `rows[name]` is its word, `rows[ours]` and `rows[theirs]` the numbers; `axis.field` is not read. `colours`: the colour
    of ours by row's word, where rows have one each.
    """
    both = [row for row in rows if row.get(ours) is not None and row.get(theirs) is not None]
    both.sort(key=lambda row: -abs(row[ours] - row[theirs]))
    order = [str(row[name]) for row in both]
    points = [(str(row[name]), row[ours], row[theirs], row[ours] - row[theirs]) for row in both]
    # `labelLimit` 0: a name is never cut off.
    y: Spec = {"field": "name", "type": "nominal", "sort": order, "title": None, "axis": {"labelLimit": 0, "labelPadding": 12, "domain": False, "ticks": False, "grid": True}}
    scale: Spec = {"zero": False, "nice": True, "padding": 8} if axis.domain is None else {"domain": list(axis.domain), "nice": False}
    x: Spec = {"field": "ours", "type": "quantitative", "title": axis.title, "scale": scale, "axis": {"format": axis.format, "grid": False, "tickCount": 6, "titleAnchor": "end"}}
    tips = [{"field": "name", "type": "nominal", "title": say("row")}] + [
        {"field": field, "type": "quantitative", "title": name, "format": axis.format}
        for field, name in (("ours", say("ours")), ("theirs", say("theirs")), ("distance", say("distance")))
    ]
    colour: Spec = {"value": OURS}
    if colours:
        colour = {"field": "name", "type": "nominal", "legend": None, "scale": {"domain": list(colours), "range": list(colours.values())}}
    layers = [
        {"mark": {"type": "rule", "strokeWidth": 3, "color": PUBLISHED, "opacity": 0.6, "aria": False}, "encoding": {"y": y, "x": x, "x2": {"field": "theirs"}}},
        {"mark": {"type": "point", "shape": "diamond", "filled": True, "fill": {"expr": "ground"}, "stroke": {"expr": "ink"}, "strokeWidth": 2,
                  "size": 130, "opacity": 1}, "encoding": {"y": y, "x": {**x, "field": "theirs"}, "tooltip": tips}},
        {"mark": {"type": "point", "shape": "circle", "filled": True, "size": 130, "opacity": 1}, "encoding": {"y": y, "x": x, "color": colour, "tooltip": tips}},
    ]  # fmt: skip
    spec = {"title": heading(title, what or say("dumbbell_key")), "height": ROW * max(1, len(order)) + AROUND, "layer": layers}
    return Figure(f"{title}, {what}" if what else title, spec, columns_of(("name", "ours", "theirs", "distance"), points))
