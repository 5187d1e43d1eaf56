"""The figure of the first question: how many test pictures each protocol gets right at each size, the sizes as pictures."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.images import preview
from core.pretrained import test_images
from demo.charts.figure import Figure
from demo.charts.theme import Spec
from demo.server import services
from demo.text import speaker
from demo.ui import images

say = speaker("resolution")
COLOURS = {"totv": "#b35806", "tvtv": "#1d8ba8", "mixed": "#8a5cb8"}
DASHES = {"totv": [1, 0], "tvtv": [8, 5], "mixed": [2, 4]}
SHAPES = {"totv": "circle", "tvtv": "square", "mixed": "diamond"}
HEIGHT = 400
"""Pixels, with the axis and its pictures."""
GUESSING = 10
"""Percent of ten classes that are right by chance."""
THUMBNAIL = 44
"""Pixels of a picture on the axis."""
SHOWN = 1
"""The test picture on the axis."""
APART = 7
"""Percent between two names at the ends of lines, so that both can be read."""
YOURS = "guess"


@dataclass(frozen=True, slots=True)
class Point:
    """A protocol's accuracy at a side, in percent."""

    protocol: str
    side: int
    value: float


def guessed(points: Sequence[Point], sides: Sequence[int], option: str) -> list[Point]:
    """A guess as a line: the protocol that was said to lose more ends where the lower one ends; "both the same" in the middle.

    Empty without a guess.
    """
    at = {(point.protocol, point.side): point.value for point in points}
    ends = [at[protocol, sides[-1]] for protocol in ("totv", "tvtv")]
    if option not in ("totv", "tvtv", "same"):
        return []
    start = at["totv" if option == "same" else option, sides[0]]
    end = sum(ends) / 2 if option == "same" else min(ends)
    steps = len(sides) - 1
    return [Point(YOURS, side, start + (end - start) * place / steps) for place, side in enumerate(sides)]


def asked(title: str, points: Sequence[Point], sides: Sequence[int]) -> Figure:
    """Where the lines begin, and the axes: the rest is the question."""
    first = [point for point in points if point.side == sides[0]]
    return _figure(title, first, sides, ends=sides[0])


def told(title: str, points: Sequence[Point], sides: Sequence[int], guess: Sequence[Point]) -> Figure:
    """All lines, each with its name and number at its end, and the guess."""
    return _figure(title, [*points, *guess], sides, ends=sides[-1])


def _figure(title: str, points: Sequence[Point], sides: Sequence[int], ends: int) -> Figure:
    names = spread({point.protocol: point.value for point in points if point.side == ends and point.protocol != YOURS})
    whole = ends == sides[-1]
    columns: dict[str, list[Any]] = {"side": [], "protocol": [], "value": [], "label": [], "label_at": []}
    for point in points:
        end = point.side == ends and point.protocol != YOURS
        middle = whole and point.protocol == YOURS and point.side == sides[len(sides) // 2]
        word = f"{say(f'protocol_{point.protocol}')}: {point.value:.0f}%" if end else say("yours") if middle else ""
        for name, value in zip(columns, (point.side, point.protocol, point.value, word, names.get(point.protocol, point.value)), strict=True):
            columns[name].append(value)
    return Figure(title, _spec(sides, whole), columns)


def spread(values: dict[str, float]) -> dict[str, float]:
    """Where the names of lines stand that end at these values: at least APART from each other, in their order."""
    order = sorted(values, key=values.__getitem__)
    found: dict[str, float] = {}
    for name in order:
        found[name] = max(values[name], max(found.values(), default=-APART) + APART)
    lift = sum(found[name] - values[name] for name in order) / max(1, len(order))
    return {name: value - lift for name, value in found.items()}


def _spec(sides: Sequence[int], whole: bool) -> Spec:
    x: Spec = {"field": "side", "type": "ordinal", "sort": list(sides), "title": None, "scale": {"domain": list(sides), "type": "point", "padding": 0.25},
               "axis": {"labelAngle": 0, "labelExpr": "width < 320 ? datum.value : datum.value + ' × ' + datum.value", "labelPadding": THUMBNAIL + 8, "grid": False, "ticks": False,
                        "labelOverlap": False}}  # fmt: skip
    y: Spec = {"field": "value", "type": "quantitative", "title": None, "scale": {"domain": [0, 100], "nice": False},
               "axis": {"format": "d", "values": [0, 25, 50, 75, 100]}}  # fmt: skip
    protocols = list(COLOURS)
    colour: Spec = {"field": "protocol", "type": "nominal", "legend": None, "scale": {"domain": protocols, "range": list(COLOURS.values())}}
    dash: Spec = {"field": "protocol", "type": "nominal", "legend": None, "scale": {"domain": protocols, "range": list(DASHES.values())}}
    shape: Spec = {"field": "protocol", "type": "nominal", "legend": None, "scale": {"domain": protocols, "range": list(SHAPES.values())}}
    ours: list[Spec] = [{"filter": {"field": "protocol", "oneOf": protocols}}]
    yours: list[Spec] = [{"filter": {"field": "protocol", "equal": YOURS}}]
    tips: list[Spec] = [{"field": "side", "type": "ordinal", "title": say("side_axis")},
                        {"field": "value", "type": "quantitative", "title": say("right_axis"), "format": ".1f"}]  # fmt: skip
    words: Spec = {"type": "text", "align": "left", "baseline": "middle", "dx": 12, "fontWeight": "bold"}
    layers: list[Spec] = [
        {"transform": yours, "mark": {"type": "line", "strokeWidth": 2.5, "strokeDash": [3, 4], "color": {"expr": "ink"}}, "encoding": {"x": x, "y": y}},
        {"transform": ours, "mark": {"type": "line", "strokeWidth": 3}, "encoding": {"x": x, "y": y, "color": colour, "strokeDash": dash}},
        {"transform": ours, "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
         "encoding": {"x": x, "y": y, "color": colour, "shape": shape, "tooltip": tips}},
        {"transform": ours, "mark": words, "encoding": {"x": x, "y": {**y, "field": "label_at"}, "text": {"field": "label", "type": "nominal"}}},
        {"transform": yours, "mark": {**words, "dx": 8, "dy": {"expr": "width < 320 ? 14 : -12"}, "fontStyle": "italic", "align": {"expr": "width < 320 ? 'right' : 'left'"}},
         "encoding": {"x": x, "y": y, "text": {"field": "label", "type": "nominal"}}},
        *_guessing(y), *_pictures(sides, x), *([] if whole else [_open()]),
    ]  # fmt: skip
    title = {"text": say("right_axis"), "fontWeight": "normal"}
    return {"title": title, "height": HEIGHT, "layer": layers, "padding": {"left": 4, "right": 60, "top": 4, "bottom": 8}}


def _guessing(y: Spec) -> list[Spec]:
    """What is right without looking."""
    level = {key: value for key, value in y.items() if key != "field"} | {"datum": GUESSING}
    return [
        {"data": {"values": [{}]}, "mark": {"type": "rule", "aria": False, "strokeDash": [3, 4], "color": {"expr": "ink"}, "opacity": 0.6}, "encoding": {"y": level}},
        {"data": {"values": [{}]}, "mark": {"type": "text", "align": "left", "baseline": "bottom", "dx": 4, "dy": -3},
         "encoding": {"y": level, "x": {"value": 0}, "text": {"value": say("guessing", share=GUESSING)}}},
    ]  # fmt: skip


def _open() -> Spec:
    """The sign that the rest is not told yet."""
    place: Spec = {"x": {"value": {"expr": "width * 0.62"}}, "y": {"value": {"expr": "height * 0.45"}}}
    return {"data": {"values": [{}]}, "mark": {"type": "text", "fontWeight": "bold", "opacity": 0.18},
            "encoding": {**place, "text": {"value": "?"}, "size": {"value": 96}}}  # fmt: skip


def _pictures(sides: Sequence[int], x: Spec) -> list[Spec]:
    """One test picture at each size, below the axis; nothing where it does not come with the app."""
    dataset = "cifar10" if max(sides) == 32 else "mnist"
    found = test_images.first_image(dataset, SHOWN, services.pretrained_folder())
    if found is None:
        return []
    fits = {"expr": f"min({THUMBNAIL}, width / {len(sides) + 1})"}
    rows = [{"side": side, "url": _address(images.picture(preview.at_resolution(found[0], side), 2 * THUMBNAIL))} for side in sides]
    return [{
        "data": {"values": rows}, "mark": {"type": "image", "width": fits, "height": fits, "baseline": "top", "aria": False},
        "encoding": {"x": {**x, "axis": x["axis"]}, "y": {"value": {"expr": "height + 6"}}, "url": {"field": "url", "type": "nominal"}},
    }]  # fmt: skip


def _address(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
