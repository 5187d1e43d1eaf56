"""The page "Convolution": a kernel moves over an image, and every number on the way is seen."""

from __future__ import annotations

import streamlit as st

from core.classroom.questions import lessons as facts
from core.explain import walkthrough
from core.explain.walkthrough import output_size
from core.vocabulary.errors import LabError
from demo.classroom import asking, questions
from demo.components import window
from demo.lessons.convolution import kernel
from demo.text import plain, speaker
from demo.ui import image_picker, lesson

say = speaker("convolution")


def render() -> None:
    """The whole page. Nothing here imports torch."""
    st.title(say("title"), anchor=False)
    if not asking.ask(questions.convolution(), before=say("intro")):
        return
    _experiment()
    code = (walkthrough.output_size, walkthrough.window, walkthrough.convolution_step, walkthrough.convolution)
    now = kernel.remembered()
    line = walkthrough.convolution_in_torch(now.bias, now.activation, now.slide.stride, now.slide.padding, now.slide.dilation)
    lesson.end(say, say("happened", **facts.convolution().numbers), code, line)


def _experiment() -> None:
    """What the window moves over, the view itself, and below it how the window moves."""
    with st.container(horizontal=True, vertical_alignment="top"):
        pixels = image_picker.image("convolution")
        if pixels is not None:
            pixels = image_picker.grey(pixels, "convolution")
            chosen = kernel.kernel(pixels.shape[0])
    view = st.container()
    if pixels is None:
        return
    settings = kernel.settings(chosen)
    image = kernel.as_numbers(pixels, chosen)
    with view:
        try:
            window.convolution(
                image, chosen.weights, settings.bias, settings.activation, settings.slide, "convolution.view", chosen.edit
            )
        except LabError as error:
            st.error(plain(error), icon=":material/error:")
            return
        st.caption(say("hint") + " " + say("scale_network" if chosen.network else "scale_plain"))
    _size(image.values.shape[1:], chosen.weights.shape[1], settings.slide)


def _size(sides: tuple[int, ...], kernel: int, slide: window.Slide) -> None:
    """The formula of the output's size, with this image's numbers in it."""
    numbers = {"kernel": kernel, "stride": slide.stride, "padding": slide.padding, "dilation": slide.dilation}
    lines = [
        say("size", side=side, output=output_size(side, **numbers), **numbers) for side in dict.fromkeys(sides)
    ]
    st.markdown(f"{say('size_rule')}\n\n" + "\n\n".join(lines))
