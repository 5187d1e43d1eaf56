"""Words and pictures in the figure itself: the name at the end of a line, pictures on an axis of resolutions, bands.

A legend makes the eye travel; a name at the end of its line does not. The pieces are layers of Vega-Lite that a figure
puts beside its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from demo.charts.theme import Spec

LABEL, LABEL_AT = "label", "label_at"
"""Columns: what stands at the end of a line, empty elsewhere; and where, so that names do not lie over each other."""
BESIDE = 10
"""Pixels from the last point to its name."""
BAND = 0.18
"""Opacity of an interval."""
BELOW = 8
"""Pixels from the axis to a picture."""


def spread(values: Mapping[str, float], apart: float, domain: tuple[float, float] = (float("-inf"), float("inf"))) -> dict[str, float]:
    """Where names stand whose lines end at these values: in their order, at least `apart` from each other, inside `domain`
    where they have room, and moved as little as possible (each crowd stands around its own middle).

    >>> spread({"a": 61.4, "b": 62.0, "c": 24.1}, 6)
    {'c': 24.1, 'a': 58.7, 'b': 64.7}
    """
    order = sorted(values, key=values.__getitem__)
    crowds: list[list[str]] = []
    for name in order:
        crowds.append([name])
        while len(crowds) > 1 and _first(crowds[-1], values, apart, domain) - _last(crowds[-2], values, apart, domain) < apart:
            crowds[-2:] = [crowds[-2] + crowds[-1]]
    return {
        name: round(_first(crowd, values, apart, domain) + place * apart, 6)
        for crowd in crowds for place, name in enumerate(crowd)
    }  # fmt: skip


def _first(crowd: Sequence[str], values: Mapping[str, float], apart: float, domain: tuple[float, float]) -> float:
    middle, width = sum(values[name] for name in crowd) / len(crowd), apart * (len(crowd) - 1)
    return max(domain[0], min(middle - width / 2, domain[1] - width))


def _last(crowd: Sequence[str], values: Mapping[str, float], apart: float, domain: tuple[float, float]) -> float:
    return _first(crowd, values, apart, domain) + apart * (len(crowd) - 1)


def named(
    columns: Mapping[str, Sequence[Any]], x: str, y: str, series: str, words: Mapping[str, str], apart: float,
    domain: tuple[float, float] = (float("-inf"), float("inf")),
) -> dict[str, list[Any]]:  # fmt: skip
    """The same columns with LABEL and LABEL_AT: `words[series]` at the point of each series with the greatest `x`.

    `words` may hold `{value}`, the last point's number. `apart`: in units of `y`; about 6 percent of the axis's length
    in a figure of 320 pixels. A series without words has no name.
    """
    rows = list(zip(columns[x], columns[y], columns[series], strict=True))
    ends: dict[str, int] = {}
    for place, (at, value, name) in enumerate(rows):
        if value is not None and name in words and (name not in ends or at >= rows[ends[name]][0]):
            ends[name] = place
    stand = spread({name: rows[place][1] for name, place in ends.items()}, apart, domain)
    label, label_at = [""] * len(rows), [value for _, value, _ in rows]
    for name, place in ends.items():
        label[place], label_at[place] = words[name].format(value=rows[place][1]), stand[name]
    return {**{name: list(values) for name, values in columns.items()}, LABEL: label, LABEL_AT: label_at}


def names(x: Spec, y: Spec, ink: Spec | None = None) -> Spec:
    """The layer that writes what `named` found. `x`, `y`: the figure's encodings; `ink`: the words' colour, else the page's.

    The figure makes room for the words by itself.
    """
    encoding: Spec = {"x": x, "y": {**y, "field": LABEL_AT}, "text": {"field": LABEL, "type": "nominal"}}
    if ink:
        encoding["color"] = ink
    mark = {"type": "text", "align": "left", "baseline": "middle", "dx": BESIDE, "fontWeight": "bold", "aria": False}
    return {"transform": [{"filter": f"datum['{LABEL}'] !== ''"}], "mark": mark, "encoding": encoding}


def pictures(x: Spec, images: Mapping[Any, str], side: int = 44, below: int = BELOW) -> Spec:
    """The layer that draws a picture under each value of a discrete x axis. `images`: value of x -> data: address.

    Give the axis `"labelPadding": side + below + 2`, so that its words stand under the pictures (`below_pictures`).
    """
    values = [{str(x["field"]): value, "picture": image} for value, image in images.items()]
    encoding = {"x": {key: value for key, value in x.items() if key != "axis"}, "url": {"field": "picture", "type": "nominal"},
                "y": {"value": {"expr": f"height + {below + side / 2:g}"}}}  # fmt: skip
    return {"data": {"values": values}, "mark": {"type": "image", "width": side, "height": side, "aria": False}, "encoding": encoding}


def below_pictures(side: int = 44, below: int = BELOW) -> Spec:
    """What the axis of `pictures` needs: its words under them."""
    return {"labelAngle": 0, "labelPadding": side + below + 2, "ticks": False, "grid": False, "labelOverlap": False}


def band(x: Spec, low: str, high: str, y: Spec, colour: Spec) -> Spec:
    """The layer of an interval around a line, from the column `low` to the column `high`."""
    encoding = {"x": x, "y": {**y, "field": low}, "y2": {"field": high}, "color": colour}
    return {"mark": {"type": "area", "opacity": BAND, "aria": False}, "encoding": encoding}


def level(value: float, words: str, y: Spec) -> list[Spec]:
    """A dashed line across the figure with what it means written on it, as what guessing would give."""
    at = {key: part for key, part in y.items() if key != "field"} | {"datum": value}
    line = {"type": "rule", "strokeDash": [3, 4], "color": {"expr": "ink"}, "opacity": 0.6, "aria": False}
    text = {"type": "text", "align": "left", "baseline": "bottom", "dx": 4, "dy": -3, "aria": False}
    one: Spec = {"values": [{}]}
    return [{"data": one, "mark": line, "encoding": {"y": at}},
            {"data": one, "mark": text, "encoding": {"y": at, "x": {"value": 0}, "text": {"value": words}}}]  # fmt: skip
