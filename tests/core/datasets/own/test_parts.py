"""How a set of one's own is split: at random, as it was handed in, and by author as scikit-learn's GroupShuffleSplit does."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.model_selection import GroupShuffleSplit

from core.datasets.own import parts
from core.datasets.own.records import Contribution
from core.vocabulary.errors import LabError

CLASSES = ("a", "b", "c")


def images(authors: list[str], labels: list[int], places: list[str] | None = None) -> list[Contribution]:
    places = places or [""] * len(labels)
    return [Contribution(number + 1, label, part, author, "", 0.0)
            for number, (author, label, part) in enumerate(zip(authors, labels, places, strict=True))]  # fmt: skip


@pytest.mark.parametrize("authors", [2, 5, 11, 30])
@pytest.mark.parametrize("seed", [0, 7])
def test_by_author_is_scikit_learn_s_draw(authors: int, seed: int) -> None:
    draw = np.random.default_rng(authors)
    who = [f"author {number}" for number in draw.integers(0, authors, 120)] + [f"author {number % authors}" for number in range(6 * authors)]
    labels = [number % 3 for number in range(len(who))]
    found = parts.split("author", images(who, labels), CLASSES, seed)
    train, test = next(GroupShuffleSplit(1, test_size=0.2, random_state=found.seed).split(labels, groups=who))
    assert np.array_equal(found.train, train) and np.array_equal(found.test, test)
    assert not {who[index] for index in train} & {who[index] for index in test}


def test_a_draw_that_loses_a_class_is_drawn_again() -> None:
    who = ["x"] * 6 + ["y"] * 6 + ["z"] * 3 + ["z2"] * 3
    labels = [0, 1] * 6 + [2] * 6
    with pytest.raises(LabError, match="no choice of authors"):
        parts.split("author", images(who, labels), CLASSES)
    who = [name for name in "abcdefghij" for _ in range(3)]
    labels = [0, 1, 2] * 5 + [0, 1, 1] * 5
    seeds = {parts.split("author", images(who, labels), CLASSES, seed).seed - seed for seed in range(20)}
    assert 0 in seeds and max(seeds) > 0, "most draws leave class c on both sides, some do not"


def test_random_takes_a_fifth_of_each_class_and_no_image_twice() -> None:
    labels = [0] * 50 + [1] * 11 + [2] * 2
    found = parts.split("random", images([""] * 63, labels), CLASSES)
    assert np.bincount(np.array(labels)[found.test]).tolist() == [10, 2, 1]
    assert sorted([*found.train, *found.test]) == list(range(63))
    assert not np.array_equal(found.test, parts.split("random", images([""] * 63, labels), CLASSES, seed=1).test)


def test_given_is_what_was_handed_in() -> None:
    labels, places = [0, 0, 1, 1, 2, 2], ["train", "test"] * 3
    assert parts.split("given", images([""] * 6, labels, places), CLASSES).test.tolist() == [1, 3, 5]
    with pytest.raises(LabError, match="test/ has no picture of the class c"):
        parts.split("given", images([""] * 6, labels, [*places[:5], "train"]), CLASSES)
    with pytest.raises(LabError, match="1 picture without a part"):
        parts.split("given", images([""] * 6, labels, [*places[:5], ""]), CLASSES)


def test_what_cannot_be_split_is_one_line() -> None:
    labels = [0, 0, 1, 1, 2, 2]
    for who, line in ((["x"] * 6, "one author"), (["x", ""] * 3, "3 pictures without an author")):
        with pytest.raises(LabError, match=line):
            parts.split("author", images(who, labels), CLASSES)
    with pytest.raises(LabError, match="class c has 1 picture; expected at least 2"):
        parts.split("random", images([""] * 5, labels[:5]), CLASSES)
