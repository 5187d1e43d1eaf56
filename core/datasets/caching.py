"""Answers about a data set, kept for as long as its images are the same: a set of one's own may be closed anew."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

from core.vocabulary.datasets import Source
from core.vocabulary.sources import source_of

P = ParamSpec("P")
T = TypeVar("T")


def cached(most: int) -> Callable[[Callable[Concatenate[str, P], T]], Callable[Concatenate[str, P], T]]:
    """Keeps the `most` newest answers of a function whose first argument, by place, is the name of a data set.

    The row of a set has the hashes of its files, so another content is another question. The other arguments can be hashed.
    """
    def decorate(compute: Callable[Concatenate[str, P], T]) -> Callable[Concatenate[str, P], T]:
        @lru_cache(maxsize=most)
        def kept(source: Source, *values: P.args, **named: P.kwargs) -> T:
            return compute(source.name, *values, **named)

        @wraps(compute)
        def answer(dataset: str, /, *values: P.args, **named: P.kwargs) -> T:
            return kept(source_of(dataset), *values, **named)  # type: ignore[arg-type]  # what cannot be hashed is refused by the cache

        return answer

    return decorate
