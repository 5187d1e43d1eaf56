"""The page Audit: each section with and without cards, marks that are judged, a matrix that is changed by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

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
from demo.components import puzzle
from demo.lessons.audit import columns as audit_columns
from demo.lessons.audit import confusion_matrix, evidence, intervals, last_batch, spot_it
from demo.lessons.audit import page as lesson
from demo.lessons.audit.intervals import Place
from demo.ui.formatting import percent
from tests import run_records

SECTIONS, TABLES = lesson.SECTIONS, tuple(evidence.tables())
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


def opened(section: str, guessed: bool = True, table: str = "") -> AppTest:
    """The page at a section, its question skipped."""
    page = AppTest.from_function(script, default_timeout=30)
    page.query_params["section"] = section
    if table:
        page.query_params["table"] = table
    page.run()
    assert not page.exception
    if guessed and section in QUESTIONS:
        page.button(key=f"ask.{QUESTIONS[section]}.skip").click().run()
        assert not page.exception
    return page


def words(page: AppTest) -> str:
    parts = [*page.title, *page.markdown, *page.caption, *page.info, *page.code]
    return "\n".join([*(str(part.value) for part in parts), *(part.proto.body for part in page.get("html"))])


def columns(page: AppTest, place: int) -> dict[str, list[object]]:
    """The columns of a table as they are shown."""
    found: dict[str, list[object]] = page.dataframe[place].value.to_dict(orient="list")
    return found


# --- every section ---------------------------------------------------------------------------------------------------

RUNS_OF = {
    "pairs": "fashion-arc2-adam fashion-arc2-sgd fashion-arc3-adam fashion-arc3-sgd", "tried": "cifar10-16 cifar10-32 cifar10-8",
    "means": "cifar10-32 cifar10-16 cifar10-8", "best": "fashion-arc2-adam fashion-arc3-adam", "below": "fashion-arc2-adam fashion-arc3-adam",
}  # fmt: skip
RUNS_OF |= {"implied": RUNS_OF["pairs"], "sums": RUNS_OF["pairs"]}
"""A table -> the runs that it puts beside what is printed."""


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_stands_without_any_card(section: str, empty: Path) -> None:
    page = opened(section)
    commands = [code.value for code in page.code]
    assert commands == ([f"python -m core pretrain {RUNS_OF['pairs']}"] if section == "columns" else [])


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_is_one_screen_with_all_cards(section: str, cards: Path) -> None:
    page = opened(section)
    assert not page.code and len(page.title) == 1
    assert len(page.title[0].value.split()) <= 14, "a headline, not a paragraph"
    assert len(page.dataframe) == (2 if section == "matrix" else 0), "tables lie in the drawer"


@pytest.mark.parametrize("name", TABLES)
def test_every_table_opens_at_its_address_and_says_how_its_runs_are_made(name: str, empty: Path) -> None:
    page = opened("spot", table=name)
    assert page.selectbox(key="finding.table").value == name
    assert [code.value for code in page.code] == ([f"python -m core pretrain {RUNS_OF[name]}"] if name in RUNS_OF else [])


@pytest.mark.parametrize("name", TABLES)
def test_every_table_leads_to_its_runs(name: str, cards: Path) -> None:
    page = opened("spot", table=name)
    assert not page.code
    links = {run for frame in page.dataframe for run in frame.value.to_dict(orient="list").get("run", [])}
    assert all(link and "/train?run=" in link for link in links)
    assert bool(links) == (name in {*RUNS_OF, "tried"} - {"pairs"})


@pytest.mark.parametrize("section", QUESTIONS)
def test_the_question_stands_before_the_answer(section: str, cards: Path) -> None:
    before, after = opened(section, guessed=False), opened(section)
    question = next(make() for place, make in questions.QUESTIONS.items() if place == f"audit/{section}")
    assert before.title[0].value == question.words and after.title[0].value != question.words


def test_a_table_that_lacks_some_outputs_shows_the_others(cards: Path) -> None:
    (cards / "cifar10-8.outputs.safetensors").unlink()
    page = opened("spot", table="tried")
    assert [code.value for code in page.code] == ["python -m core pretrain cifar10-8"]
    assert [frame for frame in page.dataframe if "micro_precision" in frame.value]


def test_the_way_leads_from_puzzle_to_puzzle_and_behind_each_to_its_why(empty: Path) -> None:
    page = opened("spot")
    for section in ("scores", "classes", "checklist"):
        page.button(key=f"finding.to.{section}").click().run()
        assert page.query_params["section"] == section
    for name, why in {"columns": "columns", "scores": "sixteenths", "classes": "implied"}.items():
        place = "spot" if name == "columns" else name
        page = AppTest.from_function(script, default_timeout=30)
        page.query_params["section"] = place
        page.session_state[f"lab.audit.marked.{name}"] = ()
        page.run()
        page.button(key=f"finding.to.{why}").click().run()
        assert not page.exception and page.query_params["section"] == why
        assert page.button_group(key="section.audit").value == place, "the row shows where one is"
        page.button(key=f"finding.to.{place}").click().run()
        assert page.query_params["section"] == place
    assert set(lesson.ROW) | set(lesson.BEHIND) == set(SECTIONS)


# --- the puzzles -----------------------------------------------------------------------------------------------------


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the browser was given for a table, the last one last."""
    found: list[dict[str, Any]] = []
    mount = puzzle._view

    def watched(**given: Any) -> Any:
        found.append(given["data"])
        return mount(**given)

    monkeypatch.setattr(puzzle, "_view", watched)
    return found


def test_the_answer_does_not_leave_the_server_before_somebody_checks(empty: Path, sent: list[dict[str, Any]]) -> None:
    for section in ("spot", "scores", "classes"):
        page = opened(section)
        assert sent[-1]["checked"] is None and say("why_columns") not in words(page)
    assert [len(given["names"]) for given in sent] == [4, 3, 10]
    assert [row[1:] for row in sent[0]["rows"]] == [
        [f"{audit.printed(name, 'accuracy_percent')[line]:.1f}" for name in audit.RUNS] for line in range(10)
    ]  # fmt: skip


def test_marks_are_judged_with_the_equal_cells_lit(empty: Path, sent: list[dict[str, Any]]) -> None:
    page = AppTest.from_function(script, default_timeout=30)
    page.session_state["lab.audit.marked.columns"] = ("Arc2 Adam", "Arc3 SGD")
    page.run()
    assert not page.exception and page.title[0].value == "Three columns agree in 9 of 10 rows."
    checked = sent[-1]["checked"]
    assert len(checked["lit"]) == 27 and {column for _, column in checked["lit"]} == {2, 3, 4}, "nine rows of the three copied columns"
    notes = {name: (note["text"], note["kind"]) for name, note in checked["notes"].items()}
    assert notes == {"Arc2 Adam": ("✗ fine", "wrong"), "Arc3 SGD": ("✓ 9 of 10 equal", "right"),
                     "Arc2 SGD": ("9 of 10 equal", ""), "Arc3 Adam": ("9 of 10 equal", "")}  # fmt: skip
    said = words(page)
    assert f"<b>{percent(0.5)}</b>" in said and f"<b>{percent(1 / 3)}</b>" in said and say("why_columns") in said


def test_the_lit_cells_of_each_puzzle_are_those_that_show_it() -> None:
    for task in (spot_it.columns(), spot_it.equal_scores(), spot_it.contradictions()):
        lit = {(task.printed.rows[line][0], column) for line, column in task.lit}
        if task.printed.by == "rows":
            assert {name for name, _ in lit} == set(task.wrong) == set(audit.impossible(spot_it.SHOWN))
        else:
            assert {task.printed.names[column - 1] for _, column in lit} == set(task.wrong)
            for line, column in task.lit:
                row = task.printed.rows[line]
                assert row[column] in [cell for place, cell in enumerate(row[1:], start=1) if place != column]


def test_who_marks_nothing_is_told_so(empty: Path) -> None:
    page = AppTest.from_function(script, default_timeout=30)
    page.query_params["section"] = "classes"
    page.session_state["lab.audit.marked.classes"] = ()
    page.run()
    assert say("no_marks") in words(page) and say("why_classes") in words(page)


def test_marks_come_from_the_browser_and_go_again(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[list[str] | None] = []
    changed: list[Callable[[], None]] = []
    monkeypatch.setattr(puzzle, "_view", lambda **given: changed.append(given["on_checked_change"]))
    puzzle.show(spot_it.columns().printed, {}, "key", None, told.append)
    for marks in (["Arc2 SGD", "nobody's"], [], None):
        monkeypatch.setattr("demo.visitor.session.typed", lambda key, marks=marks: {"checked": {"marks": marks}})
        changed[0]()
    assert told == [["Arc2 SGD"], [], None]


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
    page = opened("spot", table="tried")
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
    page = opened("spot", table="tried")
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
    (spread,) = drawn(monkeypatch, lambda: last_batch._spread(last_batch.audit_last_batch.answers(last_batch.outputs()), 64))
    assert sum(spread.columns["batches"]) == 13
    equal = audit_columns._figure(audit.equal_columns(asking.cards("architectures")))
    assert sorted(equal.columns["theirs"]) == [0, 0, 0, 9, 9, 9]
    places = [Place("a", 1.0, 2.0, 1.5, True), Place("b", 1.0, 2.0, 3.0, False)]
    for whole in (False, True):
        altair.Chart.from_dict(export.whole(intervals.intervals("A", "B", places, whole)))
    for figure in (spread, equal, intervals.sixteenths("A", [("a", 8.0, True), ("b", 7.6, False)], 16), intervals.both("A", "B", [("a", 1.0, 2.0)])):
        altair.Chart.from_dict(export.whole(figure))


def test_the_figures_of_the_screens_show_what_the_checks_find(cards: Path) -> None:
    import pyarrow

    def kinds(section: str) -> list[str]:
        chart = opened(section).get("vega_lite_chart")[0].proto
        return [row["kind"] for row in pyarrow.ipc.open_stream(chart.data.data).read_all().to_pylist()]

    rows = audit.implied("Arc2 Adam", {})
    assert kinds("implied").count(say("fails_word")) == sum(not row.possible for row in rows)
    assert kinds("means").count(say("fails_word")) == sum(not row.if_rounded for row in audit.means({}))
    assert kinds("sixteenths").count(say("whole_word")) == sum(row.whole for row in last_batch.audit_last_batch.printed_values())


# --- words -----------------------------------------------------------------------------------------------------------


def test_statements_name_the_printed_numbers(empty: Path) -> None:
    said = words(opened("words", table="statements"))
    assert "91.64%" in said and "90.18%" in said and "62.0%" in said and "64.1%" in said


def test_ticks_are_counted_and_stay(empty: Path) -> None:
    page = opened("checklist", table="points")
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
