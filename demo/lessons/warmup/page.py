"""The page "Warm-up": convolution and pooling by hand, each cell checked, then the decision which filter is worth it."""

from __future__ import annotations

import streamlit as st

from core.explain import walkthrough, worksheet
from demo.classroom import asking, questions
from demo.components import window
from demo.components.window import ImageView, Slide
from demo.lessons.warmup import worksheet as sheet
from demo.text import speaker
from demo.ui import stage
from demo.ui.formatting import table
from demo.visitor import session

say = speaker("warmup")
SOLVED = "warmup.solved"


def render() -> None:
    """The whole page. Nothing here imports torch."""
    st.title(say("title"), anchor=False)
    if not asking.ask(questions.warmup(), subject=_task):
        return
    chosen = asking.sections(say, [sheet.slug(name) for name in worksheet.images()])
    image = next(name for name in worksheet.images() if sheet.slug(name) == chosen)
    st.markdown(say("task"))
    sheet.render(image)
    right, cells = sheet.progress()
    st.progress(right / cells, say("progress", right=right, cells=cells))
    if st.toggle(say("stuck"), key="warmup.stuck"):
        _watch(image)
    _decide()
    if session.get_state(SOLVED, False):
        _end()


def _task() -> None:
    """The images, the filters, and what is done with them."""
    st.markdown(say("intro", bias=f"{worksheet.bias():g}"))
    sheet.overview()


def _watch(image: str) -> None:
    """The view of lesson 1, with this image."""
    name = st.segmented_control(
        say("filter"), list(worksheet.filters()), default="plus", required=True, key="warmup.watched", format_func=sheet.title
    ) or "plus"  # fmt: skip
    kernel = worksheet.filters()[name][None]
    pixels = ImageView(worksheet.images()[image][None])
    window.convolution(pixels, kernel, worksheet.bias(), worksheet.ACTIVATION, Slide(), "warmup.view")


# --- the decision ---------------------------------------------------------------------------------------------------


def _decide() -> None:
    """Which filter separates the classes, and with which threshold."""
    st.subheader(say("decide"), anchor=False)
    st.markdown(say("decide_text"))
    names = list(worksheet.filters())
    rows = [[sheet.image_title(image), *(_pooled(image, name) for name in names)] for image in worksheet.images()]
    st.markdown(table([say("picture"), *map(sheet.title, names)], rows))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kernel = st.radio(say("filter"), names, index=None, key="warmup.filter", format_func=sheet.title, horizontal=True)
        threshold = st.number_input(
            say("threshold"), 0.0, 9.0, None, step=0.5, key="warmup.threshold", format="%.1f", help=say("threshold_help"), width=180
        )
    if kernel is not None and threshold is not None:
        _verdict(kernel, threshold)
    if not session.get_state(SOLVED, False) and st.button(say("give_up"), key="warmup.give_up", type="tertiary"):
        session.set_state(SOLVED, True)
        st.rerun()


def _pooled(image: str, kernel: str) -> str:
    """The pooled value, once the learner has found it."""
    value = worksheet.pooled(kernel)[image]
    return f"{value:g}" if sheet.found(image, kernel) or session.get_state(SOLVED, False) else "?"


def _verdict(kernel: str, threshold: float) -> None:
    values = worksheet.pooled(kernel)
    numbers = {"kernel": sheet.title(kernel), "threshold": f"{threshold:g}", "values": _by_class(values)}
    if worksheet.separates(values, threshold):
        session.set_state(SOLVED, True)
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


def _end() -> None:
    """Which filters separate, with their numbers."""
    lines = []
    for name in worksheet.filters():
        values = worksheet.pooled(name)
        gap = worksheet.gap(values)
        numbers = {"kernel": sheet.title(name), "values": _by_class(values)}
        lines.append(say("separates", **numbers, low=f"{gap[0]:g}", high=f"{gap[1]:g}") if gap else say("does_not", **numbers))
    code = (worksheet.answer, walkthrough.convolution, walkthrough.pooling, worksheet.separates)
    stage.end(say, "\n\n".join(lines), code, worksheet.in_torch())
