"""The figures of a report: curves, confusion matrices, differences of two, test images with their answers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from core.export.report.drawing import FAINT, GREY, INK, Box, Drawing, Label, Line, Raster, Shape
from core.export.report.words import number, percent, signed
from core.vocabulary.metrics import normalised

WIDTH = 480.0
"""Points: as wide as the text of an A4 page."""
PLOT = 210.0
LEFT, RIGHT, TOP = 44.0, 8.0, 10.0
STROKES: tuple[tuple[str, tuple[float, float] | None], ...] = (
    ("#0b6e6e", None), ("#b35806", (6, 3)), ("#3f3d9c", (2, 3)), ("#6b7580", (10, 3)), ("#8c1d5a", (1, 4)), ("#2a6f2a", (4, 6)), ("#8a5a00", (12, 8)), ("#1f4e8c", (8, 1.5)),
)  # fmt: skip
"""Colour and dash of each line: no two are told apart by the colour alone."""


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a plot."""

    name: str
    points: Sequence[tuple[float, float]]


def plot(series: Sequence[Series], x: str, y: str, shares: bool = False, ticks: Sequence[float] | None = None) -> Drawing:
    """Lines over an axis, the legend below. `shares`: the values are 0 to 1 and shown in percent. `ticks`: along x.

    Lines of one point are shown by their mark. ValueError where no line has a point.
    """
    points = [point for line in series for point in line.points]
    if not points:
        raise ValueError("a plot needs at least one point")
    xs = ticks or steps(min(at for at, _ in points), max(at for at, _ in points))
    ys = steps(min(value for _, value in points), max(value for _, value in points))
    low_x, high_x = min(*xs, *(at for at, _ in points)), max(*xs, *(at for at, _ in points))
    wide = WIDTH - LEFT - RIGHT

    def at_x(value: float) -> float:
        return LEFT + wide * (value - low_x) / ((high_x - low_x) or 1)

    def at_y(value: float) -> float:
        return TOP + PLOT * (1 - (value - ys[0]) / ((ys[-1] - ys[0]) or 1))

    shapes: list[Shape] = []
    for value in ys:
        shapes += [Line([(LEFT, at_y(value)), (WIDTH - RIGHT, at_y(value))], FAINT, 0.6),
                   Label(LEFT - 5, at_y(value), percent(value, 0 if ys[1] - ys[0] >= 0.01 else 1) if shares else f"{value:g}", anchor="end", colour=GREY)]  # fmt: skip
    shapes += [Label(at_x(value), TOP + PLOT + 10, f"{value:g}", anchor="middle", colour=GREY) for value in xs]
    shapes += [Label(LEFT + wide / 2, TOP + PLOT + 23, x, anchor="middle"), Label(8, TOP + PLOT / 2, y, anchor="middle", upright=True)]
    for place, line in enumerate(series):
        colour, dash = STROKES[place % len(STROKES)]
        reached = [(at_x(at), at_y(value)) for at, value in line.points]
        shapes += [Line(reached, colour, 1.5, dash)] if len(reached) > 1 else []
        shapes += [Box(at - 2.2, value - 2.2, 4.4, 4.4, colour) for at, value in reached] if len(reached) <= 8 else []
    legend, height = _legend([line.name for line in series], TOP + PLOT + 42)
    names = ", ".join(f"{line.name} ends at {percent(line.points[-1][1]) if shares else f'{line.points[-1][1]:.3g}'}" for line in series if line.points)
    return Drawing(WIDTH, height, [*shapes, *legend], f"{y} over {x}: {names}.")


def _legend(names: Sequence[str], top: float) -> tuple[list[Shape], float]:
    """The strokes with their names, two in a row; where they end."""
    shapes: list[Shape] = []
    for place, name in enumerate(names):
        colour, dash = STROKES[place % len(STROKES)]
        x, y = LEFT + place % 2 * 220, top + place // 2 * 14
        shapes += [Line([(x, y), (x + 26, y)], colour, 1.8, dash), Label(x + 32, y, shortened(name, 36))]
    return shapes, top + (len(names) + 1) // 2 * 14 - 4


def shortened(text: str, most: int) -> str:
    """At most so many letters."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def steps(low: float, high: float) -> list[float]:
    """Round numbers, at most seven, that reach around a range.

    >>> steps(0.12, 0.47)
    [0.1, 0.2, 0.3, 0.4, 0.5]
    """
    if high <= low:
        high = low + (abs(low) * 0.1 or 1.0)
    size = 10 ** floor(log10((high - low) / 5))
    step = next(factor * size for factor in (1, 2, 2.5, 5, 10, 20) if (high - low) / (factor * size) <= 5)
    first, last = floor(low / step + 1e-9), -floor(-high / step + 1e-9)
    return [round(place * step, 10) for place in range(first, last + 1)]


# --- matrices ------------------------------------------------------------------------------------------------------


def confusion(matrix: ArrayLike, classes: Sequence[str]) -> Drawing:
    """Counts (C, C), rows are the truth: the darker a cell, the larger its share of its row."""
    counts, shares = np.asarray(matrix), normalised(matrix)
    fills = [[_mix("#ffffff", "#08519c", float(share)) for share in row] for row in shares]
    inks = [["#ffffff" if share > 0.5 else INK for share in row] for row in shares]
    texts = [[number(int(value)) for value in row] for row in counts]
    return _grid(fills, inks, texts, classes, f"Confusion matrix: {number(int(np.trace(counts)))} of {number(int(counts.sum()))} test images on the diagonal.", 26.0)


def difference(before: ArrayLike, after: ArrayLike, classes: Sequence[str]) -> Drawing:
    """`after` less `before`, both (C, C): orange with a cross where it is worse, teal with a tick where it is better."""
    change = np.asarray(after) - np.asarray(before)
    most = max(1, int(np.abs(change).max()))
    good = np.where(np.eye(len(change), dtype=bool), change, -change)
    fills = [[_mix("#ffffff", "#0b8a8a" if value > 0 else "#e08a3c", 0.9 * abs(int(value)) / most) for value in row] for row in good]
    inks = [[INK] * len(classes) for _ in classes]
    texts = [[f"{signed(int(value))}{' ✓' if right > 0 else ' ✗'}" if value else "0" for value, right in zip(row, goods, strict=True)]
             for row, goods in zip(change, good, strict=True)]  # fmt: skip
    return _grid(fills, inks, texts, classes, f"Difference of two confusion matrices: {signed(int(np.trace(change)))} right answers.", 32.0)


def _grid(
    fills: Sequence[Sequence[str]], inks: Sequence[Sequence[str]], texts: Sequence[Sequence[str]], classes: Sequence[str], alt: str, side: float
) -> Drawing:
    side, head = min(side, (WIDTH - 96) / len(classes)), 62.0
    size = min(7.5, (side - 3) / max(3.6, 0.62 * max(len(text) for row in texts for text in row)))
    shapes: list[Shape] = [Label(88, head - 8, "truth ↓   answer →", 7, "end", GREY)]
    for row, name in enumerate(classes):
        shapes.append(Label(88, head + (row + 0.5) * side, shortened(name, 16), 7.5, "end"))
        shapes.append(Label(92 + (row + 0.5) * side, head - 4, shortened(name, 13), 7.5, upright=True))
        for column in range(len(classes)):
            x, y = 92 + column * side, head + row * side
            shapes.append(Box(x, y, side - 1, side - 1, fills[row][column]))
            shapes.append(Label(x + side / 2 - 0.5, y + side / 2, texts[row][column], size, "middle", inks[row][column]))
    return Drawing(96 + side * len(classes), head + side * len(classes) + 4, shapes, alt)


def _mix(paper: str, ink: str, share: float) -> str:
    ends = [[int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in (paper, ink)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(*ends, strict=True))


# --- images --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tile:
    """An image uint8 (H, W) or (H, W, 3), and what stands below it."""

    image: NDArray[np.uint8]
    lines: Sequence[str]


def tiles(found: Sequence[Tile], alt: str, across: int) -> Drawing:
    """Images beside each other, row by row, on a dark ground."""
    side = WIDTH / across
    under = 11 * max(len(tile.lines) for tile in found) + 8
    shapes: list[Shape] = []
    for place, tile in enumerate(found):
        x, y = place % across * side, place // across * (side - 8 + under)
        shapes += [Box(x, y, side - 8, side - 8, "#0e1216"), Raster(x + 2, y + 2, side - 12, side - 12, png(tile.image))]
        shapes += [Label(x, y + side - 1 + 11 * line, shortened(text, round(side / 4.6)), 7.5) for line, text in enumerate(tile.lines)]
    rows = -(-len(found) // across)
    return Drawing(WIDTH, rows * (side - 8 + under), shapes, alt)


def png(image: NDArray[np.uint8]) -> bytes:
    """uint8 (H, W) or (H, W, 3) as PNG."""
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG", optimize=True)
    return stream.getvalue()
