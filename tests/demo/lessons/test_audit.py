"""The page Audit: each section with and without cards, marks that are judged, a matrix that is changed by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import altair
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.datasets.files import SOURCES
from core.pretrained.cards import read_cards, write_card
from core.pretrained.outputs import Outputs, read_outputs, write_outputs
from core.studies import architectures, audit, resolution
from core.vocabulary import metrics
from core.vocabulary.recipe import preset
from core.vocabulary.records import Facts
from demo import text
from demo.charts import export
from demo.charts.figure import Figure
from demo.classroom import asking, questions
from demo.lessons.audit import columns as audit_columns
from demo.lessons.audit import confusion_matrix, last_batch
from demo.lessons.audit import means as audit_means
from demo.lessons.audit import page as lesson
from tests import run_records

SECTIONS = lesson.SECTIONS
QUESTIONS = {"matrix": "equal", "sixteenths": "why", "means": "mean", "columns": "chance", "words": "below"}
"""Section -> the question before its answer."""
say = text.speaker("audit")


@pytest.fixture(autouse=True)
def visitor(monkeypatch: pytest.MonkeyPatch) -> None:
    context = SimpleNamespace(cookies={}, theme=SimpleNamespace(type="light"), url=None)
    monkeypatch.setattr("streamlit.context", context)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """pretrained/ without a card."""
    monkeypatch.setattr(asking, "read_cards", lambda _folder: read_cards(tmp_path))
    monkeypatch.setattr(last_batch, "read_outputs", lambda name, _folder: read_outputs(name, tmp_path))
    return tmp_path


@pytest.fixture
def cards(empty: Path) -> Path:
    """Every card and all outputs that the page looks at, made up: 208 pictures, two of three right."""
    draw = np.random.default_rng(5)
    labels = draw.integers(0, 10, 208)

    def answers() -> np.ndarray:
        logits = draw.normal(size=(208, 10))
        logits[np.arange(208), np.where(draw.random(208) < 0.6, labels, draw.integers(0, 10, 208))] += 9
        return logits.astype(np.float16)

    def matrix(logits: np.ndarray) -> list[list[int]]:
        found: list[list[int]] = metrics.confusion_matrix(labels, logits.argmax(1), 10).tolist()
        return found

    for name, sides in (("cifar10-32", (32, 24, 16, 8)), ("cifar10-16", (16,)), ("cifar10-8", (8,))):
        seen = {side: answers() for side in sides}
        facts = Facts(classes=SOURCES["cifar10"].classes, shape=(3, 32, 32))
        evaluations = {resolution.FILTER: {str(side): matrix(logits) for side, logits in seen.items()}}
        result = run_records.result(1, confusion=matrix(seen[sides[0]]))
        write_card(run_records.card(name, resolution.plan()[name].recipe, facts, (), result, evaluations), empty)
        write_outputs(name, Outputs(labels.astype(np.uint8), seen), empty)
    for short in audit.RUNS.values():
        name, epoch = f"fashion-{short}", run_records.epoch(3, running_accuracy=0.5, validation_accuracy=0.8)
        facts = Facts(classes=SOURCES["fashion-mnist"].classes, shape=(1, 28, 28), parameters=7)
        result = run_records.result(3, 0.6, matrix(answers()))
        write_card(run_records.card(name, architectures.plan()[name].recipe, facts, (epoch,), result), empty)
    return empty


def script() -> None:
    from demo.lessons.audit import page as audit

    audit.render()


def opened(section: str, guessed: bool = True) -> AppTest:
    """The page at a section, its question skipped."""
    page = AppTest.from_function(script, default_timeout=30)
    page.query_params["section"] = section
    page.run()
    assert not page.exception
    if guessed and section in QUESTIONS:
        page.button(key=f"ask.{QUESTIONS[section]}.skip").click().run()
        assert not page.exception
    return page


def words(page: AppTest) -> str:
    parts = [*page.markdown, *page.caption, *page.info, *page.code]
    return "\n".join(str(part.value) for part in parts)


def columns(page: AppTest, place: int) -> dict[str, list[object]]:
    """The columns of a table as they are shown."""
    found: dict[str, list[object]] = page.dataframe[place].value.to_dict(orient="list")
    return found


# --- every section ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_stands_without_any_card(section: str, empty: Path) -> None:
    page = opened(section)
    assert page.title[0].value == say("title")
    commands = [code.value for code in page.code]
    expected = {
        "sixteenths": ["python -m core pretrain cifar10-16 cifar10-32 cifar10-8"],
        "means": ["python -m core pretrain cifar10-32 cifar10-16 cifar10-8", "python -m core pretrain fashion-arc2-adam fashion-arc3-adam"],
        "columns": ["python -m core pretrain fashion-arc2-adam fashion-arc2-sgd fashion-arc3-adam fashion-arc3-sgd"],
        "words": ["python -m core pretrain fashion-arc2-adam fashion-arc3-adam"],
    }
    assert commands == expected.get(section, [])


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_stands_with_all_cards(section: str, cards: Path) -> None:
    page = opened(section)
    assert not page.code
    links = {run for frame in page.dataframe for run in frame.value.to_dict(orient="list").get("run", [])}
    assert all(link and "/train?run=" in link for link in links)
    assert bool(links) == (section in {"sixteenths", "means", "columns", "words"})


@pytest.mark.parametrize("section", QUESTIONS)
def test_the_question_stands_before_the_answer(section: str, cards: Path) -> None:
    before, after = opened(section, guessed=False), opened(section)
    assert len(before.dataframe) < len(after.dataframe)
    assert len(words(before)) < len(words(after))


def test_a_section_that_lacks_some_outputs_shows_the_others(cards: Path) -> None:
    (cards / "cifar10-8.outputs.safetensors").unlink()
    page = opened("sixteenths")
    assert [code.value for code in page.code] == ["python -m core pretrain cifar10-8"]
    assert [frame for frame in page.dataframe if "micro_precision" in frame.value]


def test_the_way_leads_from_section_to_section(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr("demo.visitor.navigation.go", lambda page, **query: gone.append((page, query)))
    opened("spot").button(key="audit.next").click().run()
    assert gone == [("audit", {"section": "matrix"})]
    assert not [button for button in opened("checklist").button if button.key == "audit.next"]


# --- spot it yourself ------------------------------------------------------------------------------------------------


def test_marks_are_judged_and_may_be_made_again(empty: Path) -> None:
    page = opened("spot")
    assert say("why_columns") not in words(page)
    page.button_group(key="audit.marks.columns").set_value(["Arc2 Adam", "Arc3 SGD"]).run()
    page.button(key="audit.check.columns").click().run()
    assert not page.exception
    said = words(page)
    assert "Arc2 SGD, Arc3 Adam, Arc3 SGD" in said and "50.0%" in said and "33.3%" in said
    assert say("why_columns") in said and say("why_classes") not in said, "the other tables keep their secret"
    page.button(key="audit.again.columns").click().run()
    assert say("why_columns") not in words(page)


def test_who_marks_nothing_is_told_so(empty: Path) -> None:
    page = opened("spot")
    page.button(key="audit.check.classes").click().run()
    assert say("no_marks") in words(page) and say("why_classes") in words(page)


def test_closer_leads_to_the_section_that_computes_it(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[str] = []
    monkeypatch.setattr("demo.visitor.navigation.go", lambda page, **query: gone.append(query["section"]))
    page = opened("spot")
    for task in ("columns", "scores", "classes"):
        page.button(key=f"audit.check.{task}").click().run()
    for task in ("columns", "scores", "classes"):
        page.button(key=f"audit.closer.{task}").click().run()
    assert gone == ["columns", "sixteenths", "columns"] and set(gone) <= set(SECTIONS)


# --- how to tell -----------------------------------------------------------------------------------------------------


def test_a_changed_cell_changes_the_scores(empty: Path) -> None:
    page = opened("matrix")
    matrix = [list(row) for row in confusion_matrix.EXAMPLES["balanced"]]
    page.number_input(key="audit.cell.0.1").set_value(40).run()
    matrix[0][1] = 40
    assert not page.exception
    assert columns(page, 0)["recall"] == pytest.approx(100 * metrics.recall(matrix))
    means = columns(page, 1)
    assert means["micro"] == pytest.approx([100 * metrics.accuracy(matrix)] * 3)
    assert means["macro"] == pytest.approx([100 * value for value in (metrics.macro(matrix).recall, metrics.macro(matrix).precision, metrics.macro(matrix).f1)])
    assert "24 of 69" in words(page)


def test_an_example_fills_the_matrix(empty: Path) -> None:
    page = opened("matrix")
    page.button(key="audit.example.last").click().run()
    assert [int(cell.value) for cell in page.number_input] == [5, 1, 0, 1, 4, 0, 0, 1, 4]
    assert "13 of 16" in words(page)


# --- sixteenths ------------------------------------------------------------------------------------------------------


def test_the_batch_size_is_chosen_and_the_scores_follow(cards: Path) -> None:
    page = opened("sixteenths")
    assert page.selectbox(key="audit.size").value == last_batch.SIZE
    outputs = read_outputs("cifar10-32", cards)
    assert outputs is not None
    right = outputs.labels == outputs.logits[32].argmax(1)
    for size, count in ((64, 16), (80, 48)):  # of 208 pictures
        page.selectbox(key="audit.size").set_value(size).run()
        assert not page.exception
        shown = next(frame.value.to_dict(orient="list") for frame in page.dataframe if "micro_f1" in frame.value)
        assert shown["micro_f1"][0] == pytest.approx(right[-count:].mean())
        assert shown["right"][0] == f"{right[-count:].sum()} of {count}"


def test_the_spread_follows_the_chosen_cell(cards: Path) -> None:
    page = opened("sixteenths")
    page.button_group(key="audit.cell_shown").set_value("tvtv-8").run()
    assert not page.exception
    links = [caption.value for caption in page.caption if "cifar10-8" in caption.value]
    assert links, "the figure names its run"


def test_small_chances_are_said_as_one_in_so_many() -> None:
    assert last_batch.one_in(4.17e-11) == "24,000,000,000" and last_batch.one_in(0.05) == "20"


# --- figures ---------------------------------------------------------------------------------------------------------


def drawn(monkeypatch: pytest.MonkeyPatch, draw: Callable[[], object]) -> list[Figure]:
    found: list[Figure] = []
    monkeypatch.setattr(export, "show", lambda figure, key: found.append(figure))
    draw()
    return found


def test_figures_are_vega_lite_and_hold_what_the_tables_hold(cards: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = audit.implied("Arc3 SGD", asking.cards("architectures"))
    found = [audit_columns._figure("Arc3 SGD", rows)]
    found += drawn(monkeypatch, lambda: audit_means._figure(audit.means(asking.cards("resolution"))))
    found += drawn(monkeypatch, lambda: last_batch._spread(last_batch.audit_last_batch.answers(last_batch.outputs()), 64))
    assert len(found) == 3
    for figure in found:
        altair.Chart.from_dict(export.whole(figure))
    assert len(found[0].columns["recall"]) == 30 and len(found[1].columns["accuracy"]) == 24
    assert sum(found[2].columns["batches"]) == 13


def test_a_figure_without_ours_names_only_what_it_shows(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (figure,) = drawn(monkeypatch, lambda: audit_means._figure(audit.means({})))
    assert figure.spec["encoding"]["color"]["scale"]["domain"] == [say("stated"), say("mean_of_classes")]
    figure = audit_columns._figure("Arc3 SGD", audit.implied("Arc3 SGD", {}))
    assert figure.spec["encoding"]["color"]["scale"]["domain"] == [say("accuracy_percent"), say("implied_by")]


# --- words -----------------------------------------------------------------------------------------------------------


def test_statements_name_the_printed_numbers(empty: Path) -> None:
    said = words(opened("words"))
    assert "91.64%" in said and "90.18%" in said and "62.0%" in said and "64.1%" in said


def test_ticks_are_counted_and_stay(empty: Path) -> None:
    page = opened("checklist")
    page.checkbox(key="audit.tick.filter").check().run()
    page.checkbox(key="audit.tick.seed").check().run()
    assert not page.exception
    assert [box.key for box in page.checkbox if box.value] == ["audit.tick.filter", "audit.tick.seed"]
    assert f"`{preset('report').filter}`" in words(page)


def test_every_text_is_asked_for() -> None:
    """What is missing raises in the tests above; this finds what nobody asks for."""
    there = set(text.texts(text.FOLDER / "en" / "audit.md"))
    literals, patterns = set(), set()
    for file in Path(lesson.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                literals.add(node.value)
            if isinstance(node, ast.JoinedStr):
                bits = [re.escape(part.value) if isinstance(part, ast.Constant) else ".+" for part in node.values]
                patterns.add("".join(map(str, bits)))
    made = [make() for place, make in questions.QUESTIONS.items() if place.startswith("audit/")]
    options = {key for question in made for option in question.options for key in (f"{question.name}_{option}", f"{question.name}_{option}_why")}
    options |= {question.name for question in made}
    cells = {*last_batch.audit_last_batch.CELLS, "title", "intro", "sections"}  # asking.opening, asking.sections
    useful = [pattern for pattern in patterns if len(pattern) > 4 and not pattern.startswith(".+_.+")]
    unasked = {key for key in there - literals - options - cells if not any(re.fullmatch(p, key) for p in useful)}
    assert unasked == set()
