"""Class mode on the pages: votes, tally, reveal, the way to the teacher, and nothing of it for who works alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import altair
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import installed
from core.classroom import Ballot, Classroom
from core.engines import ThreadEngine
from core.jobs import JobManager, Who
from core.runs import open_store
from demo import charts, figures, teaching, text, voting
from demo.lessons import glossary, home
from demo.studio import PAGES
from tests.demo.test_train import asked

TEACHER = Who("the teacher's cookie", "the token")
QUESTION = text.speaker("convolution")("question")
STUDIO = str(Path(__file__).resolve().parents[2] / "demo" / "studio.py")
CHART = "vega_lite_chart"


@pytest.fixture(autouse=True)
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobManager]:
    visit(monkeypatch, "anna")
    made = JobManager(
        open_store(tmp_path / "runs"), ThreadEngine(tmp_path), data=tmp_path, token="the token", threads=1, cards=tmp_path
    )
    installed.install(made)
    yield made
    made.close()


@pytest.fixture
def room(manager: JobManager) -> Classroom:
    """An open class."""
    installed.classroom().open(TEACHER)
    return installed.classroom()


@pytest.fixture(autouse=True)
def small_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Home without data sets and device, which have their own tests."""

    def render() -> None:
        st.title("Home")
        teaching.key_popover("home.token")

    monkeypatch.setattr(home, "render", render)


def visit(monkeypatch: pytest.MonkeyPatch, owner: str) -> None:
    context = SimpleNamespace(cookies={"lab_owner": owner}, theme=SimpleNamespace(type="light"), url="http://localhost:8501")
    monkeypatch.setattr("streamlit.context", context)


ASKING = """
import streamlit as st
from demo import study
from demo.text import speaker

if study.ask(speaker("convolution"), "question", ("16", "9", "4", "1")):
    st.markdown("What happened")
"""
"""A page that asks, as every lesson does, and then has little to show."""


def lesson(script: str = ASKING, token: str = "") -> AppTest:
    page = AppTest.from_string(script, default_timeout=60)
    page.session_state["lab.token"] = token
    page.run()
    assert not page.exception
    return page


def studio(token: str = "", **query: str) -> AppTest:
    """The whole app, at its first page."""
    page = AppTest.from_file(STUDIO, default_timeout=60)
    page.session_state["lab.token"] = token
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    return "\n".join(str(part.value) for part in [*page.title, *page.markdown, *page.caption, *page.warning, *page.info])


def keys(page: AppTest) -> set[str]:
    return {widget.key for widget in [*page.button, *page.radio, *page.toggle, *page.text_input] if widget.key}


# --- the vote -------------------------------------------------------------------------------------------------------


def test_a_choice_is_a_vote_and_the_answer_waits_for_the_teacher(room: Classroom) -> None:
    page = lesson()
    assert not {"ask.question.reveal", "ask.question.skip"} & keys(page), "nobody shows it to himself"
    page.radio(key="ask.question.class").set_value("9").run()
    assert room.ballot(QUESTION, Who("anna")).mine == "9" and "You may change it" in words(page)
    page.radio(key="ask.question.class").set_value("4").run()
    assert room.ballot(QUESTION, Who("anna")).counts == {"4": 1}
    assert "What happened" not in words(page) and not page.get(CHART)

    room.reveal(QUESTION, TEACHER)
    page.run()
    assert "What happened" in words(page) and page.get(CHART) and not page.radio
    room.close(TEACHER)
    assert "Your guess: 4" in words(page.run()), "after the class the guess is one's own"


def test_who_comes_late_sees_the_state(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    room.vote(QUESTION, Who("ben"), "16")
    visit(monkeypatch, "chris")
    assert lesson().radio(key="ask.question.class").value is None
    visit(monkeypatch, "ben")
    assert lesson().radio(key="ask.question.class").value == "16", "a reload forgets no vote"
    room.reveal(QUESTION, TEACHER)
    visit(monkeypatch, "chris")
    page = lesson()
    assert page.get(CHART) and "What happened" in words(page)


def test_asked_again_nothing_is_chosen(room: Classroom) -> None:
    page = lesson()
    page.radio(key="ask.question.class").set_value("9").run()
    room.reset(TEACHER, QUESTION)
    assert page.run().radio(key="ask.question.class").value is None
    assert not room.ballot(QUESTION, Who("anna")).answered


def test_a_vote_that_comes_too_late_is_told(room: Classroom) -> None:
    page = lesson()
    room.reveal(QUESTION, TEACHER)
    page.radio(key="ask.question.class").set_value("9").run()
    assert not room.ballot(QUESTION, Who("anna")).answered and "Nobody has answered" in words(page)


def test_the_teacher_sees_the_tally_and_reveals(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    visit(monkeypatch, TEACHER.owner)
    page = lesson(token=TEACHER.token)
    assert "**0** of 0 have answered" in words(page) and not page.radio
    for voter, option in (("ben", "16"), ("chris", "4"), ("dora", "4")):
        room.vote(QUESTION, Who(voter), option)
    page.run()
    assert "**3** of 3 have answered" in words(page) and page.get(CHART) and "What happened" not in words(page)
    page.toggle(key="ask.question.hide").set_value(True).run()
    assert not page.get(CHART)
    page.button(key="ask.question.reveal").click().run()
    assert room.ballot(QUESTION, TEACHER).revealed and "What happened" in words(page)
    page.button(key="ask.question.clear").click().run()
    assert not room.ballot(QUESTION, TEACHER).answered and "**0** of 0 have answered" in words(page)


def test_another_token_is_no_teacher_s(room: Classroom) -> None:
    assert lesson(token="another").radio(key="ask.question.class")
    assert "teacher.open" not in keys(studio(token="another"))
    assert "teacher.open" not in keys(studio(token="", teacher="the token")), "an address makes nobody a teacher"


def test_without_a_class_everybody_works_alone(manager: JobManager) -> None:
    page = lesson()
    page.radio(key="ask.question").set_value("9").run()
    page.button(key="ask.question.reveal").click().run()
    assert "Your guess: 9" in words(page) and not installed.classroom().ballot(QUESTION, Who("anna")).answered


def test_the_bars_are_the_votes() -> None:
    options = {"a": "**One** answer that is so long that it needs a second line", "b": "two", "c": "three"}
    figure = voting.figure("Why?", options, Ballot({"b": 3, "a": 1}, True, "b"), large=False)
    assert figure.columns["votes"] == [1, 3, 0]
    assert figure.columns["share"] == ["1 (25 %)", "3 (75 %)", "0 (0 %)"]
    assert figure.columns["answer"][1:] == ["two (your answer)", "three"]
    assert max(map(len, figure.columns["answer"][0].split("\n"))) <= voting.LETTERS_A_LINE and "*" not in figure.columns["answer"][0]
    for large in (False, True):
        altair.Chart.from_dict(figures.whole(voting.figure("Why?", options, Ballot({}, False, None), large)))
    assert figures.png(figure).startswith(b"\x89PNG"), "Vega reads its expressions"
    assert charts.TRAINING in figures.svg(figure) and "(75 %)" in figures.svg(figure)


# --- one run for all --------------------------------------------------------------------------------------------------


RUN = """
from types import SimpleNamespace
from demo.lessons import train_guess

train_guess.render(SimpleNamespace(run="a-run", pretrained=False, active={active}, result={result}))
"""
DONE = RUN.format(active=False, result={"confusion": [[8, 2], [1, 9]]})


def test_the_class_votes_on_a_run_and_sees_what_it_reached(room: Classroom) -> None:
    going = RUN.format(active=True, result=None)
    assert not lesson(DONE).radio, "what has ended without a vote is not asked about"
    lesson(going).radio(key="guess.class").set_value("95").run()
    page = lesson(DONE)
    assert page.radio(key="guess.class").value == "95" and page.radio(key="guess.class").disabled
    say = text.speaker("train")
    room.reveal(say("guess_run", run="a-run", question=say("guess")), TEACHER)
    assert "It got **85.0 %** right" in words(page.run()) and page.get(CHART)
    assert "right" not in words(lesson(going).run()).partition("in the end?")[2], "no result, no answer"
    room.close(TEACHER)
    assert not lesson(going).radio and not words(lesson(DONE))


# --- teacher's mode and following -------------------------------------------------------------------------------------


def test_teacher_s_mode_is_entered_and_left_on_home(manager: JobManager) -> None:
    page = studio()
    assert "teacher.open" not in keys(page) and not installed.classroom().opened
    page.text_input(key="home.token").set_value("wrong").run()
    assert "This is not the token" in words(page) and "teacher.open" not in keys(page)
    page.text_input(key="home.token").set_value(" the token ").run()
    assert "home.token" not in keys(page) and teaching.LARGER in page.get("html")[1].proto.body
    page.toggle(key="teacher.open").set_value(True).run()
    room = installed.classroom()
    assert room.opened and room.lead == "link" and room.place is not None and room.place.page == "home"
    page.toggle(key="teacher.open").set_value(False).run()
    assert not room.opened
    page.button(key="teacher.leave").click().run()
    assert "teacher.open" not in keys(page) and "home.token" in keys(page)


def test_the_notes_stand_in_teacher_s_mode_alone(manager: JobManager) -> None:
    for name in ("convolution", "pooling", "warmup", "resolution", "train", "glossary"):
        assert len(text.everything(name)["teacher"]) > 100
    note = text.everything("glossary")["teacher"]
    for token in ("", TEACHER.token):
        page = AppTest.from_string(
            "from demo import teaching\nfrom demo.lessons import glossary\n\nwith teaching.around('glossary'):\n    glossary.render()\n",
            default_timeout=60,
        )
        page.session_state["lab.token"] = token
        page.run()
        assert not page.exception and (note in words(page)) == bool(token)


def test_the_class_sees_where_the_teacher_is(room: Classroom) -> None:
    assert "Your class is open" in words(studio()) and "class.follow" not in keys(studio())
    room.follow("link", TEACHER)
    room.at(TEACHER, "train", run="a-run")
    page = studio()
    assert page.get("page_link")[0].proto.label == "Your teacher is watching run a-run: follow"
    assert page.get("page_link")[0].proto.query_string == "run=a-run" and page.title[0].value == "Home"
    room.at(TEACHER, "home")
    assert "You are where your teacher is" in words(page.run())


def test_who_is_brought_is_brought_once_and_may_leave(room: Classroom) -> None:
    room.follow("bring", TEACHER)
    room.at(TEACHER, "pooling")
    page = studio()
    assert page.title[0].value == "Pooling" and "You are where your teacher is" in words(page)
    room.at(TEACHER, "warmup")
    assert page.run().title[0].value == "Warm-up"
    page.button(key="class.follow").click().run()
    room.at(TEACHER, "glossary")
    assert page.run().title[0].value == "Warm-up"
    assert page.get("page_link")[0].proto.label == "Your teacher is at Glossary: follow"
    page.button(key="class.follow").click().run()
    assert page.title[0].value == "Glossary"


def test_who_works_alone_has_no_clock(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """No browser asks again and again before a teacher has opened the class."""
    assert not [part for part in studio().get("html") if "class_strip" in part.proto.body]
    monkeypatch.setattr(teaching, "_strip", None)  # would fail when called
    studio()


# --- the glossary -----------------------------------------------------------------------------------------------------

OTHER_WORDS = {"f1": "F1", "spread": "spread", "overfitting": "overfits", "test_set": "test set", "macro": "macro", "micro": "micro",
               "checkpoint": "resume", "softmax": "", "adagrad": "", "recipe": "recipe"}  # fmt: skip
"""How a page says the term, where not by its name; "": it is a choice there or computed, not a word of its text."""


@pytest.mark.parametrize("key", glossary.TERMS)
def test_a_term_is_short_and_leads_to_a_page_that_has_it(key: str) -> None:
    _, name, explanation = glossary.explained(key)
    sentences = [part for part in re.split(r"[.?!](?:\s|$)", explanation) if part.strip()]
    assert name and 1 <= len(sentences) <= 2 and explanation.endswith(".")
    page, _, section = glossary.TERMS[key].partition("/")
    assert page in PAGES
    found = text.everything(page)
    assert not section or f"section_{section}" in found
    assert OTHER_WORDS.get(key, name).casefold() in "\n".join(found.values()).casefold()


def test_the_glossary_is_searched_by_name_then_by_explanation() -> None:
    names = [name for _, name, _ in glossary.search("")]
    assert names == sorted(names, key=str.casefold) and len(names) == len(glossary.TERMS)
    assert [name for _, name, _ in glossary.search(" POOL ")] == ["Pooling"]
    found = [name for _, name, _ in glossary.search("recall")]
    assert found[0] == "Recall" and "F1" in found and "Stride" not in found
    page = lesson("from demo.lessons import glossary\n\nglossary.render()\n")
    page.text_input(key="glossary.search").set_value("stri").run()
    assert "**Stride**" in words(page) and "**Recall**" not in words(page)
    page.text_input(key="glossary.search").set_value("zebra").run()
    assert "No term has this word" in words(page) and f"0 of {len(glossary.TERMS)} terms" in words(page)


# --- the texts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "files"), [("classroom", ["teaching.py", "voting.py"]), ("glossary", ["lessons/glossary.py"])])
def test_every_text_that_is_asked_for_exists_and_every_text_is_asked_for(
    name: str, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.demo.test_train.NAMES", ("say",))
    used, patterns = asked(files)
    there = set(text.everything(name)) - (set(glossary.TERMS) | {"teacher"} if name == "glossary" else set())
    assert used - {"key"} <= there
    assert {key for key in there - used if not any(re.fullmatch(pattern, key) for pattern in patterns)} == set()
