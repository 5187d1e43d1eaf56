"""A page of the app, as its lesson's folder describes it: one row, from which the menu and the addresses follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from demo.visitor.links import Linked


@dataclass(frozen=True, slots=True)
class Page:
    """`PAGE` in demo/lessons/NAME/__init__.py; what draws it is `render` of page.py beside it, imported when it is opened.

    NAME is the address and the key of the title in demo/text/en/studio.md. None may be `classify`: that address is Gradio's.
    """

    place: int
    """Its place in the menu, from 1; no two are the same."""
    section: Literal["", "lessons", "studies", "more"] = ""
    """What the menu keeps together, so that it fits; pages of no section stand before them."""
    hidden: bool = False
    """Whether it has an address but no place in the menu."""
    linked: tuple[Linked, ...] = ()
    """What a link to it restores: its one list (demo/visitor/links.py)."""
