"""The sheet of the page "Warm-up": an image, the two filters, and fields for what comes out, checked one by one."""

from __future__ import annotations

import html
from collections.abc import Iterator

import streamlit as st

from core.explain import worksheet
from core.explain.walkthrough import Numbers
from demo.text import speaker
from demo.visitor import session

say = speaker("warmup")
POOLED = "pooled"
CELL = "width:{size}rem;height:{size}rem;text-align:center;border:1px solid #8a979f;padding:0;"
SMALL, LARGE = 1.8, 2.4
"""A cell's side: four images beside each other, or one to work on."""
DARK, LIGHT, BLUE, PALE = "#000;color:#fff", "#fff;color:#000", "#2166ac;color:#fff", "#f3f6f8;color:#000"
RIGHT, WRONG = ":material/check:", ":material/close:"


def slug(image: str) -> str:
    """An image's name as a word of an address.

    >>> slug("class 1 a")
    'class_1_a'
    """
    return image.replace(" ", "_")


def image_title(image: str) -> str:
    """Its name on the page."""
    return say(f"section_{slug(image)}")


def title(kernel: str) -> str:
    """A filter's name on the page."""
    return say(f"filter_{kernel}")


def overview() -> None:
    """All images and filters side by side."""
    with st.container(horizontal=True, gap="small"):
        for image, pixels in worksheet.images().items():
            with st.container(width="content"):
                _table(pixels, image_title(image), DARK, LIGHT, SMALL)
        for kernel, weights in worksheet.filters().items():
            with st.container(width="content"):
                _table(weights, say("filter_named", kernel=title(kernel)), PALE, BLUE, SMALL)


def render(image: str) -> None:
    """The image, and for each filter its weights, its feature map and its pooled value to fill in."""
    with st.container(horizontal=True, gap="medium"):
        with st.container(width="content"):
            _table(worksheet.images()[image], image_title(image), DARK, LIGHT)
        for kernel, weights in worksheet.filters().items():
            with st.container(horizontal=True, width="content", gap="small"):
                with st.container(width="content"):
                    _table(weights, say("filter_named", kernel=title(kernel)), PALE, BLUE)
                with st.container(width="content", gap="xsmall"):
                    _fields(image, kernel)


def _table(values: Numbers, caption: str, zero: str, one: str, size: float = LARGE) -> None:
    rows = "".join(
        "<tr>" + "".join(f"<td style='{CELL.format(size=size)}background:{one if cell else zero}'>{cell:g}</td>" for cell in row) + "</tr>"
        for row in values
    )
    name = f"<caption style='text-align:start;white-space:nowrap;font-weight:600;padding-bottom:.4rem'>{html.escape(caption)}</caption>"
    st.html(f"<table style='border-collapse:collapse;font-size:1rem'>{name}{rows}</table>")


def _fields(image: str, kernel: str) -> None:
    answer = worksheet.answer(worksheet.images()[image], worksheet.filters()[kernel])
    st.markdown(say("feature_map"))
    for row in range(2):
        with st.container(horizontal=True, gap="xsmall"):
            for column in range(2):
                label = say("cell", kernel=title(kernel), row=row + 1, column=column + 1)
                _field(_name(image, kernel, f"{row}{column}"), answer.feature_map[row, column], label)
    st.markdown(say("pooled"))
    _field(_name(image, kernel, POOLED), answer.pooled, say("pooled_of", kernel=title(kernel)))


def _field(name: str, expected: float, label: str) -> None:
    """One cell. What is typed stays, also while another image is looked at."""
    written = session.get_state(name, "")
    mark = None if not written else RIGHT if _is(written, expected) else WRONG
    key = session.bind_widget(f"field.{name}", written)
    st.text_input(
        label, key=key, label_visibility="collapsed", icon=mark, width=92, max_chars=5, autocomplete="off",
        on_change=lambda: session.set_state(name, session.typed(key)),
    )  # fmt: skip


def _name(image: str, kernel: str, cell: str) -> str:
    return f"warmup.{slug(image)}.{kernel}.{cell}"


def _is(written: str, expected: float) -> bool:
    """Whether somebody wrote this number, as 2, 2.0 or 2,0."""
    try:
        return float(written.strip().replace(",", ".").replace("\u2212", "-")) == expected
    except ValueError:
        return False


# --- how far the learner is -----------------------------------------------------------------------------------------


def _cells() -> Iterator[tuple[str, float]]:
    for image, pixels in worksheet.images().items():
        for kernel, weights in worksheet.filters().items():
            answer = worksheet.answer(pixels, weights)
            for row in range(2):
                for column in range(2):
                    yield _name(image, kernel, f"{row}{column}"), float(answer.feature_map[row, column])
            yield _name(image, kernel, POOLED), answer.pooled


def progress() -> tuple[int, int]:
    """How many cells are right, of all."""
    right = [_is(session.get_state(name, ""), expected) for name, expected in _cells()]
    return sum(right), len(right)


def found(image: str, kernel: str) -> bool:
    """Whether the learner has found the pooled value."""
    return _is(session.get_state(_name(image, kernel, POOLED), ""), worksheet.pooled(kernel)[image])
