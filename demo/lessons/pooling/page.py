"""The page "Pooling": the largest or the mean value of each window; what is kept, what is lost, what a shift changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.explain import strokes, walkthrough
from core.explain.walkthrough import Kind, Numbers, change, output_size, pooling, shifted
from core.images import samples
from core.images.decoding import Bytes
from core.vocabulary.errors import LabError
from demo.classroom import asking, questions
from demo.components import window
from demo.components.window import Before, ImageView, Performance, Start
from demo.text import plain, speaker
from demo.ui import image_picker, stage
from demo.ui.defaults import DEFAULTS
from demo.ui.formatting import percent, table, whole
from demo.ui.stage import Try
from demo.visitor import session

say = speaker("pooling")
LESSON = "pooling"
FIRST = DEFAULTS[LESSON]
KINDS: tuple[Kind, ...] = ("max", "average")
PLAYED = "pooling.played"
"""Whether the view has played the answer."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the window moves, and how far the image is shifted."""

    size: int = 2
    stride: int = 2
    padding: int = 0
    right: int = 1


def render() -> None:
    """The whole page. Nothing here imports torch."""
    answered = asking.is_answered(questions.pooling())
    with stage.frame(say("title"), LESSON, answered) as (view, column):
        with column:
            asking.ask(questions.pooling())
        if not answered:
            with view:
                _before()
            return
        with view:
            pixels, kind, moved = _choose()
        with column:
            happened = st.empty()
            now = _ending(pixels, kind)
        if pixels is not None:
            with view:
                said = _live(_numbers(pixels), kind, now, moved)
            happened.markdown(said)


def _before() -> None:
    """The image and what max-pooling leaves of it, not shifted yet."""
    performance = Performance(bare=session.classroom().opened and not session.teaching())
    image = _numbers(image_picker.first(FIRST))
    window.pooling(ImageView(image), 2, "max", 2, 0, "pooling.first", _start(image, Settings()), performance)


def _numbers(pixels: Bytes) -> Numbers:
    return np.round(samples.as_grey(pixels) / 255, 2)


# --- after the answer -------------------------------------------------------------------------------------------------


def _choose() -> tuple[Bytes | None, Kind, bool]:
    """The image, what the window keeps, and whether the image is shown shifted."""
    if not session.get_state(PLAYED, False):
        session.set_state(PLAYED, True)
        session.keep_widget(f"{LESSON}.which.{FIRST.picture}", FIRST.number)
    with stage.controls():
        pixels = image_picker.image(LESSON, FIRST.picture)
        kind = st.segmented_control(
            say("kind"), KINDS, required=True, key=session.keep_widget("pooling.kind", KINDS[0]), width="content",
            format_func=lambda name: say(f"kind_{name}"),
        )  # fmt: skip
        moved = st.toggle(say("show_shifted"), key=session.keep_widget("pooling.show_shifted", True))
    return pixels, kind or "max", moved


def _ending(pixels: Bytes | None, kind: Kind) -> Settings:
    """The chips, what to remember, the next lesson, the other controls with all numbers, and the code."""
    now = Settings()
    stage.now_try(LESSON, _tries())
    stage.remember(say, LESSON)
    with stage.more(say):
        if pixels is not None:
            now = _settings()
            image = _numbers(pixels)
            _size(image.shape[1:], now)
            _kept(image, now)
            st.caption(say("hint") + (" " + say("from_colour") if pixels.shape[0] > 1 else ""))
    code = (walkthrough.output_size, walkthrough.window, walkthrough.pooling, walkthrough.change)
    stage.source(code, walkthrough.pooling_in_torch(now.size, kind, now.stride, now.padding))
    return now


def _live(image: Numbers, kind: Kind, now: Settings, moved: bool) -> str:
    """The view, and what is to be said of the shift."""
    after = shifted(image, 0, now.right)
    try:
        most = [pooling(it, now.size, "max", now.stride, now.padding).outputs for it in (image, after)]
        before = Before(image, pooling(image, now.size, kind, now.stride, now.padding).outputs) if moved else None
        window.pooling(ImageView(after if moved else image), now.size, kind, now.stride, now.padding, "pooling.view", _start(image, now), before=before)
    except LabError as error:
        st.error(plain(error), icon=":material/error:")
        return ""
    pixels, kept = change(image, after), change(*most)
    return say("happened", outputs=kept.same, all_outputs=kept.counted, pixels=pixels.same, all_pixels=pixels.counted)


def _start(image: Numbers, now: Settings) -> Start:
    """Where the window's values differ most: what keeps the largest, loses most."""
    largest, mean = (pooling(image, now.size, kind, now.stride, now.padding).outputs[0] for kind in KINDS)
    return Start(*strokes.strongest(largest - mean), near=False)


def _settings() -> Settings:
    """Window, stride, padding and shift; the stride follows the window until it is chosen."""
    with st.container(horizontal=True):
        size = st.number_input(say("window"), 1, 5, key=session.keep_widget("pooling.window", 2), help=say("window_help"), width=140)
        stride = st.number_input(
            say("stride"), 1, 5, key=session.keep_widget(f"pooling.stride.{size}", size), help=say("stride_help"), width=140
        )
        padding = st.number_input(say("padding"), 0, size // 2, 0, key=f"pooling.padding.{size}", help=say("padding_help"), width=140)
        right = st.number_input(say("shift"), 1, 4, key=session.keep_widget("pooling.shift", 1), help=say("shift_help"), width=190)
    return Settings(size, stride, padding, right)


def _size(sides: tuple[int, ...], now: Settings) -> None:
    numbers = {"stride": now.stride, "padding": now.padding}
    for side in dict.fromkeys(sides):
        st.markdown(say("size", side=side, window=now.size, output=output_size(side, now.size, **numbers), **numbers))


def _kept(image: Numbers, now: Settings) -> None:
    """One column for the image and for each kind of pooling: before, and what the shift leaves alone."""
    after = shifted(image, 0, now.right)
    try:
        pooled: dict[str, list[Numbers]] = {kind: [pooling(it, now.size, kind, now.stride, now.padding).outputs for it in (image, after)] for kind in KINDS}
    except LabError:  # the view says it
        return
    values = {"picture": [image, after]} | pooled
    changes = [change(*pair) for pair in values.values()]
    rows = [
        [say("numbers"), *(whole(before.size) for before, _ in values.values())],
        [say("largest"), *(f"{before.max():.2f}" for before, _ in values.values())],
        [say("mean"), *(f"{before.mean():.3f}" for before, _ in values.values())],
        [say("same", right=now.right), *(say("of", part=it.same, whole=it.counted) for it in changes)],
        [say("changed", right=now.right), *(percent(it.share) for it in changes)],
    ]
    st.markdown(f"**{say('kept')}**\n\n{table(['', *(say(f'column_{name}') for name in values)], rows)}")
    st.caption(say("kept_note"))


# --- the chips --------------------------------------------------------------------------------------------------------


def _tries() -> list[Try]:
    return [
        Try("two", say("try_two"), lambda: _set(right=2)),
        Try("stride", say("try_stride"), lambda: _set(stride=1)),
        Try("mean", say("try_mean"), lambda: _set(kind="average")),
        Try("photograph", say("try_photograph"), lambda: _set(picture="china")),
    ]


def _set(kind: Kind = "max", stride: int = 2, right: int = 1, picture: str = FIRST.picture) -> None:
    """Windows of 2 x 2 over this image, before and after a shift."""
    image_picker.choose(LESSON, picture, FIRST.number if picture == FIRST.picture else 1)
    wanted: dict[str, object] = {"kind": kind, "show_shifted": True, "window": 2, "stride.2": stride, "shift": right}
    for name, value in wanted.items():
        session.bind_widget(f"pooling.{name}", value)
