"""What visitors answered: kept for each alone, bounded, forgotten when somebody says so, from many threads."""

from __future__ import annotations

import threading

import pytest

from core.classroom.answers import LONGEST, Answers
from core.vocabulary.errors import LabError
from core.vocabulary.visitor import Visitor

ANN, BEN, TEACHER = Visitor("ann"), Visitor("ben"), Visitor("carl", "secret")


def make(**bounds: int) -> Answers:
    return Answers(lambda token: token == "secret", **bounds)


def test_an_answer_is_kept_for_who_gave_it_and_for_nobody_else() -> None:
    answers = make()
    answers.keep(ANN, "how many?", "4")
    answers.keep(ANN, "marked", ("Arc2", "Arc3"))
    answers.keep(ANN, "solved", True)
    assert (answers.get(ANN, "how many?"), answers.get(ANN, "marked"), answers.get(ANN, "solved")) == ("4", ("Arc2", "Arc3"), True)
    assert answers.get(BEN, "how many?") is None and answers.get(ANN, "something else") is None
    answers.keep(ANN, "how many?", "")
    assert answers.get(ANN, "how many?") == "", "who asked to be shown has answered too"
    answers.keep(ANN, "how many?", None)
    assert answers.get(ANN, "how many?") is None and answers.count(ANN) == 2 and answers.count(BEN) == 0


def test_a_visitor_forgets_their_own_answers_and_the_teacher_everybodys() -> None:
    answers = make()
    for visitor in (ANN, BEN):
        answers.keep(visitor, "how many?", "4")
    answers.forget(ANN)
    assert answers.get(ANN, "how many?") is None and answers.get(BEN, "how many?") == "4"
    for visitor in (ANN, Visitor("ann", "guessed")):
        with pytest.raises(LabError, match="only the teacher"):
            answers.clear(visitor)
    answers.clear(TEACHER)
    assert answers.get(BEN, "how many?") is None
    answers.keep(BEN, "how many?", "8")
    assert answers.count(BEN) == 1


def test_of_one_person_the_oldest_answer_goes_and_a_long_one_is_refused() -> None:
    answers = make(most_each=2)
    for name in ("first", "second", "first", "third"):
        answers.keep(ANN, name, name)
    assert [answers.get(ANN, name) for name in ("first", "second", "third")] == ["first", None, "third"]
    for value in ("x" * (LONGEST + 1), ("x" * LONGEST, "y")):
        with pytest.raises(LabError, match="at most"):
            answers.keep(BEN, "long", value)
    assert answers.count(BEN) == 0


def test_a_program_with_many_cookies_displaces_its_own_answers() -> None:
    answers = make(most=12)
    pupils = [Visitor(f"pupil {number}", address="school") for number in range(4)]
    for pupil in pupils:
        answers.keep(pupil, "how many?", "4")
    for number in range(50):
        for name in ("a", "b"):
            answers.keep(Visitor(f"robot {number}", address="elsewhere"), name, "x")
    assert all(answers.get(pupil, "how many?") == "4" for pupil in pupils)
    assert sum(answers.count(Visitor(f"robot {number}")) for number in range(50)) == 8
    assert answers.count(Visitor("robot 49")) == 2, "who answered last is still there"


def test_thirty_browsers_at_once_do_not_mix() -> None:
    answers = make()
    pupils = [Visitor(f"pupil {number}", address="school") for number in range(30)]

    def work(pupil: Visitor) -> None:
        for question in range(100):
            answers.keep(pupil, f"question {question}", pupil.owner)

    threads = [threading.Thread(target=work, args=(pupil,)) for pupil in pupils]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(answers.get(pupil, f"question {question}") == pupil.owner for pupil in pupils for question in range(100))
