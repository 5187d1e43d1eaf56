"""An image on its way into a set of one's own."""

from __future__ import annotations

from core.images.own.intake import on_square
from core.images.preprocessing import Steps


def test_a_drawing_on_the_square_is_one_however_many_pieces_it_has_but_only_in_a_set_of_ones_own() -> None:
    assert on_square("mnist", Steps(ground="on")) == Steps(ground="on")
    assert on_square("own:signs") == Steps(ground="off", drawing="off")
    assert on_square("own:signs", Steps(ground="on", invert="off")) == Steps(ground="on", drawing="off", invert="off"), "what was switched stays"
