"""Figures of the study pages: drawn as every chart of the lab, and taken home as PNG, SVG or CSV.

The images are made by vl-convert, which carries Vega itself, when somebody asks for them: no browser, no network.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from demo.charts import figure as charts
from demo.charts.figure import DASH, HEIGHT, STROKES, Figure
from demo.charts.theme import Look, Spec, styled
from demo.text import speaker

say = speaker("figures")
WIDTH = 720
"""Pixels of a figure that is taken home; on the page it is as wide as its place."""
PUBLISHED = "#7a7a7a"
"""Published values stand beside ours in grey, hollow, never in a class's colour."""
VEGA_LITE = "v6.1"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Axis:
    """What stands on an axis: the rows' key, its title with the unit, and how numbers are written (d3-format)."""

    field: str
    title: str
    format: str = ".3~g"
    domain: tuple[float, float] | None = None
    log: bool = False


def show(figure: Figure, key: str) -> None:
    """The figure, and below it the way to take it home."""
    charts.show(figure, key=key)
    take(figure, key)


def take(figure: Figure, key: str) -> None:
    """The way to take a figure home: as PNG, SVG or CSV."""
    with st.popover(say("take"), icon=":material/download:", key=f"{key}.take", type="tertiary"):
        for kind, mime in (("png", "image/png"), ("svg", "image/svg+xml"), ("csv", "text/csv")):
            st.download_button(
                say(kind), _writer(figure, kind), f"{_file(figure.title)}.{kind}", mime, key=f"{key}.{kind}",
                on_click="ignore", width="stretch",
            )  # fmt: skip


def _writer(figure: Figure, kind: str) -> Callable[[], bytes | str]:
    return {"png": lambda: png(figure), "svg": lambda: svg(figure), "csv": figure.csv}[kind]


def png(figure: Figure) -> bytes:
    """The figure as an image, on white, sharp in print."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(json.dumps(whole(figure)), vl_version=VEGA_LITE, scale=2))


def svg(figure: Figure) -> str:
    """The figure as a drawing, on white."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(json.dumps(whole(figure)), vl_version=VEGA_LITE))


def whole(figure: Figure) -> Spec:
    """The specification with its data, a width and a white ground."""
    names = list(figure.columns)
    values = [dict(zip(names, row, strict=True)) for row in zip(*figure.columns.values(), strict=True)]
    return {"width": WIDTH, "background": "white", **styled(figure.spec, Look()), "data": {"values": values}}


def _file(title: str) -> str:
    """A title as a file's name."""
    words = "".join(letter if letter.isalnum() else " " for letter in title.lower()).split()
    return "-".join(words)[:60] or "figure"


def heading(title: str, what: str) -> Spec:
    """A chart's title in two lines, the second small, so that it fits a telephone."""
    return {"text": title, "subtitle": what, "subtitlePadding": 4}


# --- forms that several pages need ---------------------------------------------------------------------------------


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
