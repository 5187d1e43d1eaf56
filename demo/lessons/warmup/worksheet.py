"""The sheet of the page "Warm-up": an image, the two filters, and fields for what comes out, checked one by one."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator

import streamlit as st

from core.explain import worksheet
from core.explain.walkthrough import Numbers
from demo.text import speaker
from demo.visitor import session

say = speaker("warmup")
POOLED, UNKNOWN = "pooled", "?"
STYLE = """
.bits { border-collapse: collapse; font-size: 0.95rem; margin: 0 auto; }
.bits td { width: var(--cell, 1.55rem); height: var(--cell, 1.55rem); padding: 0; text-align: center; border: 1px solid #8a979f; }
.bits .dark { background: #000; color: #fff; } .bits .light { background: #fff; color: #000; }
.bits .blue { background: #2166ac; color: #fff; } .bits .pale { background: #f3f6f8; color: #000; }
.sheet { border-collapse: separate; border-spacing: 0.5rem 0.6rem; margin: 0 auto; }
.sheet th { font-weight: 600; font-size: 0.85rem; padding: 0; text-align: center; vertical-align: bottom; }
.sheet.small { border-spacing: 0.4rem 0.35rem; } .sheet.small .bits { --cell: 1.15rem; font-size: 0.8rem; } .sheet.small .value { font-size: 1.3rem; }
.sheet > tbody > tr > td { text-align: center; vertical-align: middle; padding: 0; }
.sheet .value { height: 3.1rem; font-size: 1.5rem; border-radius: 0.4rem; background: var(--lab-raised); }
.sheet .hatched { background: repeating-linear-gradient(45deg, transparent 0 6px, var(--lab-line) 6px 7px); color: var(--lab-quiet); }
.sheet .here { outline: 3px solid var(--lab-here); outline-offset: 1px; }
.large { --cell: 2.3rem; }
[class*="st-key-field-warmup-"] input { font-size: 1.1rem; text-align: center; padding-inline: 0.3rem; }
@media (max-width: 640px) { .bits { --cell: 0.98rem; font-size: 0.7rem; } .large { --cell: 2rem; font-size: 0.9rem; } .sheet { border-spacing: 0.2rem 0.4rem; } .sheet th { font-size: 0.75rem; } }
"""
MARKED = """
.st-key-%s [data-testid="stTextInputRootElement"] { border: 2px solid %s; }
.st-key-%s [data-testid="stIconMaterial"] { color: %s; font-size: 1.5rem; font-weight: 700; }
"""
"""A cell that is right or wrong: by its mark and by its colour."""
COLOURS = {True: "var(--lab-do)", False: "var(--lab-wrong)"}
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


def overview(values: Callable[[str, str], str], here: str = "") -> None:
    """The images beside each other, and below them what each filter makes of them: `values(image, filter)`, "" unknown.

    `here`: the image that is worked on.
    """
    images, filters = worksheet.images(), worksheet.filters()
    heads = "".join(
        f"<th scope='col'>{html.escape(image_title(name))}<div class='{'here' if name == here else ''}'>{_bits(pixels, 'dark', 'light')}</div></th>"
        for name, pixels in images.items()
    )
    rows = "".join(
        f"<tr><th scope='row'>{html.escape(title(kernel))}{_bits(weights, 'pale', 'blue')}</th>"
        + "".join(_value(values(image, kernel)) for image in images) + "</tr>"
        for kernel, weights in filters.items()
    )  # fmt: skip
    st.html(f"<style>{STYLE}</style><table class='sheet{' small' if here else ''}'><tr><td></td>{heads}</tr>{rows}</table>")


def _value(words: str) -> str:
    return f"<td class='value'>{html.escape(words)}</td>" if words else f"<td class='value hatched'>{UNKNOWN}</td>"


def render(image: str) -> None:
    """The image, and for each filter its weights, its feature map and its pooled value to fill in."""
    marks: list[str] = []
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        with st.container(width="content"):
            st.html(f"<div class='large'>{_bits(worksheet.images()[image], 'dark', 'light')}</div>")
        with st.container(width="content", gap="small"):
            for kernel, weights in worksheet.filters().items():
                with st.container(horizontal=True, width="content", gap="small", vertical_alignment="center"):
                    with st.container(width="content"):
                        st.html(_bits(weights, "pale", "blue"))
                    marks += _fields(image, kernel)
    if marks:
        st.html(f"<style>{''.join(marks)}</style>")


def _bits(values: Numbers, zero: str, one: str) -> str:
    """A table of zeros and ones."""
    rows = "".join("<tr>" + "".join(f"<td class='{one if cell else zero}'>{cell:g}</td>" for cell in row) + "</tr>" for row in values)
    return f"<table class='bits'>{rows}</table>"


def _fields(image: str, kernel: str) -> list[str]:
    """The cells of one filter; how those that are filled in look."""
    answer = worksheet.answer(worksheet.images()[image], worksheet.filters()[kernel])
    marks = []
    with st.container(width="content", gap="xsmall"):
        for row in range(2):
            with st.container(horizontal=True, gap="xsmall"):
                for column in range(2):
                    label = say("cell", kernel=title(kernel), row=row + 1, column=column + 1)
                    marks.append(_field(_name(image, kernel, f"{row}{column}"), answer.feature_map[row, column], label))
    with st.container(width="content", gap="xsmall"):
        st.markdown(say("pooled"))
        marks.append(_field(_name(image, kernel, POOLED), answer.pooled, say("pooled_of", kernel=title(kernel))))
    return marks


def _field(name: str, expected: float, label: str) -> str:
    """One cell, and how it looks. What is typed stays, also while another image is looked at."""
    written = _written(name)
    right = _is(written, expected)
    key = session.bind_widget(f"field.{name}", written)
    st.text_input(
        label, key=key, label_visibility="collapsed", icon=None if not written else RIGHT if right else WRONG, width=88, max_chars=5,
        autocomplete="off", on_change=lambda: session.keep_answer(name, session.typed(key) or None),
    )  # fmt: skip
    own = key.replace(".", "-")
    return MARKED % (own, COLOURS[right], own, COLOURS[right]) if written else ""


def _name(image: str, kernel: str, cell: str) -> str:
    return f"warmup.{slug(image)}.{kernel}.{cell}"


def _written(name: str) -> str:
    """What stands in a cell."""
    return str(session.answer(name) or "")


def _is(written: str, expected: float) -> bool:
    """Whether somebody wrote this number, as 2, 2.0 or 2,0."""
    try:
        return float(written.strip().replace(",", ".").replace("\u2212", "-")) == expected
    except ValueError:
        return False


# --- how far the learner is -----------------------------------------------------------------------------------------


def progress(image: str) -> tuple[int, int]:
    """How many cells of an image are right, of all that it has."""
    cells = [cell for kernel in worksheet.filters() for cell in _cells(image, kernel)]
    return sum(_is(_written(name), expected) for name, expected in cells), len(cells)


def _cells(image: str, kernel: str) -> Iterator[tuple[str, float]]:
    answer = worksheet.answer(worksheet.images()[image], worksheet.filters()[kernel])
    for row in range(2):
        for column in range(2):
            yield _name(image, kernel, f"{row}{column}"), float(answer.feature_map[row, column])
    yield _name(image, kernel, POOLED), answer.pooled


def found(image: str, kernel: str) -> bool:
    """Whether the learner has found the pooled value."""
    return _is(_written(_name(image, kernel, POOLED)), worksheet.pooled(kernel)[image])


def fill(image: str) -> None:
    """Writes the right numbers into the cells of an image."""
    for kernel in worksheet.filters():
        for name, expected in _cells(image, kernel):
            session.keep_answer(name, f"{expected:g}")
