"""Which class the next picture of a collection is for."""

from __future__ import annotations

from collections import Counter

import pytest

from core.classroom.calls import MODES, Call, Calls, Mode, next_label
from core.vocabulary.errors import LabError


def test_each_is_given_the_class_of_which_he_has_fewest_until_all_are_full() -> None:
    own = [0, 0, 0]
    for _ in range(9):
        label = next_label(Call("given"), own, "somebody")
        assert label is not None and own[label] == min(own)
        own[label] += 1
    assert own == [3, 3, 3]


def test_thirty_people_do_not_begin_with_the_same_class() -> None:
    first = Counter(next_label(Call("given"), [0, 0, 0], f"person {number}") for number in range(30))
    assert set(first) == {0, 1, 2} and min(first.values()) >= 4


def test_what_is_called_counts_for_everybody_and_only_in_its_collection() -> None:
    calls = Calls()
    assert calls.of("own:a") == Call("given")
    calls.change("own:a", Call("called", 2), classes=3)
    assert next_label(calls.of("own:a"), [5, 0, 9], "anybody") == 2
    assert calls.of("own:b") == Call("given")
    calls.forget("own:a")
    assert calls.of("own:a") == Call("given")


@pytest.mark.parametrize(("mode", "label", "expected"), [("shout", 0, "choose one of given, called, free"), ("called", 3, "expected 0 to 2"), ("called", -1, "expected 0 to 2")])
def test_a_call_that_is_none_is_refused(mode: Mode, label: int, expected: str) -> None:
    calls = Calls()
    with pytest.raises(LabError, match=expected):
        calls.change("own:a", Call(mode, label), classes=3)
    assert calls.of("own:a") == Call() and MODES[0] == Call().mode
