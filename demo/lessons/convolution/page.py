"""The page "Convolution": a kernel moves over an image, and every number on the way is seen."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.classroom.questions import lessons as facts
from core.explain import kernels, strokes, walkthrough, worksheet
from core.explain.walkthrough import output_size
from core.images.decoding import Bytes
from core.vocabulary.errors import LabError
from demo.classroom import asking, questions
from demo.components import window
from demo.components.window import ImageView, Performance, Slide, Start
from demo.lessons.convolution import kernel
from demo.lessons.convolution.kernel import Kernel, Settings
from demo.text import plain, speaker
from demo.ui import image_picker, stage
from demo.ui.defaults import DEFAULTS
from demo.ui.stage import Try
from demo.visitor import session

say = speaker("convolution")
LESSON = "convolution"
FIRST = DEFAULTS[LESSON]
COUNTED = "convolution.counted"
"""Whether the view has played the answer."""


def render() -> None:
    """The whole page. Nothing here imports torch."""
    answered = asking.is_answered(questions.convolution())
    with stage.frame(say("title"), LESSON, answered) as (view, column):
        with column:
            if not answered and not session.classroom().opened:
                _asked(bare=True)
            asking.ask(questions.convolution())
        if not answered:
            with view:
                _before()
            return
        with view:
            chosen = _choose()
        with column:
            now = _ending(chosen)
        if chosen:
            with view:
                _live(*chosen, now)


# --- before the answer -----------------------------------------------------------------------------------------------


def _before() -> None:
    """Alone, the digit with the window on its way along a stroke; in a class what the question is about."""
    if session.classroom().opened:
        return _asked()
    pixels = image_picker.first(FIRST)
    chosen = Kernel("first", np.repeat(kernels.preset(FIRST.setting)[None], pixels.shape[0], axis=0))
    _window(pixels, chosen, Settings(), Performance(tour=_stroke(pixels, chosen), hidden=True), "convolution.first")


def _asked(bare: bool = False) -> None:
    """The image and the window of the question, the output sealed."""
    pixels, weights = _of_the_question()
    sealed = Performance(sealed=True, bare=bare or not session.teaching())
    window.convolution(ImageView(pixels), weights, 0.0, "none", Slide(), f"convolution.asked.{bare}", performance=sealed)


def _of_the_question() -> tuple[walkthrough.Numbers, walkthrough.Numbers]:
    return next(iter(worksheet.images().values()))[None], kernels.preset("plus")[None]


def _stroke(pixels: Bytes, chosen: Kernel) -> tuple[tuple[int, int], ...]:
    image = kernel.as_numbers(pixels, chosen).values
    return strokes.along(walkthrough.convolution(image, chosen.weights).totals)


# --- after it ---------------------------------------------------------------------------------------------------------


def _choose() -> tuple[Bytes, Kernel] | None:
    """The image and the kernel; first those of the question, so that its answer is played."""
    if not session.get_state(COUNTED, False):
        session.set_state(COUNTED, True)
        for name, value in {"picture": "warmup", "which.warmup": 1, "kernel": "plus", "size": 3}.items():
            session.keep_widget(f"{LESSON}.{name}", value)
    with stage.controls():
        pixels = image_picker.image(LESSON, FIRST.picture)
        if pixels is None:
            return None
        pixels = image_picker.grey(pixels, LESSON)
        return pixels, kernel.kernel(pixels.shape[0])


def _ending(chosen: tuple[Bytes, Kernel] | None) -> Settings:
    """The chips, what to remember, the next lesson, the other controls, and the code."""
    now = kernel.remembered()
    with st.container():
        stage.now_try(LESSON, _tries())
        stage.remember(say, LESSON)
    with stage.more(say):
        if chosen:
            now = kernel.settings(chosen[1])
            _size(chosen[0].shape[1:], chosen[1].weights.shape[1], now.slide)
            st.markdown(say("happened", **facts.convolution().numbers))
            st.markdown(say("hint") + " " + say("scale_network" if chosen[1].network else "scale_plain"))
    code = (walkthrough.output_size, walkthrough.window, walkthrough.convolution_step, walkthrough.convolution)
    slide = now.slide
    stage.source(code, walkthrough.convolution_in_torch(now.bias, now.activation, slide.stride, slide.padding, slide.dilation))
    return now


def _live(pixels: Bytes, chosen: Kernel, now: Settings) -> None:
    """The view; over the image of the question it counts the places."""
    asked = pixels.shape[1] == facts.IMAGE_SIDE
    try:
        _window(pixels, chosen, now, Performance(count=True) if asked else None, "convolution.view")
    except LabError as error:
        st.error(plain(error), icon=":material/error:")
        return


def _window(pixels: Bytes, chosen: Kernel, now: Settings, performance: Performance | None, key: str) -> None:
    """Stands first where the kernel answers most: in the middle of an edge."""
    image, slide = kernel.as_numbers(pixels, chosen), now.slide
    found = walkthrough.convolution(image.values, chosen.weights, now.bias, now.activation, slide.stride, slide.padding, slide.dilation)
    start = Start(*strokes.strongest(found.totals), near=False) if pixels.shape[1] > facts.IMAGE_SIDE else None
    window.convolution(
        image, chosen.weights, now.bias, now.activation, slide, key, None if performance and performance.hidden else chosen.edit, start, performance
    )


def _size(sides: tuple[int, ...], size: int, slide: Slide) -> None:
    """The formula of the output's size, with this image's numbers in it; what a control changed stands out."""
    numbers = {"kernel": size, "stride": slide.stride, "padding": slide.padding, "dilation": slide.dilation}
    usual = {"kernel": 3, "stride": 1, "padding": 0, "dilation": 1}
    marked = {name: f":orange-background[**{value}**]" if value != usual[name] else str(value) for name, value in numbers.items()}
    try:
        lines = [say("size", side=side, output=output_size(side, **numbers), **marked) for side in dict.fromkeys(sides)]
    except LabError:  # the view says it
        return
    st.markdown(f"{say('size_rule')}\n\n" + "\n\n".join(lines))


# --- the chips --------------------------------------------------------------------------------------------------------


def _tries() -> list[Try]:
    return [
        Try("sobel_x", say("try_sobel_x"), lambda: _set("mnist", "sobel_x")),
        Try("sobel_y", say("try_sobel_y"), lambda: _set("mnist", "sobel_y")),
        Try("middle", say("try_middle"), _double_the_middle),
        Try("photograph", say("try_photograph"), lambda: _set("flower", "edge")),
        Try("learned", say("try_learned"), lambda: _set("mnist", kernel.LEARNED)),
    ]


def _set(picture: str, name: str) -> None:
    """Shows this image under this kernel of 3 x 3, slid by one pixel."""
    image_picker.choose(LESSON, picture)
    kernel.choose(name)


def _double_the_middle() -> None:
    _set("mnist", "identity")
    weights = kernels.preset("identity")[None].copy()
    weights[0, 1, 1] = 2
    Kernel(("identity", 1, 3), weights).edit(weights)
