"""The figures of the page "Dropout" that a screen is made of: the gap by rate and by epoch, two ways of counting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.studies.dropout import CurveRow, RateRow
from demo.charts import direct
from demo.charts.figure import DASH, TRAINING, VALIDATION, Figure, columns_of
from demo.charts.theme import Spec
from demo.text import speaker

say = speaker("dropout")
HEIGHT = 370
LOOK_HERE = "#ffa90e"
GUESS = "#7d8f9b"
AROUND = 1.5
"""Points kept free above and below the lines."""
HIDDEN = (0.13, 0.7)
"""The rates behind which the answer lies until it is shown."""
WORDS_AT = (0.3, 0.5)
"""The rates at which the lines are named."""
SKETCHES: Mapping[str, Mapping[str, Sequence[float]]] = {
    "both_down": {"train": (0, -5, -10), "test": (0, -4, -8)},
    "train_down": {"train": (0, -5, -12), "test": (0, 0, -4)},
    "test_up": {"train": (0, -3, -6), "test": (0, 2, 4)},
    "nothing": {"train": (0, 0, 0), "test": (0, 0, 0)},
}
"""An option of the question -> how it looks: points away from no dropout, at no rate, in the middle and at the highest."""
COLUMNS = ("kind", "series", "rate", "percent", "low", "high", "words")


def gap(network: str, rates: Sequence[RateRow], best: float, guess: str, whole: bool) -> Figure:
    """Training and test accuracy by rate, and the gap between them. Not `whole`: what is known without dropout alone.

    `best` is the rate with the best test accuracy; `guess` an option of the question, drawn as a sketch.
    """
    shares = [100 * share for row in rates for share in (row.train_accuracy, row.test_accuracy)]
    shown = list(rates) if whole else list(rates[:1])
    rows = [*_lines(shown), *_gaps(shown), *(_sketch(rates, guess) if guess else [])]
    if whole:
        rows += [_row("best", rate=row.rate, percent=row.test_accuracy, words=say("best_point", test=_percent(row.test_accuracy)))
                 for row in rates if row.rate == best]  # fmt: skip
        rows += _names(rates)
    else:
        rows += _names(rates[:1])
        rows.append(_row("hidden", rate=(rates[0].rate + rates[-1].rate) / 2, low=min(shares) / 100, high=max(shares) / 100,
                         percent=(min(shares) + max(shares)) / 200, words=say("hidden")))  # fmt: skip
    x = {"field": "rate", "type": "quantitative", "title": say("axis_rate"), "scale": {"domain": [-0.02, rates[-1].rate + 0.05], "nice": False},
         "axis": {"values": [row.rate for row in rates], "format": ".1f", "grid": False}}  # fmt: skip
    y = {"field": "percent", "type": "quantitative", "title": say("axis_accuracy"),
         "scale": {"domain": [min(shares) - 3 * AROUND, max(shares) + AROUND], "nice": False}, "axis": {"tickCount": 5}}  # fmt: skip
    title, what = say("figure_gap"), say(f"on_{network}")
    spec = {"height": HEIGHT, "layer": _gap_layers(x, y)}
    return Figure(f"{title}, {what}", spec, {name: [row[name] for row in rows] for name in COLUMNS})


def _gap_layers(x: Spec, y: Spec) -> list[Spec]:
    series = {"field": "series", "type": "nominal", "legend": None}
    colour = {**series, "scale": {"domain": ["train", "test"], "range": [TRAINING, VALIDATION]}}
    shape = {**series, "scale": {"domain": ["train", "test"], "range": ["circle", "square"]}}
    dash = {**series, "scale": {"domain": ["train", "test"], "range": [[1, 0], DASH]}}
    between: Spec = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    words = {"field": "words", "type": "nominal"}
    tips = [{"field": "rate", "type": "quantitative", "title": say("axis_rate"), "format": ".1f"},
            {"field": "percent", "type": "quantitative", "title": say("axis_accuracy"), "format": ".1f"}]  # fmt: skip
    return [
        {"transform": [*_only("hidden"), {"calculate": f"{HIDDEN[0]}", "as": "from"}, {"calculate": f"{HIDDEN[1]}", "as": "to"}],
         "mark": {"type": "rect", "aria": False, "color": GUESS, "opacity": 0.14, "cornerRadius": 6},
         "encoding": {"x": {**x, "field": "from"}, "x2": {"field": "to"}, "y": {**y, "field": "low"}, "y2": {"field": "high"}}},
        {"transform": _only("gap"), "mark": {"type": "area", "opacity": 0.16, "color": TRAINING}, "encoding": between},
        {"transform": [*_only("gap"), {"filter": "isValid(datum.words)"}], "mark": {"type": "rule", "aria": False, "strokeDash": [2, 3], "color": GUESS},
         "encoding": between},
        {"transform": _only("guess"), "mark": {"type": "line", "strokeWidth": 3, "strokeDash": [2, 4], "color": GUESS},
         "encoding": {"x": x, "y": y, "detail": {"field": "series", "type": "nominal"}}},
        {"transform": _only("line"), "mark": {"type": "line", "strokeWidth": 3}, "encoding": {"x": x, "y": y, "color": colour, "strokeDash": dash}},
        {"transform": _only("line"), "mark": {"type": "point", "filled": True, "opacity": 1, "size": 60},
         "encoding": {"x": x, "y": y, "color": colour, "shape": shape, "tooltip": tips}},
        {"transform": _only("best"), "mark": {"type": "point", "filled": True, "opacity": 1, "size": 190, "color": LOOK_HERE, "stroke": {"expr": "ink"}, "strokeWidth": 1.5},
         "encoding": {"x": x, "y": y, "tooltip": tips}},
        _text("best", x, y, words, dx=14, dy=24), _text("name_train", x, y, words, dx=6, dy=-16), _text("name_test", x, y, words, dx=6, dy=24),
        _text("hidden", x, y, words, align="center"), _text("guess_name", x, y, words, dx=6, dy=-12, align="right"),
        {"transform": [*_only("gap"), {"filter": "isValid(datum.words)"}],
         "mark": {"type": "text", "align": {"expr": "datum.rate > 0.5 ? 'right' : 'left'"}, "dx": {"expr": "datum.rate > 0.5 ? -10 : 10"},
                  "dy": {"expr": "datum.high - datum.low < 2 ? 30 : 0"}, "fontWeight": "bold"},
         "encoding": {"x": x, "y": y, "text": words}},
    ]  # fmt: skip


def _text(kind: str, x: Spec, y: Spec, words: Spec, **mark: Any) -> Spec:
    return {"transform": _only(kind), "mark": {"type": "text", "align": "left", **mark}, "encoding": {"x": x, "y": y, "text": words}}


def _only(kind: str) -> list[Spec]:
    return [{"filter": f"datum.kind === '{kind}'"}]


def _row(kind: str, **values: Any) -> dict[str, Any]:
    """Shares become percent."""
    row: dict[str, Any] = dict.fromkeys(COLUMNS) | {"kind": kind} | values
    return row | {name: 100 * row[name] for name in ("percent", "low", "high") if row[name] is not None}


def _lines(rates: Sequence[RateRow]) -> list[dict[str, Any]]:
    series = {"train": [row.train_accuracy for row in rates], "test": [row.test_accuracy for row in rates]}
    return [_row("line", series=name, rate=row.rate, percent=share) for name, line in series.items() for row, share in zip(rates, line, strict=True)]


def _gaps(rates: Sequence[RateRow]) -> list[dict[str, Any]]:
    """The band between the lines; it is written into at both ends."""
    ends = (rates[0].rate, rates[-1].rate)
    return [
        _row("gap", rate=row.rate, low=row.test_accuracy, high=row.train_accuracy, percent=(row.test_accuracy + row.train_accuracy) / 2,
             words=say("gap_here", gap=f"{100 * row.gap:.1f}") if row.rate in ends else None)
        for row in rates
    ]  # fmt: skip


def _names(rates: Sequence[RateRow]) -> list[dict[str, Any]]:
    train, test = (min(rates, key=lambda row: abs(row.rate - at)) for at in WORDS_AT)
    return [_row("name_train", rate=train.rate, percent=train.train_accuracy, words=say("line_train")),
            _row("name_test", rate=test.rate, percent=test.test_accuracy, words=say("line_test"))]  # fmt: skip


def _sketch(rates: Sequence[RateRow], guess: str) -> list[dict[str, Any]]:
    """How the visitor's option looks, from what is known without dropout."""
    plain, places = rates[0], (rates[0].rate, (rates[0].rate + rates[-1].rate) / 2, rates[-1].rate)
    start = {"train": plain.train_accuracy, "test": plain.test_accuracy}
    rows = [_row("guess", series=name, rate=rate, percent=start[name] + points / 100)
            for name, moves in SKETCHES[guess].items() for rate, points in zip(places, moves, strict=True)]  # fmt: skip
    end = next(row for row in rows if row["series"] == "train" and row["rate"] == places[-1])
    return [*rows, _row("guess_name", rate=places[-1], percent=end["percent"] / 100, words=say("your_guess"))]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


# --- by epoch ------------------------------------------------------------------------------------------------------

THREE = {"plain": "#1d8ba8", "middle": "#8a5cb8", "highest": "#b35806"}
"""Three rates, from none to the highest: each is also named at its end, and has a shape of its own."""
SHAPES = ("circle", "triangle-up", "square")
APART = 0.07
"""Between two names, as a share of the upright axis."""


def opening(network: str, curves: Sequence[CurveRow], shown: Sequence[float]) -> Figure:
    """Training less validation accuracy by epoch at a few rates, each line named at its end."""
    lines = {(say("at_rate", rate=f"{rate:g}") if rate else say("at_none")): colour for rate, colour in zip(shown, THREE.values(), strict=False)}
    rows = [(name, row.epoch, 100 * row.gap) for name, rate in zip(lines, shown, strict=True) for row in curves if row.rate == rate]
    return _by_epoch(say("figure_time"), say(f"on_{network}"), say("axis_time"), rows, lines)


def counted(network: str, rate: float, curve: Sequence[CurveRow], lines: Mapping[str, str]) -> Figure:
    """The accuracies of one rate by epoch; `lines`: a line's name -> its colour, in the order train, running, validation."""
    shares = [[row.train for row in curve], [row.running for row in curve], [row.validation for row in curve]]
    rows = [(name, row.epoch, 100 * share) for name, line in zip(lines, shares, strict=True) for row, share in zip(curve, line, strict=True)]
    return _by_epoch(say("figure_curves"), say("figure_curves_what", network=network, rate=f"{rate:g}"), say("axis_accuracy"), rows, lines)


def _by_epoch(title: str, what: str, y_title: str, rows: Sequence[tuple[str, int, float]], lines: Mapping[str, str]) -> Figure:
    """Lines (name, epoch, percent) with their names at their ends."""
    values = [row[2] for row in rows]
    columns = direct.named(columns_of(("series", "epoch", "percent"), rows), "epoch", "percent", "series", {name: name for name in lines},
                           APART * (max(values) - min(values)))  # fmt: skip
    series = {"field": "series", "type": "nominal", "legend": None}
    colour = {**series, "scale": {"domain": list(lines), "range": list(lines.values())}}
    shape = {**series, "scale": {"domain": list(lines), "range": list(SHAPES)[: len(lines)]}}
    x: Spec = {"field": "epoch", "type": "quantitative", "title": say("axis_epoch"), "axis": {"format": "d", "grid": False, "tickMinStep": 1}, "scale": {"nice": False}}
    y: Spec = {"field": "percent", "type": "quantitative", "title": y_title, "scale": {"zero": False}, "axis": {"tickCount": 5}}
    tips = [{"field": "series", "type": "nominal", "title": say("tip_series")}, {"field": "epoch", "type": "quantitative", "title": say("axis_epoch"), "format": "d"},
            {"field": "percent", "type": "quantitative", "title": y_title, "format": ".1f"}]  # fmt: skip
    layers: list[Spec] = [
        {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": {"x": x, "y": y, "color": colour}},
        {"mark": {"type": "point", "filled": True, "opacity": 1, "size": 45}, "encoding": {"x": x, "y": y, "color": colour, "shape": shape, "tooltip": tips}},
        direct.names(x, y),
    ]  # fmt: skip
    return Figure(f"{title}, {what}", {"height": HEIGHT, "layer": layers}, columns)
