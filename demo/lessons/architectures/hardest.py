"""The fourth question of study 2: which class the networks find least often."""

from __future__ import annotations

import numpy as np

from core.pretrained import test_images
from core.vocabulary import metrics
from core.vocabulary.sources import source_of
from demo.charts import direct
from demo.charts.figure import Figure, columns_of
from demo.charts.theme import Spec
from demo.classroom import guessing, questions
from demo.classroom.questions import HARD
from demo.lessons.architectures.shared import REPORT_RUNS, cards, say, waiting
from demo.server import services
from demo.ui import finding, images
from demo.ui.finding import Number, Screen, Way
from demo.ui.formatting import percent

CLASSES = source_of("fashion-mnist").classes
HEIGHT, THUMBNAIL = 400, 48
BAR, MARKED = "#94a4a2", "#b35806"


def screen() -> Screen:
    """The question; once it is answered the finding."""
    guess = guessing.of(questions.hard())
    ways = (Way(say("to_dropout"), page="dropout"), Way(say("beside"), section="published"))
    recall = _recall()
    if recall is None:
        return waiting(guess.question.words, say("hard_intro"), REPORT_RUNS, ways)
    if not guess.shown:
        return Screen("architectures.hardest.asked", guess.question.words, say("hard_intro"), bars(recall, "", asked=True), guess.options, ways, whole=False)
    order = sorted(range(len(CLASSES)), key=recall.__getitem__)
    worst, best = order[0], order[-1]

    def beside_it() -> None:
        finding.numbers([
            Number(percent(recall[worst]), say("found_of", name=CLASSES[worst]), MARKED),
            Number(percent(recall[best]), say("found_of", name=CLASSES[best]), BAR),
        ], say("hard_note"))  # fmt: skip

    headline = say("finding_hard", name=CLASSES[worst], missed=f"{100 * (1 - recall[worst]):.0f}%")
    option = HARD.get(guess.option, "")
    return Screen("architectures.hardest", headline, guess.sentence(), bars(recall, option), beside_it, ways, last=guess.again)


def _recall() -> list[float] | None:
    """Of each class, the mean over the report's runs that are there."""
    found = [card for name in REPORT_RUNS if (card := cards().get(name))]
    return [float(value) for value in np.mean([metrics.recall(card.result.confusion) for card in found], axis=0)] if found else None


def bars(recall: list[float], option: str, asked: bool = False) -> Figure:
    """A bar a class, the hardest first, a picture of it below; before the guess the classes stand in their own order, without bars."""
    order = list(range(len(CLASSES))) if asked else sorted(range(len(CLASSES)), key=recall.__getitem__)
    least = 100 * min(recall)
    rows = [(CLASSES[place], None if asked else 100 * recall[place], place == order[0], least if CLASSES[place] == option else None) for place in order]
    title = say("figure_hard")
    return Figure(title, _spec([CLASSES[place] for place in order], asked), columns_of(("class", "value", "worst", "guess"), rows))


def _spec(order: list[str], asked: bool) -> Spec:
    axis = {**direct.below_pictures(THUMBNAIL), "labelAngle": -30, "labelAlign": "right", "labelLimit": 0}
    x: Spec = {"field": "class", "type": "nominal", "sort": order, "title": None, "axis": axis, "scale": {"domain": order, "paddingInner": 0.35, "paddingOuter": 0.2}}
    y: Spec = {"field": "value", "type": "quantitative", "title": None, "scale": {"domain": [0, 100], "nice": False}, "axis": {"format": "d", "tickCount": 5}}
    tips: list[Spec] = [{"field": "class", "type": "nominal", "title": say("class")}, {"field": "value", "type": "quantitative", "title": say("found_axis"), "format": ".1f"}]
    words: Spec = {"type": "text", "fontWeight": "bold", "aria": False}
    colour = {"condition": {"test": "datum.worst", "value": MARKED}, "value": BAR}
    only: list[Spec] = [{"filter": "datum.guess !== null"}]
    own: Spec = {"x": x, "y": {**y, "field": "guess"}}
    layers: list[Spec] = [
        {"mark": {"type": "bar"}, "encoding": {"x": x, "y": y, "color": colour, "tooltip": tips}},
        {"transform": [{"filter": "datum.value !== null"}], "mark": {**words, "dy": -9},
         "encoding": {"x": x, "y": y, "text": {"field": "value", "type": "quantitative", "format": ".0f"}}},
        {"transform": only, "mark": {"type": "tick", "thickness": 4, "color": {"expr": "ink"}, "width": {"band": 1.2}}, "encoding": own},
        {"transform": only, "mark": {**words, "fontStyle": "italic", "dy": {"expr": "-9 - 1.3 * letters"}}, "encoding": {"x": x, "y": y, "text": {"value": say("yours")}}},
        *_pictures(x),
    ]  # fmt: skip
    if asked:
        layers.append({"data": {"values": [{}]}, "mark": {"type": "text", "fontWeight": "bold", "opacity": 0.18, "aria": False},
                       "encoding": {"x": {"value": {"expr": "width / 2"}}, "y": {"value": {"expr": "height * 0.45"}}, "text": {"value": "?"}, "size": {"value": 96}}})  # fmt: skip
    return {"title": {"text": say("found_axis"), "fontWeight": "normal"}, "height": HEIGHT, "layer": layers}


def _pictures(x: Spec) -> list[Spec]:
    """The first test picture of each class under its bar; nothing where none is there."""
    found = test_images.tiles(services.data_folder(), services.pretrained_folder())
    if found is None:
        return []
    firsts = {name: found.examples(label, 1) for label, name in enumerate(CLASSES)}
    shown = {name: images.as_address(images.picture(found.image(places[0])[:, :, None], 2 * THUMBNAIL)) for name, places in firsts.items() if places}
    layer = direct.pictures(x, shown, THUMBNAIL)
    fits = {"expr": f"min({THUMBNAIL}, width / {len(CLASSES) + 0.5})"}
    return [{**layer, "mark": {**layer["mark"], "width": fits, "height": fits}}]
