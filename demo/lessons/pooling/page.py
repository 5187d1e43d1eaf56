"""The page "Pooling": the largest or the mean value of each window; what is kept, what is lost, what a shift changes."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.explain import walkthrough
from core.explain.walkthrough import Kind, Numbers, change, output_size, pooling, shifted
from core.images import samples
from core.vocabulary.errors import LabError
from demo.classroom import asking, questions
from demo.components import window
from demo.components.window import ImageView
from demo.text import plain, speaker
from demo.ui import image_picker, stage
from demo.ui.formatting import percent, table, whole

say = speaker("pooling")
KINDS: tuple[Kind, ...] = ("max", "average")


def render() -> None:
    """The whole page. Nothing here imports torch."""
    st.title(say("title"), anchor=False)
    if not asking.ask(questions.pooling(), before=say("intro")):
        return
    found = _experiment()
    if found is None:
        return
    pixels, kept, line = found
    same = {"pixels": pixels.same, "all_pixels": pixels.counted, "outputs": kept.same, "all_outputs": kept.counted}
    code = (walkthrough.output_size, walkthrough.window, walkthrough.pooling, walkthrough.change)
    stage.end(say, say("happened", **same), code, line)


def _experiment() -> tuple[walkthrough.Change, walkthrough.Change, str] | None:
    """The view and the table; how many pixels and outputs a shift leaves alone, and the line of PyTorch."""
    with st.container(horizontal=True, vertical_alignment="top"):
        pixels = image_picker.image("pooling", "digits")
        kind = st.segmented_control(
            say("kind"), KINDS, default="max", required=True, key="pooling.kind", format_func=lambda name: say(f"kind_{name}"),
            width="content",
        )  # fmt: skip
    if pixels is None:
        return None
    view = st.container()
    size, stride, padding = _settings()
    image = np.round(samples.as_grey(pixels) / 255, 2)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        right = st.number_input(say("shift"), 1, 4, 1, key="pooling.shift", help=say("shift_help"), width=190)
        moved = st.toggle(say("show_shifted"), key="pooling.show_shifted")
    after = shifted(image, 0, right)
    with view:
        try:
            window.pooling(ImageView(after if moved else image), size, kind, stride, padding, "pooling.view")
        except LabError as error:
            st.error(plain(error), icon=":material/error:")
            return None
        st.caption(say("hint") + (" " + say("from_colour") if pixels.shape[0] > 1 else ""))
    _size(image.shape[1:], size, stride, padding)
    outputs: dict[str, tuple[Numbers, ...]] = {name: tuple(pooling(it, size, name, stride, padding).outputs for it in (image, after)) for name in KINDS}
    _kept({"picture": (image, after), **outputs}, right)
    return change(image, after), change(*outputs["max"]), walkthrough.pooling_in_torch(size, kind, stride, padding)


def _settings() -> tuple[int, int, int]:
    """Window, stride and padding; the stride follows the window until it is chosen."""
    with st.container(horizontal=True):
        size = st.number_input(say("window"), 1, 5, 2, key="pooling.window", help=say("window_help"), width=140)
        stride = st.number_input(say("stride"), 1, 5, size, key=f"pooling.stride.{size}", help=say("stride_help"), width=140)
        padding = st.number_input(say("padding"), 0, size // 2, 0, key=f"pooling.padding.{size}", help=say("padding_help"), width=140)
    return size, stride, padding


def _size(sides: tuple[int, ...], size: int, stride: int, padding: int) -> None:
    numbers = {"stride": stride, "padding": padding}
    for side in dict.fromkeys(sides):
        st.markdown(say("size", side=side, window=size, output=output_size(side, size, **numbers), **numbers))


def _kept(values: dict[str, tuple[Numbers, ...]], right: int) -> None:
    """One column for the image and for each kind of pooling: before, and what the shift leaves alone."""
    st.subheader(say("kept"), anchor=False)
    changes = [change(before, after) for before, after in values.values()]
    rows = [
        [say("numbers"), *(whole(before.size) for before, _ in values.values())],
        [say("largest"), *(f"{before.max():.2f}" for before, _ in values.values())],
        [say("mean"), *(f"{before.mean():.3f}" for before, _ in values.values())],
        [say("same", right=right), *(say("of", part=it.same, whole=it.counted) for it in changes)],
        [say("changed", right=right), *(percent(it.share) for it in changes)],
    ]
    st.markdown(table(["", *(say(f"column_{name}") for name in values)], rows))
    st.caption(say("kept_note"))
