"""The table of statuses: complete, closed at its ends, and the same words as the store's."""

from __future__ import annotations

import doctest

import pytest

from core.runs.scheduling import lifecycle
from core.runs.scheduling.lifecycle import CLOSE, ENGINE, NEW, NEXT, PERSON, STORE, IllegalTransition
from core.runs.store import STATUSES


def test_the_table_and_the_store_know_the_same_statuses() -> None:
    assert set(NEXT) - {NEW} == set(STATUSES)
    assert {following for row in NEXT.values() for following in row} == set(STATUSES)


@pytest.mark.parametrize("status", ["finished", "failed"])
@pytest.mark.parametrize("following", STATUSES)
@pytest.mark.parametrize("cause", [PERSON, ENGINE, STORE, CLOSE])
def test_nothing_follows_an_end(status: str, following: str, cause: lifecycle.Cause) -> None:
    with pytest.raises(IllegalTransition, match=f"'{status}' cannot become '{following}' by"):
        lifecycle.check(status, following, cause)


@pytest.mark.parametrize("status", lifecycle.ACTIVE)
def test_whatever_is_active_can_be_stopped_closed_and_can_break_off(status: str) -> None:
    assert lifecycle.may_follow(status, "stopped", PERSON) and not lifecycle.may_follow(status, "stopped", CLOSE)
    assert all(lifecycle.may_follow(status, "interrupted", cause) for cause in (ENGINE, STORE, CLOSE))
    assert not lifecycle.may_follow(status, "interrupted", PERSON)


def test_only_the_engine_finishes_a_run() -> None:
    assert {cause for row in NEXT.values() for cause in row.get("finished", ())} == {ENGINE}


def test_the_examples_in_the_docstrings() -> None:
    failed, attempted = doctest.testmod(lifecycle)
    assert attempted and not failed
