"""The page "A whole network", section "Filters and Grad-CAM": the first kernels as images, and where it looked."""

from __future__ import annotations

import streamlit as st

from core.explain import gradcam, receptive_field
from core.explain.activations import Stage, as_colours
from core.images.decoding import Bytes
from core.inference.classifier import Classifier
from demo.components import maps
from demo.lessons.network.choice import Shown
from demo.server import services
from demo.text import speaker
from demo.ui import image_picker, images
from demo.ui.defaults import DEFAULTS
from demo.ui.formatting import times
from demo.visitor import session

say = speaker("network")
FIRST = DEFAULTS["network/looked"]
"""Where a digit would light empty black."""


def render(shown: Shown) -> None:
    """Grad-CAM over the image, and the first layer's kernels as images; a note where the network has no maps."""
    st.subheader(say("cam"), anchor=False)
    st.markdown(say("cam_text"))
    network, image = _chosen(shown)
    if receptive_field.map_layer(network.recipe.network, network.shape) is None:
        without = receptive_field.last_convolution(network.recipe.network) is None
        st.info(say("no_maps" if without else "cam_no_places"), icon=":material/info:")
    else:
        _cam(network, image)
    first = shown.found.stages[0]
    if first.kind == "convolution":
        st.subheader(say("filters"), anchor=False)
        _filters(first)


def _chosen(shown: Shown) -> tuple[Classifier, Bytes]:
    """The network and the picture as it sees it: at first a photograph, where the one above is no photograph."""
    registry, photograph = services.registry(), image_picker.first(FIRST)
    there = shown.network.shape[0] == 1 and len(photograph) == 3 and any(choice.name == FIRST.setting for choice in registry.list_models())
    if there:
        kept = session.keep_widget("network.looked", "photograph")
        which = st.segmented_control(
            say("cam_which"), ("photograph", "above"), key=kept, required=True, label_visibility="collapsed",
            format_func=lambda name: say(f"cam_{name}"),
        )  # fmt: skip
        if which != "above":
            return registry.get(FIRST.setting), photograph
    return registry.get(shown.network.name), shown.found.image


def _cam(network: Classifier, image: Bytes) -> None:
    key = (network.name, hash(network.weights), image.tobytes())
    best = session.shared(("best", *key), lambda: int(network.logits(image[None])[0].argmax()))
    label = st.selectbox(say("cam_class"), network.classes, index=best, key=f"network.cam.{network.name}.{best}", width=230)
    heat = session.shared(("heat", *key, label), lambda: gradcam.heat(network, image, label)[1])
    with st.container(horizontal=True):
        st.image(images.enlarged(image), width=280, caption=say("picture"), alt=say("picture"))
        if heat.any():
            over = images.overlaid(image, heat).transpose(2, 0, 1)
            caption = say("cam_caption", label=label, cells=times(gradcam.cells(network)))
            st.image(images.enlarged(over), width=280, caption=caption, alt=caption)
        else:
            st.info(say("cam_nothing", label=label), icon=":material/info:")


def _filters(first: Stage) -> None:
    assert first.weights is not None
    count, channels, size, _ = first.weights.shape
    names = [say("filter_name", number=number) for number in range(1, count + 1)]
    title = say("filters_title", count=count, size=times((size, size)))
    if channels == 3:
        st.markdown(say("filters_colour"))
        group = maps.in_colours(title, "", as_colours(first.weights), names, maps.LARGE)
    else:
        st.markdown(say("filters_grey"))
        group = maps.tiles(title, "", first.weights[:, 0], names, side=maps.LARGE, clickable=False)
    maps.show([group], "network.filters")
