"""The page "A whole network", section "Filters and Grad-CAM": the first kernels as images, and where it looked."""

from __future__ import annotations

import streamlit as st

from core.explain import gradcam
from core.explain.activations import Stage, as_colours
from demo.components import maps
from demo.lessons.network.choice import Shown
from demo.server import services
from demo.text import speaker
from demo.ui import images
from demo.ui.formatting import times
from demo.visitor import session

say = speaker("network")


def render(shown: Shown) -> None:
    """Grad-CAM over the image, and the first layer's kernels as images; a note where the network has no maps."""
    first = shown.found.stages[0]
    if first.kind != "convolution":
        st.info(say("no_maps"), icon=":material/info:")
        return
    st.subheader(say("cam"), anchor=False)
    _cam(shown)
    st.subheader(say("filters"), anchor=False)
    _filters(first)


def _cam(shown: Shown) -> None:
    found, network = shown.found, services.registry().get(shown.network.name)
    st.markdown(say("cam_text"))
    label = st.selectbox(say("cam_class"), found.classes, index=found.best, key=f"network.cam.{shown.network.name}.{found.best}", width=230)
    heat = session.shared(("heat", *shown.key, label), lambda: gradcam.heat(network, found.image, label)[1])
    with st.container(horizontal=True):
        st.image(images.enlarged(found.image), width=280, caption=say("picture"), alt=say("picture"))
        if heat.any():
            over = images.overlaid(found.image, heat).transpose(2, 0, 1)
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
