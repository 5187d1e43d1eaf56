"""The page "Warm-up": convolution and pooling by hand, each cell checked, then the decision which filter is worth it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.explain import walkthrough, worksheet
from demo.classroom import asking, questions
from demo.components import window
from demo.components.window import ImageView, Performance, Slide
from demo.lessons.warmup import worksheet as sheet
from demo.text import speaker
from demo.ui import stage
from demo.ui.formatting import signed
from demo.ui.stage import Try
from demo.visitor import session

say = speaker("warmup")
LESSON = "warmup"
SOLVED = "warmup.solved"


def render() -> None:
    """The whole page. Nothing here imports torch."""
    answered = asking.is_answered(questions.warmup())
    with stage.frame(say("title"), LESSON, answered) as (view, column):
        with column:
            asking.ask(questions.warmup())
        with view:
            if not answered:
                sheet.overview(lambda _image, _kernel: "")
                with st.container(key="warmup_note"):
                    st.caption(say("sheet_note", bias=signed(worksheet.bias(), 0)))
                return
            image = _work()
        with column:
            _decide(image)
            _ending()


# --- the sheet --------------------------------------------------------------------------------------------------------


def _work() -> str:
    """The numbers of the other images, and the ten cells of the chosen one."""
    top = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = asking.sections(say, [sheet.slug(name) for name in worksheet.images()])
        stuck = st.toggle(say("stuck"), key=session.keep_widget("warmup.stuck", False), help=say("stuck_help"))
    image = next(name for name in worksheet.images() if sheet.slug(name) == chosen)
    with top:
        if stuck:
            _watch(image)
        else:
            sheet.overview(lambda name, kernel: _pooled(name, kernel, image), image)
    sheet.render(image)
    right, cells = sheet.progress(image)
    st.progress(right / cells, say("progress", right=right, cells=cells))
    return image


def _pooled(name: str, kernel: str, image: str) -> str:
    """The pooled value; of the image that is worked on, once the learner has found it."""
    known = name != image or sheet.found(name, kernel) or bool(session.answer(SOLVED))
    return f"{worksheet.pooled(kernel)[name]:g}" if known else ""


def _watch(image: str) -> None:
    """The window over this image: a number is shown where it has been."""
    name = st.segmented_control(
        say("filter"), list(worksheet.filters()), required=True, key=session.keep_widget("warmup.watched", "plus"), format_func=sheet.title
    ) or "plus"  # fmt: skip
    kernel = worksheet.filters()[name][None]
    pixels = ImageView(worksheet.images()[image][None])
    performance = Performance(hidden=True)
    window.convolution(pixels, kernel, worksheet.bias(), worksheet.ACTIVATION, Slide(), "warmup.view", performance=performance)


# --- the decision -----------------------------------------------------------------------------------------------------


def _decide(image: str) -> None:
    st.subheader(say("decide"), anchor=False)
    st.markdown(say("decide_text"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kernel = st.segmented_control(
            say("filter"), list(worksheet.filters()), key="warmup.filter", format_func=sheet.title, width="content"
        )
        threshold = st.number_input(
            say("threshold"), 0.0, 9.0, None, step=0.5, key="warmup.threshold", format="%.1f", help=say("threshold_help"), width=150
        )
    if kernel is not None and threshold is not None:
        _verdict(kernel, threshold)
    if not session.answer(SOLVED):
        st.button(say("give_up"), key="warmup.give_up", on_click=_give_up, args=(image,))
    else:
        st.markdown("\n\n".join(map(_told, worksheet.filters())))


def _give_up(image: str) -> None:
    session.keep_answer(SOLVED, True)
    sheet.fill(image)


def _verdict(kernel: str, threshold: float) -> None:
    values = worksheet.pooled(kernel)
    numbers = {"kernel": sheet.title(kernel), "threshold": f"{threshold:g}", "values": _by_class(values)}
    if worksheet.separates(values, threshold):
        session.keep_answer(SOLVED, True)
        st.success(say("right", **numbers), icon=":material/check:")
    elif worksheet.gap(values) is None:
        st.warning(say("wrong_filter", **numbers), icon=":material/close:")
    else:
        st.warning(say("wrong_threshold", **numbers), icon=":material/close:")


def _by_class(values: dict[str, float]) -> str:
    """"class 1: 5, 6; class 2: 1, 3"."""
    found: dict[str, list[str]] = {}
    for image, value in values.items():
        found.setdefault(worksheet.class_of(image), []).append(f"{value:g}")
    return "; ".join(say("class_values", name=name, values=", ".join(numbers)) for name, numbers in found.items())


def _told(kernel: str) -> str:
    """Whether a filter separates the classes, with its numbers."""
    values = worksheet.pooled(kernel)
    gap = worksheet.gap(values)
    numbers = {"kernel": sheet.title(kernel), "values": _by_class(values)}
    return say("separates", **numbers, low=f"{gap[0]:g}", high=f"{gap[1]:g}") if gap else say("does_not", **numbers)


# --- the end ----------------------------------------------------------------------------------------------------------


def _ending() -> None:
    stage.now_try(LESSON, [Try(name, say("try_watch", kernel=sheet.title(name)), _watching(name)) for name in worksheet.filters()])
    stage.remember(say, LESSON)
    with stage.more(say, bias=f"{worksheet.bias():g}"):
        st.markdown(say("task"))
    code = (worksheet.answer, walkthrough.convolution, walkthrough.pooling, worksheet.separates)
    stage.source(code, worksheet.in_torch())


def _watching(kernel: str) -> Callable[[], None]:
    def watch() -> None:
        session.bind_widget("warmup.stuck", True)
        session.bind_widget("warmup.watched", kernel)

    return watch
