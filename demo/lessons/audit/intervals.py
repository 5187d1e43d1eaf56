"""The figures of the page "Audit" that a screen is made of: where a number must lie, and where it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from demo.charts.figure import TRAINING, VALIDATION, Figure, columns_of
from demo.charts.theme import Spec
from demo.text import speaker

say = speaker("audit")
FITS, FAILS = "#1d8ba8", "#b35806"
ROW, AROUND = 34, 70
"""Pixels of a row, and of the axis with its title."""
WORDS = ("fits_word", "fails_word")
LEGEND: Spec = {"title": None, "orient": "top", "columns": 2, "labelLimit": 0}


@dataclass(frozen=True, slots=True)
class Place:
    """A printed number by its name, the interval in which it would have to lie, both in percent, and whether it does."""

    name: str
    low: float
    high: float
    value: float
    possible: bool


def intervals(title: str, axis: str, places: Sequence[Place], whole: bool = True) -> Figure:
    """A row each: the interval as a bar, the printed number as a mark, its shape and colour by whether it fits.

    Not `whole`: without the printed numbers.
    """
    fits, fails = (say(word) for word in WORDS)
    rows = [(place.name, round(place.low, 3), round(place.high, 3), place.value, fits if place.possible else fails) for place in places]
    kinds = {"field": "kind", "type": "nominal"}
    legend = LEGEND if whole else None
    y: Spec = {"field": "name", "type": "nominal", "title": None, "sort": [place.name for place in places],
               "axis": {"labelLimit": 0, "grid": True, "ticks": False, "domain": False}}  # fmt: skip
    every = [value for place in places for value in (place.low, place.high, place.value)]
    x: Spec = {"field": "low", "type": "quantitative", "title": axis, "scale": {"domain": _around(every), "nice": False}, "axis": {"grid": False, "tickCount": 6, "titleAnchor": "end"}}
    tips = [{"field": "name", "type": "nominal", "title": say("row")}, {"field": "value", "type": "quantitative", "title": say("printed_number"), "format": ".1f"},
            {"field": "low", "type": "quantitative", "title": say("from"), "format": ".1f"}, {"field": "high", "type": "quantitative", "title": say("to"), "format": ".1f"}]  # fmt: skip
    layers: list[Spec] = [
        {"mark": {"type": "bar", "color": "#7d8f9b", "opacity": 0.45, "height": 14, "cornerRadius": 4}, "encoding": {"y": y, "x": x, "x2": {"field": "high"}, "tooltip": tips}}
    ]  # fmt: skip
    if whole:
        scales = {"color": [FITS, FAILS], "shape": ["circle", "diamond"]}
        marks = {name: {**kinds, "legend": legend, "scale": {"domain": [fits, fails], "range": values}} for name, values in scales.items()}
        layers.append({"mark": {"type": "point", "filled": True, "opacity": 1, "size": 150}, "encoding": {"y": y, "x": {**x, "field": "value"}, **marks, "tooltip": tips}})
    height = ROW * len(rows) if len(rows) > 6 else 50 * len(rows)
    return Figure(title, {"height": height + AROUND, "layer": layers}, columns_of(("name", "low", "high", "value", "kind"), rows))


def _around(values: Sequence[float]) -> list[int]:
    """From and to, in whole numbers, with room for a mark at both ends."""
    return [floor(min(values) - 0.5), ceil(max(values) + 0.5)]


def sixteenths(title: str, values: Sequence[tuple[str, float, bool]], parts: int) -> Figure:
    """Printed values (name, value in sixteenths, whether whole) on a scale of sixteenths."""
    fits, fails = say("whole_word"), say("odd_word")
    rows = [(name, value, fits if whole else fails, f"{value:g}") for name, value, whole in values]
    kinds = {"field": "kind", "type": "nominal", "legend": LEGEND}
    scales = {"color": [FITS, FAILS], "shape": ["circle", "diamond"]}
    marks = {name: {**kinds, "scale": {"domain": [fits, fails], "range": found}} for name, found in scales.items()}
    y: Spec = {"field": "name", "type": "nominal", "title": None, "sort": [row[0] for row in rows], "axis": {"labelLimit": 0, "ticks": False, "domain": False, "grid": False}}
    x: Spec = {"field": "value", "type": "quantitative", "title": say("axis_sixteenths"), "scale": {"domain": [0, parts], "nice": False},
               "axis": {"values": list(range(parts + 1)), "format": "d", "grid": True}}  # fmt: skip
    layers: list[Spec] = [
        {"mark": {"type": "point", "filled": True, "opacity": 1, "size": 220}, "encoding": {"y": y, "x": x, **marks}},
        {"mark": {"type": "text", "align": "left", "dx": 14, "fontWeight": "bold"}, "encoding": {"y": y, "x": x, "text": {"field": "words", "type": "nominal"}}},
    ]
    return Figure(title, {"height": 58 * len(rows) + AROUND, "layer": layers}, columns_of(("name", "value", "kind", "words"), rows))


def both(title: str, axis: str, rows: Sequence[tuple[str, float, float]]) -> Figure:
    """Training and test accuracy (name, training, test), in percent, a row each."""
    train, test = say("training_word"), say("test_word")
    points = [(name, part, value, left, right) for name, left, right in rows for part, value in ((train, left), (test, right))]
    y: Spec = {"field": "name", "type": "nominal", "title": None, "sort": [row[0] for row in rows], "axis": {"labelLimit": 0, "ticks": False, "domain": False, "grid": True}}
    every = [value for _, *pair in rows for value in pair]
    x: Spec = {"field": "value", "type": "quantitative", "title": axis, "scale": {"domain": _around(every), "nice": False}, "axis": {"grid": False, "tickCount": 6, "titleAnchor": "end"}}
    scales = {"color": [TRAINING, VALIDATION], "shape": ["circle", "square"]}
    marks = {name: {"field": "part", "type": "nominal", "legend": LEGEND, "scale": {"domain": [train, test], "range": found}} for name, found in scales.items()}
    layers: list[Spec] = [
        {"mark": {"type": "rule", "aria": False, "strokeWidth": 3, "opacity": 0.5, "color": "#7d8f9b"}, "encoding": {"y": y, "x": {**x, "field": "train"}, "x2": {"field": "test"}}},
        {"mark": {"type": "point", "filled": True, "opacity": 1, "size": 160}, "encoding": {"y": y, "x": x, **marks}},
    ]  # fmt: skip
    return Figure(title, {"height": 70 * len(rows) + AROUND, "layer": layers}, columns_of(("name", "part", "value", "train", "test"), points))
