"""The section "One step": the tiny network forward and backward, and a step of gradient descent."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.classroom.questions.lessons import ASKED_WEIGHT
from core.explain import backpropagation
from demo.classroom import asking, questions
from demo.components import learning
from demo.lessons.learning import tiny
from demo.text import speaker
from demo.ui import stage
from demo.ui.stage import Try
from demo.visitor import navigation

say = speaker("learning")
LESSON = "learning"
ASKED = ("kernel", ASKED_WEIGHT[0] * backpropagation.KERNEL_SIDE + ASKED_WEIGHT[1])


def render(view: DeltaGenerator, column: DeltaGenerator, answered: bool) -> None:
    """The network in `view`; the question, then the chips and the way on in `column`."""
    with column:
        asking.ask(questions.learning())
        if answered:
            _ending()
    with view:
        shown = tiny.chosen("step") if answered else tiny.network()
        learning.network(shown, ASKED, not answered, "learning.step.view")


def _ending() -> None:
    st.button(say("to_curve"), key="learning.to_curve", type="primary", on_click=navigation.to_section, args=("curve",))
    stage.now_try(LESSON, [
        Try("small", say("try_small"), _show(rate=0.01)), Try("large", say("try_large"), _show(rate=2.0)),
        Try("closed", say("try_closed"), _closed), Try("other", say("try_other"), _show("class 2 b", rate=0.5)),
    ])  # fmt: skip
    stage.remember(say, LESSON)
    with stage.more(say):
        pass
    code = (backpropagation.forward, backpropagation.factors, backpropagation.derivative, backpropagation.step)
    stage.source(code, backpropagation.in_torch())


def _show(image: str = tiny.IMAGE, rate: float = float(tiny.FIRST.setting)) -> Callable[[], None]:
    return lambda: tiny.choose("step", tiny.network(image, rate))


def _closed() -> None:
    """A kernel bias so far below zero that ReLU lets nothing pass."""
    tiny.choose("step", tiny.network(parameters=dataclasses.replace(backpropagation.start(), bias=-2.0)))
