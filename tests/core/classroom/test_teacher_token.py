"""The teacher's token: without spaces around it, not too short, and not guessed by trying."""

from __future__ import annotations

import pytest

from core.classroom import teacher_token
from core.classroom.teacher_token import TokenTries, choose_token, token_notice
from core.vocabulary.errors import LabError
from tests.clock import Clock


@pytest.fixture
def tries(clock: Clock) -> TokenTries:
    return TokenTries(lambda typed: typed == "the-right-one", clock)


@pytest.mark.parametrize("chosen", ["the-right-one", " the-right-one ", "the-right-one\r\n", "\tthe-right-one"])
def test_spaces_and_line_ends_around_a_token_are_nobody_s_intention(chosen: str) -> None:
    assert choose_token(chosen) == "the-right-one" and token_notice("the-right-one", chosen) == ""


@pytest.mark.parametrize("chosen", [None, "", "   ", "1", "t0ken", "seven77 "])
def test_a_token_that_is_missing_or_short_is_made_and_said(chosen: str | None) -> None:
    made = choose_token(chosen)
    notice = token_notice(made, chosen)
    assert len(made) >= teacher_token.SHORTEST and made != choose_token(chosen) and made in notice
    assert ("too short" in notice) == bool((chosen or "").strip())
    assert not (chosen or "").strip() or chosen.strip() not in notice.replace(made, ""), "what was meant as a secret is not printed"


def test_wrong_tries_slow_down_and_nothing_is_looked_at_meanwhile(tries: TokenTries, clock: Clock) -> None:
    burst, pause = teacher_token.TRIES_OF_ADDRESS
    assert [tries.check(f"wrong {number}", "10.0.0.66") for number in range(burst)] == [False] * burst
    with pytest.raises(LabError, match="try again in 10 s"):
        tries.check("the-right-one", "10.0.0.66")
    assert tries.check("the-right-one", "10.0.0.7"), "another address is not held up"
    clock.now += pause
    assert tries.check("the-right-one", "10.0.0.66"), "nobody is locked out for long"
    assert tries.check("the-right-one", "10.0.0.66"), "the right one costs nothing"


def test_a_program_of_many_addresses_is_slow_too_and_not_the_teacher_at_the_server(tries: TokenTries, clock: Clock) -> None:
    looked_at = 0
    for number in range(1_000):
        try:
            looked_at += not tries.check("wrong", f"10.0.{number // 250}.{number % 250}")
        except LabError:
            pass
    assert looked_at == teacher_token.TRIES_IN_ALL[0]
    for own in ("127.0.0.1", "::1"):
        assert tries.check("the-right-one", own)
    clock.now += 3600
    hour = 0
    for number in range(20_000):
        try:
            hour += not tries.check("wrong", str(number))
        except LabError:
            pass
    assert hour == teacher_token.TRIES_IN_ALL[0], "an hour saves no more than one burst"
