"""The page "Our data": the store, who may do what, and pictures as the browser takes them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from core.datasets.own.records import Contribution, OwnSet
from core.datasets.own.store import OwnStore
from core.vocabulary.sources import FOLDER, PREFIX
from demo.components.collector import Thumb
from demo.text import speaker
from demo.visitor import session

say = speaker("own")
KINDS = ("drawings", "photographs")
"""What a set is made of."""
NEW = "new"
"""What is chosen where a set is to be made: no name of a set, which has a prefix."""
LOOK_SECONDS = 2.0
"""Between two looks of a browser at a collection: counts grow while everybody draws."""


def store() -> OwnStore:
    """The data sets of one's own of this server."""
    return OwnStore()


def folder(about: OwnSet) -> Path:
    """Where the files of a set lie."""
    return store().folder / f"{FOLDER}{about.name.removeprefix(PREFIX)}"


def chosen() -> str:
    """The name of the set that was chosen, here or by a link; NEW for one that is to be made; "" where nothing was chosen."""
    found: str = session.get_state("own.set", "")
    return found


def choose(name: str) -> None:
    """From now on the page is about this set, or about NEW; "" about the newest that is being collected."""
    session.set_state("own.set", name)


def may_change(about: OwnSet) -> bool:
    """Whether this visitor may remove pictures of others, close the collection and delete it: who made it, and the teacher."""
    return session.teaching() or about.owner == session.visitor().name


def state(about: OwnSet, what: str) -> str:
    """The name under which something about a set is kept for this visitor; another one once it was deleted and made anew."""
    return f"own.{about.name}.{about.created}.{what}"


def thumbs(about: OwnSet, images: Sequence[Contribution]) -> list[Thumb]:
    """These pictures as they are kept; those that were removed meanwhile are left out."""
    pngs = store().pngs(about.name, (image.id for image in images))
    return [
        Thumb(image.id, f"data:image/png;base64,{base64.b64encode(pngs[image.id]).decode()}", say("picture", number=image.id, label=about.classes[image.label]))
        for image in images if image.id in pngs
    ]  # fmt: skip
