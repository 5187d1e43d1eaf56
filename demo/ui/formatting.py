"""Small things that pages share: numbers as they are written everywhere, and tables with their numbers on the right."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.vocabulary import metrics
from core.vocabulary.metrics import class_table
from demo.text import Say


def percent(share: float | None, unknown: str = "–") -> str:
    """A share from 0 to 1 in percent, with one decimal.

    >>> percent(0.7444)
    '74.4%'
    """
    return unknown if share is None else f"{100 * share:.1f}%"


def signed(value: float, decimals: int = 3) -> str:
    """A number with a true minus sign, as the views in the browser write it.

    >>> signed(-0.51239)
    '−0.512'
    """
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")


def whole(number: float) -> str:
    """A number of things, in groups of three.

    >>> whole(412298)
    '412,298'
    """
    return f"{number:,.0f}"


def file_size(count: int) -> str:
    """Bytes as people say them, in one line also where it is narrow.

    >>> file_size(6_120), file_size(1_660_000)
    ('6.1\\xa0kB', '1.7\\xa0MB')
    """
    return f"{count / 1e6:,.1f}\N{NO-BREAK SPACE}MB" if count >= 999_950 else f"{count / 1e3:.1f}\N{NO-BREAK SPACE}kB"


def one_in(chance: float) -> str:
    """A small chance as people say it: one in so many, with two digits.

    >>> one_in(0.0017)
    '590'
    """
    return whole(float(f"{1 / chance:.2g}"))


def duration(seconds: float, say: Say) -> str:
    """How long, in two units at most."""
    seconds = round(seconds)
    if seconds < 60:
        return say("duration_seconds", seconds=seconds)
    if seconds < 3600:
        return say("duration_minutes", minutes=seconds // 60, seconds=seconds % 60)
    return say("duration_hours", hours=seconds // 3600, minutes=seconds % 3600 // 60)


def roughly(seconds: float, say: Say) -> str:
    """How long, where more than whole minutes would promise too much."""
    return say("duration_under_a_minute") if seconds < 55 else say("duration_whole_minutes", minutes=max(1, round(seconds / 60)))


def clock(seconds: float, say: Say) -> str:
    """Minutes and seconds, always as wide."""
    return say("clock", minutes=round(seconds) // 60, seconds=round(seconds) % 60)


def ordinal(n: int, say: Say) -> str:
    """The place in a queue: 1st, 2nd, 3rd, 4th ... 11th ... 21st."""
    last = n % 10
    return say(f"ordinal_{last}" if last in (1, 2, 3) and n % 100 not in (11, 12, 13) else "ordinal", n=n)


def times(shape: Sequence[int]) -> str:
    """A shape as people write it.

    >>> times((32, 6, 6))
    '32 × 6 × 6'
    """
    return " × ".join(str(side) for side in shape)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """A Markdown table: the first `left` columns start at the left, the others (numbers) end at the right.

    >>> print(table(("class", "F1"), [("cat", "61.0")]))
    | class | F1 |
    | :--- | ---: |
    | cat | 61.0 |
    """
    marks = [":---" if place < left else "---:" for place in range(len(head))]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in (head, marks, *rows))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def scores_table(matrix: Sequence[Sequence[int]], classes: Sequence[str], say: Say) -> str:
    """Precision, recall, F1 and support of each class of a confusion matrix, and their macro means."""
    names = ("class", "precision_column", "recall_column", "f1_column", "support_column")
    rows = [_scores(row["class"], row, row["support"]) for row in class_table(matrix, classes)]
    mean = metrics.macro(matrix)
    shares = {"precision": mean.precision, "recall": mean.recall, "f1": mean.f1}
    total = sum(map(sum, matrix))
    return table([say(name) for name in names], [*rows, _scores(say("macro_row"), shares, total)])


def _scores(name: str, row: Mapping[str, Any], support: int) -> tuple[str, ...]:
    return (name, *(f"{100 * row[score]:.1f}" for score in ("precision", "recall", "f1")), whole(support))


def as_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Callable[[], str]:
    """What writes these columns of the rows as CSV, when somebody asks for it."""

    def write() -> str:
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()

    return write
