"""What hangs together and what belongs together: frames and sheets are no drawings, a bar of a five is no second one."""

from __future__ import annotations

import numpy as np

from core.images.ink import pieces


def found(ink: np.ndarray) -> tuple[np.ndarray, list[pieces.Piece]]:
    return pieces.separated(ink, ink.astype(np.float32) * 200)


def blank() -> np.ndarray:
    return np.zeros((300, 400), bool)


def test_a_frame_is_no_piece_and_a_zero_is_one() -> None:
    frame = blank()
    frame[50:250, 50:350] = True
    frame[56:244, 56:344] = False
    assert found(frame)[1] == []
    y, x = np.mgrid[0:300, 0:400]
    away = np.hypot(y - 150, x - 200)
    zero = (away < 80) & (away > 65)
    assert len(found(zero)[1]) == 1 and not pieces.is_sheet(zero[70:231, 120:281])


def test_a_sheet_is_a_rectangle_however_it_is_turned_and_a_one_is_none() -> None:
    from PIL import Image, ImageDraw

    for degrees in (0, 20, 45):
        note = Image.new("1", (300, 300))
        ImageDraw.Draw(note).rectangle((80, 90, 220, 200), fill=1)
        turned = np.asarray(note.rotate(degrees))
        box = np.ix_(turned.any(1), turned.any(0))
        assert pieces.is_sheet(turned[box])
    assert not pieces.is_sheet(np.ones((160, 40), bool))


def test_the_bar_of_a_five_belongs_to_it_and_the_next_digit_does_not() -> None:
    ink = blank()
    ink[60:72, 110:190] = True  # the bar
    ink[90:200, 100:115] = ink[190:205, 100:170] = True
    _, parts = found(ink)
    assert len(parts) == 2 and len(pieces.joined(parts)) == 1
    ink[60:205, 260:275] = True
    assert len(pieces.joined(found(ink)[1])) == 2


def test_what_touches_the_border_scores_less_than_what_does_not() -> None:
    ink = blank()
    ink[100:220, 100:115] = True
    ink[180:300, 300:315] = ink[285:300, 250:315] = True
    labels, parts = found(ink)
    inside, cut_off = sorted(parts, key=lambda piece: piece.contact)
    assert inside.contact == 0 and pieces.score(inside, labels) > 2 * pieces.score(cut_off, labels)
