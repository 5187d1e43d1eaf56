"""What a data set of one's own is before it is closed: its description, its contributions, their counts, and the limits of all."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from core.vocabulary.errors import LabError
from core.vocabulary.sources import CLASSES, PREFIX, SIDES

LONGEST_TITLE, LONGEST_CLASS = 40, 40
"""Characters."""
MOST_IMAGES = 20_000
"""Of a set."""
MOST_OF_AUTHOR = 500
"""Images of one author in one collection; what its owner imports does not count."""
MOST_OF_OWNER, MOST_SETS = 20, 100
"""Sets of one owner, and in all."""
MOST_BYTES = 2_000_000_000
"""Of all sets together, as they are stored."""
PARTS = ("", "train", "test")
"""Where an image belongs: wherever the split puts it, or where whoever handed it in had put it."""


@dataclass(frozen=True, slots=True)
class OwnSet:
    """The description of a set; it never changes but for `open`."""

    name: str
    """`own:NAME`, as recipes have it."""
    title: str
    owner: str
    """Who made it. Whether somebody may change it is for the caller to decide."""
    classes: tuple[str, ...]
    channels: int
    """1 (grey) or 3 (red, green, blue)."""
    side: int
    """Of its square images, in pixels."""
    drawn: bool
    """Drawings rather than photographs: how images are brought into form."""
    created: float
    """Seconds since 1970."""
    open: bool
    """Whether it takes contributions."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, S, S) of one image."""
        return self.channels, self.side, self.side


@dataclass(frozen=True, slots=True)
class Contribution:
    """One image of a set, without its pixels."""

    id: int
    """Ascending in the order of arrival, never used twice."""
    label: int
    """Index into the classes."""
    part: str
    """Of PARTS."""
    author: str
    """A pseudonym, other in each set: the same author has the same one. "" where nobody is known."""
    digest: str
    """sha256 of shape and pixels, in hex."""
    added: float
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many images a set has; cheap to ask once a second."""

    of_class: tuple[int, ...]
    of_author: dict[str, int]
    """By pseudonym."""
    newest: int
    """The id of the newest contribution; 0 without any. With the total it tells whether anything changed."""

    @property
    def total(self) -> int:
        """All images."""
        return sum(self.of_class)


@dataclass(frozen=True, slots=True)
class Addition:
    """An image that is to be added by `OwnStore.add_many`: pixels by a PNG, its class, part and author."""

    png: bytes
    digest: str
    label: int
    part: str = ""
    author: str = ""
    """As the caller knows him; stored is a pseudonym."""


def checked_title(title: str) -> str:
    """The title with single spaces. LabError for an empty, a too long and an unprintable one."""
    return _checked(title, "the name of a data set", LONGEST_TITLE)


def checked_classes(classes: Sequence[str]) -> tuple[str, ...]:
    """The names of the classes with single spaces. LabError for too few, too many, two equal ones, and names that are none."""
    found = tuple(_checked(name, "the name of a class", LONGEST_CLASS) for name in classes)
    least, most = CLASSES
    if not least <= len(found) <= most:
        raise LabError(f"{len(found)} class{'' if len(found) == 1 else 'es'}; expected {least} to {most}")
    folded = [name.casefold() for name in found]
    if twice := next((name for name in found if folded.count(name.casefold()) > 1), None):
        raise LabError(f"the class {twice!r} is there twice; expected different names")
    return found


def checked_form(channels: int, side: int) -> None:
    """LabError for a shape that a set cannot have."""
    if channels not in (1, 3):
        raise LabError(f"{channels} channels; expected 1 (grey) or 3 (colour)")
    if not isinstance(side, int) or not SIDES[0] <= side <= SIDES[1]:
        raise LabError(f"side is {side}; expected {SIDES[0]} to {SIDES[1]} pixels")


def _checked(text: str, what: str, longest: int) -> str:
    found = unicodedata.normalize("NFC", " ".join(text.split()))
    if not found or not all(letter.isprintable() or letter in "\u200c\u200d" for letter in found):  # Persian and emoji join by those
        raise LabError(f"{what} is {text[:longest]!r}; expected some letters")
    if len(found) > longest:
        raise LabError(f"{what} has {len(found)} characters; expected at most {longest}")
    return found


def name_of(title: str) -> str:
    """`own:NAME` of a title: its letters of any script and its digits, the rest hyphens; a drawn name where none is left.

    >>> name_of("Our  Animals (4b)")
    'own:our-animals-4b'
    """
    folded = unicodedata.normalize("NFKC", title).casefold()
    slug = re.sub(r"\W+", "-", folded).strip("-_")
    return PREFIX + (slug[:40].strip("-_") or f"set-{secrets.token_hex(3)}")


def slug_of(name: str) -> str:
    """NAME of `own:NAME`. LabError for a name that is none."""
    slug = name.removeprefix(PREFIX)
    if slug == name or not re.fullmatch(r"[\w-]{1,60}", slug):
        raise LabError(f"{name[:80]!r} names no data set of one's own; expected {PREFIX}NAME")
    return slug
