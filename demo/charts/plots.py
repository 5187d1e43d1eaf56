"""Forms of figures that several study pages need: lines and bars of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from demo.charts.figure import DASH, HEIGHT, STROKES, Figure
from demo.charts.theme import Spec
from demo.text import speaker

say = speaker("figures")
PUBLISHED = "#7a7a7a"
"""Published values stand beside ours in grey, hollow, never in a class's colour."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Axis:
    """What stands on an axis: the rows' key, its title with the unit, and how numbers are written (d3-format)."""

    field: str
    title: str
    format: str = ".3~g"
    domain: tuple[float, float] | None = None
    log: bool = False


def heading(title: str, what: str) -> Spec:
    """A chart's title in two lines, the second small, so that it fits a telephone."""
    return {"text": title, "subtitle": what, "subtitlePadding": 4}


def lines(
    title: str, rows: Sequence[Row], x: Axis, y: Axis, series: str, colours: Mapping[str, str], *,
    dashed: Sequence[str] = (), dots: bool = True, height: int = HEIGHT, what: str = "",
) -> Figure:  # fmt: skip
    """One line a series, `rows[series]` naming it; `colours` gives their order and colours. `dashed` ones are drawn so.

    `what` is a second line of the title.
    """
    names = list(colours)
    encoding = {**_xy(x, y), "color": _colour(series, colours), "tooltip": _tips(series, x, y)}
    dashes = {"domain": names, "range": [DASH if name in dashed else [1, 0] for name in names]}
    encoding["strokeDash"] = {"field": series, "type": "nominal", "scale": dashes, "legend": STROKES}
    mark: Spec = {"type": "line", "strokeWidth": 2, "clip": True}
    if dots:
        mark["point"] = {"size": 28, "filled": True}
    shown = heading(title, what) if what else title
    spec = {"title": shown, "height": height, "mark": mark, "encoding": encoding}
    return Figure(f"{title}, {what}" if what else title, spec, _columns(rows, (x.field, y.field, series)))


def bars(
    title: str, rows: Sequence[Row], x: str, x_title: str, y: Axis, series: str, colours: Mapping[str, str], *,
    order: Sequence[Any] | None = None, height: int = HEIGHT, angle: int = 0,
) -> Figure:  # fmt: skip
    """Bars side by side: one group for each value of `rows[x]` in `order`, one bar a series. Long names need an `angle`."""
    across: Spec = {"field": x, "type": "nominal", "title": x_title, "axis": {"labelAngle": angle, "labelOverlap": False}}
    if order is not None:
        across["sort"] = list(order)
    encoding = {
        "x": across,
        "xOffset": {"field": series, "type": "nominal", "sort": list(colours)},
        "y": _quantity(y),
        "color": {**_colour(series, colours), "legend": {"title": None, "orient": "bottom", "columns": 2, "labelLimit": 0}},
        "tooltip": [{"field": x, "type": "nominal", "title": x_title}, *_tips(series, y)],
    }
    spec = {"title": title, "height": height, "mark": {"type": "bar"}, "encoding": encoding}
    return Figure(title, spec, _columns(rows, (x, y.field, series)))


def _xy(x: Axis, y: Axis) -> Spec:
    return {"x": _quantity(x), "y": _quantity(y)}


def _quantity(axis: Axis) -> Spec:
    scale: Spec = {"type": "log"} if axis.log else {"zero": False}
    if axis.domain is not None:
        scale |= {"domain": list(axis.domain), "nice": False}
    return {"field": axis.field, "type": "quantitative", "title": axis.title, "scale": scale, "axis": {"format": axis.format}}


def _colour(series: str, colours: Mapping[str, str]) -> Spec:
    return {
        "field": series, "type": "nominal", "legend": STROKES,
        "scale": {"domain": list(colours), "range": list(colours.values())},
    }  # fmt: skip


def _tips(series: str, *axes: Axis) -> list[Spec]:
    numbers = [{"field": a.field, "type": "quantitative", "title": a.title, "format": a.format} for a in axes]
    return [{"field": series, "type": "nominal", "title": say("series")}, *numbers]


def _columns(rows: Sequence[Row], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in dict.fromkeys(names)}
