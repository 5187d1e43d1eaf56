"""A question that is put to a visitor or to a class: its options, the right one, and a sentence of why for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settled:
    """One option is right."""

    right: str
    whys: Mapping[str, str]
    """An option's name -> the sentence that says why it is right, or why it is not."""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """No option is right: not yet, or the data do not decide."""

    why: str


Answer = Settled | Unsettled


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its options."""

    name: str
    """Unique on its page."""
    words: str
    options: Mapping[str, str]
    """An option's name -> its words, in the order of the page."""
    answer: Callable[[], Answer]
    """Asked for once the answer is shown, and not before: it may read runs."""
