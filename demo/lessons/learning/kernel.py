"""The section "One kernel": the first layer of a real run, from noise to an edge, epoch by epoch."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import streamlit as st

from core.explain.kernels import edge_likeness
from core.explain.walkthrough import Numbers
from core.images import samples
from core.pretrained import landscape
from core.pretrained.landscape import Landscape
from demo.classroom import asking
from demo.components import learning
from demo.server import services
from demo.text import speaker
from demo.ui import stage
from demo.ui.formatting import percent
from demo.visitor import navigation

say = speaker("learning")
LESSON = "learning"
RUN = "sgd"
DIGIT = 3
"""Of the samples of `digits`, the one that the kernel is laid on."""


def render() -> None:
    """The kernels, what is seen of them, what to remember, and the way on."""
    found = landscape.read(services.pretrained_folder())
    if found is None:
        asking.missing(f"python -m core pretrain {landscape.NAME}")
        return
    weights, likeness = kernels(found)
    chosen = int((likeness[-1] - likeness[0]).argmax())
    view, column = st.columns(stage.SHARES, gap="medium")
    with view:
        pixels = samples.of_dataset("digits", services.data_folder())[DIGIT, 0]
        learning.kernels(weights, likeness, chosen, (pixels.astype(np.float64) - 127.5) / 127.5, "learning.kernel.view")
    with column, st.container(key="stage_column_more", gap="small"):
        st.header(say("kernel_title"), anchor=False)
        st.markdown(say("kernel_text", count=weights.shape[1], network=found.ways[RUN].recipe.network))
        first, last = (percent(float(epoch.mean())) for epoch in likeness[[0, -1]])
        st.markdown(say("kernel_edge", count=weights.shape[1], first=first, last=last))
        navigation.link("train", say("to_train"))
        stage.remember(lambda key: say(f"kernel_{key}"), LESSON)


@lru_cache(maxsize=2)
def kernels(found: Landscape) -> tuple[Numbers, Numbers]:
    """The first layer's weights (epochs + 1, F, 3, 3), and how much each of them looks like an edge (epochs + 1, F)."""
    weights = found.ways[RUN].kernels[:, :, 0].astype(np.float64)
    return weights, np.array([[edge_likeness(kernel) for kernel in epoch] for epoch in weights])
