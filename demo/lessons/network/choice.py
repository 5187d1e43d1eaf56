"""The page "A whole network": which network, which image, and what the network makes of it, computed once for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.datasets import files as dataset_files
from core.datasets.files import SOURCES
from core.images.decoding import Bytes
from core.inference.model_registry import Choice
from core.vocabulary.errors import LabError
from demo.classroom import asking
from demo.server import services
from demo.text import plain, speaker
from demo.ui import image_picker
from demo.ui.formatting import percent, whole
from demo.visitor import session

if TYPE_CHECKING:
    from core.explain.activations import Attributions, ForwardPass
    from core.inference.plain_network import PlainNetwork

say = speaker("network")
SMALL = 16
"""Images with fewer pixels along a side leave feature maps in which little can be seen."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page is about: a network and its way with an image."""

    network: PlainNetwork
    found: ForwardPass
    truth: str
    """The class of a test image; "" where nobody knows."""
    key: tuple[object, ...]
    """Of the network and the image: the same key, the same numbers."""

    def shares(self, label: int) -> Attributions | None:
        """What the maps of the last convolution bring to a class's score."""
        from core.explain import activations

        return session.shared(("shares", *self.key, label), lambda: activations.attributions(self.found, label))


def choose() -> Shown | None:
    """The network and the image that the visitor wishes; None, with a line that says why, where one is missing."""
    registry = services.registry()
    choices = registry.list_models()
    if not choices:
        asking.missing("python -m core pretrain")
        return None
    with st.container(horizontal=True, vertical_alignment="top"):
        try:
            network = registry.plain(_network(choices))
            image, truth = _image(network)
            return None if image is None else _looked(network, image, truth)
        except LabError as error:
            st.error(plain(error), icon=":material/error:")
            return None


def _network(choices: list[Choice]) -> str:
    names = {choice.name: _title(choice) for choice in choices}
    first = {choice.first_for: choice.name for choice in choices}
    available = [first[dataset] for dataset in in_order() if dataset in first and dataset_files.state(dataset, session.manager().data).present]
    start = list(names).index(available[0]) if available else 0
    return st.selectbox(say("network"), names, index=start, key="network.network", format_func=names.__getitem__, width=390)


def in_order() -> list[str]:
    """Whose network stands there first: the first of these that is here with its images."""
    return sorted(SOURCES, key=lambda name: SOURCES[name].side < SMALL)


def _title(choice: Choice) -> str:
    recipe = choice.recipe
    values = {"name": choice.name, "kind": recipe.network, "data": SOURCES[recipe.dataset].title, "accuracy": percent(choice.accuracy)}
    return say("network_card" if choice.pretrained else "network_run", **values)


def _image(network: PlainNetwork) -> tuple[Bytes | None, str]:
    """uint8 (C, H, W) as it was given, and its class where that is known."""
    dataset, folder = network.recipe.dataset, session.manager().data
    truth = ""

    def test() -> Bytes:
        nonlocal truth
        from core.datasets import loading

        data = loading.load(dataset, folder)
        label = say("number", count=whole(data.test_size))
        number = st.number_input(label, 1, data.test_size, key=f"network.number.{dataset}", width=210)
        place = data.train_size + number - 1
        truth = data.classes[int(data.labels[place])]
        found: Bytes = data.images[place].numpy()
        return found

    there = dataset_files.state(dataset, folder).present
    first = "test" if there else "china" if network.shape[0] == 3 else "digits"
    return image_picker.image(f"network.{dataset}", first, {"test": test} if there else None), truth


def _looked(network: PlainNetwork, image: Bytes, truth: str) -> Shown:
    """The image in the form of the network's data set, reduced as those that it was trained on, and its way."""
    from core.explain import activations
    from core.images.preprocessing import prepare

    recipe = network.recipe
    seen = prepare(image.transpose(1, 2, 0), recipe.dataset, network.shape).seen
    if recipe.resolution:
        seen = services.registry().get(network.name).at(seen, recipe.resolution, recipe.filter)
    key = (network.name, network.digest, seen.tobytes())
    found = session.shared(("overview", *key), lambda: activations.forward_pass(network, seen[0]))
    return Shown(network, found, truth, key)
