"""What the sections of the page "Resolution study" share: choices that outlive a section, and how cells are named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import streamlit as st

from core.images import preview
from core.pretrained import test_images
from core.pretrained.cards import Card
from core.studies.resolution import RECIPES, SIDES, Cell, cells
from demo.charts.protocol_lines import THUMBNAIL, Point
from demo.classroom import asking
from demo.server import services
from demo.text import speaker
from demo.ui import images
from demo.ui.finding import Screen, Way
from demo.visitor import session

say = speaker("resolution")
Cards = Mapping[str, Card]
"""The runs of the study that are there, by their planned name."""


T = TypeVar("T")
SHOWN = 1
"""The test picture on the axis."""


def choice(name: str, options: Sequence[T], label: str, shown: Callable[[T], str] = str, default: T | None = None) -> T:
    """A row of options; what was chosen is kept when the section is left. Options that are gone fall back to the default."""
    first = default if default is not None and default in options else options[0]
    kept = session.get_state(f"resolution.{name}", first)
    key = session.bind_widget(f"resolution.{name}", kept if kept in options else first)
    st.segmented_control(
        label, options, key=key, required=True, format_func=shown, label_visibility="visible" if label else "collapsed",
        on_change=lambda: session.set_state(f"resolution.{name}", session.typed(key)),
    )  # fmt: skip
    chosen: T = session.typed(key)
    return chosen


def dataset() -> str:
    """The data set that a figure is shown for."""
    return choice("dataset", tuple(SIDES), say("dataset"), lambda name: say(f"dataset_{name}"))


def chosen(name: str, options: Sequence[T]) -> T:
    """What was chosen last, where the choice stands below what it is needed for."""
    kept: T = session.get_state(f"resolution.{name}", options[0])
    return kept


def chosen_dataset() -> str:
    """The data set that the figures are shown for now."""
    return chosen("dataset", tuple(SIDES))


def dataset_of_tables() -> str:
    """The data set that a table of the drawer is shown for."""
    return choice("tables.dataset", tuple(SIDES), say("dataset"), lambda name: say(f"dataset_{name}"))


def protocol(name: str, options: Sequence[str]) -> str:
    """One of the protocols that have something to show."""
    return choice(name, options, say("column_protocol"), lambda one: say(f"protocol_{one}"))


def network(card: Card) -> str:
    """A network by what it was trained on, for a chooser."""
    recipe = card.recipe
    if recipe.augment == "mixed":
        return say("network_mixed")
    side = recipe.resolution or card.facts.shape[-1]
    return say("network_of", recipe=recipe.preset, side=side, seed=recipe.seed)


def wait_for(cards: Cards, names: Iterable[str]) -> None:
    """Says which of these runs are not there yet, and how they are made; nothing where all are."""
    absent = [name for name in names if name not in cards]
    if absent:
        asking.missing(f"python -m core pretrain {' '.join(absent)}")


def points_of(cards: Cards, dataset: str, protocols: Iterable[str]) -> list[Point]:
    """The accuracy of each protocol at each side, all by the one recipe that they are compared by."""
    found = [cells(cards).by_recipe(RECIPES[dataset][0], dataset, protocol, side) for protocol in protocols for side in SIDES[dataset]]
    return [Point(cell.protocol, cell.side, 100 * cell.accuracy) for cell in found if cell and cell.accuracy is not None]


def axis_pictures(sides: Sequence[int]) -> dict[int, str]:
    """One test picture at each side, as data: addresses for the axis of a figure; none where it does not come with the app."""
    found = test_images.first_image("cifar10" if max(sides) == SIDES["cifar10"][0] else "mnist", SHOWN, services.pretrained_folder())
    if found is None:
        return {}
    return {side: images.as_address(images.picture(preview.at_resolution(found[0], side), 2 * THUMBNAIL)) for side in sides}


def waiting(headline: str, sentence: str, cards: Cards, names: Iterable[str], ways: Sequence[Way]) -> Screen:
    """A screen whose runs are not there yet: how they are made stands in the figure's place."""
    needed = list(names)
    return Screen("resolution.waits", headline, sentence, lambda: wait_for(cards, needed), lambda: None, ways, whole=False)


def mixes(cells: Iterable[Cell]) -> None:
    """Where the runs of a table or a line have several recipes, says which side has which."""
    sides: dict[str, list[int]] = {}
    for cell in cells:
        if cell.card:
            sides.setdefault(cell.preset, []).append(cell.side)
    if len(sides) > 1:
        st.caption(say("recipes_mix", which="; ".join(f"`{preset}`: {listed(own)}" for preset, own in sides.items())))


def listed(words: Iterable[object]) -> str:
    """Several words in a sentence: each once, in their order."""
    return ", ".join(dict.fromkeys(map(str, words)))


def points(share: float) -> str:
    """A difference of two shares in percentage points, with its sign.

    >>> points(-0.0123)
    '-1.2'
    """
    return f"{100 * share:+.1f}"
