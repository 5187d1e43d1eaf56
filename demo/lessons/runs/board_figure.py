"""The figure of the board: test accuracy over parameters or training time, each point a run with its name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from demo.charts.figure import Figure, columns_of
from demo.charts.theme import Spec
from demo.text import speaker
from demo.ui.formatting import duration, whole

say = speaker("runs")
HEIGHT = 380
POINTS = "points"
"""The name of the points' layer in the specification."""
MOST_NAMED = 12
"""So many points have their names beside them, the most accurate ones."""
LETTER, LINE = 0.0075, 0.055
"""Of a name, about: a letter's width in widths of the plot, a line's height in heights of it."""
TURN = 0.55
"""Right of this share of the width, a name stands at the left of its point."""
LEAST_SECONDS = 0.01
"""A logarithmic axis has no 0."""
NARROW_PX = 460
"""A plot that is narrower has no room for names: the points' tips and the table have them."""
OWN, OTHERS = "#e76300", "#3f90da"


def scatter(rows: Sequence[Mapping[str, Any]], across: str) -> Figure:
    """`rows`: of demo.lessons.runs.board, the most accurate first; `across`: "parameters" or "seconds", on a logarithmic axis."""
    low, high = _domain([row["accuracy"] for row in rows])
    reach = [max(row[across], LEAST_SECONDS) for row in rows]
    places = name_places([row["name"] for row in rows[:MOST_NAMED]], _shares(reach), [row["accuracy"] for row in rows], LINE * (high - low))
    values = []
    for number, (row, x) in enumerate(zip(rows, reach, strict=True)):
        at, left = places[number] if number < len(places) else (row["accuracy"], False)
        name = row["name"] if number < len(places) else ""
        values.append((row["run"], row["name"], x, row["accuracy"], say("board_yours" if row["mine"] else "board_others"), at, "" if left else name, name if left else ""))
    best = rows[0]
    title = say("board_figure", axis=say(f"board_{across}"), count=len(rows), best=best["name"], accuracy=f"{best['accuracy']:.1f}%",
                parameters=whole(best["parameters"]), duration=duration(best["seconds"], say))  # fmt: skip
    return Figure(title, _spec(across, (low, high)), columns_of(("run", "name", across, "accuracy", "whose", "label_at", "right", "left"), values))


def _domain(accuracies: Sequence[float]) -> tuple[float, float]:
    """The ends of the upright axis in percent, a little beyond the points."""
    low = min(accuracies)
    beyond = 0.08 * (100 - low) + 0.5
    return max(0.0, low - beyond), 100 + beyond


def _shares(values: Sequence[float]) -> list[float]:
    """Where values lie along a logarithmic axis, 0 to 1."""
    logs = [math.log(value) for value in values]
    return [(value - min(logs)) / ((max(logs) - min(logs)) or 1) for value in logs]


def name_places(names: Sequence[str], across: Sequence[float], up: Sequence[float], line: float) -> list[tuple[float, bool]]:
    """For each name its height and whether it stands left of its point, so that no two lie over each other.

    `across`: of the points, 0 to 1; `up`: their heights, the highest first; `line`: a name's height. Who comes later is
    moved down.

    >>> name_places(["a", "b"], [0.1, 0.1], [90, 89], 5)
    [(90, False), (85, False)]
    """
    found: list[tuple[float, bool]] = []
    taken: list[tuple[float, float, float]] = []
    for name, x, at in zip(names, across, up, strict=False):
        left = x > TURN
        begin, end = (x - LETTER * len(name), x) if left else (x, x + LETTER * len(name))
        for other, its_begin, its_end in sorted(taken, reverse=True):
            if begin < its_end and its_begin < end and abs(at - other) < line:
                at = other - line
        taken.append((at, begin, end))
        found.append((at, left))
    return found


def _spec(across: str, domain: tuple[float, float]) -> Spec:
    x: Spec = {"field": across, "type": "quantitative", "title": say(f"board_{across}_axis"), "scale": {"type": "log", "nice": False, "padding": 24},
               "axis": {"format": ",~g", "tickCount": 4, "grid": False, "labelOverlap": True}}  # fmt: skip
    y: Spec = {"field": "accuracy", "type": "quantitative", "title": say("column_accuracy"), "axis": {"format": "d", "tickCount": 6},
               "scale": {"domain": list(domain), "nice": False}}  # fmt: skip
    whose = [say("board_yours"), say("board_others")]
    colour: Spec = {"field": "whose", "type": "nominal", "scale": {"domain": whose, "range": [OWN, OTHERS]}, "legend": {"title": None, "orient": "bottom", "columns": 2}}
    shape: Spec = {"field": "whose", "type": "nominal", "scale": {"domain": whose, "range": ["diamond", "circle"]}}
    tips = [{"field": "name", "type": "nominal", "title": say("column_name")}, {"field": across, "type": "quantitative", "title": say(f"board_{across}_axis"), "format": ",.4~g"},
            {"field": "accuracy", "type": "quantitative", "title": say("column_accuracy"), "format": ".1f"}]  # fmt: skip
    points: Spec = {"name": POINTS, "mark": {"type": "point", "filled": True, "size": 180, "opacity": 0.9, "cursor": "pointer"},
                    "encoding": {"x": x, "y": y, "color": colour, "shape": shape, "tooltip": tips}}  # fmt: skip
    names = [_names(x, y, side, align, shift) for side, align, shift in (("right", "left", 12), ("left", "right", -12))]
    return {"height": HEIGHT, "layer": [points, *names]}


def _names(x: Spec, y: Spec, field: str, align: str, shift: int) -> Spec:
    mark: Spec = {"type": "text", "align": align, "baseline": "middle", "dx": shift, "clip": True, "aria": False, "opacity": {"expr": f"width < {NARROW_PX} ? 0 : 1"}}
    return {"mark": mark, "encoding": {"x": x, "y": {**y, "field": "label_at"}, "text": {"field": field, "type": "nominal"}}}
