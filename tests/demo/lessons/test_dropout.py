"""The page Dropout: it asks first, says what is missing, and its words and figures follow from the cards."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import altair
import pytest
from streamlit.testing.v1 import AppTest

from core.pretrained.cards import CARDS, FOLDER, Card, read_cards, write_card
from core.pretrained.plan import available
from core.studies import architectures
from core.studies import dropout as study_3
from core.studies.registry import STUDIES
from core.vocabulary.records import Facts
from demo import text
from demo.charts import export
from demo.charts.figure import Figure
from demo.classroom import asking, questions, verdict
from demo.lessons.dropout import figures
from demo.lessons.dropout import page as dropout
from tests import run_records
from tests.demo.lessons.test_train import asked

PLAN = study_3.plan()
DEMO = Path(text.__file__).resolve().parent.parent


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


def card(network: str, rate: float, seed: int, test: float, running: float = 0.9) -> Card:
    name = f"dropout-{network}-{rate:g}-seed{seed}"
    epochs = tuple(
        run_records.epoch(n, running_accuracy=running if n else None, train_accuracy=0.95, validation_accuracy=0.85 + rate / 100)
        for n in range(3)
    )  # fmt: skip
    facts = Facts(classes=("a",), shape=(1, 28, 28), parameters=607_306)
    return run_records.card(name, PLAN[name].recipe, facts, epochs, run_records.result(2, test))


def seeds(network: str, rate: float, *tests: float, running: float = 0.9) -> list[Card]:
    return [card(network, rate, seed, test, running) for seed, test in enumerate(tests)]


def script() -> None:
    from demo.lessons.dropout import page as dropout

    dropout.render()


def opened(section: str = "results", skip: bool = True) -> AppTest:
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
    page = opened(skip=False)
    assert all(page.button(key=f"ask.question.{option}") for option in questions.dropout().options)
    assert not page.dataframe and not page.get("vega_lite_chart") and not page.info
    page.button(key="ask.question.train_down").click().run()
    assert page.info[0].value.endswith(verdict.waits().why), "the runs that decide are not here"


def test_without_runs_it_says_how_they_are_made() -> None:
    page = opened()
    assert dropout.COMMAND in page.code[0].value and not page.get("vega_lite_chart")


def test_the_words_and_tables_follow_from_the_cards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keep(monkeypatch, tmp_path, *seeds("arc1", 0.0, 0.870, 0.880, 0.890), *seeds("arc1", 0.3, 0.880, 0.890, 0.900))
    page = opened()
    said = words(page)
    assert "6 of the 48 planned runs" in said
    assert "Best on the test part: rate 0.3**, with 89.0%" in said and "That **may be chance**" in said
    assert "by 1.0 points" in said and "29 of 100 tries (6 trainings, Student's t over the seeds)" in said and "Validation would choose rate 0.3" in said
    assert len(page.get("vega_lite_chart")) == 3
    rates, runs = (frame.value for frame in page.dataframe)
    assert list(rates["test_accuracy"]) == pytest.approx([88.0, 89.0]) and rates["paper_test"][0] == pytest.approx(89.13)
    assert runs["run"][0] == "http://lab:1/train?run=dropout-arc1-0-seed0" and len(runs) == 6


def test_who_has_the_most_parameters_is_counted_not_claimed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    few = seeds("arc2", 0.0, 0.80)
    keep(monkeypatch, tmp_path, *few)
    assert "two convolutions and 607,306 parameters, but only" in words(opened()), "the other networks are not there"
    monkeypatch.setattr(asking, "cards", lambda name: available(STUDIES[name].plan(), [*read_cards(FOLDER).values(), *few]))
    page = opened()
    page.button_group(key="dropout.network.results").set_value("arc2").run()
    said = words(page)
    sizes = architectures.parameters(asking.cards("architectures"))
    assert len(sizes) == 5 and next(iter(sizes)) == "arc2" and list(sizes.values()) == sorted(sizes.values(), reverse=True)
    assert "more than any other of the 5 networks (arc5 comes next, with 594,922)" in said
    smaller = [dataclasses.replace(card, record=dataclasses.replace(card.record, facts=dataclasses.replace(card.facts, parameters=1))) if card.recipe.network == "arc2" else card
               for card in [*read_cards(FOLDER).values(), *few]]  # fmt: skip
    monkeypatch.setattr(asking, "cards", lambda name: available(STUDIES[name].plan(), smaller))
    assert dropout._lead("arc2") == ""


@pytest.mark.parametrize(
    ("plain", "half", "line"),
    [((0.80, 0.81, 0.82), (0.90, 0.91, 0.92), "more than chance"), ((0.90,), (0.80,), "No rate beats"), ((0.80,), (0.81,), "one seed")],
)
def test_a_lead_is_told_as_large_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, plain: tuple[float, ...], half: tuple[float, ...], line: str
) -> None:
    keep(monkeypatch, tmp_path, *seeds("arc2", 0.0, *plain), *seeds("arc2", 0.5, *half))
    said = words(opened())
    assert line in said and "only 6000 training pictures" in said and "Grey and hollow" not in said


def test_before_there_is_a_run_without_dropout_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keep(monkeypatch, tmp_path, *seeds("arc1", 0.3, 0.88))
    assert "are needed before anything can be said" in words(opened())


def test_training_below_the_test_is_told_in_both_ways_of_counting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keep(monkeypatch, tmp_path, *seeds("arc1", 0.0, 0.88), *seeds("arc1", 0.7, 0.87, running=0.80))
    rows: list[dict[str, Any]] = [{"rate": rate, "on": 1 - rate, "on_spread": 0.0, "off": 1.0, "test": 0.6} for rate in (0.0, 0.5)]
    monkeypatch.setattr("core.explain.dropout_masks.subject", lambda *_: None)
    monkeypatch.setattr("core.explain.dropout_masks.train_and_eval_accuracy", lambda *_, **__: rows)
    page = opened("below")
    said = words(page)
    assert "below the test accuracy at 1 of 2 rates: 0.7." in said and "above the test at every rate" in said
    assert "below validation in 2 of 2 epochs" in said
    assert "At rate 0.5 the same network gets 50.0% of its training pictures right" in said and "at the rates 0.5, though" in said
    assert "at the rates 0.6, 0.7" in said, "the paper's own row"
    assert "**Arc3 Adam:** the report's best training accuracy lies **below**" in said
    assert page.code[0].value == "python -m core study architectures", "our runs of it are not here"


def test_ten_passes_are_shown_and_drawn_again() -> None:
    page = opened("shown")
    assert "Draw number 0" in words(page)
    before = list(page.dataframe[0].value["silenced"])
    assert len(before) == 11 and before[-1] == 0
    page.button(key="dropout.again").click().run()
    after = list(page.dataframe[0].value["silenced"])
    assert "Draw number 1" in words(page) and after != before and not page.exception
    page.slider(key="dropout.rate").set_value(0.0).run()
    assert set(page.dataframe[0].value["silenced"]) == {0} and "After 10 passes the mean is 0% away" in words(page)


# --- figures -------------------------------------------------------------------------------------------------------


def valid(figure: Figure) -> Figure:
    altair.Chart.from_dict(export.whole(figure))
    return figure


def test_points_carry_their_spread_and_published_ones_have_none() -> None:
    rates = [study_3.RateRow("arc1", 0.2, 0.9, 0.9, 0.9, 0.9, 0.0, 0.01, 0.01, 0.01, 0.01, 0.01, [0.9], ["run"])]
    figure = valid(figures.accuracy("arc1", rates, study_3.paper()))
    assert figure.columns["percent"][0] == 90.0 and figure.columns["low"][0] == pytest.approx(89.0)
    assert figure.columns["high"][0] == pytest.approx(91.0)
    hollow = [place for place, drawn in enumerate(figure.columns["drawn"]) if drawn == "hollow"]
    assert len(hollow) == 16 and all(figure.columns["spread"][place] is None for place in hollow)


def test_the_figures_are_valid() -> None:
    curve = [study_3.CurveRow(rate, epoch, 0.8, 0.9, 0.8, 0.1) for rate in (0.0, 0.7) for epoch in (1, 2)]
    assert valid(figures.gap_by_epoch("arc2", curve)).columns["rate"] == ["0", "0", "0.7", "0.7"]
    rate = study_3.RateRow("arc2", 0.0, 0.9, 0.9, 0.9, 0.8, 0.1, None, None, None, None, None, [0.8], ["run"])
    valid(figures.gap("arc2", [rate], []))
    valid(figures.switched([{"rate": 0.0, "on": 1.0, "on_spread": 0.0, "off": 1.0, "test": 0.9}]))
    valid(figures.convergence([{"passes": 1, "measured": 1.0, "expected": 1.0}]))


def test_units_stand_in_squares_that_do_not_overlap() -> None:
    panels = [(f"Pass {n}", [float(unit) for unit in range(9)], [unit == n for unit in range(9)]) for n in range(6)]
    figure = valid(figures.units("Units", "nine of them", panels))
    places = list(zip(figure.columns["x"], figure.columns["y"], strict=True))
    assert len(set(places)) == 54 and sum(figure.columns["silenced"]) == 6
    assert places[:4] == [(0, 1), (1, 1), (2, 1), (0, 2)] and places[9] == (4, 1) and places[36] == (0, 5)


@pytest.mark.parametrize("lesson", ["dropout", "splits"])
def test_every_text_is_asked_for_and_every_text_that_is_asked_for_exists(lesson: str) -> None:
    there = set(text.texts(text.FOLDER / "en" / f"{lesson}.md"))
    said, patterns = asked([str(file.relative_to(DEMO)) for file in (DEMO / "lessons" / lesson).glob("*.py")])
    said |= {"question", "sections"}
    patterns |= {r"question_\w+", r"section_\w+", "(method|about)_k-fold"}  # asking.ask, asking.sections; a name with a hyphen
    said -= {"split"}  # row["split"], inside a key
    assert said <= there, said - there
    assert not {key for key in there - said if not any(re.fullmatch(pattern, key) for pattern in patterns)}
