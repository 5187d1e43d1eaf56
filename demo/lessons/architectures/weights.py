"""The second question of study 2: where a network keeps its weights."""

from __future__ import annotations

from core.explain import receptive_field
from demo.charts.figure import Figure, columns_of
from demo.charts.theme import Spec
from demo.classroom import guessing, questions
from demo.lessons.architectures.shared import IMAGE, say, shape_of
from demo.ui import finding
from demo.ui.finding import Number, Screen, Way
from demo.ui.formatting import whole

NETWORKS = ("arc2", "arc3", "arc4")
"""Deeper from one to the next."""
KINDS = {"convolutions": "#1d8ba8", "first_dense": "#b35806", "rest": "#94a4a2"}
HEIGHT = 360
INSIDE = 0.12
"""Of the longest bar: a piece that is wider has its name in it."""


def screen() -> Screen:
    """The question; once it is answered the finding."""
    guess = guessing.of(questions.most())
    ways = (Way(say("to_training"), section="training"), Way(say("beside"), section="published"))
    if not guess.shown:
        return Screen("architectures.weights.asked", guess.question.words, say("weights_intro"), bars("", asked=True), guess.options, ways, whole=False)
    first, last = (receptive_field.weights(name, IMAGE) for name in (NETWORKS[0], NETWORKS[-1]))
    share = first.first_dense / first.total

    def beside() -> None:
        finding.numbers([
            Number(whole(first.total), say("weights_in", shape=shape_of(NETWORKS[0])), KINDS["first_dense"]),
            Number(whole(last.total), say("weights_in", shape=shape_of(NETWORKS[-1])), KINDS["convolutions"]),
        ], say("weights_note"))  # fmt: skip

    key = "finding_weights_dense" if share > 0.5 else "finding_weights_else"
    headline = say(key, share=f"{whole(100 * share)}%", shape=shape_of(NETWORKS[0]))
    return Screen("architectures.weights", headline, guess.sentence(), bars(guess.option), beside, ways, last=guess.again)


def bars(option: str, asked: bool = False) -> Figure:
    """A bar a network, a piece for each kind of layer; before the guess the bars are whole."""
    rows = []
    most = receptive_field.weights(NETWORKS[0], IMAGE).total
    for name in NETWORKS:
        found = receptive_field.weights(name, IMAGE)
        shape, start = shape_of(name), 0
        counts = dict(zip(KINDS, (found.convolutions, found.first_dense, found.rest), strict=True))
        largest = max(counts, key=counts.__getitem__)
        inside = counts[largest] > INSIDE * most
        total = whole(found.total) if asked or inside else say("mostly", count=whole(found.total), kind=say(f"kind_{largest}"))
        for kind, count in ({"": found.total} if asked else counts).items():
            label = say(f"kind_{kind}") if inside and kind == largest else ""
            own = start + count / 2 if name == NETWORKS[0] and kind == option and option else None
            start += count
            rows.append((shape, kind, start - count, start, label, own, found.total, total if start == found.total else ""))
    names = ("network", "kind", "from", "to", "label", "guess", "total", "sum")
    return Figure(say("weights_figure"), _spec(asked), columns_of(names, rows))


def _spec(asked: bool) -> Spec:
    y: Spec = {"field": "network", "type": "nominal", "sort": [shape_of(name) for name in NETWORKS], "title": None, "axis": {"ticks": False, "domain": False},
               "scale": {"paddingInner": 0.45, "paddingOuter": 0.35}}  # fmt: skip
    axis = {"format": "~s", "tickCount": 6, "grid": True}
    x: Spec = {"field": "from", "type": "quantitative", "title": None, "scale": {"domain": [0, 700_000], "nice": False}, "axis": axis}
    colour: Spec = {"value": "#94a4a2"} if asked else {
        "field": "kind", "type": "nominal", "scale": {"domain": list(KINDS), "range": list(KINDS.values())}, "legend": None}  # fmt: skip
    tips: list[Spec] = [{"field": "network", "type": "nominal", "title": say("network")}, {"field": "total", "type": "quantitative", "title": say("parameters"), "format": ","}]
    words: Spec = {"type": "text", "fontWeight": "bold", "aria": False}
    middle: Spec = {**x, "field": "middle"}
    layers: list[Spec] = [
        {"mark": {"type": "bar"}, "encoding": {"y": y, "x": x, "x2": {"field": "to"}, "color": colour, "tooltip": tips}},
        {"transform": [{"filter": "datum.sum !== ''"}], "mark": {**words, "align": "left", "dx": 8},
         "encoding": {"y": y, "x": {**x, "field": "to"}, "text": {"field": "sum", "type": "nominal"}}},
        {"transform": [{"filter": "datum.label !== ''"}, {"calculate": "(datum.from + datum.to) / 2", "as": "middle"}],
         "mark": {**words, "color": "#ffffff", "opacity": {"expr": "width * (datum.to - datum.from) < 90 * 700000 ? 0 : 1"}},
         "encoding": {"y": y, "x": middle, "text": {"field": "label", "type": "nominal"}}},
    ]  # fmt: skip
    if not asked:
        only: list[Spec] = [{"filter": "datum.guess !== null"}]
        own: Spec = {"y": y, "x": {**x, "field": "guess"}}
        layers += [
            {"transform": only, "mark": {"type": "tick", "thickness": 4, "color": {"expr": "ink"}, "height": {"band": 1.25}}, "encoding": own},
            {"transform": only, "mark": {**words, "fontStyle": "italic", "align": "left", "dx": -2, "dy": {"expr": "-height / 3 * 0.36 - 6"}},
             "encoding": {**own, "text": {"value": say("yours")}}},
        ]  # fmt: skip
    return {"title": {"text": say("weights_axis"), "fontWeight": "normal"}, "height": HEIGHT, "layer": layers}
