"""The page "Resolution study": it asks first, its numbers are the cards', its claims count, and nothing is there without runs."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support
from streamlit.testing.v1 import AppTest

from core.pretrained.cards import Card, read_cards, write_card
from core.pretrained.outputs import Outputs, read_outputs, write_outputs
from core.studies import resolution, resolution_riddle
from core.studies.resolution import FILTER, RIDDLE
from core.studies.resolution_findings import beside_published
from core.vocabulary import metrics
from core.vocabulary.records import Facts
from demo import text
from demo.charts import export
from demo.charts import protocol_lines as lines
from demo.classroom import asking
from demo.lessons.resolution import evidence, published, riddle
from demo.lessons.resolution import figures as drawn
from demo.lessons.resolution.tables import experiments
from tests import run_records

CLASSES = ["plane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
CAT, IMAGES = 3, 400
SECTIONS = ("results", "riddle", "sweep", "training", "published")


def logits(side: int, seed: int, pull: float) -> np.ndarray:
    """Answers that get worse as the side gets smaller, while cat's logit rises."""
    draw = np.random.default_rng(seed)
    found = draw.normal(size=(IMAGES, 10))
    found[np.arange(IMAGES), LABELS] += side / 20
    found[:, CAT] += pull * (32 - side) / 12
    return found.astype(np.float16)


LABELS = (np.arange(IMAGES) % 10).astype(np.uint8)


def matrix(answers: np.ndarray) -> list[list[int]]:
    return metrics.confusion_matrix(LABELS, answers.argmax(1), 10).tolist()


@cache
def card(name: str, pull: float = 1.0) -> Card:
    """A planned run, made up: the sides of the plan, but of a sweep only some."""
    planned, seed = resolution.plan()[name], list(resolution.plan()).index(name)
    seen = {filter: {str(side): matrix(logits(side, seed, pull if filter != "nearest" else 0.0)) for side in sides if side in
                     (4, 7, 8, 14, 16, 21, 24, 28, 32)} for filter, sides in (planned.evaluate_at or {}).items()}  # fmt: skip
    epochs = tuple(run_records.epoch(n, train_loss=2.0 / n if n else None, seconds=60.0) for n in range(3))
    facts = Facts(classes=tuple(CLASSES), shape=(3, 32, 32) if planned.recipe.dataset == "cifar10" else (1, 28, 28))
    return run_records.card(name, planned.recipe, facts, epochs, run_records.result(2, 0.75), seen)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the page finds its cards: an empty folder, and no data set."""
    theme = SimpleNamespace(type="light")
    monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={}, theme=theme, url=None))
    monkeypatch.setenv("LAB_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(asking, "read_cards", lambda _folder: read_cards(tmp_path))
    for reader in (experiments, riddle):
        monkeypatch.setattr(reader, "read_outputs", lambda name, _folder: read_outputs(name, tmp_path))
    yield tmp_path


@pytest.fixture
def full(folder: Path) -> Path:
    """Every planned run is there."""
    for name in resolution.plan():
        write_card(card(name), folder)
    seed = list(resolution.plan()).index("cifar10-32")
    write_outputs("cifar10-32", Outputs(LABELS, {side: logits(side, seed, 1.0) for side in (32, 24, 16, 8)}), folder)
    return folder


def script() -> None:
    from demo.lessons.resolution import page as resolution

    resolution.render()


def opened(section: str, skip: bool = True) -> AppTest:
    page = AppTest.from_function(script, default_timeout=60)
    page.query_params["section"] = section
    page.run()
    if skip and section != "published" and not page.code:
        page.button(key=f"ask.ask_{section}.skip").click().run()
    assert not page.exception, page.exception
    return page


def table_of(name: str) -> AppTest:
    """The page with one table of its drawer open."""
    page = AppTest.from_function(script, default_timeout=60)
    page.query_params["section"], page.query_params["table"] = "results", name
    page.run()
    assert not page.exception, page.exception
    return page


def words(page: AppTest) -> str:
    parts = [*page.markdown, *page.caption, *page.info, *page.success, *page.warning]
    return "\n".join(str(part.value) for part in parts)


def choose(page: AppTest, key: str, *wanted: Any) -> AppTest:
    """Chooses in a row of options."""
    (row,) = [one for one in page.get("button_group") if one.key == key]
    row.set_value(list(wanted) if len(wanted) != 1 else wanted[0]).run()
    assert not page.exception, page.exception
    return page


# --- asking, and what is missing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("section", SECTIONS)
def test_without_runs_every_section_says_how_to_make_them(folder: Path, section: str) -> None:
    page = opened(section)
    assert any("python -m core pretrain" in code.value and "cifar10-32" in code.value for code in page.code)


@pytest.mark.parametrize("section", SECTIONS[:-1])
def test_each_question_asks_before_it_tells(full: Path, section: str) -> None:
    page = opened(section, skip=False)
    asked = page.title[0].value
    assert asked.endswith("?") and "finding.to.published" in {button.key for button in page.button}
    option = next(button.key for button in page.button if button.key.startswith("ask."))
    page.button(key=option).click().run()
    assert not page.exception and page.title[0].value != asked and "You guessed" in words(page)
    page.button(key=f"ask.ask_{section}.again").click().run()
    assert page.title[0].value == asked


# --- results ------------------------------------------------------------------------------------------------------


def test_scores_are_scikit_learns_with_the_published_ones_beside(full: Path) -> None:
    table = next(frame.value for frame in table_of("scores").dataframe if "report_accuracy" in frame.value)
    row = table[(table.protocol_name == "sharp only (TOTV)") & (table.side == 16)].iloc[0]
    guess = logits(16, list(resolution.plan()).index("cifar10-32"), 1.0).argmax(1)
    precision, _, f1, _ = precision_recall_fscore_support(LABELS, guess, average="macro", labels=range(10), zero_division=0)
    assert row.accuracy == pytest.approx(100 * (guess == LABELS).mean())
    assert (row.macro_precision, row.macro_f1) == (pytest.approx(100 * precision), pytest.approx(100 * f1))
    assert (row.report_accuracy, row.report_precision, row.paper_f1) == (pytest.approx(41), pytest.approx(47.5), pytest.approx(29.897))
    assert row.run.endswith("/train?run=cifar10-32")
    cells = table[["protocol_name", "side", "preset"]].value_counts()
    assert len(table) == 19 and cells.max() == 1, "a row for each cell and recipe"
    printed = table[table.paper_accuracy.notna() | table.report_accuracy.notna()]
    assert len(printed) == 8 and set(printed.preset) == {"report", "fast"} and list(printed[printed.preset == "fast"].side) == [24]


def figure_of(page: AppTest) -> dict[tuple[str, int], float]:
    """What the first figure draws: (protocol, side) -> percent."""
    import pyarrow

    chart = page.get("vega_lite_chart")[0].proto
    rows = pyarrow.ipc.open_stream(chart.data.data).read_all().to_pylist()
    return {(row["protocol"], int(row["side"])): row["value"] for row in rows}


def test_before_the_guess_the_figure_hides_the_answer(full: Path) -> None:
    page = opened("results", skip=False)
    assert page.title[0].value == "The pictures get blurry. Which loses more?"
    assert {side for _, side in figure_of(page)} == {32}, "where the lines begin"
    assert [button.key for button in page.button if button.key.startswith("ask.")] == [
        "ask.ask_results.totv", "ask.ask_results.tvtv", "ask.ask_results.same", "ask.ask_results.skip"]  # fmt: skip


@pytest.mark.parametrize(("option", "ends"), [("totv", "totv"), ("tvtv", "totv"), ("same", None)])
def test_the_guess_is_drawn_into_the_figure(full: Path, option: str, ends: str | None) -> None:
    page = opened("results", skip=False)
    page.button(key=f"ask.ask_results.{option}").click().run()
    drawn = figure_of(page)
    lowest = drawn["totv", 8] if ends else (drawn["totv", 8] + drawn["tvtv", 8]) / 2
    assert drawn["guess", 8] == pytest.approx(lowest) and drawn["guess", 32] == drawn[option if ends else "totv", 32]
    assert ("guess", 8) not in figure_of(opened("results")), "who skips has no guess"
    page.button(key="ask.ask_results.again").click().run()
    assert {side for _, side in figure_of(page)} == {32}


def test_the_first_figure_is_one_recipe_and_says_what_the_text_says(full: Path) -> None:
    page = opened("results")
    own = {"totv": "cifar10-fast", "mixed": "cifar10-mixed"}
    bars = figure_of(page)
    for (protocol, side), value in bars.items():
        one = card(own.get(protocol) or resolution.FAST[side])
        assert one.recipe.preset == "fast" and value == pytest.approx(100 * metrics.accuracy(one.matrix(side, FILTER) or []))
    assert len(bars) == 12 and agrees(page) and agrees(choose(page, "resolution.dataset", "mnist"))


def agrees(page: AppTest) -> bool:
    """The two numbers beside the figure are what its lines lose."""
    bars = figure_of(page)
    sides = sorted({side for _, side in bars}, reverse=True)
    said = " ".join(part.proto.body for part in page.get("html"))
    for protocol in ("totv", "tvtv"):
        assert f"<b>{bars[protocol, sides[0]] - bars[protocol, sides[-1]]:,.0f} points lost</b>" in said
    return len(bars) == 3 * len(sides)


@pytest.mark.parametrize("dataset", ["cifar10", "mnist"])
def test_the_first_figure_of_the_project_s_own_runs_says_what_the_text_says(monkeypatch: pytest.MonkeyPatch, dataset: str) -> None:
    monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={}, theme=SimpleNamespace(type="light"), url=None))
    page = choose(opened("results"), "resolution.dataset", dataset)
    assert agrees(page) and page.title[0].value == "Blur does not hide the answer. It confuses a network that never saw blur."
    if dataset == "cifar10":  # blurrier pictures: no protocol gains, and TVTV never rises again
        bars = figure_of(page)
        for protocol in ("totv", "tvtv", "mixed"):
            assert [bars[protocol, side] for side in (32, 24, 16, 8)] == sorted((bars[protocol, side] for side in (32, 24, 16, 8)), reverse=True)


def test_another_finding_has_another_headline(full: Path) -> None:
    for name in ("cifar10-fast-8", "cifar10-8"):  # trained on small pictures, and blind to them
        one = card(name)
        blind = [[sum(row), *[0] * 9] for row in one.matrix(8, FILTER) or []]
        write_card(dataclasses.replace(one, evaluations={FILTER: {"8": blind}}), full)
    page = opened("results")
    assert page.title[0].value == "Blur hides the answer: training on it does not help."
    assert "lose as much as one that never met them" in words(page)


# --- the drawer ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", evidence.tables())
def test_each_table_opens_at_its_address_and_without_runs_says_how_to_make_them(full: Path, name: str) -> None:
    page = table_of(name)
    assert page.selectbox(key="finding.table").value == name
    assert page.dataframe or len(page.get("vega_lite_chart")) > 1 or name in ("at_24", "remember"), "sentences alone"
    for file in full.glob("*.json"):
        file.unlink()
    assert any("python -m core pretrain" in code.value for code in table_of(name).code)


def test_tables_open_by_a_button_and_another_one_gets_its_own_address(full: Path) -> None:
    page = opened("results")
    assert not page.dataframe
    page.button(key="finding.tables").click().run()
    assert page.query_params["table"] == "scores" and "report_accuracy" in page.dataframe[0].value
    page.selectbox(key="finding.table").set_value("recall").run()
    assert page.query_params["table"] == "recall" and "ours_8" in page.dataframe[0].value


def test_a_cell_of_another_recipe_is_told(full: Path) -> None:
    assert "No network of this size at 24 pixels has the recipe `report`. The one that is shown has the recipe `fast`" in words(table_of("scores"))
    assert "at 16" not in words(table_of("scores"))


def test_every_cell_has_its_confusion_matrix_and_every_protocol_its_recalls(full: Path) -> None:
    page = table_of("confusion")
    before = drawn_specs(page)
    choose(page, "resolution.confusion.side", 8)
    assert "sharp only at 8 pixels" in "".join(drawn_specs(page)) and "sharp only at 8 pixels" not in "".join(before)
    page = table_of("recall")
    choose(page, "resolution.recall", "tvtv")
    table = page.dataframe[0].value
    cat = table[table["class"] == "cat"].iloc[0]
    own = card("cifar10-8").matrix(8, FILTER)
    assert own and cat.ours_8 == pytest.approx(100 * metrics.recall(own)[CAT]) and cat.report_8 == pytest.approx(48.8)


def drawn_specs(page: AppTest) -> list[str]:
    return [chart.proto.spec for chart in page.get("vega_lite_chart")]


def test_what_falls_outside_is_explained_and_mnist_has_its_own_tables(full: Path) -> None:
    said = words(table_of("expected"))
    assert "expected at least" in said and "its own recalls have a mean of 37.7%" in said
    assert "at 24 pixels of CIFAR-10 they print 62.0%" in words(table_of("at_24"))
    page = table_of("mixed")
    assert "All these networks have the recipe `fast`" in words(page)
    choose(page, "resolution.tables.dataset", "mnist")
    assert "All these networks have the recipe `fast`" in words(page) and "There is one seed of each network" in words(page)
    (full / "cifar10-fast-16.json").unlink()
    assert "But look at the recipes" in words(table_of("mixed"))
    page = choose(table_of("scores"), "resolution.tables.dataset", "mnist")
    table = page.dataframe[0].value
    assert "report_accuracy" not in table and sorted(set(table.side)) == [7, 14, 21, 28]


# --- the riddle ---------------------------------------------------------------------------------------------------


def test_a_claim_is_only_confirmed_by_three_seeds_that_agree(full: Path) -> None:
    page = opened("riddle")
    assert "**Confirmed:** it holds for all 3 seeds" in words(page) and page.title[0].value.startswith("It does not see cats better")
    write_card(card(RIDDLE[2], pull=-2.0), full)
    page = opened("riddle")
    assert "**Only in part:** it holds for 2 of 3 seeds" in words(page) and page.title[0].value.startswith("In some networks only")
    (full / f"{RIDDLE[2]}.json").unlink()
    assert "**Not yet confirmed:** of the report's recipe 2 of the 3 seeds" in words(opened("riddle"))


def test_the_slider_moves_the_words_under_the_pictures_and_the_numbers(full: Path) -> None:
    page = opened("riddle")
    (slider,) = page.select_slider
    outputs = read_outputs("cifar10-32", full)
    assert outputs and slider.value == 8
    for side in (8, 16, 32):
        page.select_slider[0].set_value(side).run()
        said = " ".join(part.proto.body for part in page.get("html"))
        guesses = [CLASSES[place] for place in outputs.logits[side][list(riddle.SHOWN)].argmax(1)]
        assert re.findall(r"[✓✗] (\w+)</figcaption>", said) == guesses
        scores = metrics.scores(card("cifar10-32").matrix(side, FILTER) or [])
        assert f"→ {100 * scores.recall[CAT]:.1f}%" in said and f"→ {100 * scores.precision[CAT]:.1f}%" in said


def test_before_the_guess_the_pictures_have_no_words(full: Path) -> None:
    said = " ".join(part.proto.body for part in opened("riddle", skip=False).get("html"))
    assert said.count("<img") >= 8 and "figcaption" not in said


def test_the_attractor_is_told_by_filter(full: Path) -> None:
    table = next(frame.value for frame in table_of("step_filter").dataframe if "attractor" in frame.value)
    blurred = table[table["filter"] == FILTER]
    assert set(blurred.attractor) == {"cat"} and set(blurred.agree) == {"6 of 6"} and set(blurred.report_agree) == {"3 of 3"}
    assert len(table) == 10


def test_lowering_the_attractors_logit_moves_all_numbers(full: Path) -> None:
    page = table_of("lower")
    outputs = read_outputs("cifar10-32", full)
    assert outputs
    steps = resolution_riddle.lowering(outputs, 16, CAT)
    best = resolution_riddle.best(steps)
    assert f"is reached with **{best.by:.1f}** taken away" in words(page)
    page.slider(key="resolution.by.cifar10-32.16").set_value(best.by).run()
    shown = {metric.label: metric for metric in page.metric[:4]}
    assert shown["Recall of cat"].value == f"{100 * best.recall:.1f}%"
    assert shown["Accuracy, all classes"].value == f"{100 * best.accuracy:.1f}%"
    assert shown["Predicted as cat"].delta == f"{best.predicted - steps[0].predicted:+d}"
    choose(page, "resolution.lower.side.cifar10-32", 8)
    assert page.slider(key="resolution.by.cifar10-32.8").value == 0.0


def test_fading_moves_along_the_sides_that_were_looked_at(full: Path) -> None:
    page = table_of("fade")
    (slider,) = page.select_slider
    assert slider.options[0] == "32" and slider.options[-1] == "4"
    slider.set_value(8).run()
    scores = metrics.scores(card("cifar10-32").matrix(8, FILTER) or [])
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown["Recall of cat"] == f"{100 * scores.recall[CAT]:.1f}%" and shown["Predicted as cat"] == str(scores.predicted[CAT])
    assert "real test pictures are shown here" in words(page), "there is no data set"
    choose(page, "resolution.fade.class", "truck")
    assert {metric.label for metric in page.metric[:2]} == {"Recall of truck", "Precision of truck"}


@pytest.mark.data
def test_real_pictures_are_those_of_the_test_set(real_data: Path) -> None:
    import io

    from PIL import Image

    from core.datasets import loading
    from core.images.resampling import at_resolution
    from demo.ui import images

    data = loading.load("cifar10", real_data)
    labels = data.labels[data.train_size :]
    own, others = (images.chosen_tests("cifar10", real_data, CAT, mine, 4) for mine in (True, False))
    assert [int(labels[place]) for place in own] == [CAT] * 4 and CAT not in [int(labels[place]) for place in others]
    shown = np.asarray(Image.open(io.BytesIO(images.tests("cifar10", real_data, own, 8, FILTER))).convert("RGB"))
    seen = at_resolution(data.images[data.train_size + own[0]][None], 8, FILTER)[0].permute(1, 2, 0).numpy()
    assert np.array_equal(shown[: 32 * images.ENLARGED : images.ENLARGED, : 32 * images.ENLARGED : images.ENLARGED], seen)


# --- all sizes, training, published -------------------------------------------------------------------------------


def with_right(count: int) -> list[list[int]]:
    """A confusion matrix of IMAGES images of which so many are right."""
    right = [min(40, max(0, count - 40 * n)) for n in range(10)]
    return [[right[n] if place == n else 40 - right[n] if place == (n + 1) % 10 else 0 for place in range(10)] for n in range(10)]


def test_where_one_network_for_all_sizes_loses_is_said_from_the_runs(full: Path) -> None:
    def told() -> str:
        return str(opened("sweep").title[0].value)

    same = {side: card(resolution.FAST[side]) for side in (32, 24, 16, 8)}
    mixed = card("cifar10-mixed")
    at = {str(side): one.matrix(side, FILTER) for side, one in same.items()}
    for changed, headline in (
        ({}, "One network for all sizes is as good as a specialist."),
        ({32: 12}, "One network for all sizes pays for it on sharp pictures."),
        ({8: 6}, "One network for all sizes pays for it on tiny pictures."),
        ({32: 6, 24: 6, 16: 6, 8: 6}, "One network for all sizes loses a little everywhere."),
    ):
        found = {side: with_right(sum(matrix[n][n] for n in range(10)) - changed.get(int(side), 0)) for side, matrix in at.items() if matrix}
        write_card(dataclasses.replace(mixed, evaluations={FILTER: found}), full)
        assert told() == headline


def test_which_recipe_wins_is_said_from_the_runs(full: Path) -> None:
    long, short = (resolution.plan()[name].recipe.epochs for name in ("cifar10-32", "cifar10-fast"))
    page = opened("training", skip=False)
    assert page.title[0].value == f"The published recipe takes {long} epochs, ours {short}. Which sees more?"
    assert len(page.get("vega_lite_chart")) == 1
    assert opened("training").title[0].value == f"{short} epochs do as well as {long}.", "the made-up networks are alike"
    for name in resolution.RIDDLE[:3]:
        one = card(name)
        good = [[40 if place == n else 0 for place in range(10)] for n in range(10)]
        write_card(dataclasses.replace(one, evaluations={**one.evaluations, FILTER: {**one.evaluations[FILTER], "32": good}}), full)
    page = opened("training")
    assert page.title[0].value == f"Patience pays: {long} epochs beat {short}." and "<b>100.0%</b>" in page.get("html")[-2].proto.body + page.get("html")[-1].proto.body


def test_beside_the_published_numbers_each_printed_one_has_a_row(full: Path) -> None:
    page = opened("published")
    (spec,) = drawn_specs(page)
    for number in ("TOTV 32 × 32, the report", "TVTV 24 × 24, Kannojia & Jaiswal"):
        assert number.replace(" × ", "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}") in json.loads(spec)["layer"][0]["encoding"]["y"]["sort"]
    found = re.match(r"(\d+) of (\d+) printed numbers lie within 3 points of ours", page.title[0].value)
    rows = [row for score in ("accuracy",) for row in published.compared(beside_published({n: card(n) for n in resolution.plan()}, "cifar10", "report"), score)]
    assert found and int(found[2]) == len(rows) == 14
    assert int(found[1]) == sum(abs(row["ours"] - row["theirs"]) <= 3 for row in rows)
    choose(page, "resolution.dataset", "mnist")
    assert " of 8 printed numbers" in page.title[0].value
    choose(page, "resolution.score", "f1")
    assert not page.exception and "Macro F1" in drawn_specs(page)[0]


def test_the_sweep_shows_the_chosen_filters(full: Path) -> None:
    page = table_of("sweep")
    assert "all sizes (recipe `fast`)" in words(page)
    choose(page, "resolution.filters", "area", "nearest")
    spec = drawn_specs(page)[-1]
    assert '"area"' in spec and '"bicubic"' not in spec


def test_training_shows_losses_layers_and_whose_choice_each_value_is(full: Path) -> None:
    layers = table_of("layers").dataframe[0].value
    assert len(layers) == 13 and set(layers.same) == {"yes"} and layers.parameters.sum() == layers.report_parameters.sum()
    recipe = table_of("recipe").dataframe[0].value.set_index("field")
    assert recipe.loc["Batch size", "who"] == "our choice" and recipe.loc["Epochs", "who"] == "stated"
    assert len(table_of("losses").get("vega_lite_chart")) == 3
    page = table_of("inferred")
    fit = page.dataframe[0].value
    assert list(fit.report_16) == pytest.approx([41.0] * 5) and len(fit) == 5 and "reach" in words(page)
    assert "The paper states no recipe for MNIST" in words(choose(table_of("recipe"), "resolution.tables.dataset", "mnist"))


# --- figures and texts --------------------------------------------------------------------------------------------

SIDE = [{"side": side, "score": score, "value": 50.0} for side in (32, 8) for score in ("recall", "precision", "accuracy (all classes)")]
POINTS = [lines.Point(protocol, side, 2.0 * side) for protocol in ("totv", "tvtv", "mixed") for side in (32, 8)]
FIGURES: dict[str, Callable[[], Any]] = {
    "lines, asked": lambda: lines.asked(lines.Frame("A", (32, 8)), POINTS),
    "lines, told": lambda: lines.told(lines.Frame("A", (32, 8)), POINTS, lines.loss_guessed(POINTS, (32, 8), "same")),
    "rising": lambda: drawn.rising("A", [{"side": 8, "value": 4.0}], (32, 8)),
    "said": lambda: drawn.said("A\nb", CLASSES, metrics.scores(card("cifar10-32").matrix(8, FILTER) or []), CAT, 300, 40.0),
    "scores": lambda: drawn.scores("A\nb", SIDE, [{"side": 8, "value": 3.0}], marked=8),
    "map": lambda: drawn.predicted_map("A\nb", [{"side": 8, "class": "cat", "predicted": 4}], CLASSES, (32, 8)),
    "bars": lambda: drawn.predicted_bars("A\nb", [{"class": "cat", "predicted": 4, "before": 9}], CLASSES, 5, 10),
    "lowering": lambda: drawn.lowering("A\nb", [{"by": 0.5, "score": "recall", "value": 4.0}], 0.5, 0.5),
    "sweep": lambda: drawn.sweep("A", [{"side": 8, "filter": "area", "protocol": "TOTV", "value": 4.0},
                                       {"side": 8, "filter": "area", "own": "TVTV", "value": 4.0}], ["area"]),
}  # fmt: skip


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_valid_vega_lite_and_can_be_taken_home(name: str) -> None:
    import altair

    figure = FIGURES[name]()
    altair.Chart.from_dict(json.loads(json.dumps(export.whole(figure))), validate=True)
    assert len({len(column) for column in figure.columns.values()}) == 1
    assert export.svg(figure).startswith("<svg") and "\n" not in figure.title


def test_a_bar_that_has_moved_shows_where_it_was() -> None:
    bars = {before: drawn.predicted_bars("A", [{"class": "cat", "predicted": 4, "before": before}], CLASSES, 5, 10) for before in (4, 9)}
    assert len(bars[9].spec["layer"]) == len(bars[4].spec["layer"]) + 1, "what it was before is drawn where it has changed"


def test_every_text_is_asked_for_and_every_text_that_is_asked_for_exists() -> None:
    there = set(text.texts(text.FOLDER / "en" / "resolution.md"))
    wanted: set[str] = set()
    patterns = {r"ask_\w+", r"section_\w+"}
    for file in (Path(text.__file__).parent.parent / "lessons" / "resolution").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("say", "_named"):
                asked = node.args[0 if node.func.id == "say" else 2]
                wanted |= {part.value for part in ast.walk(asked) if isinstance(part, ast.Constant) and isinstance(part.value, str)
                           and not any(part in joined.values for joined in ast.walk(asked) if isinstance(joined, ast.JoinedStr))}  # fmt: skip
                patterns |= {"".join(re.escape(str(v.value)) if isinstance(v, ast.Constant) else r"\w+" for v in joined.values)
                             for joined in ast.walk(asked) if isinstance(joined, ast.JoinedStr)}  # fmt: skip
    compared = {"alike", "recall", "precision", "protocol", "score", "no", "yes", "differ", "resolution", "high"}
    generic = {"metric_recall", "metric_precision", "metric_accuracy", "metric_predicted", "pictures_own", "pictures_other", "sections", "teacher",
               *evidence.tables()}
    assert wanted - compared <= there | {"value"}
    assert {key for key in there - wanted - generic if not any(re.fullmatch(pattern, key) for pattern in patterns)} == set()


def test_no_measured_number_stands_in_the_text() -> None:
    written = (text.FOLDER / "en" / "resolution.md").read_text(encoding="utf-8")
    assert not re.findall(r"\d+(?:\.\d+)?\s?%|\b0\.\d+", written)


def test_a_choice_that_is_gone_falls_back(full: Path) -> None:
    page = choose(table_of("step_cat"), "resolution.riddle.network", "cifar10-fast")
    one = card("cifar10-fast")
    write_card(dataclasses.replace(one, evaluations={"area": one.evaluations["area"]}), full)
    page.run()
    assert not page.exception and "filter area" in "".join(drawn_specs(page))
