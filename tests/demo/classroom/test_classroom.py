"""Class mode on the pages: votes, tally, reveal, the way to the teacher, and nothing of it for who works alone."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import altair
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.classroom.votes import Ballot, Classroom
from core.engines.thread import ThreadEngine
from core.pretrained.cards import FOLDER
from core.runs.manager import JobManager
from core.runs.store import open_store
from core.vocabulary.visitor import Visitor
from demo import text
from demo.charts import export
from demo.charts.theme import Look
from demo.classroom import teacher_mode as teaching
from demo.classroom import voting
from demo.classroom.question import Answer, Question, Settled
from demo.lessons.glossary import page as glossary
from demo.lessons.glossary import pictures
from demo.lessons.home import page as home
from demo.server import services
from demo.studio import HIDDEN, PAGES
from tests.demo.drawn import svg, texts
from tests.demo.lessons.test_train import asked
from tests.places import ROOT

TEACHER = Visitor("the teacher's cookie", "the token")
QUESTION = text.speaker("convolution")("question")
STUDIO = str(ROOT / "demo" / "studio.py")
CHART = "vega_lite_chart"


@pytest.fixture(autouse=True)
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobManager]:
    visit(monkeypatch, "anna")
    made = JobManager(
        open_store(tmp_path / "runs"), ThreadEngine(tmp_path), data=tmp_path, token="the token", threads=1, cards=tmp_path
    )
    services.install(made)
    yield made
    made.close()


@pytest.fixture
def room(manager: JobManager) -> Classroom:
    """An open class."""
    services.classroom().open(TEACHER)
    return services.classroom()


@pytest.fixture(autouse=True)
def small_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Home without its game, which has tests of its own; on it the token, whose sheet a whole run of the script would close."""

    def render() -> None:
        st.title("Home")
        teaching.key_popover("home.token")

    monkeypatch.setattr(home, "render", render)


def visit(monkeypatch: pytest.MonkeyPatch, owner: str) -> None:
    context = SimpleNamespace(cookies={"lab_owner": owner}, theme=SimpleNamespace(type="light"), url="http://localhost:8501")
    monkeypatch.setattr("streamlit.context", context)


ASKING = """
import streamlit as st
from demo.classroom import questions
from demo.classroom import asking

if asking.ask(questions.convolution(), before="The introduction"):
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


def asks(page: AppTest, question: str = "ask.question") -> list[str]:
    """The options that the class may choose from."""
    return [button.key for button in page.button if button.key and button.key.startswith(f"{question}.class.")]


def voted(page: AppTest, question: str = "ask.question") -> str | None:
    """The option that is marked as one's own."""
    own = [key for key in asks(page, question) if page.button(key=key).proto.icon]
    return own[0].rpartition(".")[2] if own else None


# --- the vote -------------------------------------------------------------------------------------------------------


def test_a_choice_is_a_vote_and_the_answer_waits_for_the_teacher(room: Classroom) -> None:
    page = lesson()
    assert not {"ask.question.skip"} & keys(page), "nobody shows it to himself"
    page.button(key="ask.question.class.9").click().run()
    assert room.ballot(QUESTION, Visitor("anna")).mine == "9" and "You may still change it" in words(page)
    page.button(key="ask.question.class.4").click().run()
    assert room.ballot(QUESTION, Visitor("anna")).counts == {"4": 1}
    assert "What happened" not in words(page) and not page.get(CHART)

    room.reveal(QUESTION, TEACHER)
    page.run()
    assert "What happened" in words(page) and page.get(CHART) and not asks(page)
    room.close(TEACHER)
    page.run()
    assert "**Yes.**" in page.success[0].value, "after the class the guess is one's own"


def test_who_comes_late_sees_the_state(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    room.vote(QUESTION, Visitor("ben"), "16")
    visit(monkeypatch, "chris")
    assert voted(lesson()) is None
    visit(monkeypatch, "ben")
    assert voted(lesson()) == "16", "a reload forgets no vote"
    room.reveal(QUESTION, TEACHER)
    visit(monkeypatch, "chris")
    page = lesson()
    assert page.get(CHART) and "What happened" in words(page)


def test_asked_again_nothing_is_chosen(room: Classroom) -> None:
    page = lesson()
    page.button(key="ask.question.class.9").click().run()
    room.reset(TEACHER, QUESTION)
    assert voted(page.run()) is None
    assert not room.ballot(QUESTION, Visitor("anna")).answered


def test_a_vote_that_comes_too_late_is_told(room: Classroom) -> None:
    page = lesson()
    room.reveal(QUESTION, TEACHER)
    page.button(key="ask.question.class.9").click().run()
    assert not room.ballot(QUESTION, Visitor("anna")).answered and "Nobody has answered" in words(page)


def test_the_teacher_sees_the_tally_and_reveals(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    visit(monkeypatch, TEACHER.owner)
    page = lesson(token=TEACHER.token)
    assert "**0** of 0 have answered" in words(page) and not asks(page)
    for voter, option in (("ben", "16"), ("chris", "4"), ("dora", "4")):
        room.vote(QUESTION, Visitor(voter), option)
    page.run()
    assert "**3** of 3 have answered" in words(page) and page.get(CHART) and "What happened" not in words(page)
    page.toggle(key="ask.question.hide").set_value(True).run()
    assert not page.get(CHART)
    page.button(key="ask.question.reveal").click().run()
    assert room.ballot(QUESTION, TEACHER).revealed and "What happened" in words(page)
    page.button(key="ask.question.clear").click().run()
    assert not room.ballot(QUESTION, TEACHER).answered and "**0** of 0 have answered" in words(page)


def test_another_token_is_no_teacher_s(room: Classroom) -> None:
    assert lesson(token="another").button(key="ask.question.class.16")
    assert "teacher.open" not in keys(studio(token="another"))
    assert "teacher.open" not in keys(studio(token="", teacher="the token")), "an address makes nobody a teacher"


def test_without_a_class_everybody_works_alone(manager: JobManager) -> None:
    page = lesson()
    page.button(key="ask.question.9").click().run()
    assert "**Not quite.** 9 is how many weights" in page.warning[0].value and not services.classroom().ballot(QUESTION, Visitor("anna")).answered


OPTIONS = {"a": "**One** answer that is so long that it needs a second line of words.", "b": "two", "c": "three"}


def asking(answer: Answer) -> Question:
    return Question("question", "Why?", OPTIONS, lambda: answer)


ASKED = asking(Settled("c", {"a": "not a", "b": "not b", "c": "c it is"}))


def test_a_bar_is_its_share_of_all_answers_on_a_scale_that_never_moves() -> None:
    figure = voting.ballot_figure(ASKED, Ballot({"b": 3, "a": 1}, True, "b"), large=False)
    assert figure.columns["votes"] == [1, 3, 0] and figure.columns["percent"] == [25, 75, 0]
    assert figure.columns["share"] == ["25% (1)", "75% (3)", "0% (0)"] and not any(figure.columns["right"])
    assert figure.columns["answer"][1:] == ["two (your answer)", "three"] and "*" not in figure.columns["answer"][0]
    assert max(map(len, "\n".join(figure.columns["lines"]).split("\n"))) <= voting.LETTERS_A_LINE
    empty = voting.ballot_figure(ASKED, Ballot({}, True, None), large=False)
    assert empty.columns["percent"] == [0, 0, 0], "without a vote no bar looks full"
    for shown in (figure, empty):
        along = [layer["encoding"]["x"] for layer in shown.spec["layer"]]
        assert [x["scale"]["domain"] for x in along if "scale" in x] == [[0, 100]] * 4
        bars = [layer for layer in shown.spec["layer"] if layer["mark"]["type"] == "bar"]
        assert len(bars) == 2 and all(bar["encoding"]["x"]["field"] == "percent" for bar in bars), "no ground behind them"
    assert export.png(figure).startswith(b"\x89PNG"), "Vega reads its expressions"


@pytest.mark.parametrize("look", [Look(theme, teaching) for theme in ("light", "dark") for teaching in (False, True)], ids=str)
def test_the_right_bar_is_marked_and_every_letter_can_be_read(look: Look) -> None:
    figure = voting.ballot_figure(ASKED, Ballot({"b": 3, "a": 1}, True, "b"), "c", large=look.teaching)
    altair.Chart.from_dict(export.whole(figure))
    assert figure.columns["right"] == [False, False, True]
    drawn = svg(figure, look, 1500 if look.teaching else 340)
    assert voting.RIGHT in drawn and any("three" in text for text in bold(drawn))
    assert not any("two" in text for text in bold(drawn))
    for letters in texts(drawn):
        at_least = 3 if letters.words == voting.CHECK else 4.5
        assert letters.contrast >= at_least and letters.letters >= look.letters, letters
    assert {"Answers", "0%", "100%", "75% (3)", voting.CHECK} <= {letters.words for letters in texts(drawn)}
    rows = sorted((letters for letters in texts(drawn) if letters.words[-1] in "sre)"), key=lambda letters: letters.top)
    assert [letters.words[:5] for letters in rows[:-1]] == ["One a", "25% (", "two (", "75% (", "three", "0% (0"], "words, bar, words, bar"
    wide = voting.LARGE_LETTERS_A_LINE if look.teaching else voting.LETTERS_A_LINE
    for above, below in pairwise(rows):
        lines = 1.25 * len(textwrap.wrap(above.words, wide)) if above.words.startswith("One") else 1.25
        assert below.top - above.top >= (lines - 0.1) * look.letters, f"{below} lies on {above}"
    assert voting.CHECK not in svg(voting.ballot_figure(ASKED, Ballot({"b": 3}, True, "b"), large=False), look, 340)


def bold(drawing: str) -> list[str]:
    """The texts of an SVG in bold letters."""
    return [text for text in re.findall(r"<text.*?</text>", drawing, re.DOTALL) if 'font-weight="bold"' in text]


# --- right or not ---------------------------------------------------------------------------------------------------


def order(page: AppTest) -> list[str]:
    """What stands on the page from top to bottom: the kinds of its parts, and the words of its texts."""
    values = [(getattr(part, "value", None), part.type) for part in page.main]
    return [value if isinstance(value, str) else kind for value, kind in values]


def spoken(page: AppTest) -> list[str]:
    """The words alone, from top to bottom."""
    values = [getattr(part, "value", None) for part in page.main]
    return [value for value in values if isinstance(value, str) and not value.startswith("<style")]


def test_the_verdict_stands_directly_below_the_question() -> None:
    page = lesson()
    assert [text.value for text in page.markdown] == ["The introduction", f"### {QUESTION}"]
    page.button(key="ask.question.16").click().run()
    line = page.warning[0].value
    assert line.startswith("**Not quite.** For 16 numbers") and "**4:** The window has 2 places" in line
    parts = order(page)
    said = spoken(page)
    assert said[said.index(f"### {QUESTION}") + 1 : said.index(line)] == [":material/close: 16, as many as the picture has pixels", "9, as many as the kernel has weights", ":material/check: **4**", "1"]
    assert parts.index(line) < parts.index("The introduction") < parts.index("What happened")
    page.button(key="ask.question.again").click().run()
    page.button(key="ask.question.4").click().run()
    assert page.success[0].value.startswith("**Yes.** The window has 2 places") and not page.warning
    page.button(key="ask.question.again").click().run()
    page.button(key="ask.question.skip").click().run()
    assert not page.success and not page.warning and "**4:** The window has 2 places" in page.info[0].value


def test_all_are_told_the_same_in_class_and_each_whether_it_was_right(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    for voter, option in (("anna", "16"), ("ben", "4")):
        room.vote(QUESTION, Visitor(voter), option)
    room.reveal(QUESTION, TEACHER)
    told = {}
    for person in ("anna", "ben", "late", TEACHER.owner):
        visit(monkeypatch, person)
        told[person] = lesson(token=TEACHER.token if person == TEACHER.owner else "")
        parts = order(told[person])
        why = next(place for place, part in enumerate(parts) if "**4:** The window has 2 places" in part)
        assert parts[why - 1] == CHART, "the sentence stands directly below the bars"
        assert parts.index("The introduction") > why
    assert "**Not quite.** For 16 numbers" in told["anna"].warning[0].value and told["ben"].success[0].value.startswith("**Yes.** The window has 2 places")
    for person in ("late", TEACHER.owner):
        assert not told[person].warning and not told[person].success


def test_where_nothing_is_right_nobody_is_judged() -> None:
    script = """
from demo.classroom import asking
from demo.classroom.question import Question, Unsettled

asking.ask(Question("open", "Who knows?", {"a": "One", "b": "Two"}, lambda: Unsettled("Nobody knows.")))
"""
    page = lesson(script)
    page.button(key="ask.open.b").click().run()
    assert "You guessed: Two" in page.info[0].value and "Nobody knows." in page.info[0].value
    assert not page.success and not page.warning


# --- one run for all --------------------------------------------------------------------------------------------------


RUN = """
from types import SimpleNamespace
from typing import Any
from demo.lessons.train import page

page._class_guess(SimpleNamespace(run="a-run", pretrained=False, active={active}, result={result}))
"""
DONE = RUN.format(active=False, result="SimpleNamespace(confusion=[[8, 2], [1, 9]])")


def test_the_class_votes_on_a_run_and_sees_what_it_reached(room: Classroom) -> None:
    going = RUN.format(active=True, result=None)
    assert not asks(lesson(DONE), "guess"), "what has ended without a vote is not asked about"
    lesson(going).button(key="guess.class.95").click().run()
    page = lesson(DONE)
    assert voted(page, "guess") == "95" and page.button(key="guess.class.95").disabled
    say = text.speaker("train")
    room.reveal(say("guess_run", run="a-run", question=say("guess")), TEACHER)
    page.run()
    assert "**85 to 95%:** It got **85.0%** right" in words(page) and page.get(CHART) and page.success[0].value.startswith("**Yes.** It got")
    waits = lesson(going).run()
    assert "Nobody can say yet" in words(waits) and not waits.success and not waits.warning, "no result, no answer"
    room.close(TEACHER)
    assert not asks(lesson(going), "guess") and not words(lesson(DONE))


# --- teacher's mode and following -------------------------------------------------------------------------------------


def test_teacher_s_mode_is_entered_and_left_on_home(manager: JobManager) -> None:
    page = studio()
    assert "teacher.open" not in keys(page) and not services.classroom().opened
    page.text_input(key="home.token").set_value("wrong").run()
    assert "Wrong token" in words(page) and "teacher.open" not in keys(page)
    page.text_input(key="home.token").set_value(" the token ").run()
    assert "home.token" not in keys(page) and any(teaching.LARGER in part.proto.body for part in page.get("html"))
    page.toggle(key="teacher.open").set_value(True).run()
    room = services.classroom()
    assert room.opened and room.lead == "link" and room.place is not None and room.place.page == "home"
    page.toggle(key="teacher.open").set_value(False).run()
    assert not room.opened
    page.button(key="teacher.leave").click().run()
    assert "teacher.open" not in keys(page) and "home.token" in keys(page)


NOTES = "from demo.classroom import teacher_mode\nfrom demo.lessons.notes import page as notes\n\nwith teacher_mode.around('notes'):\n    notes.render()\n"


def test_the_notes_have_a_window_of_their_own_that_follows_the_teacher(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("convolution", "pooling", "warmup", "resolution", "train", "glossary"):
        assert len(text.everything(name)["teacher"]) > 100
    note, other = (text.everything(name)["teacher"] for name in ("glossary", "convolution"))
    script = "from demo.classroom import teacher_mode\nfrom demo.lessons.{0} import page\n\nwith teacher_mode.around('{0}'):\n    page.render()\n"
    visit(monkeypatch, TEACHER.owner)
    page = lesson(script.format("glossary"), token=TEACHER.token)
    assert note not in words(page), "the page is projected"
    assert page.get("link_button")[0].proto.url == "http://localhost:8501/notes"
    visit(monkeypatch, "the teacher's telephone")
    page = lesson(NOTES)
    assert note not in words(page) and "notes.token" in keys(page), "without the token nobody sees them"
    page.text_input(key="notes.token").set_value("wrong").run()
    assert note not in words(page)
    page.text_input(key="notes.token").set_value("the token").run()
    assert note in words(page) and teaching.LARGER not in words(page)
    visit(monkeypatch, TEACHER.owner)
    lesson(script.format("convolution"), token=TEACHER.token)
    visit(monkeypatch, "anna")
    lesson(script.format("pooling"))
    visit(monkeypatch, "the teacher's telephone")
    assert other in words(page.run()), "it follows the teacher, not the class"


def test_the_notes_are_on_no_menu(manager: JobManager) -> None:
    assert not set(HIDDEN) & set(PAGES) and "notes" in HIDDEN


def test_the_class_sees_where_the_teacher_is(room: Classroom) -> None:
    assert "Your class is open" in words(studio()) and "class.follow" not in keys(studio())
    room.follow("link", TEACHER)
    room.at(TEACHER, "train", run="a-run")
    page = studio()
    assert page.get("page_link")[0].proto.label == "Your teacher is watching run a-run: follow"
    assert page.get("page_link")[0].proto.query_string == "run=a-run" and page.title[0].value == "Home"
    room.at(TEACHER, "home")
    assert "You are with your teacher" in words(page.run())


def test_who_is_brought_is_brought_once_and_may_leave(room: Classroom) -> None:
    room.follow("bring", TEACHER)
    room.at(TEACHER, "pooling")
    page = studio()
    assert page.title[0].value == "Pooling" and "You are with your teacher" in words(page)
    room.at(TEACHER, "warmup")
    assert page.run().title[0].value == "Warm-up"
    page.button(key="class.follow").click().run()
    room.at(TEACHER, "glossary")
    assert page.run().title[0].value == "Warm-up"
    assert page.get("page_link")[0].proto.label == "Your teacher is at Glossary: follow"
    page.button(key="class.follow").click().run()
    assert page.title[0].value == "What does that word mean?"


def clocks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The intervals of the fragments that a page has, noted as they are made."""
    found: list[float] = []
    make = st.fragment

    def noted(*args: Any, run_every: float | None = None, **given: Any) -> Any:
        if run_every is not None:
            found.append(run_every)
        return make(*args, run_every=run_every, **given)

    monkeypatch.setattr(st, "fragment", noted)
    return found


def test_home_looks_whether_a_class_is_open_and_is_brought_along(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> None:
    found = clocks(monkeypatch)
    page = studio()
    assert page.title[0].value == "Home" and found == [teaching.JOIN_SECONDS]
    room = services.classroom()
    room.open(TEACHER)
    room.follow("bring", TEACHER)
    room.at(TEACHER, "pooling")
    found.clear()
    page.run()
    assert page.title[0].value == "Pooling" and teaching.JOIN_SECONDS not in found, "once it is open that clock is gone"


def test_no_other_page_has_a_clock_before_a_class_is_open(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> None:
    found = clocks(monkeypatch)
    script = "from demo.classroom import teacher_mode\nfrom demo.lessons.glossary import page as glossary\n\nwith teacher_mode.around('glossary'):\n    glossary.render()\n"
    lesson(script)
    assert not found


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


def terms(page: AppTest) -> list[str]:
    """The words to choose from."""
    [choice] = page.button_group
    return list(choice.options)


def test_a_term_has_an_address_a_picture_and_a_way_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "pretrained_folder", lambda: FOLDER)
    script = "from demo.lessons.glossary import page as glossary\n\nglossary.render()\n"
    page = lesson(script)
    assert page.subheader[0].value == "Feature map" and any("lab-term" in part.proto.body for part in page.get("html"))
    page.query_params["section"] = "stride"
    page.run()
    assert page.subheader[0].value == "Stride" and "about half as wide" in words(page)
    page.button_group[0].set_value("momentum").run()
    assert page.subheader[0].value == "Momentum" and page.query_params["section"] in ("momentum", ["momentum"])
    assert not any("lab-term" in part.proto.body for part in page.get("html")), "a term that cannot be shown has no picture"


def test_every_picture_of_a_term_is_a_small_png() -> None:
    with_picture = [key for key in glossary.TERMS if pictures.picture(key, FOLDER)]
    assert len(with_picture) >= 18 and all(len(pictures.picture(key, FOLDER)) < 20_000 for key in with_picture)


def test_the_glossary_is_searched_by_name_then_by_explanation() -> None:
    names = [name for _, name, _ in glossary.search("")]
    assert names == sorted(names, key=str.casefold) and len(names) == len(glossary.TERMS)
    assert [name for _, name, _ in glossary.search(" POOL ")] == ["Pooling"]
    found = [name for _, name, _ in glossary.search("recall")]
    assert found[0] == "Recall" and "F1" in found and "Stride" not in found
    page = lesson("from demo.lessons.glossary import page as glossary\n\nglossary.render()\n")
    page.text_input(key="glossary.search").set_value("stri").run()
    assert page.subheader[0].value == "Stride" and "Recall" not in terms(page)
    page.text_input(key="glossary.search").set_value("zebra").run()
    assert "No term has this word" in words(page) and f"0 of {len(glossary.TERMS)} terms" in words(page)


# --- the texts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "files"), [("classroom", ["classroom/teacher_mode.py", "classroom/voting.py", "lessons/notes"]), ("verdict", ["classroom/verdict.py", "classroom/guessing.py"]), ("glossary", ["lessons/glossary"])])
def test_every_text_that_is_asked_for_exists_and_every_text_is_asked_for(
    name: str, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.demo.lessons.test_train.NAMES", ("say",))
    used, patterns = asked(files)
    there = set(text.everything(name)) - (set(glossary.TERMS) | {"teacher"} if name == "glossary" else set())
    assert used - {"key"} <= there
    assert {key for key in there - used if not any(re.fullmatch(pattern, key) for pattern in patterns)} == set()


# --- what is answered alone -----------------------------------------------------------------------------------------


def test_clearing_the_answers_forgets_what_everybody_answered_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    visit(monkeypatch, "ben")
    lesson().button(key="ask.question.16").click().run()
    assert "ask.question.again" in keys(lesson()), "a new page of the same browser"
    visit(monkeypatch, "anna")
    assert "ask.question.16" in keys(lesson())
    services.classroom().open(TEACHER)
    studio(token="the token").button(key="teacher.clear").click().run()
    services.classroom().close(TEACHER)
    visit(monkeypatch, "ben")
    assert "ask.question.16" in keys(lesson())


def test_thirty_browsers_keep_their_own_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    pupils = {f"pupil {number}": ("16", "9", "4", "1")[number % 4] for number in range(30)}
    for pupil, option in pupils.items():
        visit(monkeypatch, pupil)
        lesson().button(key=f"ask.question.{option}").click().run()
    answers = services.answers()
    assert answers is not None
    assert {pupil: answers.get(Visitor(pupil), f"guessed.{QUESTION}") for pupil in pupils} == pupils
    visit(monkeypatch, "pupil 2")
    assert any("Yes" in part.value for part in lesson().success), "4 is right"
    visit(monkeypatch, "pupil 3")
    assert not lesson().success
