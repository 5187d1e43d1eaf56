"""Figures of the protocols: how many test pictures each gets right at each size, the sizes as pictures; with a guess in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from demo.charts import direct, protocols
from demo.charts.figure import Figure, columns_of
from demo.charts.theme import Spec
from demo.text import speaker

say = speaker("charts")
HEIGHT = 400
"""Pixels, with the axis and its pictures."""
GUESSING = 10
"""Percent of ten classes that are right by chance."""
THUMBNAIL = 44
"""Pixels of a picture on the axis."""
YOURS = "guess"
COLUMNS = ("side", "protocol", "value", "order")


@dataclass(frozen=True, slots=True)
class Point:
    """A protocol's accuracy at a side, in percent; or the guess's."""

    protocol: str
    side: int
    value: float


@dataclass(frozen=True, slots=True)
class Frame:
    """The axes: the sides from left to right, and the percent at the bottom and the top."""

    title: str
    sides: Sequence[int]
    low: int = 0
    high: int = 100
    pictures: Mapping[int, str] = field(default_factory=dict)
    """The same picture at each side, as a data: address, below the axis."""
    chance: int = GUESSING
    """Percent that are right by chance."""


def straight(start: float, end: float, sides: Sequence[int]) -> list[Point]:
    """A guess as a straight line over the sides."""
    steps = len(sides) - 1
    return [Point(YOURS, side, start + (end - start) * place / steps) for place, side in enumerate(sides)]


def loss_guessed(points: Sequence[Point], sides: Sequence[int], option: str) -> list[Point]:
    """The protocol that was said to lose more ends where the lower one ends; "both the same" in the middle. Empty without a guess."""
    at = {(point.protocol, point.side): point.value for point in points}
    ends = [at[protocol, sides[-1]] for protocol in ("totv", "tvtv")]
    if option not in ("totv", "tvtv", "same"):
        return []
    return straight(at["totv" if option == "same" else option, sides[0]], sum(ends) / 2 if option == "same" else min(ends), sides)


def asked(frame: Frame, points: Sequence[Point], whole: Sequence[str] = ()) -> Figure:
    """Where the lines begin; those of the protocols `whole` are there already. The rest is the question."""
    kept = [point for point in points if point.side == frame.sides[0] or point.protocol in whole]
    return _figure(frame, kept, open_=True)


def told(frame: Frame, points: Sequence[Point], guess: Sequence[Point]) -> Figure:
    """All lines, each with its name and number at its end, and the guess."""
    return _figure(frame, [*points, *guess])


def _figure(frame: Frame, points: Sequence[Point], open_: bool = False) -> Figure:
    sides = list(frame.sides)
    rows = [(point.side, point.protocol, point.value, sides.index(point.side)) for point in points]
    words = {name: f"{protocol.word} {{value:.0f}}%" for name, protocol in protocols.PROTOCOLS.items()}
    columns = direct.named(columns_of(COLUMNS, rows), "order", "value", "protocol", words, 0.07 * (frame.high - frame.low), (frame.low, frame.high))
    at, below = _apart(points, sides)
    columns["yours"] = [say("lines_yours") if (point.protocol, point.side) == (YOURS, at) else "" for point in points]
    columns["below"] = [below] * len(points)
    columns["last"] = [point.side == sides[-1] for point in points]
    return Figure(frame.title, _spec(frame, open_), columns)


def _apart(points: Sequence[Point], sides: Sequence[int]) -> tuple[int, bool]:
    """Where the guess lies furthest from the nearest line, so that its name can be read there; whether it lies below that line."""
    guess = {point.side: point.value for point in points if point.protocol == YOURS}
    gaps = {side: min((value - point.value for point in points if point.side == side and point.protocol != YOURS), key=abs, default=0.0)
            for side, value in guess.items() if side != sides[0]}  # fmt: skip
    at = max(gaps, key=lambda side: abs(gaps[side]), default=sides[-1])
    return at, gaps.get(at, 0.0) < 0


def _spec(frame: Frame, open_: bool) -> Spec:
    axis = {**direct.below_pictures(THUMBNAIL), "labelExpr": "width < 320 ? datum.value : datum.value + ' × ' + datum.value"}
    x: Spec = {"field": "side", "type": "ordinal", "sort": list(frame.sides), "title": None, "axis": axis,
               "scale": {"domain": list(frame.sides), "type": "point", "padding": 0.25}}  # fmt: skip
    y: Spec = {"field": "value", "type": "quantitative", "title": None, "scale": {"domain": [frame.low, frame.high], "nice": False},
               "axis": {"format": "d", "tickCount": 5}}  # fmt: skip
    place: Spec = {"x": x, "y": y}
    ours: list[Spec] = [{"filter": {"field": "protocol", "oneOf": list(protocols.PROTOCOLS)}}]
    yours: list[Spec] = [{"filter": {"field": "protocol", "equal": YOURS}}]
    tips: list[Spec] = [{"field": "side", "type": "ordinal", "title": say("lines_side_axis")},
                        {"field": "value", "type": "quantitative", "title": say("lines_right_axis"), "format": ".1f"}]  # fmt: skip
    layers: list[Spec] = [
        {"transform": yours, "mark": {"type": "line", "strokeWidth": 2.5, "strokeDash": [3, 4], "color": {"expr": "ink"}}, "encoding": place},
        {"transform": ours, "mark": {"type": "line", "strokeWidth": 3},
         "encoding": {**place, "color": protocols.colour("protocol"), "strokeDash": protocols.dash("protocol")}},
        {"transform": ours, "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
         "encoding": {**place, "color": protocols.colour("protocol"), "shape": protocols.shape("protocol"), "tooltip": tips}},
        direct.names(x, y, protocols.ink("protocol")), _named_guess(place, yours),
        *(direct.level(frame.chance, say("lines_guessing", share=frame.chance), y) if frame.low < frame.chance else []),
        *_pictures(frame, x), *([open_question()] if open_ else []),
    ]  # fmt: skip
    return {"title": {"text": say("lines_right_axis"), "fontWeight": "normal"}, "height": HEIGHT, "layer": layers}


def _named_guess(place: Spec, yours: list[Spec]) -> Spec:
    """Whose the dotted line is, where it is furthest from the others."""
    mark = {"type": "text", "baseline": "middle", "fontWeight": "bold", "fontStyle": "italic", "dx": {"expr": "datum.last ? 20 : 0"},
            "dy": {"expr": "datum.below ? 16 : -14"}, "align": {"expr": "datum.last ? 'right' : 'center'"}}  # fmt: skip
    return {"transform": yours, "mark": mark, "encoding": {**place, "text": {"field": "yours", "type": "nominal"}}}


def open_question() -> Spec:
    """The sign that the rest is not told yet."""
    place: Spec = {"x": {"value": {"expr": "width * 0.62"}}, "y": {"value": {"expr": "height * 0.45"}}}
    return {"data": {"values": [{}]}, "mark": {"type": "text", "fontWeight": "bold", "opacity": 0.18, "aria": False},
            "encoding": {**place, "text": {"value": "?"}, "size": {"value": 96}}}  # fmt: skip


def _pictures(frame: Frame, x: Spec) -> list[Spec]:
    """One picture at each size, below the axis; nothing where there is none."""
    if not frame.pictures:
        return []
    layer = direct.pictures(x, frame.pictures, THUMBNAIL)
    fits = {"expr": f"min({THUMBNAIL}, width / {len(frame.sides) + 1})"}
    return [{**layer, "mark": {**layer["mark"], "width": fits, "height": fits}}]
