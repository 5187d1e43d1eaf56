"""The figures of the page "Dropout": accuracies and gaps by rate with their spread, the gap by epoch, the units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.datasets.split_sizes import CHECKED_TRAINING_IMAGES
from core.studies.dropout import RATES, CurveRow, PaperRow, RateRow
from core.vocabulary.stats import margin
from demo.charts.figure import DASH, HEIGHT, TRAINING, VALIDATION, Figure
from demo.charts.plots import PUBLISHED, Axis, heading, lines
from demo.charts.theme import GROUND, ROOM, Spec
from demo.text import speaker

say = speaker("dropout")
RUNNING = "#832db6"
GAP = "#0f7d8a"
RATE_COLOURS = dict(zip(
    (f"{rate:g}" for rate in RATES),
    ("#6a5fc0", "#4a74b8", "#2a86a8", "#21918c", "#22a884", "#44bf70", "#7ab92e", "#c0a81c"), strict=True,
))  # fmt: skip
"""Sequential, from violet (0) to ochre; each line also carries its rate at its end."""


@dataclass(frozen=True, slots=True)
class Line:
    """One series of a figure by rate: its points (rate, share, standard deviation or None), and how it is drawn."""

    name: str
    points: Sequence[tuple[float, float, float | None]]
    colour: str
    shape: str
    dashed: bool = False
    published: bool = False


def checked_margin(rate: RateRow) -> str:
    """What so few training images leave open of their accuracy (95%), in points."""
    return f"{100 * margin(rate.train_accuracy, CHECKED_TRAINING_IMAGES):.1f}"


def accuracy(network: str, rates: Sequence[RateRow], paper: Sequence[PaperRow]) -> Figure:
    """Training and test accuracy of one network by rate; the paper's beside it."""
    series = [
        Line(say("line_train"), [(row.rate, row.train_accuracy, row.train_accuracy_spread) for row in rates], TRAINING, "circle"),
        Line(say("line_running"), [(row.rate, row.running_accuracy, row.running_accuracy_spread) for row in rates], RUNNING, "triangle-up"),
        Line(say("line_test"), [(row.rate, row.test_accuracy, row.test_accuracy_spread) for row in rates], VALIDATION, "square", dashed=True),
        Line(say("line_paper_train"), [(row.rate, row.train_accuracy, None) for row in paper], PUBLISHED, "circle", published=True),
        Line(say("line_paper_test"), [(row.rate, row.test_accuracy, None) for row in paper], PUBLISHED, "square", published=True),
    ]
    return by_rate(say("figure_accuracy"), say(f"on_{network}"), say("axis_accuracy"), [line for line in series if line.points])


def gap(network: str, rates: Sequence[RateRow], paper: Sequence[PaperRow]) -> Figure:
    """Training less test accuracy of one network by rate; the paper's beside it."""
    series = [
        Line(say("line_gap"), [(row.rate, row.gap, row.gap_spread) for row in rates], GAP, "circle"),
        Line(say("line_paper_gap"), [(row.rate, row.gap, None) for row in paper], PUBLISHED, "circle", published=True),
    ]
    return by_rate(say("figure_gap"), say(f"on_{network}"), say("axis_gap"), [line for line in series if line.points])


def switched(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """The same weights with dropout on and off by rate; rows: rate, on, on_spread, off, test."""
    series = [
        Line(say("line_off"), [(row["rate"], row["off"], None) for row in rows], TRAINING, "circle"),
        Line(say("line_on"), [(row["rate"], row["on"], row["on_spread"]) for row in rows], RUNNING, "triangle-up"),
        Line(say("line_test_off"), [(row["rate"], row["test"], None) for row in rows], VALIDATION, "square", dashed=True),
    ]
    return by_rate(say("figure_switched"), say("on_digits"), say("axis_accuracy"), series)


def by_rate(title: str, what: str, y_title: str, series: Sequence[Line]) -> Figure:
    """Lines with points and error bars (mean plus and minus the standard deviation); published ones as hollow points."""
    rows = [_point(line, *point) for line in series for point in line.points]
    names = [line.name for line in series]
    x = {"field": "rate", "type": "quantitative", "title": say("axis_rate"), "scale": {"domain": [-0.02, 0.72], "nice": False},
         "axis": {"values": list(RATES), "format": ".1f", "grid": False}}  # fmt: skip
    y = {"field": "percent", "type": "quantitative", "title": y_title, "scale": {"zero": False}}
    legend = {"title": None, "orient": "bottom", "columns": 2, "labelLimit": 0, "rowPadding": 4}
    stroke = _channel(names, [line.colour for line in series], legend)
    point = {
        "stroke": stroke,
        "fill": _channel(names, ["transparent" if line.published else line.colour for line in series], legend),
        "shape": _channel(names, [line.shape for line in series], legend),
        "tooltip": [_tip("series", say("tip_series"), None), _tip("rate", say("axis_rate"), ".1f"), _tip("percent", y_title, ".1f"),
                    _tip("spread", say("tip_spread"), ".2f")],
    }  # fmt: skip
    solid, dashed, ours = ([{"filter": f"datum.drawn {test}"}] for test in ("=== 'solid'", "=== 'dashed'", "!== 'hollow'"))
    drawn = {"x": x, "y": y, "stroke": stroke}
    layers: list[Spec] = [
        {"transform": solid, "mark": {"type": "line", "strokeWidth": 2}, "encoding": drawn},
        {"transform": dashed, "mark": {"type": "line", "strokeWidth": 2, "strokeDash": DASH}, "encoding": drawn},
        {"transform": ours, "mark": {"type": "rule", "aria": False, "strokeWidth": 1.5},
         "encoding": {**drawn, "y": {**y, "field": "low"}, "y2": {"field": "high"}}},
        {"mark": {"type": "point", "size": 60, "opacity": 1, "strokeWidth": 1.5}, "encoding": {"x": x, "y": y, **point}},
    ]  # fmt: skip
    spec = {"title": heading(title, what), "height": HEIGHT + 90, "layer": layers}
    columns = ("series", "rate", "percent", "spread", "low", "high", "drawn")
    return Figure(f"{title}, {what}", spec, {name: [row[name] for row in rows] for name in columns})


def _channel(names: Sequence[str], values: Sequence[Any], legend: Spec | None) -> Spec:
    """What tells the series apart: one value each."""
    return {"field": "series", "type": "nominal", "legend": legend, "scale": {"domain": list(names), "range": list(values)}}


def _point(line: Line, rate: float, share: float, spread: float | None) -> dict[str, Any]:
    """A row in percent; without a spread the bar has no length."""
    percent, reach = 100 * share, 100 * (spread or 0.0)
    drawn = "hollow" if line.published else "dashed" if line.dashed else "solid"
    return {"series": line.name, "rate": rate, "percent": percent, "spread": None if spread is None else reach,
            "low": percent - reach, "high": percent + reach, "drawn": drawn}  # fmt: skip


def _tip(field: str, title: str, format: str | None) -> Spec:
    kind: Spec = {"type": "nominal"} if format is None else {"type": "quantitative", "format": format}
    return {"field": field, "title": title, **kind}


NAME_ROOM = 0.08
"""The height of a line's name, as a share of the upright axis."""


# --- by epoch ------------------------------------------------------------------------------------------------------


def gap_by_epoch(network: str, curves: Sequence[CurveRow]) -> Figure:
    """Training less validation accuracy by epoch, one line a rate, named at its end where there is room for a name."""
    rows = [{"epoch": row.epoch, "percent": 100 * row.gap, "rate": f"{row.rate:g}"} for row in curves]
    named = _named(rows)
    rows = [{**row, "end": row in named} for row in rows]
    title, what, y_title = say("figure_time"), say(f"on_{network}"), say("axis_time")
    colours = {name: colour for name, colour in RATE_COLOURS.items() if any(row["rate"] == name for row in rows)}
    legend = {"title": say("axis_rate"), "orient": "bottom", "columns": 4, "symbolType": "stroke", "symbolStrokeWidth": 3}
    encoding: Spec = {
        "x": {"field": "epoch", "type": "quantitative", "title": say("axis_epoch"), "axis": {"format": "d", "grid": False},
              "scale": {"nice": False}},
        "y": {"field": "percent", "type": "quantitative", "title": y_title},
        "color": {"field": "rate", "type": "nominal", "legend": legend,
                  "scale": {"domain": list(colours), "range": list(colours.values())}},
    }  # fmt: skip
    tips = [_tip("rate", say("axis_rate"), None), _tip("epoch", say("axis_epoch"), "d"), _tip("percent", y_title, ".1f")]
    layers: list[Spec] = [
        {"mark": {"type": "line", "strokeWidth": 2, "tooltip": True}, "encoding": {**encoding, "tooltip": tips}},
        {"transform": [{"filter": "datum.end"}],
         "encoding": {"x": encoding["x"], "y": encoding["y"], "text": {"field": "rate", "type": "nominal"}},
         "mark": {"type": "text", "align": "left", "dx": 5}},
    ]  # fmt: skip
    spec = {"title": heading(title, what), "height": HEIGHT + 90, "layer": layers, "padding": {**ROOM, "right": 36}}
    return Figure(f"{title}, {what}", spec, {name: [row[name] for row in rows] for name in ("rate", "epoch", "percent", "end")})


def _named(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of the lines' ends those that a name fits beside: from the top, each far enough below the one before."""
    last = max((row["epoch"] for row in rows), default=0)
    ends = sorted((row for row in rows if row["epoch"] == last), key=lambda row: -row["percent"])
    values = [row["percent"] for row in rows]
    room = NAME_ROOM * (max(values, default=0) - min(0, *values)) if values else 0
    found: list[Mapping[str, Any]] = []
    for row in ends:
        if not found or found[-1]["percent"] - row["percent"] >= room:
            found.append(row)
    return found


# --- units ---------------------------------------------------------------------------------------------------------

CROSS = {"expr": f"ground == '{GROUND['dark']}' ? '#ff9d3c' : '#bd1f01'"}
"""A silenced unit is crossed out in a colour that stands out on the faint end of the ramp, in both themes."""
TILES = 4
"""Small images beside each other."""


def units(title: str, what: str, panels: Sequence[tuple[str, Sequence[float], Sequence[bool]]]) -> Figure:
    """A layer's units as small images, one a panel (name, activations, silenced): crossed out where silenced."""
    wide = round(len(panels[0][1]) ** 0.5)
    rows = [
        {"panel": name, "unit": unit, "x": place % TILES * (wide + 1) + unit % wide, "activation": round(float(value), 4),
         "y": place // TILES * (wide + 1) + unit // wide + 1, "silenced": bool(off)}
        for place, (name, values, silenced) in enumerate(panels)
        for unit, (value, off) in enumerate(zip(values, silenced, strict=True))
    ]  # fmt: skip
    tips = [_tip("panel", say("tip_panel"), None), _tip("unit", say("tip_unit"), "d"), _tip("activation", say("tip_activation"), ".2f"),
            _tip("silenced", say("tip_silenced"), None)]  # fmt: skip
    high = -(-len(panels) // TILES) * (wide + 1)
    across, down, top = _place("x", TILES * (wide + 1) - 1), _place("y", high), _place("top", high)
    place: Spec = {"x": across, "y": down}
    legend = {"orient": "bottom", "gradientLength": 160, "format": ".1f"}
    shade = {"field": "activation", "type": "quantitative", "title": say("tip_activation"), "scale": {"range": [{"expr": "faint"}, {"expr": "strong"}]}, "legend": legend}
    layers: list[Spec] = [
        {"mark": {"type": "rect", "strokeWidth": 0.5, "stroke": "#8a949c"}, "encoding": {**place, "color": shade, "tooltip": tips}},
        {"transform": [{"filter": "datum.silenced"}], "encoding": {**place, "tooltip": tips},
         "mark": {"type": "text", "text": "×", "fontWeight": "bold", "color": CROSS}},
        {"transform": [{"filter": "datum.unit === 0"}, {"calculate": "datum.y - 1", "as": "top"}],
         "encoding": {"x": across, "y": top, "text": {"field": "panel", "type": "nominal"}},
         "mark": {"type": "text", "align": "left", "baseline": "middle", "dx": -4}},
    ]  # fmt: skip
    spec = {"title": heading(title, what), "height": 20 * high + 60, "layer": layers}
    return Figure(f"{title}, {what}", spec, {name: [row[name] for row in rows] for name in ("panel", "unit", "x", "y", "activation", "silenced")})


def _place(field: str, count: int) -> Spec:
    """A cell's column or row of `count`; cells touch, nothing is labelled."""
    scale = {"domain": list(range(count)), "paddingInner": 0, "paddingOuter": 0}
    return {"field": field, "type": "ordinal", "axis": None, "scale": scale}


def convergence(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """How far the mean of the first passes is from evaluation mode, and how far it is to be expected.

    rows: passes, measured, expected (shares).
    """
    names = {"measured": say("line_measured"), "expected": say("line_expected")}
    points = [{"passes": row["passes"], "percent": 100 * row[key], "line": name} for key, name in names.items() for row in rows]
    return lines(
        say("figure_convergence"), points, Axis("passes", say("axis_passes"), "d", log=True),
        Axis("percent", say("axis_off"), ".3~g"), "line", {names["measured"]: TRAINING, names["expected"]: PUBLISHED},
        dashed=[names["expected"]], dots=False,
    )  # fmt: skip
