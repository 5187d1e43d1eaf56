"""How much a person may ask of the lab, and all together: the teacher sets it for a lesson."""

from __future__ import annotations

from dataclasses import dataclass, fields

from core.vocabulary.errors import LabError


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for everybody but the teacher, who is bound by `waiting` alone. LabError for what is no bound.

    >>> Limits(person=0)
    Traceback (most recent call last):
    core.vocabulary.errors.LabError: person is 0; expected a whole number from 1 to 1,000
    """

    waiting: int = 64
    """Runs of all persons that may wait, paused ones that gave their place up among them."""
    person: int = 4
    """Of these, how many may be one person's."""
    address: int = 48
    """Of these, how many may come from one network address: room for a class behind one, and left for everybody else."""
    epochs: int = 10_000
    """The most that one run may have."""
    minutes: int = 1_000
    """A run that is expected to take longer waits until the lesson is over."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value, most = getattr(self, field.name), 10_000 if field.name == "epochs" else 1_000
            if not isinstance(value, int) or not 1 <= value <= most:
                raise LabError(f"{field.name} is {value}; expected a whole number from 1 to {most:,}")
