"""What a figure shows when it is drawn: every text with its letters, its colour, and what lies under it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

import vl_convert

from demo.charts.export import VEGA_LITE
from demo.charts.figure import Figure
from demo.charts.theme import GROUND, Look, styled

Colour = tuple[float, float, float]
"""Red, green, blue, each 0 to 255."""
_SHIFT = re.compile(r"translate\((-?[\d.e-]+)(?:,\s*(-?[\d.e-]+))?\)")
_BOX = re.compile(r"M(-?[\d.]+),(-?[\d.]+)h(-?[\d.]+)v(-?[\d.]+)h")


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a drawing: where it is (in pixels from the left and from the top), its letters in pixels, how much its
    colour stands out from what lies under it."""

    words: str
    left: float
    top: float
    letters: float
    contrast: float


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float
    colour: Colour

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.top <= y <= self.bottom


def svg(figure: Figure, look: Look, width: int) -> str:
    """The figure as that page draws it, `width` pixels wide."""
    names = list(figure.columns)
    values = [dict(zip(names, row, strict=True)) for row in zip(*figure.columns.values(), strict=True)]
    size = {"width": width, "autosize": {"type": "fit", "contains": "padding"}, "background": GROUND[look.theme]}
    return str(vl_convert.vegalite_to_svg(json.dumps({**size, **styled(figure.spec, look), "data": {"values": values}}), vl_version=VEGA_LITE))


def texts(drawing: str) -> list[Text]:
    """Every text of an SVG that Vega drew."""
    root = ElementTree.fromstring(drawing)
    boxes: list[_Box] = []
    found: list[Text] = []
    for element, x, y in _walk(root, 0.0, 0.0):
        kind = element.tag.rpartition("}")[2]
        fill = element.get("fill", "")
        if kind in ("rect", "path") and (box := _box(element, x, y)):
            boxes.append(box)
        words, opacity = "".join(element.itertext()), _opacity(element)
        if kind == "text" and words.strip() and opacity:  # Vega hides labels that would overlap
            ground = next((box.colour for box in reversed(boxes) if box.holds(x, y - 1)), boxes[0].colour)
            ink = _over(_colour(fill), ground, opacity)
            letters = float(element.get("font-size", "0").removesuffix("px"))
            found.append(Text(words, x, y, letters, contrast(ink, ground)))
    return found


def contrast(one: Colour, other: Colour) -> float:
    """From 1 (the same) to 21 (black on white), as WCAG 2 defines it."""
    pale, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (pale + 0.05) / (dark + 0.05)


def _walk(element: ElementTree.Element, x: float, y: float) -> Iterator[tuple[ElementTree.Element, float, float]]:
    """Every element with where it is drawn, in the order of drawing."""
    shift = _SHIFT.search(element.get("transform", ""))
    if shift:
        x, y = x + float(shift[1]), y + float(shift[2] or 0)
    yield element, x, y
    for child in element:
        yield from _walk(child, x, y)


def _box(element: ElementTree.Element, x: float, y: float) -> _Box | None:
    """A filled rectangle: the ground, a bar, a cell."""
    if not (fill := element.get("fill", "")).startswith(("#", "rgb", "white")):
        return None
    if element.tag.endswith("rect"):
        return _Box(x, y, x + float(element.get("width", 0)), y + float(element.get("height", 0)), _colour(fill))
    if found := _BOX.match(element.get("d", "")):
        left, top, wide, high = map(float, found.groups())
        ends = sorted((x + left, x + left + wide)), sorted((y + top, y + top + high))
        return _Box(ends[0][0], ends[1][0], ends[0][1], ends[1][1], _colour(fill))
    return None


def _opacity(element: ElementTree.Element) -> float:
    return float(element.get("opacity", 1)) * float(element.get("fill-opacity", 1))


def _colour(text: str) -> Colour:
    if text == "white":
        return 255.0, 255.0, 255.0
    if text.startswith("#"):
        return tuple(float(int(text[at : at + 2], 16)) for at in (1, 3, 5))  # type: ignore[return-value]
    return tuple(map(float, re.findall(r"[\d.]+", text)[:3]))  # type: ignore[return-value]


def _over(ink: Sequence[float], ground: Sequence[float], opacity: float) -> Colour:
    return tuple(opacity * top + (1 - opacity) * under for top, under in zip(ink, ground, strict=True))  # type: ignore[return-value]


def _luminance(colour: Colour) -> float:
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
