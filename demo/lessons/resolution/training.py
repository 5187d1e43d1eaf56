"""The fourth question of the resolution study: many epochs by the published recipe, or a few by a shorter one."""

from __future__ import annotations

from core.classroom.questions import studies
from core.studies import resolution_findings
from core.studies.resolution import SIDES
from demo.charts.figure import Figure, columns_of
from demo.charts.plots import heading
from demo.charts.protocol_lines import HEIGHT, open_question
from demo.charts.theme import Spec
from demo.classroom import guessing, questions
from demo.lessons.resolution import shared
from demo.lessons.resolution.shared import Cards
from demo.text import speaker
from demo.ui import finding
from demo.ui.finding import Number, Screen, Way
from demo.ui.formatting import percent

say = speaker("resolution")
COLOURS = {"long": "#94a4a2", "short": "#1d8ba8"}
RUNS = {"long": resolution_findings.REPORT, "short": resolution_findings.SAME_RECIPE["cifar10"]}


def screen(cards: Cards) -> Screen:
    """The question; once it is answered the finding."""
    guess = guessing.of(questions.recipes())
    ways = (Way(say("to_architectures"), page="architectures"), Way(say("beside"), section="published"))
    found = studies.recipes(cards)
    if found is None:
        return shared.waiting(guess.question.words, say("training_intro"), cards, [*RUNS["long"], *RUNS["short"]], ways)
    if not guess.shown:
        figure = curves(cards, "", asked=True)
        return Screen("resolution.recipes.asked", guess.question.words, say("training_intro"), figure, guess.options, ways, whole=False)
    numbers = found.numbers

    def beside() -> None:
        finding.numbers([
            Number(percent(numbers[name]), say(f"recipe_{name}", epochs=numbers[f"{name}_epochs"], minutes=numbers[f"{name}_minutes"]), COLOURS[name])
            for name in ("short", "long")
        ], say("recipes_note", seeds=min(numbers["short_seeds"], numbers["long_seeds"])))  # fmt: skip

    lengths = {"long": numbers["long_epochs"], "short": numbers["short_epochs"]}
    headline = say(f"finding_training_{found.right or 'alike'}", **lengths)
    return Screen("resolution.recipes", headline, guess.sentence(), curves(cards, guess.option), beside, ways, last=guess.again)


SHORT_LOOK = 6
"""Epochs that are shown before the guess."""


def curves(cards: Cards, option: str, asked: bool = False) -> Figure:
    """Training pictures right by epoch, a line a run; at its end, as a mark, the test pictures, named with the recipe's mean."""
    rows: list[tuple[object, ...]] = []
    side = SIDES["cifar10"][0]
    means: dict[str, float] = {}
    for name, runs in RUNS.items():
        there = [run for run in runs if run in cards]
        tested = [score for run in there if (score := resolution_findings.accuracy(cards, run, side)) is not None]
        if not tested:
            continue
        means[name] = 100 * sum(tested) / len(tested)
        last = cards[there[0]].recipe.epochs
        for run in there:
            shown = [epoch for epoch in cards[run].epochs if not asked or epoch.epoch <= SHORT_LOOK]
            rows += [(epoch.epoch, 100 * epoch.train_accuracy, name, run, "line", "") for epoch in shown]
        if not asked:
            rows += [(last, 100 * score, name, "", "test", "") for score in tested]
            rows.append((last, means[name], name, "", "name", say("test_mean", epochs=last, mean=f"{means[name]:.0f}")))
        else:
            rows.append((last, 0, name, "", "end", say("epochs", epochs=last)))
    guess = _guessed(means, option)
    if guess is not None:
        rows.append((max(cards[runs[0]].recipe.epochs for runs in RUNS.values() if runs[0] in cards), guess, YOURS, "", YOURS, say("yours")))
    title = say("figure_recipes")
    return Figure(title, _spec(asked), columns_of(("epoch", "value", "recipe", "run", "kind", "label"), rows))


YOURS = "guess"


def _guessed(means: dict[str, float], option: str) -> float | None:
    """Where the long recipe would end by the guess: as far above the short one as it lies below, or beside it."""
    if len(means) < len(RUNS) or option not in ("long", "short", "alike"):
        return None
    gap = abs(means["short"] - means["long"])
    return means["short"] + {"long": gap, "alike": 0.0, "short": -gap}[option]


def _spec(asked: bool) -> Spec:
    x: Spec = {"field": "epoch", "type": "quantitative", "title": say("epoch_axis"), "scale": {"domain": [0, 180], "nice": False},
               "axis": {"format": "d", "grid": False, "values": [0, 24, 50, 100, 150]}}  # fmt: skip
    y: Spec = {"field": "value", "type": "quantitative", "title": None, "scale": {"domain": [0, 100], "nice": False}, "axis": {"format": "d", "tickCount": 5}}
    colour: Spec = {"field": "recipe", "type": "nominal", "legend": None, "scale": {"domain": list(COLOURS), "range": list(COLOURS.values())}}
    tips: list[Spec] = [{"field": "run", "type": "nominal", "title": say("network")}, {"field": "epoch", "type": "quantitative", "title": say("epoch_axis")},
                        {"field": "value", "type": "quantitative", "title": say("right_axis"), "format": ".1f"}]  # fmt: skip
    place: Spec = {"x": x, "y": y}

    def only(*kinds: str) -> list[Spec]:
        return [{"filter": {"field": "kind", "oneOf": list(kinds)}}]

    words: Spec = {"type": "text", "align": "left", "baseline": "middle", "dx": 12, "fontWeight": "bold"}
    layers: list[Spec] = [
        {"transform": only("line"), "mark": {"type": "line", "strokeWidth": 2, "opacity": 0.8},
         "encoding": {**place, "color": colour, "detail": {"field": "run", "type": "nominal"}, "tooltip": tips}},
        {"transform": only("test"), "mark": {"type": "point", "shape": "diamond", "filled": True, "size": 120, "opacity": 1, "stroke": {"expr": "ground"}},
         "encoding": {**place, "color": colour, "tooltip": tips[1:]}},
        {"transform": only("name"), "mark": {**words, "align": {"expr": "datum.epoch > 100 ? 'right' : 'left'"}, "dx": {"expr": "datum.epoch > 100 ? 30 : 12"},
                                            "dy": {"expr": "datum.epoch > 100 ? 3.6 * letters : 0"}},
         "encoding": {**place, "text": {"field": "label", "type": "nominal"}}},
        {"transform": only(YOURS), "mark": {"type": "point", "shape": "circle", "size": 170, "strokeWidth": 2.5, "strokeDash": [3, 3], "filled": False,
                                            "stroke": {"expr": "ink"}}, "encoding": place},
        {"transform": only(YOURS), "mark": {**words, "fontStyle": "italic"}, "encoding": {**place, "text": {"field": "label", "type": "nominal"}}},
        {"transform": only("end"), "mark": {"type": "rule", "strokeDash": [3, 4], "color": {"expr": "ink"}, "opacity": 0.6}, "encoding": {"x": x}},
        {"transform": only("end"), "mark": {**words, "dx": 6, "baseline": "top", "fontWeight": "normal"},
         "encoding": {"x": x, "y": {"value": 4}, "text": {"field": "label", "type": "nominal"}}},
    ]  # fmt: skip
    return {"title": {**heading(say("recipes_axis"), say("recipes_marks")), "fontWeight": "normal"}, "height": HEIGHT, "layer": [*layers, *([open_question()] if asked else [])]}
