"""The page Architectures: each section with all runs, with some and with none; its figures and its texts."""

from __future__ import annotations

import ast
import io
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import altair
import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.explain import receptive_field
from core.pretrained import test_images
from core.pretrained.cards import Card
from core.studies import architectures as plan
from core.studies import architectures_comparison as beside
from core.vocabulary.recipe import FIELDS
from demo import text
from demo.charts import export, plots
from demo.charts.figure import DASH, Figure
from demo.classroom import asking, questions
from demo.lessons.architectures import images, networks, results, tiles, training
from demo.lessons.architectures import shared as parts
from tests.architectures_cards import card, everything, outputs

LESSONS = Path(training.__file__).parent
SECTIONS = ("results", "training", "networks", "pictures")
QUESTIONS = {"results": "wins", "training": "restless", "networks": "most", "pictures": "hard"}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Card]:
    """The cards that the page finds; a test may take some away. No data set is here, but the tiles are."""
    found = everything()
    context = SimpleNamespace(cookies={"lab_owner": "me"}, theme=SimpleNamespace(type="light"), url="http://localhost:8501/")
    monkeypatch.setattr("streamlit.context", context)
    monkeypatch.setattr(asking, "cards", lambda name: found)
    monkeypatch.setenv("LAB_DATA", str(tmp_path / "nowhere"))
    shades = np.random.default_rng(0).integers(0, 256, (1000, 28, 28), np.uint8)
    whole = test_images.Tiles(tuple(range(1000)), tuple(number % 10 for number in range(1000)), shades, 1000)
    test_images.write_tiles(tmp_path, whole, range(300, 1000))
    monkeypatch.setattr(test_images, "tiles", lambda *_: test_images.read_tiles(tmp_path))
    monkeypatch.setattr(images, "read_outputs", lambda name, _folder: outputs(found[name].result.test_accuracy, seed=len(name)))
    return found


def script(section: str) -> None:
    import streamlit as st

    from demo.lessons.architectures import page as architectures

    st.query_params["section"] = section
    architectures.render()


def opened(section: str, skip: bool = True) -> AppTest:
    page = AppTest.from_function(script, default_timeout=60, args=(section,)).run()
    if skip:
        page.button(key=f"ask.{QUESTIONS[section]}.skip").click().run()
    assert not page.exception, page.exception
    return page


def words(page: AppTest) -> str:
    return "\n".join(str(part.value) for part in [*page.markdown, *page.caption, *page.info, *page.code, *page.subheader])


# --- every section ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", SECTIONS)
def test_it_asks_before_it_tells(made: dict[str, Card], section: str) -> None:
    page = opened(section, skip=False)
    before = len(page.dataframe)
    page.button(key=f"ask.{QUESTIONS[section]}.skip").click().run()
    assert not page.exception
    assert len(page.dataframe) + len(page.get("image")) > before


@pytest.mark.parametrize("section", SECTIONS)
def test_without_a_single_run_it_says_what_makes_them(made: dict[str, Card], section: str) -> None:
    made.clear()
    page = opened(section)
    if section == "networks":  # arithmetic alone
        assert len(page.dataframe) == 6
    else:
        named = " ".join(code.value for code in page.code)
        assert named.startswith("python -m core pretrain fashion-") and "fashion-arc2-adam" in named


def test_a_link_leads_to_a_section_and_an_unknown_one_to_the_first(made: dict[str, Card]) -> None:
    assert "How they learned" in words(opened("training", skip=False))
    page = AppTest.from_function(script, default_timeout=60, args=("nosuch",)).run()
    assert "Which one gets the most test pictures" in words(page)


# --- results --------------------------------------------------------------------------------------------------------


def test_the_results_stand_beside_the_printed_ones_and_link_to_their_runs(made: dict[str, Card]) -> None:
    page = opened("results")
    report, classes, paper, optimizers = (frame.value for frame in page.dataframe)
    assert list(report["run"]) == [f"http://localhost:8501/train?run=fashion-{name}" for name in plan.REPORT]
    assert report["report_test"].tolist()[0] == pytest.approx(91.64) and np.isnan(report["report_test"].tolist()[1])
    assert report["test_accuracy"].tolist() == [
        pytest.approx(100 * made[f"fashion-{name}"].result.test_accuracy) for name in plan.REPORT
    ]
    assert len(classes) == 10 and classes["report_precision"].tolist()[0] == pytest.approx(82)
    assert len(paper) == 12 and len(optimizers) == 5
    assert len(page.get("vega_lite_chart")) == 3


@pytest.mark.parametrize(("right", "word"), [(0.99, "Reached"), (0.5, "does not reach")])
def test_whether_a_printed_number_is_reached_is_said_from_the_runs(made: dict[str, Card], right: float, word: str) -> None:
    made["fashion-arc2-adam"] = card("fashion-arc2-adam", right)
    del made["fashion-arc3-adam"]
    said = words(opened("results"))
    assert f"**Arc2 Adam**: {100 * made['fashion-arc2-adam'].result.test_accuracy:.1f}% in our run" in said and word in said
    assert ("What our Arc2 Adam did instead" in said) == (right == 0.5)
    assert "python -m core pretrain fashion-arc3-adam" in said


@pytest.mark.parametrize(("sgd", "word"), [(0.6, "below Adam"), (0.9, "do not tell them apart"), (0.99, "**above** Adam")])
def test_sgd_against_adam_is_said_from_the_runs(made: dict[str, Card], sgd: float, word: str) -> None:
    made["fashion-arc2-adam"], made["fashion-arc2-sgd"] = card("fashion-arc2-adam", 0.9), card("fashion-arc2-sgd", sgd)
    for name in ("arc3-adam", "arc3-sgd"):
        del made[f"fashion-{name}"]
    assert word in words(opened("results"))


def test_another_run_and_another_score_are_shown(made: dict[str, Card]) -> None:
    page = opened("results")
    before = page.dataframe[1].value["recall"].tolist()
    page.segmented_control(key="architectures.class_run").set_value("arc3-sgd").run()
    page.segmented_control(key="architectures.score").set_value("f1").run()
    assert not page.exception
    assert page.dataframe[1].value["recall"].tolist() != before and set(page.dataframe[1].value["run"]) == {
        "http://localhost:8501/train?run=fashion-arc3-sgd"
    }


def test_neighbours_inside_the_spread_are_named(made: dict[str, Card]) -> None:
    for optimizer, rights in {"sgd": (0.5, 0.5, 0.5), "adam": (0.8, 0.9, 0.85), "rmsprop": (0.86, 0.81, 0.9)}.items():
        for seed, right in enumerate(rights):
            made[f"fashion-arc1-{optimizer}-seed{seed}"] = card(f"fashion-arc1-{optimizer}-seed{seed}", right, seed=seed)
    for seed in (0, 1, 2):
        del made[f"fashion-arc1-adagrad-seed{seed}"]
    said = words(opened("results"))
    assert re.search(r"RMSprop before Adam: \d+\.\d points\. That \*\*may be chance\*\*", said)
    assert re.search(r"Adam before SGD: \d+\.\d points\. That is \*\*more than chance\*\*.*\(6 trainings, Student's t", said)


# --- training -------------------------------------------------------------------------------------------------------


def test_smoothing_moves_the_curves_and_keeps_the_raw_ones_behind() -> None:
    rows = beside.curve_rows("x", card("fashion-arc4", curve=[0.5, 0.9, 0.5, 0.9]))
    raw = training.curves(rows, "accuracy", {"x": "#000"}, 0.0, "t")
    smooth = training.curves(rows, "accuracy", {"x": "#000"}, 0.5, "t")
    assert len(smooth.columns["epoch"]) == 2 * len(raw.columns["epoch"]) == 16
    values = [value for value, part, kind in zip(*(smooth.columns[name] for name in ("accuracy", "part", "kind")), strict=True)
              if (part, kind) == ("Validation", "smoothed")]  # fmt: skip
    assert values == pytest.approx([50, 70, 60, 75])
    later = training.curves(rows, "loss", {"x": "#000"}, 0.0, "t", first=3)
    assert set(later.columns["epoch"]) == {3, 4}


def test_curves_can_be_chosen_and_none_is_no_error(made: dict[str, Card]) -> None:
    page = opened("training")
    assert page.multiselect[0].value == [f"fashion-{name}" for name in plan.REPORT]
    assert len(page.get("vega_lite_chart")) == 3
    page.slider(key="architectures.smoothing").set_value(0.6).run()
    page.multiselect[0].set_value(["mnist-arc4"]).run()
    assert not page.exception and len(page.get("vega_lite_chart")) == 3
    page.multiselect[0].set_value([]).run()
    assert not page.exception and len(page.get("vega_lite_chart")) == 1 and "Choose a run" in words(page)


@pytest.mark.parametrize(
    ("steps", "word"), [((0.03, 0.02, 0.01), "data agree with"), ((0.03, 0.01, 0.02), "agree in part"), ((0.01, 0.02, 0.03), "do not agree")]
)
def test_whether_small_batches_wiggle_more_is_said_from_the_runs(made: dict[str, Card], steps: tuple[float, ...], word: str) -> None:
    for size, step in zip(plan.BATCHES, steps, strict=True):
        curve = [0.8 + step * (-1) ** number for number in range(20)]
        made[f"fashion-batch-{size}"] = card(f"fashion-batch-{size}", curve=curve)
    assert word in words(opened("training"))


# --- networks -------------------------------------------------------------------------------------------------------


def test_the_layers_stand_beside_what_the_report_prints(made: dict[str, Card]) -> None:
    page = opened("networks")
    went, layers, *_ = (frame.value for frame in page.dataframe)
    assert list(layers["layer"]) == list(layers["printed"]) and layers["parameters"].sum() == 607_306
    assert dict(zip(went["network"], went["total"], strict=True))["arc4"] == 54_474
    assert "607,306 → Arc3 136,330 → Arc4 54,474" in words(page)
    page.segmented_control(key="architectures.network").set_value("arc3").run()
    assert not page.exception and "printed" not in page.dataframe[1].value


def test_split_classes_and_settings_stand_beside_the_report_s(made: dict[str, Card]) -> None:
    page = opened("networks")
    fields, split, classes, settings = (frame.value for frame in page.dataframe[2:])
    assert split["ours"].tolist() == split["report"].tolist() == [48_000, 12_000, 10_000]
    assert list(classes["class"]) == list(classes["report"])
    whose = dict(zip(settings["setting"], settings["whose"], strict=True))
    assert whose["Learning rate"] == "the report" and whose["Schedule"] == "our choice"
    assert len(fields) == 6 and "Arc3 sees 49 pixels, one of its Arc2 25" in words(page)


# --- pictures -------------------------------------------------------------------------------------------------------


def shown_images(page: AppTest) -> list[list[str]]:
    return [[image.caption for image in part.proto.imgs] for part in page.get("image")]


def test_a_draw_changes_with_its_seed_and_comes_back(made: dict[str, Card]) -> None:
    page = opened("pictures")
    samples, first, mistakes = shown_images(page)
    assert len(samples) == 10 and len(first) == 15 and len(mistakes) == 15
    assert all(caption.startswith("✗") for caption in mistakes) and all(" / " in caption for caption in first)
    page.button(key="architectures.draw").click().run()
    assert page.number_input(key="architectures.seed").value == 1 and shown_images(page)[1] != first
    page.number_input(key="architectures.seed").set_value(0).run()
    assert not page.exception and shown_images(page)[1] == first


def test_right_and_wrong_are_told_by_words_and_by_a_mark() -> None:
    image = np.full((28, 28), 90, np.uint8)
    right, wrong = (np.asarray(Image.open(io.BytesIO(tiles.enlarged(image, its)))).astype(int) for its in (True, False))
    assert right.shape == wrong.shape == (118, 118, 3)
    corner = (slice(tiles.EDGE, tiles.EDGE + 18), slice(-tiles.EDGE - 18, -tiles.EDGE))
    assert (right[corner] == 90).all() and (wrong[corner] == 255).any(), "a cross, so that the colour is not needed"


def test_a_run_whose_answers_are_not_kept_is_named(made: dict[str, Card], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "read_outputs", lambda name, _folder: None)
    page = opened("pictures")
    assert "python -m core pretrain fashion-arc2-adam" in words(page) and len(shown_images(page)) == 1


def test_without_any_picture_it_says_how_to_get_them(made: dict[str, Card], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_images, "tiles", lambda *_: None)
    page = opened("pictures", skip=False)
    assert "python -m core data fashion-mnist --fetch" in words(page)
    assert "python -m core data fashion-mnist --fetch" in words(opened("networks"))


def test_a_sheet_holds_all_pictures() -> None:
    image = np.zeros((28, 28), np.uint8)
    sheet = Image.open(io.BytesIO(tiles.sheet([image] * 12, ["a /\nb"] * 12, [True, False, None] * 4)))
    assert sheet.width == 5 * 162 and sheet.height == 3 * (118 + tiles.CAPTION + 8)


# --- figures and texts ------------------------------------------------------------------------------------------------


def figures_of_the_page() -> dict[str, Figure]:
    found = everything()
    rows = beside.report_rows(found)
    classes = beside.class_rows("arc2-adam", found["fashion-arc2-adam"])
    lines = beside.curve_rows("x", found["fashion-arc4"])
    weights = {name: receptive_field.weights(name, networks.SHAPE) for name in networks.NETWORKS}
    return {
        "evidence": results._evidence(rows, found), "class_bars": results._class_bars(classes, "f1", "Arc2 Adam"),
        "curves": training.curves(lines, "loss", {"x": "#123456"}, 0.4, "t"), "stacked": networks.stacked(weights),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["evidence", "class_bars", "curves", "stacked"])
def test_figures_are_vega_lite_with_titles_and_axes(name: str) -> None:
    figure = figures_of_the_page()[name]
    whole: dict[str, Any] = export.whole(figure)
    altair.Chart.from_dict(whole)
    assert whole["title"] and len({len(column) for column in figure.columns.values()}) == 1
    fields = {channel["field"] for channel in whole["encoding"].values() if isinstance(channel, dict) and "field" in channel}
    assert fields <= figure.columns.keys(), "what is drawn is there"


def test_published_values_are_grey_and_dashed() -> None:
    figure = figures_of_the_page()["evidence"]
    colours = dict(zip(figure.spec["encoding"]["color"]["scale"]["domain"], figure.spec["encoding"]["color"]["scale"]["range"], strict=True))
    dashes = dict(zip(*(figure.spec["encoding"]["strokeDash"]["scale"][name] for name in ("domain", "range")), strict=True))
    printed = [name for name in colours if name.startswith("Report")]
    assert len(printed) == 2 and all(colours[name] == plots.PUBLISHED and dashes[name] == DASH for name in printed)


def asked() -> tuple[set[str], list[str]]:
    """The keys that the page's files ask `say` for: as they stand, and as patterns."""
    words = set(QUESTIONS.values())
    patterns = [rf"{name}_\w+" for name in QUESTIONS.values()]  # demo.classroom.questions adds the answers
    for file in LESSONS.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                patterns.append("".join(re.escape(v.value) if isinstance(v, ast.Constant) else r"\w+" for v in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
    return words, [pattern for pattern in patterns if re.search(r"[a-z]{3}", pattern)]


def test_every_text_is_asked_for() -> None:
    words, patterns = asked()
    there = set(text.texts(text.FOLDER / "en" / "architectures.md"))
    shared = {"intro", "sections", *(f"section_{name}" for name in SECTIONS)}  # asking.opening, asking.sections ask for them
    assert {key for key in there - words if not any(re.fullmatch(pattern, key) for pattern in patterns)} == shared


def test_every_text_that_is_asked_for_exists() -> None:
    there = set(text.texts(text.FOLDER / "en" / "architectures.md"))
    for file in LESSONS.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say" and isinstance(node.args[0], ast.Constant):
                assert node.args[0].value in there, f"{file.name} asks for {node.args[0].value}"
    assert set(questions.most().options) == set(networks.KINDS)
    assert {f"section_{name}" for name in SECTIONS} <= there and set(networks.SETTINGS) <= FIELDS.keys()


def test_names_in_a_row() -> None:
    assert (parts.listed([6]), parts.listed([6, 10]), parts.listed("abc")) == ("6", "6 and 10", "a, b and c")
