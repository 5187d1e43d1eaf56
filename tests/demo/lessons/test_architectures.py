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
from demo.lessons.architectures import batches, depth, evidence, hardest, published, stacks, weights
from demo.lessons.architectures import shared as parts
from demo.lessons.architectures.tables import compared, curves, images, networks, tiles
from tests.architectures_cards import card, everything, outputs

LESSONS = Path(parts.__file__).parent
SECTIONS = ("results", "networks", "training", "pictures", "published")
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


def script(section: str, table: str) -> None:
    import streamlit as st

    from demo.lessons.architectures import page as architectures

    st.query_params["section"] = section
    if table:
        st.query_params["table"] = table
    architectures.render()


def opened(section: str, guess: str = "skip") -> AppTest:
    """A section; `guess`: the option that is tapped, "" for none yet."""
    page = AppTest.from_function(script, default_timeout=60, args=(section, "")).run()
    if guess and section in QUESTIONS and not page.code:
        page.button(key=f"ask.{QUESTIONS[section]}.{guess}").click().run()
    assert not page.exception, page.exception
    return page


def table_of(name: str) -> AppTest:
    """The page with one table of its drawer open."""
    page = AppTest.from_function(script, default_timeout=60, args=("results", name)).run()
    assert not page.exception, page.exception
    return page


def words(page: AppTest) -> str:
    return "\n".join(str(part.value) for part in [*page.markdown, *page.caption, *page.info, *page.code, *page.subheader])


def drawn(page: AppTest) -> dict[str, list[Any]]:
    """The columns of the last figure of the page."""
    import pyarrow

    found: dict[str, list[Any]] = pyarrow.ipc.open_stream(page.get("vega_lite_chart")[-1].proto.data.data).read_all().to_pydict()
    return found


# --- every section ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", QUESTIONS)
def test_it_asks_before_it_tells(made: dict[str, Card], section: str) -> None:
    page = opened(section, guess="")
    asked = page.title[0].value
    assert asked.endswith("?") and not page.dataframe
    option = next(button.key for button in page.button if button.key.startswith("ask."))
    page.button(key=option).click().run()
    assert not page.exception and page.title[0].value != asked and "You guessed" in words(page)


@pytest.mark.parametrize("section", SECTIONS)
def test_without_a_single_run_it_says_what_makes_them(made: dict[str, Card], section: str) -> None:
    made.clear()
    page = opened(section)
    if section == "networks":  # arithmetic alone
        assert len(page.get("vega_lite_chart")) == 1 and "607,306" in " ".join(part.proto.body for part in page.get("html"))
    else:
        assert any(code.value.startswith("python -m core pretrain fashion-") for code in page.code)


@pytest.mark.parametrize("name", evidence.tables())
def test_each_table_opens_at_its_address_with_or_without_runs(made: dict[str, Card], name: str) -> None:
    page = table_of(name)
    assert page.selectbox(key="finding.table").value == name
    assert page.dataframe or len(page.get("vega_lite_chart")) > 1 or page.get("image") or len(page.get("imgs"))
    made.clear()
    table_of(name)


def test_a_link_leads_to_a_section_and_an_unknown_one_to_the_first(made: dict[str, Card]) -> None:
    assert "most restless" in opened("training", guess="").title[0].value
    page = AppTest.from_function(script, default_timeout=60, args=("nosuch", "")).run()
    assert page.title[0].value.startswith("Two, three or four convolutions")


# --- the questions --------------------------------------------------------------------------------------------------


def ladder(made: dict[str, Card], *rights: float) -> str:
    """The headline where the three networks, deeper from one to the next, get these shares right."""
    for name, right in zip(("arc2-paper", "arc3-paper", "arc4"), rights, strict=True):
        made[f"fashion-{name}"] = card(f"fashion-{name}", right)
    return str(opened("results").title[0].value)


def test_who_wins_is_said_from_the_runs(made: dict[str, Card]) -> None:
    assert re.fullmatch(r"2 conv wins, \d+\.\d points ahead of 3 conv\.", ladder(made, 0.9, 0.6, 0.8))
    assert ladder(made, 0.8, 0.8, 0.8).endswith("that may be chance.")
    few = card("fashion-arc4", 0.6)
    made["fashion-arc4"] = few
    assert parts.shape_of("arc2") == "2 conv" and parts.shape_of("arc4") == "4 conv"


@pytest.mark.parametrize(("option", "rings"), [("arc4", {"Arc4"}), ("alike", {"Arc2", "Arc3", "Arc4"}), ("skip", set())])
def test_the_guess_is_a_ring_in_the_figure(made: dict[str, Card], option: str, rings: set[str]) -> None:
    found = drawn(opened("results", option))
    assert {network for network, guess in zip(found["network"], found["guess"], strict=True) if guess is not None} == rings
    hidden = drawn(opened("results", ""))
    assert len(set(hidden["value"])) == 1 and not any("%" in label for label in hidden["label"]), "before the guess all stand at one height"


def test_the_pieces_of_a_bar_are_hidden_until_the_guess(made: dict[str, Card]) -> None:
    assert drawn(opened("networks", ""))["kind"] == [""] * 3
    found = drawn(opened("networks", "convolutions"))
    assert [found["to"][place] for place, words in enumerate(found["sum"]) if words] == [607_306, 136_330, 54_474]
    assert [guess for guess in found["guess"] if guess is not None] == [16_768 / 2]
    assert opened("networks").title[0].value == "2 conv: 97% of all weights sit in one dense layer."


@pytest.mark.parametrize(
    ("steps", "headline"),
    [((0.03, 0.02, 0.01), "The smaller the batch"), ((0.03, 0.01, 0.02), "The smallest batch is"), ((0.01, 0.02, 0.03), "Small batches do not")],
)
def test_whether_small_batches_are_restless_is_said_from_the_runs(made: dict[str, Card], steps: tuple[float, ...], headline: str) -> None:
    for size, step in zip(plan.BATCHES, steps, strict=True):
        made[f"fashion-batch-{size}"] = card(f"fashion-batch-{size}", curve=[0.8 + step * (-1) ** number for number in range(20)])
    page = opened("training", "128")
    assert page.title[0].value.startswith(headline) and any("your guess" in label for label in drawn(page)["label"])
    assert max(drawn(opened("training", ""))["epoch"]) == batches.FIRST


def test_the_hardest_class_stands_first(made: dict[str, Card]) -> None:
    page = opened("pictures", "bag")
    found = drawn(page)
    assert found["value"] == sorted(found["value"]) and page.title[0].value.startswith(found["class"][0])
    assert [name for name, guess in zip(found["class"], found["guess"], strict=True) if guess is not None] == ["Bag"]
    assert drawn(opened("pictures", ""))["value"] == [None] * 10


def test_beside_the_published_numbers_each_printed_accuracy_has_a_row(made: dict[str, Card]) -> None:
    page = opened("published")
    rows = published.compared(made, "fashion-mnist")
    found = re.match(r"(\d+) of (\d+) printed numbers lie within 2 points", page.title[0].value)
    assert found and int(found[2]) == len(rows) == len(drawn(page)["name"])
    assert int(found[1]) == sum(abs(row["ours"] - row["theirs"]) <= 2 for row in rows)
    page.segmented_control(key="architectures.dataset").set_value("mnist").run()
    assert not page.exception and " of 6 printed numbers" in page.title[0].value


def test_a_network_is_drawn_with_a_slab_for_each_layer_that_has_weights() -> None:
    import base64

    def slabs(network: str) -> int:
        image = Image.open(io.BytesIO(base64.b64decode(stacks.picture(network).partition(",")[2]))).convert("RGBA")
        row = np.asarray(image)[image.height // 2, :, 3] > 128
        return int((np.diff(row.astype(int)) == 1).sum())

    assert [slabs(name) for name in ("arc2", "arc3", "arc4")] == [4, 5, 6]


# --- results --------------------------------------------------------------------------------------------------------


def test_the_results_stand_beside_the_printed_ones_and_link_to_their_runs(made: dict[str, Card]) -> None:
    report, classes, paper, optimizers = (table_of(name).dataframe[0].value for name in ("report", "classes", "paper", "optimizers"))
    assert list(report["run"]) == [f"http://localhost:8501/train?run=fashion-{name}" for name in plan.REPORT]
    assert report["report_test"].tolist()[0] == pytest.approx(91.64) and np.isnan(report["report_test"].tolist()[1])
    assert report["test_accuracy"].tolist() == [
        pytest.approx(100 * made[f"fashion-{name}"].result.test_accuracy) for name in plan.REPORT
    ]
    assert len(classes) == 10 and classes["report_precision"].tolist()[0] == pytest.approx(82)
    assert len(paper) == 12 and len(optimizers) == 5


@pytest.mark.parametrize(("right", "word"), [(0.99, "Reached"), (0.5, "does not reach")])
def test_whether_a_printed_number_is_reached_is_said_from_the_runs(made: dict[str, Card], right: float, word: str) -> None:
    made["fashion-arc2-adam"] = card("fashion-arc2-adam", right)
    del made["fashion-arc3-adam"]
    said = words(table_of("report"))
    assert f"**Arc2 Adam**: {100 * made['fashion-arc2-adam'].result.test_accuracy:.1f}% in our run" in said and word in said
    assert ("What our Arc2 Adam did instead" in said) == (right == 0.5)
    assert "python -m core pretrain fashion-arc3-adam" in said


@pytest.mark.parametrize(("sgd", "word"), [(0.6, "below Adam"), (0.9, "do not tell them apart"), (0.99, "**above** Adam")])
def test_sgd_against_adam_is_said_from_the_runs(made: dict[str, Card], sgd: float, word: str) -> None:
    made["fashion-arc2-adam"], made["fashion-arc2-sgd"] = card("fashion-arc2-adam", 0.9), card("fashion-arc2-sgd", sgd)
    for name in ("arc3-adam", "arc3-sgd"):
        del made[f"fashion-{name}"]
    assert word in words(table_of("report"))


def test_another_run_and_another_score_are_shown(made: dict[str, Card]) -> None:
    page = table_of("classes")
    before = page.dataframe[0].value["recall"].tolist()
    page.segmented_control(key="architectures.class_run").set_value("arc3-sgd").run()
    page.segmented_control(key="architectures.score").set_value("f1").run()
    assert not page.exception
    assert page.dataframe[0].value["recall"].tolist() != before and set(page.dataframe[0].value["run"]) == {
        "http://localhost:8501/train?run=fashion-arc3-sgd"
    }


def test_neighbours_inside_the_spread_are_named(made: dict[str, Card]) -> None:
    for optimizer, rights in {"sgd": (0.5, 0.5, 0.5), "adam": (0.8, 0.9, 0.85), "rmsprop": (0.86, 0.81, 0.9)}.items():
        for seed, right in enumerate(rights):
            made[f"fashion-arc1-{optimizer}-seed{seed}"] = card(f"fashion-arc1-{optimizer}-seed{seed}", right, seed=seed)
    for seed in (0, 1, 2):
        del made[f"fashion-arc1-adagrad-seed{seed}"]
    said = words(table_of("optimizers"))
    assert re.search(r"RMSprop before Adam: \d+\.\d points\. That \*\*may be chance\*\*", said)
    assert re.search(r"Adam before SGD: \d+\.\d points\. That is \*\*more than chance\*\*.*\(6 trainings, Student's t", said)


# --- training -------------------------------------------------------------------------------------------------------


def test_smoothing_moves_the_curves_and_keeps_the_raw_ones_behind() -> None:
    rows = beside.curve_rows("x", card("fashion-arc4", curve=[0.5, 0.9, 0.5, 0.9]))
    raw = curves.curves(rows, "accuracy", {"x": "#000"}, 0.0, "t")
    smooth = curves.curves(rows, "accuracy", {"x": "#000"}, 0.5, "t")
    assert len(smooth.columns["epoch"]) == 2 * len(raw.columns["epoch"]) == 16
    values = [value for value, part, kind in zip(*(smooth.columns[name] for name in ("accuracy", "part", "kind")), strict=True)
              if (part, kind) == ("Validation", "smoothed")]  # fmt: skip
    assert values == pytest.approx([50, 70, 60, 75])
    later = curves.curves(rows, "loss", {"x": "#000"}, 0.0, "t", first=3)
    assert set(later.columns["epoch"]) == {3, 4}


def test_curves_can_be_chosen_and_none_is_no_error(made: dict[str, Card]) -> None:
    page = table_of("curves")
    charts = len(page.get("vega_lite_chart"))
    assert page.multiselect[0].value == [f"fashion-{name}" for name in plan.REPORT]
    page.slider(key="architectures.smoothing").set_value(0.6).run()
    page.multiselect[0].set_value(["mnist-arc4"]).run()
    assert not page.exception and len(page.get("vega_lite_chart")) == charts
    page.multiselect[0].set_value([]).run()
    assert not page.exception and len(page.get("vega_lite_chart")) == charts - 2 and "Choose a run" in words(page)


@pytest.mark.parametrize(
    ("steps", "word"), [((0.03, 0.02, 0.01), "data agree with"), ((0.03, 0.01, 0.02), "agree in part"), ((0.01, 0.02, 0.03), "do not agree")]
)
def test_whether_small_batches_wiggle_more_is_said_from_the_runs(made: dict[str, Card], steps: tuple[float, ...], word: str) -> None:
    for size, step in zip(plan.BATCHES, steps, strict=True):
        curve = [0.8 + step * (-1) ** number for number in range(20)]
        made[f"fashion-batch-{size}"] = card(f"fashion-batch-{size}", curve=curve)
    assert word in words(table_of("batch"))


# --- networks -------------------------------------------------------------------------------------------------------


def test_the_layers_stand_beside_what_the_report_prints(made: dict[str, Card]) -> None:
    page = table_of("structure")
    layers = page.dataframe[0].value
    assert list(layers["layer"]) == list(layers["printed"]) and layers["parameters"].sum() == 607_306
    page.segmented_control(key="architectures.network").set_value("arc3").run()
    assert not page.exception and "printed" not in page.dataframe[0].value
    page = table_of("went")
    went = page.dataframe[0].value
    assert dict(zip(went["network"], went["total"], strict=True))["arc4"] == 54_474
    assert "607,306 → Arc3 136,330 → Arc4 54,474" in words(page)


def test_split_classes_and_settings_stand_beside_the_report_s(made: dict[str, Card]) -> None:
    split, classes, settings = (table_of(name).dataframe[0].value for name in ("split", "class_names", "settings"))
    assert split["ours"].tolist() == split["report"].tolist() == [48_000, 12_000, 10_000]
    assert list(classes["class"]) == list(classes["report"])
    whose = dict(zip(settings["setting"], settings["whose"], strict=True))
    assert whose["Learning rate"] == "the report" and whose["Schedule"] == "our choice"
    page = table_of("field")
    assert len(page.dataframe[0].value) == 6 and "Arc3 sees 49 pixels, one of its Arc2 25" in words(page)


# --- pictures -------------------------------------------------------------------------------------------------------


def shown_images(page: AppTest) -> list[list[str]]:
    return [[image.caption for image in part.proto.imgs] for part in page.get("image")]


def test_a_draw_changes_with_its_seed_and_comes_back(made: dict[str, Card]) -> None:
    samples, mistakes = shown_images(table_of("samples"))[0], shown_images(table_of("mistakes"))[0]
    page = table_of("draw")
    (first,) = shown_images(page)
    assert len(samples) == 10 and len(first) == 15 and len(mistakes) == 15
    assert all(caption.startswith("✗") for caption in mistakes) and all(" / " in caption for caption in first)
    page.button(key="architectures.draw").click().run()
    assert page.number_input(key="architectures.seed").value == 1 and shown_images(page)[0] != first
    page.number_input(key="architectures.seed").set_value(0).run()
    assert not page.exception and shown_images(page)[0] == first


def test_right_and_wrong_are_told_by_words_and_by_a_mark() -> None:
    image = np.full((28, 28), 90, np.uint8)
    right, wrong = (np.asarray(Image.open(io.BytesIO(tiles.enlarged(image, its)))).astype(int) for its in (True, False))
    assert right.shape == wrong.shape == (118, 118, 3)
    corner = (slice(tiles.EDGE, tiles.EDGE + 18), slice(-tiles.EDGE - 18, -tiles.EDGE))
    assert (right[corner] == 90).all() and (wrong[corner] == 255).any(), "a cross, so that the colour is not needed"


def test_a_run_whose_answers_are_not_kept_is_named(made: dict[str, Card], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "read_outputs", lambda name, _folder: None)
    page = table_of("draw")
    assert "python -m core pretrain fashion-arc2-adam" in words(page) and not shown_images(page)


def test_without_any_picture_it_says_how_to_get_them(made: dict[str, Card], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_images, "tiles", lambda *_: None)
    for name in ("samples", "draw", "field"):
        assert "python -m core data fashion-mnist --fetch" in words(table_of(name))
    assert len(opened("pictures").get("vega_lite_chart")) == 1, "bars without pictures"


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
    counts = {name: receptive_field.weights(name, networks.SHAPE) for name in networks.NETWORKS}
    return {
        "evidence": compared.evidence_figure(rows, found), "class_bars": compared.class_bars(classes, "f1", "Arc2 Adam"),
        "curves": curves.curves(lines, "loss", {"x": "#123456"}, 0.4, "t"), "stacked": networks.stacked(counts),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["evidence", "class_bars", "curves", "stacked"])
def test_figures_are_vega_lite_with_titles_and_axes(name: str) -> None:
    figure = figures_of_the_page()[name]
    whole: dict[str, Any] = export.whole(figure)
    altair.Chart.from_dict(whole)
    assert whole["title"] and len({len(column) for column in figure.columns.values()}) == 1
    fields = {channel["field"] for channel in whole["encoding"].values() if isinstance(channel, dict) and "field" in channel}
    assert fields <= figure.columns.keys(), "what is drawn is there"


@pytest.mark.parametrize("asked", [True, False])
def test_the_figures_of_the_questions_are_vega_lite_and_can_be_taken_home(asked: bool) -> None:
    found = everything()
    rows = [row for row in beside.paper_rows(found) if row.dataset == "fashion-mnist" and row.title in beside.LADDER]
    drawings = [depth.scatter(rows, "arc2", asked), weights.bars("rest", asked), batches.lines(found, "16", asked), hardest.bars([0.5] * 10, "Bag", asked)]
    for figure in drawings:
        altair.Chart.from_dict(export.whole(figure))
        assert export.svg(figure).startswith("<svg")


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
    for file in LESSONS.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                patterns.append("".join(re.escape(v.value) if isinstance(v, ast.Constant) else r"\w+" for v in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
    return words, [pattern for pattern in patterns if re.search(r"[a-z]{3}", pattern)]


def test_every_text_is_asked_for() -> None:
    words, patterns = asked()
    there = set(text.texts(text.FOLDER / "en" / "architectures.md"))
    shared = {"sections", *(f"section_{name}" for name in SECTIONS)}  # asking.sections asks for them
    assert {key for key in there - words if not any(re.fullmatch(pattern, key) for pattern in patterns)} == shared


def test_every_text_that_is_asked_for_exists() -> None:
    there = set(text.texts(text.FOLDER / "en" / "architectures.md"))
    for file in LESSONS.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say" and isinstance(node.args[0], ast.Constant):
                assert node.args[0].value in there, f"{file.name} asks for {node.args[0].value}"
    assert set(questions.most().options) == set(networks.KINDS)
    assert {f"section_{name}" for name in SECTIONS} <= there and set(networks.SETTINGS) <= FIELDS.keys()


def test_names_in_a_row() -> None:
    assert (parts.listed([6]), parts.listed([6, 10]), parts.listed("abc")) == ("6", "6 and 10", "a, b and c")
