"""The class: one vote a person, only the teacher reveals, and nothing grows without end."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from core.classroom import votes
from core.classroom.votes import Classroom, Place
from core.engines.thread import ThreadEngine
from core.pretrained.cards import FOLDER
from core.runs.manager import JobManager
from core.runs.store import open_store
from core.vocabulary.errors import LabError
from core.vocabulary.visitor import Visitor
from demo.server import services
from tests.clock import Clock

ANNA, BEN, TEACHER = Visitor("anna's cookie"), Visitor("ben's cookie"), Visitor("the teacher's cookie", "the token")
ASKED = "How many?"


@pytest.fixture
def room(clock: Clock) -> Classroom:
    made = Classroom(lambda token: token == "the token", clock)
    made.open(TEACHER)
    return made


def test_one_vote_a_person_that_may_change_until_the_answer_is_shown(room: Classroom) -> None:
    room.vote(ASKED, ANNA, "4")
    room.vote(ASKED, BEN, "9")
    room.vote(ASKED, ANNA, "9")
    assert room.ballot(ASKED, ANNA).counts == {"9": 2} and room.ballot(ASKED, ANNA).answered == 2
    assert (room.ballot(ASKED, ANNA).mine, room.ballot(ASKED, TEACHER).mine) == ("9", None)
    room.reveal(ASKED, TEACHER)
    with pytest.raises(LabError, match="shown already"):
        room.vote(ASKED, BEN, "4")
    late = room.ballot(ASKED, Visitor("came late"))
    assert late.revealed and late.counts == {"9": 2} and late.mine is None
    assert not room.ballot("Another?", ANNA).revealed


def test_asked_again_the_votes_are_gone_alone_or_all(room: Classroom) -> None:
    for question in (ASKED, "Why?"):
        room.vote(question, ANNA, "4")
        room.reveal(question, TEACHER)
    room.reset(TEACHER, ASKED)
    assert not room.ballot(ASKED, ANNA).revealed and not room.ballot(ASKED, ANNA).answered
    assert room.ballot("Why?", ANNA).revealed
    room.vote(ASKED, ANNA, "9")
    room.reset(TEACHER)
    assert not room.ballot("Why?", ANNA).revealed and room.ballot(ASKED, ANNA).mine is None


def test_a_closed_class_counts_nothing_and_keeps_what_it_has(room: Classroom) -> None:
    room.vote(ASKED, ANNA, "4")
    room.close(TEACHER)
    with pytest.raises(LabError, match="no class is open"):
        room.vote(ASKED, BEN, "4")
    room.open(TEACHER)
    assert room.ballot(ASKED, ANNA).mine == "4"


def test_only_the_token_makes_a_teacher(room: Classroom) -> None:
    before = room.revision
    for nobody in (ANNA, Visitor("the teacher's cookie"), Visitor("x", "the toke"), Visitor("x", "")):
        for order in (
            lambda visitor: room.open(visitor), lambda visitor: room.close(visitor), lambda visitor: room.reveal(ASKED, visitor),
            lambda visitor: room.reset(visitor), lambda visitor: room.follow("bring", visitor),
        ):  # fmt: skip
            with pytest.raises(LabError, match="only the teacher"):
                order(nobody)
    room.at(ANNA, "train", "a-run")
    assert room.opened and room.revision == before and room.place is None


def test_a_cookie_alone_does_not_move_the_class(room: Classroom) -> None:
    room.follow("bring", TEACHER)
    with pytest.raises(LabError, match="only the teacher"):
        room.at(Visitor(TEACHER.owner), "train")
    assert room.place is None


def test_the_class_follows_one_teacher_from_place_to_place(room: Classroom) -> None:
    room.follow("link", TEACHER)
    assert room.place is None, "the teacher has not been anywhere yet"
    room.at(TEACHER, "train", run="a-run")
    first = room.place
    assert first == Place(1, "train", "a-run", "")
    room.at(TEACHER, "train", run="a-run")
    assert room.place == first, "the same place is no move"
    room.at(Visitor("another window", "the token"), "home")
    assert room.place == first, "who leads is who was asked to be followed"
    room.at(TEACHER, "resolution", section="riddle")
    assert room.place == Place(2, "resolution", "", "riddle")
    room.follow("bring", TEACHER)
    assert room.place == Place(3, "resolution", "", "riddle"), "so that those are brought who had seen the link"
    room.follow("off", TEACHER)
    assert room.place is None
    room.follow("bring", TEACHER)
    room.close(TEACHER)
    assert room.place is None


def test_a_vote_is_nothing_that_every_screen_must_show_at_once(room: Classroom) -> None:
    seen = room.revision
    room.vote(ASKED, ANNA, "4")
    room.here(ANNA)
    assert room.revision == seen
    for change in (
        lambda: room.reveal(ASKED, TEACHER), lambda: room.reset(TEACHER, ASKED), lambda: room.follow("link", TEACHER),
        lambda: room.at(TEACHER, "home"), lambda: room.close(TEACHER),
    ):  # fmt: skip
        change()
        assert room.revision > seen
        seen = room.revision


def test_who_is_here_is_who_looked_lately_without_the_teacher(room: Classroom, clock: Clock) -> None:
    room.here(ANNA)
    clock.now += votes.HERE_SECONDS - 1
    assert room.here(BEN) == 2 and room.here(TEACHER) == 2
    clock.now += 2
    assert room.here(BEN) == 1


def test_nothing_grows_without_end(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(votes, "MOST_VOTERS", 3)
    monkeypatch.setattr(votes, "MOST_MEMBERS", 4)
    for number in range(3):
        room.vote(ASKED, Visitor(str(number)), "4")
    room.vote(ASKED, Visitor("one more"), "9")
    assert room.ballot(ASKED, Visitor("0")).mine is None and room.ballot(ASKED, ANNA).counts == {"4": 2, "9": 1}
    room.vote(ASKED, Visitor("1"), "9")  # who has voted may still change
    assert [room.here(Visitor(str(number))) for number in range(5)] == [1, 2, 3, 3, 3]
    assert len(room._members) == 4


def test_a_full_ballot_has_room_for_a_pupil_and_none_for_more_of_one_program(room: Classroom, clock: Clock) -> None:
    """Five hundred answers of a program once shut everybody else out."""
    for number in range(votes.MOST_VOTERS):
        clock.now += votes.NEW_MEMBERS[1]
        room.vote(ASKED, Visitor(f"program {number}", address="10.0.0.66"), "1")
    for number in range(30):
        room.vote(ASKED, Visitor(f"pupil {number}", address="10.0.0.7"), "4")
    for number in range(50):
        clock.now += votes.NEW_MEMBERS[1]
        room.vote(ASKED, Visitor(f"more {number}", address="10.0.0.66"), "1")
    assert room.ballot(ASKED, ANNA).counts == {"1": votes.MOST_VOTERS - 30, "4": 30}


def test_one_address_brings_a_class_at_once_and_then_a_few_a_minute(room: Classroom, clock: Clock) -> None:
    school = [Visitor(f"telephone {number}", address="203.0.113.5") for number in range(votes.NEW_MEMBERS[0])]
    for visitor in school:
        room.vote(ASKED, visitor, "4")
    with pytest.raises(LabError, match=r"new browsers came from your network just now; answer again in 3 s"):
        room.vote(ASKED, Visitor("a program", address="203.0.113.5"), "1")
    assert room.here(Visitor("another", address="203.0.113.5")) == 0, "and it is not counted among those who are here"
    room.vote(ASKED, school[0], "9")
    room.vote(ASKED, Visitor("at home", address="198.51.100.1"), "9")
    clock.now += votes.NEW_MEMBERS[1]
    room.vote(ASKED, Visitor("came late", address="203.0.113.5"), "9")
    assert room.ballot(ASKED, ANNA).answered == votes.NEW_MEMBERS[0] + 2


def test_who_has_joined_votes_whatever_an_address_brings_later(room: Classroom) -> None:
    pupil = Visitor("a pupil", address="203.0.113.5")
    room.here(pupil)
    for number in range(200):
        room.here(Visitor(f"program {number}", address="203.0.113.5"))
    room.vote(ASKED, pupil, "4")
    assert room.ballot(ASKED, pupil).mine == "4"


def test_a_visitor_cannot_fill_the_questions_and_the_teacher_s_own_always_get_in(
    room: Classroom, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for visitor in (ANNA, Visitor("a program", address="10.0.0.66")):
        for number in range(votes.NEW_QUESTIONS[0]):
            room.vote(f"{visitor.owner} {number}?", visitor, "4")
        with pytest.raises(LabError, match=r"many new questions; go on in 30 s"):
            room.vote("And why?", visitor, "4")
    monkeypatch.setattr(votes, "MOST_QUESTIONS", 2 * votes.NEW_QUESTIONS[0])
    with pytest.raises(LabError, match="80 questions"):
        room.vote(ASKED, BEN, "4")
    assert not room.ballot(ASKED, TEACHER).revealed  # the teacher has the page open, which asks it
    room.vote(ASKED, BEN, "4")
    for number in range(79):
        room.reveal(f"teacher {number}?", TEACHER)
    assert room.ballot(ASKED, ANNA).counts == {"4": 1}, "what no teacher asked has made room"
    room.reveal("one more?", TEACHER)
    assert room.ballot("one more?", ANNA).revealed and len(room._questions) == 80


@pytest.mark.parametrize(
    ("question", "option"),
    [("", "4"), ("x" * 1001, "4"), (ASKED, ""), (ASKED, "4" * 101), (ASKED, None), (ASKED, 4)],
)
def test_what_is_no_answer_is_refused(room: Classroom, question: str, option: str) -> None:
    with pytest.raises(LabError, match="characters"):
        room.vote(question, ANNA, option)
    assert not room.ballot(ASKED, ANNA).answered


def test_what_is_no_place_is_refused(room: Classroom) -> None:
    with pytest.raises(LabError, match="unknown way to follow"):
        room.follow("push", TEACHER)  # type: ignore[arg-type]
    room.follow("link", TEACHER)
    for page, run in (("", ""), ("train", "x" * 101)):
        with pytest.raises(LabError, match="characters"):
            room.at(TEACHER, page, run)


def test_thirty_browsers_at_once_lose_no_vote(room: Classroom) -> None:
    start = threading.Barrier(30)

    def browser(number: int) -> None:
        start.wait()
        for option in ("4", "9", str(number % 2)):
            room.vote(ASKED, Visitor(f"browser {number}"), option)
            room.here(Visitor(f"browser {number}"))

    threads = [threading.Thread(target=browser, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert room.ballot(ASKED, ANNA).counts == {"0": 15, "1": 15} and room.here(TEACHER) == 30


def test_the_server_has_one_class_with_the_manager_s_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, services._HOME, raising=False)
    with pytest.raises(LabError, match="only the teacher"):
        services.classroom().open(TEACHER)  # no server: nobody is its teacher
    manager = JobManager(open_store(tmp_path), ThreadEngine(tmp_path), data=tmp_path, token="the token", threads=1, cards=FOLDER)
    services.install(manager)
    services.classroom().open(TEACHER)
    assert services.classroom().opened and services.classroom() is services.classroom()
    manager.close()
