"""Forms of figures that several study pages need: lines and bars of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from demo.charts import direct
from demo.charts.figure import DASH, HEIGHT, STROKES, Figure
from demo.charts.theme import Spec
from demo.text import speaker

say = speaker("figures")
PUBLISHED = "#7a7a7a"
"""Published values stand beside ours in grey, hollow, never in a class's colour."""

MOST_NAMED, LONGEST_NAME = 6, 20
"""Lines, and letters of a name: up to so many stand at the ends of lines, on a telephone too."""
NAME_HEIGHT, AXIS_HEIGHT = 19, 90
"""Pixels of a name with its room, and of what stands above and below the plot."""

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
    at_ends: bool = True,
) -> Figure:  # fmt: skip
    """One line a series, `rows[series]` naming it; `colours` gives their order and colours. `dashed` ones are drawn so.

    Few lines with short names have them at their ends (not where `at_ends` is False), others a legend. `what` is a second line of the title.
    """
    series_names = list(colours)
    columns = _columns(rows, (x.field, y.field, series))
    legend: Spec | None = STROKES
    if named_at_ends := at_ends and len(series_names) <= MOST_NAMED and max(map(len, series_names)) <= LONGEST_NAME and not y.log:
        legend = None
        columns = direct.named(columns, x.field, y.field, series, {name: _as_it_is(name) for name in series_names}, _apart(rows, y, height))
    encoding = {**_xy(x, y), "color": _colour(series, colours, legend), "tooltip": _tips(series, x, y)}
    dashes = {"domain": series_names, "range": [DASH if name in dashed else [1, 0] for name in series_names]}
    encoding["strokeDash"] = {"field": series, "type": "nominal", "scale": dashes, "legend": legend}
    mark: Spec = {"type": "line", "strokeWidth": 2, "clip": True}
    if dots:
        mark["point"] = {"size": 28, "filled": True}
    drawn: Spec = {"mark": mark, "encoding": encoding}
    if named_at_ends:
        drawn = {"layer": [drawn, direct.names(encoding["x"], encoding["y"])]}
    shown = heading(title, what) if what else title
    return Figure(f"{title}, {what}" if what else title, {"title": shown, "height": height, **drawn}, columns)


def _as_it_is(name: str) -> str:
    """A name as a format that gives it back."""
    return name.replace("{", "{{").replace("}", "}}")


def _apart(rows: Sequence[Row], y: Axis, height: int) -> float:
    """How far names stand from each other, in units of `y`: a line of letters."""
    values = [row[y.field] for row in rows if row[y.field] is not None]
    low, high = y.domain or (min(values, default=0), max(values, default=1))
    return NAME_HEIGHT / (height - AXIS_HEIGHT) * (high - low)


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


def _colour(series: str, colours: Mapping[str, str], legend: Spec | None = STROKES) -> Spec:
    return {
        "field": series, "type": "nominal", "legend": legend,
        "scale": {"domain": list(colours), "range": list(colours.values())},
    }  # fmt: skip


def _tips(series: str, *axes: Axis) -> list[Spec]:
    numbers = [{"field": a.field, "type": "quantitative", "title": a.title, "format": a.format} for a in axes]
    return [{"field": series, "type": "nominal", "title": say("series")}, *numbers]


def _columns(rows: Sequence[Row], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in dict.fromkeys(names)}
