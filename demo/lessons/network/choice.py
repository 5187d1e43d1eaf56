"""The page "A whole network": which network, which picture, and what the network makes of it, computed once for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from core.datasets import arrays
from core.datasets import files as dataset_files
from core.datasets.files import SOURCES
from core.images.decoding import Bytes
from core.inference.model_registry import Choice
from core.inference.plain_network import PlainNetwork
from core.vocabulary.errors import LabError
from core.vocabulary.networks import label
from core.vocabulary.sources import source_of
from demo.lessons.network import pictures
from demo.server import services
from demo.text import plain, speaker
from demo.ui import image_picker
from demo.ui.defaults import DEFAULTS
from demo.ui.formatting import percent, whole
from demo.visitor import navigation, session

if TYPE_CHECKING:
    from core.explain.activations import Attributions, ForwardPass

T = TypeVar("T")
say = speaker("network")
FIRST = DEFAULTS["network"]
SMALL = 16
"""Images with fewer pixels along a side leave feature maps in which little can be seen."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Where the picture comes from."""

    number: int
    """Of the kept pictures; -1: one's own."""
    pixels: Bytes | None = None
    """uint8 (C, H, W) of one's own."""
    truth: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page is about: a network and its way with an image."""

    network: PlainNetwork
    found: ForwardPass
    truth: str
    """The class of a test image; "" where nobody knows."""
    key: tuple[object, ...]
    """Of the network and the image: the same key, the same numbers."""
    number: int
    """Of the kept picture; -1 where it is another."""

    def shares(self, label: int) -> Attributions | None:
        """What the maps of the last convolution bring to a class's score."""
        from core.explain import activations

        return session.shared(("shares", *self.key, label), lambda: activations.attributions(self.found, label))


def network() -> PlainNetwork | None:
    """The network that the visitor wishes; None where there is none, with a line that says why where it is damaged."""
    choices = services.registry().list_models()
    if not choices:
        return None
    names = {choice.name: _title(choice) for choice in choices}
    asked = navigation.network_from_address()
    if asked and asked not in names and (title := _title_of(asked)):
        names = {asked: title, **names}
    name = st.selectbox(
        say("network"), names, key=_chosen(names, asked, _first(choices)), format_func=names.__getitem__, label_visibility="collapsed", width=390
    )
    try:
        return services.registry().plain(name)
    except LabError as error:
        st.error(plain(error), icon=":material/error:")
        return None


def _first(choices: list[Choice]) -> str:
    """The network that stands there first: the one whose picture shows most; where it is missing, one with large enough pictures."""
    if any(choice.name == FIRST.setting for choice in choices):
        return FIRST.setting
    first = {choice.first_for: choice.name for choice in choices}
    order = sorted(SOURCES, key=lambda name: source_of(name).side < SMALL)
    return next((first[dataset] for dataset in order if dataset in first), choices[0].name)


def _chosen(names: Mapping[str, str], asked: str, first: str) -> str:
    """The key of the chooser, which holds what the address asks for where that is new, else what it held, else the `first`."""
    key = "network.network"
    fresh = asked in names and asked != session.get_state("network.asked")
    if fresh:
        session.set_state("network.asked", asked)
    return session.bind_widget(key, asked if fresh else now if (now := session.typed(key)) in names else first)


def _title_of(name: str) -> str:
    """Of a network that the address names and the list lacks, as one epoch of a run; "" where there is none."""
    try:
        recipe = services.registry().recipe(name)
    except LabError:
        return ""
    run, _, epoch = name.partition("@")
    return say("network_epoch", name=run, epoch=epoch, data=source_of(recipe.dataset).title) if epoch else name


def _title(choice: Choice) -> str:
    recipe = choice.recipe
    values = {"name": choice.name, "kind": label(recipe.network), "data": source_of(recipe.dataset).title, "accuracy": percent(choice.accuracy)}
    return say("network_card" if choice.pretrained else "network_run", **values)


# --- the picture -----------------------------------------------------------------------------------------------------


def kept(network: PlainNetwork) -> tuple[pictures.Kept, ...]:
    """The pictures that stand above the network."""
    return pictures.kept(network.recipe.dataset, services.pretrained_folder(), session.manager().data)


def set_source(network: PlainNetwork, source: Source) -> None:
    """From now on this picture."""
    session.set_state(f"network.source.{network.recipe.dataset}", source)


def source(network: PlainNetwork) -> Source:
    """Where the picture comes from now."""
    found: Source = session.get_state(f"network.source.{network.recipe.dataset}", Source(0))
    return found


def more(network: PlainNetwork) -> None:
    """Every other picture of this machine: what is chosen here anew is the picture from then on."""
    dataset, folder = network.recipe.dataset, session.manager().data
    truth = ""

    def test() -> Bytes:
        nonlocal truth
        data = arrays.read(dataset, folder)
        label = say("number", count=whole(data.test_size))
        number = st.number_input(label, 1, data.test_size, key=f"network.number.{dataset}", width=210)
        place = data.train_size + number - 1
        truth = data.classes[int(data.labels[place])]
        found: Bytes = data.images[place]
        return found

    own = {"above": lambda: None, **({"test": test} if dataset_files.state(dataset, folder).present else {})}
    pixels = image_picker.image(f"network.{dataset}", "above", own)
    name = f"network.picked.{dataset}"
    picked = None if pixels is None else pixels.tobytes()
    if picked != session.get_state(name):
        session.set_state(name, picked)
        if pixels is not None:
            set_source(network, Source(-1, pixels, truth))


def look(network: PlainNetwork) -> Shown | None:
    """The picture in the form of the network's data set, reduced as those that it was trained on, and its way.

    None, with a line that says why, where there is no picture; LabError where nothing is drawn.
    """
    from core.explain import activations
    from core.images.own.intake import on_square
    from core.images.preprocessing import AUTO, prepare

    chosen, there, recipe = source(network), kept(network), network.recipe
    if chosen.pixels is not None:
        pixels, truth = chosen.pixels, chosen.truth
    elif there:
        pixels, truth = there[min(chosen.number, len(there) - 1)]
    else:
        st.info(say("no_pictures"), icon=":material/info:")
        return None
    steps = on_square(recipe.dataset) if len(pixels) == 1 else AUTO
    seen = prepare(pixels.transpose(1, 2, 0), recipe.dataset, network.shape, steps).seen
    if recipe.resolution:
        seen = services.registry().get(network.name).at(seen, recipe.resolution, recipe.filter)
    key = (network.name, network.digest, seen.tobytes())
    found = remembered("overview", key, chosen.number, lambda: activations.forward_pass(network, seen[0]))
    return Shown(network, found, truth, key, chosen.number)


def remembered(name: str, key: tuple[object, ...], number: int, make: Callable[[], T]) -> T:
    """What `make` returns: of a kept picture made once for all visitors, of one's own for this visitor, the last alone."""
    if number >= 0:
        return session.shared((name, *key), make)
    last: tuple[tuple[object, ...], T] | None = session.get_state(f"network.last.{name}")
    if last is None or last[0] != key:
        last = (key, make())
        session.set_state(f"network.last.{name}", last)
    return last[1]
