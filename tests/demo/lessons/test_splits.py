"""The page Splits: it asks first, draws live from core, says what is missing, and claims what the cards show."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path

import altair
import pytest

from core.pretrained.cards import FOLDER, Card, read_cards
from core.pretrained.plan import available
from core.studies import split_simulation
from core.studies import splits as study_4
from core.studies.registry import STUDIES
from core.vocabulary.records import Facts
from demo.charts import export
from demo.classroom import asking, questions
from demo.lessons.splits import evidence, figures, promise_figures, results, simulation
from tests import run_records
from tests.demo import study_pages
from tests.demo.study_pages import drawn, keep, visit, words  # noqa: F401  a fixture

PLAN = study_4.plan()


def card(name: str, wrong: int, rarest: int = 2) -> Card:
    """A run that has `wrong` of 18 pictures of class 0 wrong, and `rarest` of class 1 right; half of the test right."""
    epoch = run_records.epoch(30, validation_confusion=[[18 - wrong, wrong], [0, rarest]], seconds=2.0)
    facts = Facts(classes=("0", "1"), shape=(1, 8, 8), train=80)
    return run_records.card(name, PLAN[name].recipe, facts, (epoch,), run_records.result(30, 0.5, [[5, 5], [5, 5]]))


def some() -> list[Card]:
    """Random far apart, stratified close together, and two whole draws of k-fold, equal but for one picture."""
    cards = [card(f"splits-random-{draw}", wrong=4 * (draw % 2), rarest=draw % 3) for draw in range(20)]
    cards += [card(f"splits-stratified-{draw}", wrong=draw % 2) for draw in range(20)]
    return cards + [card(f"splits-k-fold-{draw}-{fold}", wrong=int(draw == fold == 0)) for draw in range(2) for fold in range(5)]


def script() -> None:
    from demo.lessons.splits import page as splits

    splits.render()


opened = functools.partial(study_pages.opened, script)


def test_before_the_guess_each_split_was_drawn_once_and_the_test_is_hidden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keep(monkeypatch, tmp_path, *some())
    page = opened("results", guess="")
    assert page.title[0].value == questions.splits().words
    assert [(row["kind"], row["draw"]) for row in drawn(page)] == [("draw", 0)] * 3
    assert {f"ask.question.{option}" for option in questions.splits().options} <= {button.key for button in page.button}


@pytest.mark.parametrize(("option", "method"), [("stratified", "Stratified"), ("fold", "k-fold"), ("same", None), ("skip", None)])
def test_the_guess_stands_over_the_split_that_was_trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, option: str, method: str | None) -> None:
    keep(monkeypatch, tmp_path, *some())
    rows = drawn(opened("results", option))
    assert [row["method"] for row in rows if row["kind"] == "guess"] == ([method] if method else [])


def test_without_runs_it_says_how_they_are_made() -> None:
    page = opened("results")
    assert evidence.COMMAND in page.code[0].value and not page.get("vega_lite_chart")


def test_the_headline_and_the_figure_follow_from_the_cards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keep(monkeypatch, tmp_path, *some())
    page = opened("results")
    said = words(page)
    assert "50 of the 70 planned runs" in said
    methods = study_4.results(asking.cards("splits")).methods
    low, high = (f"{100 * bound(row.validation_accuracy for row in methods):.0f}" for bound in (min, max))
    assert page.title[0].value == f"All three splits promise {low} to {high}%. On balanced pictures it is 50%."
    assert "<b>50.0%</b>" in said
    (test,) = (row for row in drawn(page) if row["kind"] == "test")
    assert test["percent"] == pytest.approx(50) and sum(row["kind"] == "draw" for row in drawn(page)) == 42
    for row, method in zip([row for row in drawn(page) if row["kind"] == "spread"], methods, strict=True):
        assert row["words"] == f"spread {100 * (method.validation_accuracy_spread or 0):.2f}"


def test_the_project_s_own_runs_promise_what_the_test_does_not_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "cards", lambda name: available(STUDIES[name].plan(), read_cards(FOLDER).values()))
    assert opened("results").title[0].value == "All three splits promise 98%. On balanced pictures it is 86%."
    assert opened("fold").title[0].value == "k-fold spreads by 0.33 points, one stratified split by 0.82."


def test_other_runs_have_another_headline() -> None:
    promise = study_4.Promise(0.97, 0.975, 0.972, 0.97)
    assert results.headline(promise, 3) == "All three splits promise 97%, and the test agrees: 97%."
    assert results.headline(dataclasses.replace(promise, high=0.99, test=0.5), 2) == "The splits promise 97 to 99%. On balanced pictures it is 50%."


def test_the_tables_follow_from_the_cards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keep(monkeypatch, tmp_path, *some())
    page = opened("results", table="methods")
    said, methods = words(page), page.dataframe[0].value
    assert "**Stratified is tighter than random here.**" in said
    assert "cannot be told from that here" in said, "two draws of k-fold say little about their spread"
    assert list(methods["draws"]) == [20, 20, 2] and list(methods["trainings"]) == [1, 1, 5]
    assert list(methods["rarest_least"]) == [0, 2, 2] and list(methods["seconds"]) == [2, 2, 10]
    page = opened("results", table="classes")
    classes = page.dataframe[0].value
    assert list(classes["pictures"]) == [90, 10] and list(classes["test_recall"]) == [50.0, 50.0]
    assert "held-out accuracy **99.5%**" in words(page) and "test accuracy **50.0%**" in words(page)
    runs = opened("results", table="runs").dataframe[0].value
    assert len(runs) == 50 and runs["run"][0] == "http://lab:1/train?run=splits-random-0"


@pytest.mark.parametrize("name", evidence.tables())
def test_each_table_opens_at_its_address_with_and_without_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    page = opened("which", table=name)
    assert page.selectbox(key="finding.table").value == name
    assert bool(page.code) == (name in ("draws", "methods", "classes", "runs"))
    keep(monkeypatch, tmp_path, *some())
    assert not opened("which", table=name).code


def test_equal_spreads_are_called_equal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keep(monkeypatch, tmp_path, *[card(f"splits-{name}-{draw}", wrong=draw % 2) for name in ("random", "stratified") for draw in range(8)])
    said = words(opened("results", table="methods"))
    assert "No difference between random and stratified can be seen here" in said and "k-fold is tighter" not in said
    assert opened("fold").title[0].value == results.say("fold_waits")


def test_every_comparison_has_words() -> None:
    for name in ("tighter", "fold", "cost", "fold_head"):
        for verdict in ("clear", "likely", "open", "reverse"):
            numbers = dict.fromkeys(("one", "other", "difference", "uncertainty", "folds"), "1")
            assert "{" not in results.say(f"{name}_{verdict}", **numbers)


def test_a_split_is_drawn_live_and_after_some_draws_the_page_says_how_often_nobody_is_checked() -> None:
    page = opened("drawn")
    labels = split_simulation.unbalanced(Path("anywhere"))
    rare = max(labels)
    held = []
    for seed in range(simulation.ENOUGH + 1):
        counts = split_simulation.counts(labels, split_simulation.parts(labels, "random", seed))
        held.append(int(counts[split_simulation.HELD_OUT, rare]))
        assert sum(row["part"] == "held out" for row in drawn(page)) == held[-1] and len(drawn(page)) == labels.count(rare)
        assert f"<b>{held.count(0)} of {len(held)}</b>" in words(page)
        assert (page.title[0].value == "In 1 of 5 random draws class 9 is never checked.") == (seed >= simulation.ENOUGH)
        page.button(key="splits.again").click().run()
    assert 0 in held, "the first draws show it"
    page.get("button_group")[1].set_value("k-fold").run()
    assert not page.exception and page.title[0].value == "k-fold: every picture of class 9 is checked once."
    assert {row["part"] for row in drawn(page)} <= {f"fold {number}" for number in range(1, 6)}


def test_a_draw_in_numbers_lies_in_the_drawer() -> None:
    labels = split_simulation.unbalanced(Path("anywhere"))
    counts = split_simulation.counts(labels, split_simulation.parts(labels, "random", 0))
    shown = opened("drawn", table="shares").dataframe[0].value
    assert shown.iloc[:, 3].tolist() == counts[split_simulation.HELD_OUT].tolist()


def test_how_often_the_rarest_class_is_missing_is_counted_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split_simulation, "DRAWS", 30)
    monkeypatch.setattr(split_simulation, "rarest_held_out", lambda labels, method: split_simulation.RareClassCounts(30, 0.2 if method == "random" else 0.0, 0, 2, 1.4))
    page = opened("drawn", table="many")
    assert not page.dataframe
    page.button(key="splits.many").click().run()
    assert list(page.dataframe[0].value["absent"]) == [20.0, 0.0, 0.0]
    chance = split_simulation.chance_absent(490, 7, 98)
    assert f"in 20.0% of the draws. Arithmetic says {100 * chance:.1f}%" in words(page)


def test_the_last_section_has_a_table_and_a_way_on() -> None:
    said = words(opened("which"))
    assert "| a rare class | stratified |" in said and "train one fold of five" in said


# --- figures -------------------------------------------------------------------------------------------------------


def test_every_picture_has_a_place_of_its_own_in_the_strip() -> None:
    most = 2 * figures.ACROSS + 8
    labels = [0] * most + [1] * 3
    figure = figures.strip(labels, [0] * most + [1, 0, 1], ["train", "held out"], "x")
    altair.Chart.from_dict(export.whole(figure))
    assert len(set(zip(figure.columns["line"], figure.columns["place"], strict=True))) == most + 3
    assert figure.columns["part"][-3:] == ["held out", "train", "held out"]
    assert figure.columns["line"].count("0.2") == 8


def test_shares_recalls_and_costs_are_valid_figures() -> None:
    folds = [f"fold {n}" for n in range(5)]
    altair.Chart.from_dict(export.whole(figures.shares([[0.75, 0.25]] * 5, folds, ["0", "1"], "x")))
    altair.Chart.from_dict(export.whole(figures.by_class([study_4.ClassRow("0", 1, 1.0, 0.5, ["run"])])))
    altair.Chart.from_dict(export.whole(promise_figures.cost([{"name": "a", "spread": 1.0, "error": 0.5, "colour": "#000000"}])))
    altair.Chart.from_dict(export.whole(promise_figures.rare(["training", "held out"], {"training": "#000000", "held out": "#ffffff"}, "x")))
    tables = study_4.results({one.name: one for one in some()})
    for whole in (False, True):
        altair.Chart.from_dict(export.whole(promise_figures.promised(tables, {name: name for name in study_4.DRAWS}, 0.5, "random", whole)))


@pytest.mark.parametrize("measure", study_4.MEASURES)
def test_every_draw_is_a_point_and_every_method_a_band(measure: str) -> None:
    tables = study_4.results({one.name: one for one in some()})
    figure = figures.draws(tables, measure, {name: name for name in study_4.DRAWS})
    altair.Chart.from_dict(export.whole(figure))
    assert figure.columns["kind"].count("draw") == 42 and figure.columns["kind"].count("mean") == 3
    mean = figure.columns["kind"].index("mean")
    row = tables.methods[0]
    assert figure.columns["percent"][mean] == pytest.approx(100 * row.score(measure))
    assert figure.columns["high"][mean] - figure.columns["low"][mean] == pytest.approx(200 * (row.spread(measure) or 0.0))
