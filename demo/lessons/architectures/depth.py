"""The first question of study 2: which of three networks, each deeper than the last, gets the most pictures right."""

from __future__ import annotations

from collections.abc import Sequence

from core.studies import architectures_comparison as beside
from core.studies.architectures_comparison import PaperRow, Ranking
from core.vocabulary.stats import margin
from demo.charts.figure import Figure, columns_of
from demo.charts.theme import Spec
from demo.classroom import guessing, questions
from demo.lessons.architectures import stacks
from demo.lessons.architectures.shared import cards, points, say, shape_of, waiting
from demo.server import services
from demo.ui import finding
from demo.ui.finding import Number, Screen, Way
from demo.ui.formatting import percent, whole

HEIGHT = 400
LOW, HIGH = 83, 94
"""Percent at the ends of the upright axis, where all three lie."""


def screen() -> Screen:
    """The question; once it is answered the finding."""
    guess = guessing.of(questions.wins())
    ways = (Way(say("to_networks"), section="networks"), Way(say("beside"), section="published"))
    rows = [row for row in beside.paper_rows(cards()) if row.dataset == "fashion-mnist" and row.title in beside.LADDER]
    order = beside.ranking(rows, services.pretrained_folder())
    if len(rows) < len(beside.LADDER) or order is None:
        names = [f"fashion-{name}" for name, title in beside.PAPER_TITLES.items() if title in beside.LADDER]
        return waiting(guess.question.words, say("depth_intro"), names, ways)
    if not guess.shown:
        return Screen("architectures.depth.asked", guess.question.words, say("depth_intro"), scatter(rows, "", asked=True), guess.options, ways, whole=False)
    best, last = (next(row for row in rows if row.title == title) for title in (order.best, order.last))

    def beside_it() -> None:
        finding.numbers([
            Number(percent(best.test_accuracy), say("with_weights", shape=shape_of(best.network), count=whole(best.parameters)), stacks.CONVOLUTION),
            Number(percent(last.test_accuracy), say("with_weights", shape=shape_of(last.network), count=whole(last.parameters)), stacks.DENSE),
        ], say("depth_note", epochs=rows[0].epochs, margin=points(margin(best.test_accuracy, best.tested))))  # fmt: skip

    return Screen("architectures.depth", _headline(rows, order), guess.sentence(), scatter(rows, guess.option), beside_it, ways, last=guess.again)


def _headline(rows: Sequence[PaperRow], order: Ranking) -> str:
    deepest, fewest = rows[-1], min(rows, key=lambda row: row.parameters)
    shapes = {row.title: shape_of(row.network) for row in rows}
    if not order.to_last.real:
        return say("finding_depth_open", range=points(order.range))
    if deepest is fewest and deepest.title == order.last:
        return say("finding_depth_loses")
    return say("finding_depth_wins", best=shapes[order.best], last=shapes[order.last], range=points(order.range))


def scatter(rows: Sequence[PaperRow], option: str, asked: bool = False) -> Figure:
    """Test accuracy over weights; each network is drawn as its layers. Before the guess only the weights are told."""
    values = []
    top, middle = max(100 * row.test_accuracy for row in rows), sum(100 * row.test_accuracy for row in rows) / len(rows)
    for row in rows:
        value = 100 * row.test_accuracy
        open_ = 100 * margin(row.test_accuracy, row.tested)
        label = shape_of(row.network) if asked else f"{shape_of(row.network)}: {value:.1f}%"
        at = LOW + 1.2 if asked else value
        own = top if option == row.title.lower() else middle if option == "alike" else None
        values.append((row.parameters, at, at - open_, at + open_, label, row.title, stacks.picture(row.network), own))
    title = say("figure_depth")
    return Figure(title, _spec(asked, [row[0] for row in values]), columns_of(("weights", "value", "low", "high", "label", "network", "picture", "guess"), values))


def _spec(asked: bool, weights: Sequence[int]) -> Spec:
    x: Spec = {"field": "weights", "type": "quantitative", "title": say("weights_axis"), "scale": {"type": "log", "domain": [30_000, 1_000_000], "nice": False},
               "axis": {"format": ",d", "values": sorted(weights), "grid": False, "labelOverlap": False}}  # fmt: skip
    y: Spec = {"field": "value", "type": "quantitative", "title": None, "scale": {"domain": [LOW, HIGH], "nice": False}, "axis": {"format": "d", "tickCount": 5}}
    place: Spec = {"x": x, "y": y}
    tips: list[Spec] = [{"field": "network", "type": "nominal", "title": say("network")}, {"field": "weights", "type": "quantitative", "title": say("weights_axis"), "format": ",d"},
                        {"field": "value", "type": "quantitative", "title": say("test_axis"), "format": ".1f"}]  # fmt: skip
    pictures: Spec = {"mark": {"type": "image", "width": stacks.WIDTH, "height": stacks.HEIGHT, "aria": False, "yOffset": 0 if asked else 50},
                      "encoding": {**place, "url": {"field": "picture", "type": "nominal"}}}  # fmt: skip
    words: Spec = {"type": "text", "fontWeight": "bold", "aria": False}
    if asked:
        hidden = {"mark": {**words, "dy": -46}, "encoding": {**place, "text": {"field": "label", "type": "nominal"}}}
        sign = {"data": {"values": [{}]}, "mark": {"type": "text", "fontWeight": "bold", "opacity": 0.18, "aria": False},
                "encoding": {"x": {"value": {"expr": "width / 2"}}, "y": {"value": {"expr": "height * 0.4"}}, "text": {"value": "?"}, "size": {"value": 96}}}  # fmt: skip
        layers: list[Spec] = [pictures, hidden, sign]
    else:
        only: list[Spec] = [{"filter": "datum.guess !== null"}]
        yours: Spec = {"x": x, "y": {**y, "field": "guess"}}
        layers = [
            {"mark": {"type": "rule", "strokeWidth": 2, "color": {"expr": "ink"}, "aria": False}, "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}},
            pictures,
            {"mark": {"type": "point", "filled": True, "size": 200, "opacity": 1, "color": stacks.CONVOLUTION}, "encoding": {**place, "tooltip": tips}},
            {"mark": {**words, "dy": -28}, "encoding": {**place, "text": {"field": "label", "type": "nominal"}}},
            {"transform": only, "mark": {"type": "point", "shape": "circle", "size": 420, "strokeWidth": 2.5, "strokeDash": [3, 3], "filled": False,
                                         "stroke": {"expr": "ink"}}, "encoding": yours},
            {"transform": only, "mark": {**words, "fontStyle": "italic", "dy": -20}, "encoding": {**yours, "text": {"value": say("yours")}}},
        ]  # fmt: skip
    return {"title": {"text": say("test_axis"), "fontWeight": "normal"}, "height": HEIGHT, "layer": layers}
