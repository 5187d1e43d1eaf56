"""The figure of the page "Seeing at low resolution" that sets the class beside the networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.classroom.game import SIDES, Tested
from core.classroom.guesses import GuessCounts
from demo.charts.figure import HEIGHT, Figure
from demo.charts.plots import heading
from demo.charts.protocols import PROTOCOLS as PROTOCOL
from demo.charts.theme import Spec
from demo.text import speaker

say = speaker("seeing")
SERIES = {"people": ("#bd1f01", "triangle-up")} | {name: (one.colour, one.shape) for name, one in PROTOCOL.items()}
"""Colour and shape of the dots."""


def beside(tallies: Sequence[GuessCounts], tested: Sequence[Tested]) -> Figure:
    """Share of right answers by side: the class's with its interval, and the networks'."""
    rows: list[dict[str, Any]] = [
        {"side": one.side, "right": 100 * one.accuracy, "low": 100 * one.interval[0], "high": 100 * one.interval[1],
         "who": say("series_people"), "answers": one.guesses}
        for one in tallies
    ]  # fmt: skip
    rows += [
        {"side": one.side, "right": 100 * one.accuracy, "low": None, "high": None, "who": PROTOCOL[one.protocol].word,
         "answers": sum(map(sum, one.confusion))}
        for one in tested
    ]  # fmt: skip
    title, what = say("beside"), say("beside_what")
    layers = [_lines(), _dots(), _intervals()]
    spec: Spec = {"title": heading(title, what), "height": HEIGHT, "layer": layers}
    return Figure(f"{title}, {what}", spec, {name: [row[name] for row in rows] for name in rows[0]})


def _place() -> Spec:
    axis = {"format": "d", "values": list(SIDES), "grid": False}
    return {
        "x": {"field": "side", "type": "quantitative", "title": say("side_axis"), "axis": axis,
              "scale": {"domain": [0, SIDES[-1] + 1], "nice": False}},
        "y": {"field": "right", "type": "quantitative", "title": say("right_axis"), "axis": {"format": "d", "tickCount": 5},
              "scale": {"domain": [0, 100], "nice": False}},
        "color": _told(0),
    }  # fmt: skip


def _told(part: int) -> Spec:
    """Who, by colour (0) or by the dots' shape (1). All layers name the same legend, or there would be none."""
    names = [say("series_people") if name == "people" else PROTOCOL[name].word for name in SERIES]
    scale = {"domain": names, "range": [drawn[part] for drawn in SERIES.values()]}
    legend = {"title": None, "orient": "bottom", "columns": 4, "labelLimit": 0, "symbolSize": 80}
    return {"field": "who", "type": "nominal", "scale": scale, "legend": legend}


def _lines() -> Spec:
    return {"mark": {"type": "line", "strokeWidth": 2}, "encoding": _place()}


def _dots() -> Spec:
    tips = [
        {"field": "who", "type": "nominal", "title": say("who")},
        {"field": "side", "type": "quantitative", "title": say("side_axis")},
        {"field": "right", "type": "quantitative", "title": say("right_axis"), "format": ".1f"},
        {"field": "answers", "type": "quantitative", "title": say("answers")},
    ]
    mark = {"type": "point", "filled": True, "size": 70, "opacity": 1}
    return {"mark": mark, "encoding": {**_place(), "shape": _told(1), "tooltip": tips}}


def _intervals() -> Spec:
    """The class's 95% intervals as upright strokes."""
    place = _place()
    ends = {"y": {**place["y"], "field": "low"}, "y2": {"field": "high"}}
    return {
        "mark": {"type": "rule", "aria": False, "strokeWidth": 1.5, "opacity": 0.7}, "encoding": {**place, **ends},
        "transform": [{"filter": "isValid(datum.low)"}],
    }  # fmt: skip
