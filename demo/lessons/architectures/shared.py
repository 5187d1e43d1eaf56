"""What the sections of the page "Architectures" share: the runs by name, what is missing, and how numbers are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from core.pretrained.cards import Card
from core.studies import architectures_comparison as beside
from core.vocabulary import networks
from core.vocabulary.sources import source_of
from demo.charts.figure import CLASS_COLOURS, TRAINING
from demo.classroom import asking
from demo.text import speaker
from demo.ui.finding import Screen, Way
from demo.visitor import navigation
from demo.visitor.address import spell, with_unresolved_device

say = speaker("architectures")
common = speaker("figures")

RUN_COLOURS = dict(zip(beside.TITLES, (CLASS_COLOURS[place] for place in (0, 1, 2, 4)), strict=True))
"""One colour for each of the report's four runs, in every figure of the page."""
OURS = TRAINING
REPORT_RUNS = [beside.report_name(name) for name in beside.TITLES]
IMAGE = source_of("fashion-mnist").shape
COMMAND = "python -m core pretrain"


def cards() -> dict[str, Card]:
    """The runs that are there, by their planned name."""
    return asking.cards("architectures")


def absent(names: Sequence[str], found: Mapping[str, Card]) -> None:
    """Says which of these runs are not here yet, and what makes them. Nothing where all are."""
    gone = [name for name in names if name not in found]
    if gone:
        asking.missing(f"{COMMAND} {' '.join(gone)}")


def shape_of(network: str) -> str:
    """A network by its shape: "2 conv"."""
    count = sum(layer.name.startswith("Conv") for layer in networks.layer_table(network, IMAGE))
    return say("shape_of", count=count)


def waiting(headline: str, sentence: str, names: Sequence[str], ways: Sequence[Way]) -> Screen:
    """A screen whose runs are not there yet: how they are made stands in the figure's place."""
    return Screen("architectures.waits", headline, sentence, lambda: absent(names, cards()), lambda: None, ways, whole=False)


def no_images() -> None:
    """What to do where neither the data set nor the tiles under pretrained/ are there."""
    st.info(say("no_pictures"), icon=":material/hourglass_empty:")
    st.code("python -m core data fashion-mnist --fetch", language="sh")


def listed(names: Iterable[object]) -> str:
    """"6 and 10"; "a, b and c"."""
    *first, last = map(str, names)
    return f"{', '.join(first)} {say('and')} {last}" if first else last


def points(share: float) -> str:
    """A difference of shares in percentage points."""
    return f"{100 * share:.1f}"


def again(card: Card) -> None:
    """The way to train a run again: the page Train with its recipe, which says how long it will take."""
    navigation.link("train", common("again_button"), **spell(with_unresolved_device(card.recipe)))
    st.caption(common("again_help"))


def choose_run(found: Mapping[str, Card], key: str) -> str | None:
    """One of the report's four runs, of those that are there; None where none is."""
    there = [name for name in beside.TITLES if beside.report_name(name) in found]
    if not there:
        return None
    chosen = st.segmented_control(
        say("which_run"), there, default=there[0], key=key, required=True, format_func=beside.TITLES.__getitem__
    )
    return chosen or there[0]
