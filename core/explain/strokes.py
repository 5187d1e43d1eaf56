"""Where a window should stand and move in a feature map, so that it is seen what the kernel answers to."""

from __future__ import annotations

import numpy as np

from core.explain.walkthrough import Numbers

STRONG = 0.6
"""Of the strongest output: less is not on the stroke any more."""
ASIDE = 2
"""So many columns a stroke may move from one row to the next."""


def strongest(outputs: Numbers) -> tuple[int, int]:
    """The row and the column of the largest absolute value; the first of several.

    >>> strongest(np.array([[0.0, 1.0], [-3.0, 2.0]]))
    (1, 0)
    """
    row, column = np.unravel_index(int(np.abs(outputs).argmax()), outputs.shape)
    return int(row), int(column)


def along(outputs: Numbers) -> tuple[tuple[int, int], ...]:
    """The places of one stroke from above to below: from the strongest output up and down, a place a row, of the same sign."""
    row, column = strongest(outputs)
    signed = outputs * np.sign(outputs[row, column])
    above = _follow(signed, row, column, -1)
    below = _follow(signed, row, column, 1)
    return (*reversed(above), (row, column), *below)


def _follow(signed: Numbers, row: int, column: int, step: int) -> list[tuple[int, int]]:
    """The places of a stroke in the rows above (-1) or below (1), until it is too weak."""
    least, found = STRONG * signed[row, column], []
    while 0 <= row + step < signed.shape[0]:
        row += step
        left = max(0, column - ASIDE)
        near = signed[row, left : column + ASIDE + 1]
        column = left + int(near.argmax())
        if signed[row, column] < least:
            break
        found.append((row, column))
    return found
