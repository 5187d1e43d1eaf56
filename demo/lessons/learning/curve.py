"""The section "One weight": the loss as a curve along one number of the tiny network, and the step on it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from demo.components import learning
from demo.lessons.learning import tiny
from demo.text import speaker
from demo.ui import stage
from demo.ui.stage import Try
from demo.visitor import navigation, session

say = speaker("learning")
LESSON = "learning"
ASKED = "learning.curve.asked"
FIRST = ("weight", 0)
RATE = 0.5
"""Long enough to be seen as an arrow."""


def render() -> None:
    """The curve, and what it says."""
    view, column = st.columns(stage.SHARES, gap="medium")
    with view:
        shown = session.get_state("learning.curve", tiny.network(rate=RATE))
        learning.curve(shown, session.get_state(ASKED, FIRST), "learning.curve.view")
    with column, st.container(key="stage_column_more", gap="small"):
        st.header(say("curve_title"), anchor=False)
        st.markdown(say("curve_text"))
        st.button(say("to_ways"), key="learning.to_ways", type="primary", on_click=navigation.to_section, args=("ways",))
        stage.now_try(LESSON, [
            Try("good", say("try_good"), _show(FIRST, 1.0)), Try("swing", say("try_swing"), _show(FIRST, 2.0)),
            Try("kink", say("try_kink"), _show(("kernel", 3), 5.0)),
        ])  # fmt: skip


def _show(asked: tuple[str, int], rate: float) -> Callable[[], None]:
    def show() -> None:
        session.set_state(ASKED, asked)
        tiny.choose("curve", tiny.network(rate=rate))

    return show
