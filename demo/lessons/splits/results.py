"""The screens of the page "Splits" that are made from its runs: what the splits promise, and what k-fold buys."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

from core.datasets import split_sizes
from core.pretrained.cards import Card
from core.studies import splits as study_4
from core.studies.splits import FOLDS, MethodRow, Promise, Tables
from core.vocabulary.sources import source_of
from demo.classroom import guessing, questions
from demo.lessons.splits import promise_figures
from demo.lessons.splits.figures import METHODS
from demo.text import speaker
from demo.ui import evidence, finding
from demo.ui.finding import Number, Screen, Way
from demo.ui.formatting import percent

say = speaker("splits")
NEXT = (Way(say("next_drawn"), "drawn"),)
TRUSTED = {"random": "random", "stratified": "stratified", "fold": "k-fold"}
"""An option of the question -> the method it names."""


def names(found: Tables) -> dict[str, str]:
    """A method that is there -> how it is called."""
    return {row.split: say(f"method_{row.split}") for row in found.methods}


def screen(cards: Mapping[str, Card]) -> Screen:
    """Before it is answered each split has been drawn once: nothing tells how far the next draw lies away."""
    found, guess = study_4.results(cards), guessing.of(questions.splits())
    told = study_4.promise(found.methods)
    if not guess.shown:
        figure = promise_figures.promised(found, names(found), told.test, "", whole=False)
        counts = split_sizes.thinned_counts(source_of("digits").train_counts, study_4.IMBALANCE)
        intro = say("intro", pictures=sum(counts), ratio=f"{study_4.IMBALANCE:g}")
        return Screen("splits.results", guess.question.words, intro, figure, guess.options, NEXT, whole=False)
    trusted = TRUSTED.get(guess.option, "")
    figure = promise_figures.promised(found, names(found), told.test, trusted if trusted in names(found) else "", whole=True)

    def beside() -> None:
        finding.numbers([_test(told), _spread(found)], say("measured_short"))

    return Screen("splits.results", headline(told, len(found.methods)), guess.sentence(), figure, beside, NEXT, last=guess.again)


def headline(told: Promise, methods: int) -> str:
    """What the splits promise and what the test says, chosen by the runs."""
    who = say("all_three" if methods == len(study_4.DRAWS) else "some_splits")
    promised = f"{100 * told.estimate:.0f}%" if told.same else say("from_to", low=f"{100 * told.low:.0f}", high=f"{100 * told.high:.0f}")
    return say("promise_kept" if told.kept else "promise_broken", who=who, promised=promised, test=f"{100 * told.test:.0f}%")


def _test(told: Promise) -> Number:
    return Number(percent(told.test), say("number_test"), promise_figures.TEST)


def _spread(found: Tables) -> Number:
    spreads = [row for row in found.methods if row.validation_accuracy_spread is not None]
    values = " / ".join(f"{100 * (row.validation_accuracy_spread or 0):.2f}" for row in spreads)
    return Number(values or "–", say("number_spreads", names=", ".join(say(f"method_{row.split}") for row in spreads)), METHODS["k-fold"][0])


# --- k-fold --------------------------------------------------------------------------------------------------------


def fold(cards: Mapping[str, Card]) -> Screen:
    """What the mean of the folds buys, and what as many stratified trainings would have bought."""
    methods = {row.split: row for row in study_4.results(cards).methods}
    one, cost = study_4.compare(methods.values(), "stratified", "k-fold"), study_4.compare(methods.values(), "stratified", "k-fold", FOLDS)
    ways = [Way(say("next_which"), "which")]
    if one is None or cost is None:
        return Screen("splits.fold", say("fold_waits"), say("about_k-fold", folds=FOLDS), lambda: None, lambda: None, ways, whole=False)
    values = {"folds": FOLDS, "one": f"{100 * cost.one:.2f}", "other": f"{100 * cost.other:.2f}", "uncertainty": f"{100 * cost.uncertainty:.2f}"}
    numbers = [
        Number(say("trainings", count=methods["k-fold"].trainings), say("number_trainings", seconds=f"{methods['k-fold'].seconds:.1f}"), METHODS["k-fold"][0]),
        Number(say("trainings", count=methods["stratified"].trainings), say("number_training", seconds=f"{methods['stratified'].seconds:.1f}"), METHODS["stratified"][0]),
    ]  # fmt: skip
    words = say(f"fold_head_{one.verdict}", one=f"{100 * one.one:.2f}", other=f"{100 * one.other:.2f}", folds=FOLDS)
    figure = promise_figures.cost(_spreads(methods))
    note = evidence.words(one.difference)
    return Screen("splits.fold", words, say(f"cost_{cost.verdict}", **values), figure, lambda: finding.numbers(numbers, note), ways)


def _spreads(methods: Mapping[str, MethodRow]) -> list[dict[str, Any]]:
    """One estimate of each method, and the mean of as many stratified ones as k-fold costs, in points."""
    rows: list[dict[str, Any]] = []
    for name, row in methods.items():
        spread, error = row.validation_accuracy_spread, row.validation_accuracy_spread_error
        if spread is None or error is None:
            continue
        if name == "k-fold" and "stratified" in methods:
            averaged = methods["stratified"]
            rows.append(_bar(say("mean_of", count=FOLDS), averaged.validation_accuracy_spread, averaged.validation_accuracy_spread_error, "#7d8f9b", sqrt(FOLDS)))
        rows.append(_bar(say(f"method_{name}"), spread, error, METHODS[name][0]))
    return [row for row in rows if row]


def _bar(name: str, spread: float | None, error: float | None, colour: str, root: float = 1.0) -> dict[str, Any]:
    return {"name": name, "spread": 100 * (spread or 0) / root, "error": 100 * (error or 0) / root, "colour": colour}
