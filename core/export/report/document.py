"""What a report consists of: sections of blocks. html.py and pdf.py show the same document in two ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.export.report.drawing import Drawing

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a head; every row has as many cells as the head."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1
    """So many of the first columns hold words and begin at the edge; the others hold numbers and end at theirs."""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.head) for row in self.rows):
            raise ValueError(f"the table {self.caption!r} has rows of another length than its head")


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with a caption below it."""

    caption: str
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Blank:
    """Lines that the reader fills in."""

    prompt: str
    lines: int = 4


Block = Paragraph | Table | Figure | Blank


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    heading: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report."""

    title: str
    subtitle: str
    sections: Sequence[Section]
    language: str = "en"
    """As HTML and PDF name it (BCP 47)."""
    direction: Direction = "ltr"
    """`rtl`: text begins at the right, and the first column of a table stands there."""
