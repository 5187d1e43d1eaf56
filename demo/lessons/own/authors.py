"""The page "Our data": what the test says where one person's pictures lie in both parts, and where they do not."""

from __future__ import annotations

import streamlit as st

from core.classroom import own_study
from core.datasets.own.records import OwnSet
from core.runs.summaries import RunSummary
from core.vocabulary import stats
from core.vocabulary.errors import LabError
from core.vocabulary.sources import source_of
from demo.charts import export
from demo.charts.figure import Figure, columns_of
from demo.charts.theme import Spec
from demo.classroom import guessing
from demo.classroom.question import Answer, Question, Settled, Unsettled
from demo.lessons.own import shared, training
from demo.lessons.own.shared import say
from demo.text import plain

OPTIONS = ("higher", "same", "lower")
COLOURS = {"random": "#94a4a2", "author": "#1d8ba8"}


def show(about: OwnSet) -> None:
    """The question, the button that trains both ways, and the two accuracies."""
    st.subheader(say("authors"), anchor=False)
    try:
        recipes = own_study.runs_of_splits(about.name)
    except LabError as error:
        st.markdown(say("authors_impossible", reason=plain(error)))
        return
    found = training.runs(about, recipes)
    scores = _scores(about, found) if training.done(found) else {}
    failed = bool(scores) and bool(training.learned_nothing(about, found))
    guess = guessing.of(Question(f"own.authors.{about.name}", say("authors_question"), {option: say(f"authors_{option}") for option in OPTIONS}, lambda: _answer(scores, failed)))
    if not guess.shown:
        st.markdown(guess.question.words)
        guess.options()
    if not scores:
        st.markdown(say("authors_text", people=len(_people(about))))
        training.follow(about, recipes, "authors", say("authors_train"))
    elif guess.shown:
        _figure(about, scores, guess)


def _people(about: OwnSet) -> set[str]:
    return {image.author for image in shared.store().contributions(about.name)}


Scores = dict[str, tuple[int, int]]
"""Split -> test images that were right, of how many."""


def _scores(about: OwnSet, found: training.Runs) -> Scores:
    return {split: _score(about, split, run) for split, run in found.items() if run}


def _score(about: OwnSet, split: str, run: RunSummary) -> tuple[int, int]:
    of = source_of(f"{about.name}:{split}").test
    return round((run.test_accuracy or 0) * of), of


def _answer(scores: Scores, failed: bool) -> Answer:
    if not scores:
        return Unsettled(say("blur_waits"))
    if failed:
        return Unsettled(say("learned_nothing"))
    (one, of_one), (other, of_other) = scores["random"], scores["author"]
    gap = 100 * (one / of_one - other / of_other)
    numbers = {"random": f"{100 * one / of_one:.0f}", "author": f"{100 * other / of_other:.0f}", "gap": f"{abs(gap):.0f}"}
    low, high = stats.wilson(one, of_one), stats.wilson(other, of_other)
    if low[0] <= high[1] and high[0] <= low[1]:  # the two intervals have something in common
        return Unsettled(say("authors_few", **numbers))
    right = "higher" if gap > 0 else "lower"
    return Settled(right, {option: say(f"authors_why_{right}", **numbers) for option in OPTIONS})


def _figure(about: OwnSet, scores: Scores, guess: guessing.Guess) -> None:
    rows = []
    for split, (right, of) in scores.items():
        low, high = stats.wilson(right, of)
        rows.append((split, say(f"split_{split}"), 100 * right / of, 100 * low, 100 * high, say("right_of", right=right, of=of)))
    left, beside = st.columns([7, 5], gap="large")
    with left:
        export.show(Figure(say("authors_figure", title=about.title), _spec(), columns_of(("split", "name", "value", "low", "high", "label"), rows)), f"own.authors.{about.name}")
    with beside:
        st.markdown(guess.sentence())
        st.caption(say("authors_note"))
        guess.again()


def _spec() -> Spec:
    up: Spec = {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 0, "ticks": False, "domain": False}}
    across: Spec = {"type": "quantitative", "title": None, "scale": {"domain": [0, 100], "nice": False}, "axis": {"format": "d", "tickCount": 5}}
    colour: Spec = {"field": "split", "type": "nominal", "legend": None, "scale": {"domain": list(COLOURS), "range": list(COLOURS.values())}}
    value: Spec = {**across, "field": "value"}
    layers: list[Spec] = [
        {"mark": {"type": "bar", "height": {"band": 0.5}}, "encoding": {"y": up, "x": value, "color": colour}},
        {"mark": {"type": "rule", "strokeWidth": 2, "color": {"expr": "ink"}}, "encoding": {"y": up, "x": {**across, "field": "low"}, "x2": {"field": "high"}}},
        {"mark": {"type": "text", "align": "left", "baseline": "bottom", "dx": 4, "dy": {"expr": "-letters * 1.4"}, "fontWeight": "bold"},
         "encoding": {"y": up, "x": {**across, "datum": 0}, "text": {"field": "label", "type": "nominal"}}},
    ]  # fmt: skip
    return {"title": {"text": say("right_axis"), "fontWeight": "normal"}, "height": 190, "layer": layers}

