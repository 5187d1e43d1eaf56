"""The third question of study 2: whether small batches make a curve restless."""

from __future__ import annotations

from collections.abc import Mapping

from core.pretrained.cards import Card
from core.studies import architectures_comparison as beside
from core.studies.architectures import BATCHES
from demo.charts import direct
from demo.charts.figure import Figure, columns_of
from demo.charts.theme import Spec
from demo.classroom import guessing, questions
from demo.lessons.architectures.shared import cards, say, waiting
from demo.ui import finding
from demo.ui.finding import Number, Screen, Way
from demo.ui.formatting import whole

COLOURS = dict(zip(BATCHES, ("#b35806", "#1d8ba8", "#8a5cb8"), strict=True))
DASHES = dict(zip(BATCHES, ([1, 0], [8, 5], [2, 4]), strict=True))
RUNS = {size: f"fashion-batch-{size}" for size in BATCHES}
HEIGHT, FIRST = 400, 3
"""Pixels; the epochs that are shown before the guess."""


def screen() -> Screen:
    """The question; once it is answered the finding."""
    guess = guessing.of(questions.restless())
    ways = (Way(say("to_pictures"), section="pictures"), Way(say("beside"), section="published"))
    found = cards()
    rows = beside.batch_rows(found)
    if len(rows) < len(BATCHES):
        return waiting(guess.question.words, say("batch_intro"), list(RUNS.values()), ways)
    if not guess.shown:
        return Screen("architectures.batches.asked", guess.question.words, say("batch_intro"), lines(found, "", asked=True), guess.options, ways, whole=False)
    wiggles = [row.accuracy_wiggle for row in rows]
    smallest, largest = rows[0], rows[-1]

    def beside_it() -> None:
        finding.numbers([
            Number(say("jumps", points=f"{100 * (row.accuracy_wiggle or 0):.2f}"), say("jumps_at", size=whole(row.batch_size)), COLOURS[row.batch_size])
            for row in (smallest, largest)
        ], say("batch_note", epochs=smallest.epochs, trained=whole(smallest.trained_on)))  # fmt: skip

    falls = beside.falls(wiggles)
    more = wiggles[0] is not None and wiggles[-1] is not None and wiggles[0] > wiggles[-1]
    headline = say("finding_batch_agree" if falls else "finding_batch_partly" if more else "finding_batch_disagree")
    return Screen("architectures.batches", headline, guess.sentence(), lines(found, guess.option), beside_it, ways, last=guess.again)


def lines(found: Mapping[str, Card], option: str, asked: bool = False) -> Figure:
    """Validation accuracy by epoch, a line a size of batch; before the guess only how each begins."""
    rows = [
        (row.epoch, 100 * row.accuracy, str(size))
        for size, name in RUNS.items() for row in beside.curve_rows(name, found[name])
        if row.part == "validation" and row.accuracy is not None and (not asked or row.epoch <= FIRST)
    ]  # fmt: skip
    words = {str(size): say("batch_of", size=whole(size)) + (f" ← {say('yours')}" if option == str(size) else "") for size in BATCHES}
    low = min(value for _, value, _ in rows) // 10 * 10
    columns = direct.named(columns_of(("epoch", "accuracy", "size"), rows), "epoch", "accuracy", "size", words, 0.07 * (100 - low), (low, 100))
    last = max(found[name].recipe.epochs for name in RUNS.values())
    return Figure(say("batch_curves"), _spec(int(low), last, asked), columns)


def _spec(low: int, last: int, asked: bool) -> Spec:
    x: Spec = {"field": "epoch", "type": "quantitative", "title": say("epoch_axis"), "scale": {"domain": [1, last], "nice": False}, "axis": {"format": "d", "grid": False}}
    y: Spec = {"field": "accuracy", "type": "quantitative", "title": None, "scale": {"domain": [low, 100], "nice": False}, "axis": {"format": "d", "tickCount": 5}}
    sizes = [str(size) for size in BATCHES]
    colour: Spec = {"field": "size", "type": "nominal", "legend": None, "scale": {"domain": sizes, "range": list(COLOURS.values())}}
    dash: Spec = {"field": "size", "type": "nominal", "legend": None, "scale": {"domain": sizes, "range": list(DASHES.values())}}
    tips: list[Spec] = [{"field": "size", "type": "nominal", "title": say("batch_size")}, {"field": "epoch", "type": "quantitative", "title": say("epoch_axis")},
                        {"field": "accuracy", "type": "quantitative", "title": say("accuracy_axis"), "format": ".1f"}]  # fmt: skip
    sign: Spec = {"data": {"values": [{}]}, "mark": {"type": "text", "fontWeight": "bold", "opacity": 0.18, "aria": False},
                  "encoding": {"x": {"value": {"expr": "width * 0.62"}}, "y": {"value": {"expr": "height * 0.55"}}, "text": {"value": "?"}, "size": {"value": 96}}}  # fmt: skip
    layers: list[Spec] = [
        {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": {"x": x, "y": y, "color": colour, "strokeDash": dash, "tooltip": tips}},
        direct.names(x, y), *([sign] if asked else []),
    ]  # fmt: skip
    return {"title": {"text": say("validation_axis"), "fontWeight": "normal"}, "height": HEIGHT, "layer": layers}
