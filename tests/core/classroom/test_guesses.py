"""The class's pool: one guess each, bounded, from many threads; and what it says."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from scipy import stats

from core.classroom import guesses
from core.classroom.guesses import Guess, Guesses
from core.vocabulary.errors import LabError
from core.vocabulary.visitor import Visitor
from demo.server import services

ANN, BEN, TEACHER = Visitor("ann"), Visitor("ben"), Visitor("carl", "secret")


@pytest.fixture
def pool() -> Guesses:
    return Guesses(lambda token: token == "secret")


def test_the_first_guess_counts_for_each_person_picture_and_side(pool: Guesses) -> None:
    assert pool.submit(ANN, Guess(7, 4, 3, 5))
    assert not pool.submit(ANN, Guess(7, 4, 3, 3)), "a second thought comes too late"
    assert pool.submit(ANN, Guess(7, 6, 3, 3)) and pool.submit(ANN, Guess(8, 4, 0, None)) and pool.submit(BEN, Guess(7, 4, 3, 3))
    assert {side: guess.answer for side, guess in pool.of(ANN, 7).items()} == {4: 5, 6: 3}
    assert pool.of(BEN, 8) == {} and pool.of(TEACHER, 7) == {}
    assert sorted(len(own) for own in pool.everybody()) == [1, 3]


def test_only_the_teacher_starts_again(pool: Guesses) -> None:
    pool.submit(ANN, Guess(7, 4, 3, 5))
    for visitor in (ANN, Visitor("ann", "guessed"), Visitor("")):
        with pytest.raises(LabError, match="only the teacher"):
            pool.reset(visitor)
    assert pool.of(ANN, 7)
    pool.reset(TEACHER)
    assert pool.everybody() == [] and pool.submit(ANN, Guess(7, 4, 3, 3))


def test_the_pool_is_bounded_for_each_person_and_in_all() -> None:
    pool = Guesses(lambda token: token == "secret", most_each=2, most=3)
    assert pool.submit(ANN, Guess(1, 4, 0, 0)) and pool.submit(ANN, Guess(2, 4, 0, 0))
    with pytest.raises(LabError, match="you have guessed 2 times"):
        pool.submit(ANN, Guess(3, 4, 0, 0))
    assert pool.submit(BEN, Guess(3, 4, 0, 0))
    with pytest.raises(LabError, match="the class has guessed 3 times"):
        pool.submit(BEN, Guess(4, 4, 0, 0))
    assert [len(own) for own in pool.everybody()] == [2, 1], "who was refused left nothing"
    pool.reset(TEACHER)
    assert pool.submit(BEN, Guess(4, 4, 0, 0)), "the room is free again"


def test_one_address_leaves_room_for_others_whatever_cookies_it_shows() -> None:
    pool = Guesses(lambda token: token == "secret", most_each=2, most=8)
    for number in range(4):
        assert pool.submit(Visitor(f"program {number}", address="10.0.0.66"), Guess(1, 4, 0, 0))
    with pytest.raises(LabError, match="your network has guessed half"):
        pool.submit(Visitor("program 5", address="10.0.0.66"), Guess(1, 4, 0, 0))
    assert pool.submit(Visitor("at home", address="198.51.100.1"), Guess(1, 4, 0, 0))
    pool.reset(TEACHER)
    assert pool.submit(Visitor("program 5", address="10.0.0.66"), Guess(1, 4, 0, 0))


def test_thirty_threads_lose_and_double_nothing(pool: Guesses) -> None:
    start = threading.Barrier(30)
    taken: list[bool] = []

    def play(name: str) -> None:
        start.wait()
        taken.extend(pool.submit(Visitor(name), Guess(image, 8, 0, image % 3)) for image in range(50))

    threads = [threading.Thread(target=play, args=(f"p{number % 15}",)) for number in range(30)]  # two for each person
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 15 * 50 and sum(map(len, pool.everybody())) == 15 * 50


def test_the_tallies_are_counts() -> None:
    people = [[Guess(1, 4, 2, 2), Guess(1, 8, 2, None), Guess(2, 4, 0, 2)], [Guess(1, 4, 2, None), Guess(1, 8, 2, 2)], []]
    small, large = guesses.count_guesses(people)
    assert (small.side, small.guesses, small.right, small.no_idea) == (4, 3, 1, 1)
    assert (large.side, large.guesses, large.right, large.no_idea) == (8, 2, 1, 1)
    assert small.accuracy == pytest.approx(1 / 3)
    assert guesses.count_guesses([]) == []


def test_the_matrix_has_the_truth_in_its_rows_and_leaves_no_idea_out() -> None:
    people = [[Guess(1, 4, 2, 0), Guess(1, 8, 2, None), Guess(2, 4, 0, 0)], [Guess(1, 8, 2, 1)]]
    assert guesses.confusion(people, 3).tolist() == [[1, 0, 0], [0, 0, 0], [1, 1, 0]]
    assert guesses.confusion(people, 3, side=8).tolist() == [[0, 0, 0], [0, 0, 0], [0, 1, 0]]
    assert guesses.confusion([], 3).sum() == 0


@pytest.mark.parametrize(("right", "of"), [(0, 1), (3, 3), (7, 20), (150, 300)])
def test_the_interval_is_wilson_s(right: int, of: int) -> None:
    expected = stats.binomtest(right, of).proportion_ci(method="wilson")
    assert guesses.GuessCounts(8, of, right, 0).interval == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delitem(services.sys.modules, services._HOME, raising=False)
    yield


@pytest.mark.usefixtures("no_server")
def test_the_pool_lives_beside_the_manager() -> None:
    with pytest.raises(LabError, match="no job manager"):
        services.guesses()

    class Manager:
        cards = data = Path("nowhere")
        store = SimpleNamespace(folder=Path("nowhere"))

        def teacher(self, token: str) -> bool:
            return token == "secret"

    services.install(Manager())  # type: ignore[arg-type]  # of a manager no more is needed
    pool = services.guesses()
    pool.submit(ANN, Guess(1, 4, 0, 0))
    assert services.guesses() is pool and pool.of(ANN, 1)
    pool.reset(TEACHER)
    assert not pool.everybody()
