"""Every question of every page: it has one right option or says that it has none, and a why for each option."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core.classroom.game import indices
from core.classroom.guesses import Guess
from core.classroom.questions import lessons
from core.classroom.votes import Classroom
from core.engines.thread import ThreadEngine
from core.pretrained.cards import FOLDER
from core.runs.manager import JobManager
from core.runs.store import open_store
from core.vocabulary.visitor import Visitor
from demo import text
from demo.classroom import asking, questions
from demo.classroom.question import Question, Settled, Unsettled
from demo.classroom.questions import QUESTIONS
from demo.server import services
from demo.studio import PAGES
from tests.demo.classroom.test_classroom import spoken
from tests.places import ROOT

UNPLAYED = "seeing"
"""The one question that only a class can decide: nobody has guessed here yet."""
RIGHT = {
    "convolution": "4", "pooling": "some", "warmup": "ring", "network": "millions", "learning": "down", "resolution/results": "totv",
    "resolution/riddle": "called", "resolution/sweep": "sharp", "resolution/training": "short", "dropout": "train_down", "splits": "fold", "architectures/results": "arc2",
    "architectures/training": "16", "architectures/networks": "first_dense", "architectures/pictures": "shirt",
    "audit/matrix": "micro", "audit/sixteenths": "few", "audit/means": "equal", "audit/columns": "seldom", "audit/words": "yes",
}  # fmt: skip
"""What the data that come with the app say."""


@pytest.fixture(autouse=True)
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Classroom]:
    context = SimpleNamespace(cookies={"lab_owner": "anna"}, theme=SimpleNamespace(type="light"), url="http://localhost:8501")
    monkeypatch.setattr("streamlit.context", context)
    made = JobManager(open_store(tmp_path / "runs"), ThreadEngine(tmp_path), data=tmp_path, token="the token", threads=1, cards=FOLDER)
    services.install(made)
    yield services.classroom()
    made.close()


def sound(question: Question) -> None:
    """Whatever the answer: words and options; one right option among them with a sentence for each, or a reason why not."""
    assert question.words and len(question.options) >= 2 and all(question.options.values())
    answer = question.answer()
    if isinstance(answer, Unsettled):
        sentence(answer.why)
    else:
        assert answer.right in question.options and set(answer.whys) == set(question.options)
        for why in answer.whys.values():
            sentence(why)


def sentence(line: str) -> None:
    assert re.fullmatch(r"[A-Z0-9{].{15,}\.", line) and not re.search(r"[{}]|None|nan|  ", line), line
    assert len(line) <= 260, "one or two short sentences"


@pytest.mark.parametrize("place", QUESTIONS)
def test_a_question_has_options_one_right_one_and_a_why_for_each(place: str) -> None:
    question = QUESTIONS[place]()
    sound(question)
    answer = question.answer()
    assert isinstance(answer, Unsettled) == (place == UNPLAYED)
    if isinstance(answer, Settled):
        assert answer.right == RIGHT[place]
    page, _, section = place.partition("/")
    texts = text.everything(page)
    assert page in PAGES and (not section or f"section_{section}" in texts)
    for option in question.options:
        assert texts[f"{question.name}_{option}_why"], "also where the answer is open today"


@pytest.mark.parametrize("place", QUESTIONS)
def test_without_the_runs_a_question_of_a_study_says_that_it_waits(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "cards", lambda name: {})
    question = QUESTIONS[place]()
    sound(question)
    by_arithmetic = {"convolution", "pooling", "warmup", "network", "learning", "architectures/networks", "audit/matrix", "audit/sixteenths", "audit/means"}
    assert isinstance(question.answer(), Settled) == (place in by_arithmetic)


def test_every_question_that_a_page_asks_is_among_them() -> None:
    """`asking.ask` and `voting.ask` get their question from demo.classroom.questions, and each of these is asked somewhere."""
    found = set()
    for file in (ROOT / "demo" / "lessons").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "questions":
                found.add(node.attr)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "asking.ask":
                assert ast.unparse(node.args[0]).startswith("questions."), f"{file.name} asks something of its own"
    assert found == {make.__name__ for make in QUESTIONS.values()} | {"guess"}


# --- what only people, or a run, decide ---------------------------------------------------------------------------------


def guessed(right: int, wrong: int) -> None:
    """The class guesses at the side that is asked about."""
    [image, *_] = indices(0)
    for number in range(right + wrong):
        answer = 3 if number < right else 5
        services.guesses().submit(Visitor(f"person {number}"), Guess(image, lessons.SEEN_SIDE, 3, answer))


@pytest.mark.parametrize(
    ("right", "wrong", "expected"), [(60, 2, "people"), (2, 40, "mixed"), (6, 4, None), (0, 0, None)]
)
def test_who_sees_the_most_is_decided_by_the_class_s_guesses(right: int, wrong: int, expected: str | None) -> None:
    guessed(right, wrong)
    question = questions.seeing()
    sound(question)
    answer = question.answer()
    assert (answer.right if isinstance(answer, Settled) else None) == expected
    if isinstance(answer, Unsettled):
        assert ("too few" in answer.why) == bool(right + wrong) and "61.4%" in answer.why and "24.4%" in answer.why


def test_a_run_is_judged_by_its_test_and_not_before() -> None:
    waiting = questions.guess("a-run", None)
    sound(waiting)
    assert isinstance(waiting.answer(), Unsettled) and "a-run" in waiting.words
    for hits, band in ((49, "50"), (50, "70"), (69, "70"), (70, "85"), (94, "95"), (95, "100"), (100, "100")):
        question = questions.guess("a-run", [[hits, 100 - hits], [0, 0]])
        sound(question)
        answer = question.answer()
        assert isinstance(answer, Settled) and answer.right == band and set(answer.whys) == set(question.options)


# --- where it is told ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", QUESTIONS)
def test_a_page_tells_at_once_whether_one_was_right(place: str) -> None:
    """The page itself, not a copy of it: the verdict is the first thing below the question."""
    page, _, section = place.partition("/")
    question = QUESTIONS[place]()
    app = AppTest.from_string(f"from demo.lessons.{page} import page\n\npage.render()\n", default_timeout=120)
    if section:
        app.query_params["section"] = section
    app.run()
    assert not app.exception
    wrong = next(option for option in reversed(question.options) if option != RIGHT.get(place))
    answer = question.answer()
    if app.title and app.title[0].value == question.words:  # drawn into a figure
        app.button(key=f"ask.{question.name}.{wrong}").click().run()
        assert not app.exception and app.title[0].value != question.words, "the headline is the finding now"
        said = "\n".join(part.value for part in app.markdown)
        assert isinstance(answer, Settled) and "You guessed" in said and answer.whys[wrong] in said
        return
    app.button(key=f"ask.{question.name}.{wrong}").click().run()
    assert not app.exception
    parts = spoken(app)
    below = parts[parts.index(f"### {question.words}") + 1 :]
    marked, verdict = below[: len(question.options)], below[len(question.options)]
    assert all(words in mark for words, mark in zip(question.options.values(), marked, strict=True))
    if isinstance(answer, Settled):
        assert verdict.startswith(f"**Not quite.** {answer.whys[wrong]}") and verdict.endswith(answer.whys[answer.right])
    else:
        assert answer.why in verdict


def test_the_runs_are_read_only_once_the_answer_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty browsers that vote draw the page again and again: a question costs nothing until it is answered."""

    def never(name: str) -> None:
        raise AssertionError(f"{name} was read")

    monkeypatch.setattr(asking, "cards", never)
    for make in QUESTIONS.values():
        assert make().options
