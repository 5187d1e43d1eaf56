"""The page Splits: it asks first, draws live from core, says what is missing, and claims what the cards show."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import altair
import pytest
from streamlit.testing.v1 import AppTest

from core.pretrained.cards import CARDS, Card, read_cards, write_card
from core.pretrained.plan import available
from core.studies import split_simulation
from core.studies import splits as study_4
from core.studies.registry import STUDIES
from core.vocabulary.records import Facts
from demo.charts import export
from demo.classroom import asking, questions
from demo.lessons.splits import figures
from demo.lessons.splits import page as splits
from tests import run_records

PLAN = study_4.plan()


@pytest.fixture(autouse=True)
def visit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    context = SimpleNamespace(cookies={}, theme=SimpleNamespace(type="light"), url="http://lab:1/")
    monkeypatch.setattr("streamlit.context", context)
    monkeypatch.setattr("demo.visitor.session.manager", lambda: SimpleNamespace(data=tmp_path))
    keep(monkeypatch, tmp_path)


def keep(monkeypatch: pytest.MonkeyPatch, folder: Path, *cards: Card) -> None:
    """From now on the page sees these cards, read from files as always."""
    for card in cards:
        write_card(card, folder / CARDS)
    monkeypatch.setattr(asking, "cards", lambda name: available(STUDIES[name].plan(), read_cards(folder).values()))


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


def opened(section: str, skip: bool = True) -> AppTest:
    page = AppTest.from_function(script, default_timeout=60)
    page.query_params["section"] = section
    page.run()
    if skip:
        page.button(key="ask.question.skip").click().run()
    assert not page.exception, page.exception
    return page


def words(page: AppTest) -> str:
    return "\n".join(str(part.value) for part in [*page.markdown, *page.caption, *page.info])


def test_the_page_asks_first() -> None:
    page = opened("results", skip=False)
    assert all(page.button(key=f"ask.question.{option}") for option in questions.splits().options)
    assert not page.dataframe and not page.get("vega_lite_chart")


def test_without_runs_it_says_how_they_are_made() -> None:
    page = opened("results")
    assert splits.COMMAND in page.code[0].value and not page.get("vega_lite_chart")


def test_the_results_follow_from_the_cards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keep(monkeypatch, tmp_path, *some())
    page = opened("results")
    said = words(page)
    assert "50 of the 70 planned runs" in said and "**Stratified is tighter than random here.**" in said
    assert "cannot be told from that here" in said, "two draws of k-fold say little about their spread"
    methods, classes, runs = (frame.value for frame in page.dataframe)
    assert list(methods["draws"]) == [20, 20, 2] and list(methods["trainings"]) == [1, 1, 5]
    assert list(methods["rarest_least"]) == [0, 2, 2] and list(methods["seconds"]) == [2, 2, 10]
    assert list(classes["pictures"]) == [90, 10] and list(classes["test_recall"]) == [50.0, 50.0]
    assert len(runs) == 50 and runs["run"][0] == "http://lab:1/train?run=splits-random-0"
    assert "held-out accuracy **99.5%**" in said and "test accuracy **50.0%**" in said
    assert len(page.get("vega_lite_chart")) == 2


def test_equal_spreads_are_called_equal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keep(monkeypatch, tmp_path, *[card(f"splits-{name}-{draw}", wrong=draw % 2) for name in ("random", "stratified") for draw in range(8)])
    said = words(opened("results"))
    assert "No difference between random and stratified can be seen here" in said and "k-fold is tighter" not in said


def test_every_comparison_has_words() -> None:
    for name in ("tighter", "fold", "cost"):
        for verdict in ("clear", "likely", "open", "reverse"):
            numbers = dict.fromkeys(("one", "other", "difference", "uncertainty", "folds"), "1")
            assert "{" not in splits.say(f"{name}_{verdict}", **numbers)


def test_a_split_is_drawn_live_and_drawn_again() -> None:
    page = opened("drawn")
    labels = split_simulation.unbalanced(Path("anywhere"))
    for seed in (0, 1):
        counts = split_simulation.counts(labels, split_simulation.parts(labels, "random", seed))
        shown = page.dataframe[0].value
        assert shown.iloc[:, 3].tolist() == counts[split_simulation.HELD_OUT].tolist() and f"Draw number {seed}" in words(page)
        page.button(key="splits.again").click().run()
    page.get("button_group")[1].set_value("k-fold").run()
    assert len(page.dataframe[0].value.columns) == 2 + study_4.FOLDS and not page.exception


def test_how_often_the_rarest_class_is_missing_is_counted_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split_simulation, "DRAWS", 30)
    monkeypatch.setattr(split_simulation, "rarest_held_out", lambda labels, method: split_simulation.RareClassCounts(30, 0.2 if method == "random" else 0.0, 0, 2, 1.4))
    page = opened("drawn")
    assert len(page.dataframe) == 1
    page.button(key="splits.many").click().run()
    assert list(page.dataframe[1].value["absent"]) == [20.0, 0.0, 0.0]
    chance = split_simulation.chance_absent(490, 7, 98)
    assert f"in 20.0% of the draws. Arithmetic says {100 * chance:.1f}%" in words(page)


def test_the_last_section_has_a_table_and_a_way_on() -> None:
    said = words(opened("which"))
    assert "| a rare class | stratified |" in said and "train one fold of five" in said


# --- figures -------------------------------------------------------------------------------------------------------


def test_every_picture_has_a_place_of_its_own_in_the_strip() -> None:
    labels = [0] * 80 + [1] * 3
    figure = figures.strip(labels, [0] * 80 + [1, 0, 1], ["train", "held out"], "x")
    altair.Chart.from_dict(export.whole(figure))
    assert len(set(zip(figure.columns["line"], figure.columns["place"], strict=True))) == 83
    assert figure.columns["part"][-3:] == ["held out", "train", "held out"]
    assert figure.columns["line"].count("0.2") == 80 - 2 * figures.ACROSS


def test_shares_and_recalls_are_valid_figures() -> None:
    folds = [f"fold {n}" for n in range(5)]
    altair.Chart.from_dict(export.whole(figures.shares([[0.75, 0.25]] * 5, folds, ["0", "1"], "x")))
    altair.Chart.from_dict(export.whole(figures.by_class([study_4.ClassRow("0", 1, 1.0, 0.5, ["run"])])))


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
