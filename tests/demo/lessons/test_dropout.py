"""The page Dropout: it asks first, says what is missing, and its words and figures follow from the cards."""

from __future__ import annotations

import dataclasses
import functools
import re
from pathlib import Path
from typing import Any

import altair
import pytest

from core.pretrained.cards import FOLDER, Card, read_cards
from core.pretrained.plan import available
from core.studies import architectures
from core.studies import dropout as study_3
from core.studies.registry import STUDIES
from core.vocabulary.records import Facts
from demo import text
from demo.charts import export
from demo.charts.figure import Figure
from demo.classroom import asking, questions
from demo.components import passes
from demo.lessons.dropout import evidence, figures, gap_figures, published
from demo.ui.formatting import percent
from tests import run_records
from tests.demo import study_pages
from tests.demo.lessons.test_train import asked
from tests.demo.study_pages import drawn, keep, visit, words  # noqa: F401  a fixture

PLAN = study_3.plan()
DEMO = Path(text.__file__).resolve().parent.parent


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


opened = functools.partial(study_pages.opened, script)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the view of the passes was given, the last one last."""
    found: list[dict[str, Any]] = []
    mount = passes._view

    def watched(**given: Any) -> Any:
        found.append(given["data"])
        return mount(**given)

    monkeypatch.setattr(passes, "_view", watched)
    return found


def test_before_the_guess_the_figure_shows_what_is_known_without_dropout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keep(monkeypatch, tmp_path, *seeds("arc2", 0.0, 0.80, 0.81), *seeds("arc2", 0.5, 0.82, 0.83))
    page = opened(guess="")
    assert page.title[0].value == questions.dropout().words
    assert {row["rate"] for row in drawn(page) if row["kind"] in ("line", "gap", "best")} == {0.0}
    assert {f"ask.question.{option}" for option in questions.dropout().options} <= {button.key for button in page.button}


@pytest.mark.parametrize("option", gap_figures.SKETCHES)
def test_the_guess_is_drawn_into_the_figure_and_may_be_taken_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, option: str) -> None:
    keep(monkeypatch, tmp_path, *seeds("arc2", 0.0, 0.80, 0.81), *seeds("arc2", 0.5, 0.82, 0.83))
    page = opened(guess=option)
    sketch = {(row["series"], row["rate"]): row["percent"] for row in drawn(page) if row["kind"] == "guess"}
    moved = gap_figures.SKETCHES[option]
    assert sketch["test", 0.5] - sketch["test", 0.0] == pytest.approx(moved["test"][-1]) and sketch["test", 0.0] == pytest.approx(80.5)
    assert not [row for row in drawn(opened(guess="skip")) if row["kind"] == "guess"], "who skips has no guess"
    page.button(key="ask.question.again").click().run()
    assert page.title[0].value == questions.dropout().words


def test_without_runs_it_says_how_they_are_made() -> None:
    page = opened()
    assert evidence.COMMAND in page.code[0].value and not page.get("vega_lite_chart")
    assert evidence.COMMAND in opened(table="rates").code[0].value


def test_the_project_s_own_runs_close_the_gap_and_hardly_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "cards", lambda name: available(STUDIES[name].plan(), read_cards(FOLDER).values()))
    page = opened()
    assert page.title[0].value == "Dropout closes the gap. It hardly helps the test."
    (best,) = (row for row in drawn(page) if row["kind"] == "best")
    gaps = [row["words"] for row in drawn(page) if row["kind"] == "gap" and row["words"]]
    assert gaps == ["gap 10.0", "gap 0.5"] and best["rate"] == 0.1 and "<b>10.0 → 0.5</b>" in words(page) and "<b>+1.0</b>" in words(page)
    page.button_group(key="dropout.network").set_value("arc1").run()
    assert page.title[0].value == "Dropout narrows the gap a little. The test gains nothing."
    assert opened("time").title[0].value == "Without dropout the gap keeps growing. At rate 0.7 it never opens."
    assert opened("published").title[0].value == "The paper's network learned more by heart than ours."


@pytest.mark.parametrize(
    ("plain", "half", "headline"),
    [
        ((0.80, 0.81, 0.82), (0.90, 0.91, 0.92), "Dropout closes the gap. The test gains 10.0 points."),
        ((0.90, 0.91, 0.92), (0.88, 0.89, 0.90), "Dropout does not change the gap. The test gains nothing."),
        ((0.80, 0.82, 0.84), (0.81, 0.83, 0.85), "Dropout does not change the gap. It hardly helps the test."),
        ((0.80,), (0.81,), "Dropout does not change the gap. Whether it helps the test is open."),
    ],
)  # fmt: skip
def test_a_lead_is_told_as_large_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, plain: tuple[float, ...], half: tuple[float, ...], headline: str
) -> None:
    keep(monkeypatch, tmp_path, *seeds("arc2", 0.0, *plain), *seeds("arc2", 0.5, *half))
    assert opened().title[0].value == headline
    said = words(opened(table="accuracy"))
    assert "only 6,000 training pictures" in said and "Grey and hollow" not in said
    assert {"gains nothing": "No rate beats", "open.": "one seed"}.get(headline[-13:], "") in said


def test_the_words_and_tables_follow_from_the_cards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keep(monkeypatch, tmp_path, *seeds("arc1", 0.0, 0.870, 0.880, 0.890), *seeds("arc1", 0.3, 0.880, 0.890, 0.900))
    page = opened(table="accuracy")
    said = words(page)
    assert "6 of the 48 planned runs" in said
    assert f"Best on the test set: rate 0.3**, with {percent(0.89)}" in said and "That **may be chance**" in said
    assert "by 1.0 points" in said and "29 of 100 tries (6 trainings, Student's t over the seeds)" in said and "The validation set picks rate **0.3**" in said
    rates, runs = (opened(table=name).dataframe[0].value for name in ("rates", "runs"))
    assert list(rates["test_accuracy"]) == pytest.approx([88.0, 89.0]) and rates["paper_test"][0] == pytest.approx(89.13)
    assert runs["run"][0] == "http://lab:1/train?run=dropout-arc1-0-seed0" and len(runs) == 6


def test_who_has_the_most_parameters_is_counted_not_claimed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    few = seeds("arc2", 0.0, 0.80)
    keep(monkeypatch, tmp_path, *few)
    assert "two convolutions and 607,306 parameters, but only" in words(opened(table="accuracy")), "the other networks are not there"
    monkeypatch.setattr(asking, "cards", lambda name: available(STUDIES[name].plan(), [*read_cards(FOLDER).values(), *few]))
    said = words(opened(table="accuracy"))
    sizes = architectures.parameters(asking.cards("architectures"))
    assert len(sizes) == 5 and next(iter(sizes)) == "arc2" and list(sizes.values()) == sorted(sizes.values(), reverse=True)
    assert "more than any other of the 5 networks (arc5 comes next, with 594,922)" in said
    smaller = [dataclasses.replace(card, record=dataclasses.replace(card.record, facts=dataclasses.replace(card.facts, parameters=1))) if card.recipe.network == "arc2" else card
               for card in [*read_cards(FOLDER).values(), *few]]  # fmt: skip
    monkeypatch.setattr(asking, "cards", lambda name: available(STUDIES[name].plan(), smaller))
    assert evidence.lead("arc2") == ""


def test_before_there_is_a_run_without_dropout_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keep(monkeypatch, tmp_path, *seeds("arc1", 0.3, 0.88))
    assert "are needed before anything can be said" in words(opened())
    assert "are needed before anything can be said" in words(opened("published"))


def test_training_below_the_test_is_told_in_both_ways_of_counting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keep(monkeypatch, tmp_path, *seeds("arc1", 0.0, 0.88), *seeds("arc1", 0.7, 0.87, running=0.80))
    page = opened("below")
    assert page.title[0].value == "Training can score below the test. It depends how you count." and "below validation in 2 of 2 epochs" in words(page)
    assert {row["series"] for row in drawn(page)} == {"training, dropout off", "training, dropout on", "validation"}
    said = words(opened("below", table="counting"))
    assert "below the test accuracy at 1 of 2 rates: 0.7." in said and "above the test at every rate" in said
    page = opened("below", table="papers")
    assert "at the rates 0.6, 0.7" in words(page), "the paper's own row"
    assert "**Arc3 Adam:** the report's best training accuracy lies **below**" in words(page)
    assert page.code[0].value == "python -m core study architectures", "our runs of it are not here"


def test_only_the_switch_is_told_from_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[dict[str, Any]] = [{"rate": rate, "on": 1 - rate, "on_spread": 0.0, "off": 1.0, "test": 0.6} for rate in (0.0, 0.5)]
    monkeypatch.setattr("core.explain.dropout_masks.subject", lambda *_: None)
    monkeypatch.setattr("core.explain.dropout_masks.train_and_eval_accuracy", lambda *_, **__: rows)
    said = words(opened(table="switch"))
    assert f"At rate 0.5 the same network gets {percent(0.5)} of its training pictures right" in said and "at the rates 0.5, though" in said


def test_the_ten_answers_are_hidden_until_somebody_draws(sent: list[dict[str, Any]]) -> None:
    page = opened("shown")
    assert page.title[0].value == "Ten times the same picture. Ten times the same answer?" and sent[-1]["passes"] == [None] * 10
    page.button(key="dropout.again").click().run()
    first = sent[-1]["passes"]
    answers = {one["answer"] for one in first}
    assert len(first) == 10 and all(len(one["values"]) == len(one["silenced"]) == sent[-1]["units"] for one in first)
    assert len(answers) > 1, "of the draw that is shown first one network says something else"
    assert page.title[0].value == f"Same picture, same weights, and {sum(one['best'] != sent[-1]['plain']['best'] for one in first)} other answer among 10."
    page.button(key="dropout.again").click().run()
    assert sent[-1]["draw"] == 2 and sent[-1]["passes"] != first and not page.exception
    page.slider(key="dropout.rate").set_value(0.0).run()
    assert not any(any(one["silenced"]) for one in sent[-1]["passes"]) and page.title[0].value.startswith("All 10 thinned networks say")


def test_the_same_passes_lie_in_the_drawer() -> None:
    silenced = list(opened("shown", table="passes").dataframe[0].value["silenced"])
    assert len(silenced) == 11 and silenced[-1] == 0 and all(silenced[:-1])
    assert "After 10 passes the mean is" in words(opened("shown", table="mean"))


@pytest.mark.parametrize("name", evidence.tables())
def test_each_table_opens_at_its_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    keep(monkeypatch, tmp_path, *seeds("arc2", 0.0, 0.80, 0.81), *seeds("arc2", 0.5, 0.82, 0.83))
    page = opened("time", table=name)
    assert page.selectbox(key="finding.table").value == name and (page.dataframe or len(page.get("vega_lite_chart")) > 1 or (name in ("counting", "remember") and figures.say("remember" if name == "remember" else "below_text") in words(page)))


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


@pytest.mark.parametrize("whole", [False, True])
def test_the_gap_is_written_into_the_figure(whole: bool) -> None:
    rates = [study_3.RateRow("arc2", rate, 0.9, 0.9, 0.9, 0.8, 0.1, None, None, None, None, None, [0.8], ["run"]) for rate in (0.0, 0.1, 0.7)]
    figure = valid(gap_figures.gap("arc2", rates, 0.1, "test_up", whole))
    written = [words for words, kind in zip(figure.columns["words"], figure.columns["kind"], strict=True) if kind == "gap" and words]
    assert written == (["gap 10.0", "gap 10.0"] if whole else ["gap 10.0"]) and ("best" in figure.columns["kind"]) == whole


def test_the_figures_are_valid() -> None:
    curve = [study_3.CurveRow(rate, epoch, 0.8, 0.9, 0.8, 0.1) for rate in (0.0, 0.7) for epoch in (1, 2)]
    assert valid(figures.gap_by_epoch("arc2", curve)).columns["rate"] == ["0", "0", "0.7", "0.7"]
    valid(gap_figures.opening("arc2", curve, [0.0, 0.7]))
    valid(gap_figures.counted("arc2", 0.7, [row for row in curve if row.rate], {"a": "#000000", "b": "#111111", "c": "#222222"}))
    valid(published.figure([study_3.RateRow("arc1", rate, 0.9, 0.9, 0.9, 0.8, 0.1, None, None, None, None, None, [0.8], ["run"]) for rate in (0.0, 0.1)], study_3.paper()))
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
    patterns |= {r"question_\w+", r"section_\w+", "(method|about|never)_k-fold"}  # asking.ask, asking.sections; a name with a hyphen
    said -= {"split"}  # row["split"], inside a key
    assert said <= there, said - there
    assert not {key for key in there - said if not any(re.fullmatch(pattern, key) for pattern in patterns)}
