"""A figure as a list of shapes, in points from the left and the top: drawn as SVG in HTML and as vectors in PDF.

A report needs no browser and no JavaScript engine for its figures, so they are drawn here and not by Vega-Lite.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

INK, GREY, FAINT = "#14181c", "#59636e", "#d5dae0"
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points (x, y)."""

    points: Sequence[tuple[float, float]]
    colour: str = INK
    width: float = 1.0
    dash: tuple[float, float] | None = None
    """Lengths of a dash and of a gap; None: unbroken."""


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    fill: str


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text; `y` is its middle."""

    x: float
    y: float
    text: str
    size: float = 8.0
    anchor: Anchor = "start"
    colour: str = INK
    bold: bool = False
    upright: bool = False
    """Whether it reads upwards, from (x, y) on."""


@dataclass(frozen=True, slots=True)
class Raster:
    """An image in a rectangle, its pixels kept sharp."""

    x: float
    y: float
    width: float
    height: float
    png: bytes


Shape = Line | Box | Label | Raster


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure of a size in points, and what it shows in words."""

    width: float
    height: float
    shapes: Sequence[Shape]
    alt: str
