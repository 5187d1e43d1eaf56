"""The page "How it learns": one step of gradient descent with all its numbers, the loss along a weight, two ways through
the loss of a real network, and one of its kernels as it becomes an edge.
"""

from __future__ import annotations

from demo.classroom import asking, questions
from demo.lessons.learning import curve, kernel, step, ways
from demo.text import speaker
from demo.ui import stage
from demo.visitor import navigation

say = speaker("learning")
LESSON = "learning"
WIDE = {"curve": curve.render, "ways": ways.render, "kernel": kernel.render}
"""The sections behind the first one."""
SECTIONS = ("step", *WIDE)


def render() -> None:
    """The question beside the tiny network; behind it the other sections. Nothing here imports torch."""
    chosen = navigation.section(SECTIONS)
    if chosen in WIDE:
        with stage.head(say("title"), LESSON):
            asking.sections(say, SECTIONS)
        WIDE[chosen]()
        return
    answered = asking.is_answered(questions.learning())
    with stage.frame(say("title"), LESSON, answered) as (view, column):
        with view:
            asking.sections(say, SECTIONS)
        step.render(view, column, answered)
