"""The options of a question as full-width buttons, and the same options with their marks once the answer is shown (look.css says how they look)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import streamlit as st

RIGHT, WRONG = ":material/check:", ":material/close:"
OWN = ".st-key-%s button { border-color: var(--lab-do); background: light-dark(#e3eff3, #16323d); }"
"""What is chosen already, where a choice may be changed."""


def buttons(
    options: Mapping[str, str], key: str, chosen: Callable[[str], None], current: str | None = None, *, large: bool = False, disabled: bool = False
) -> None:
    """Each option a button; a click is the answer. `current` is what was chosen before; `large` are those of a telephone in class."""
    if current:
        own = OWN % re.sub(r"\W", "-", f"{key}.{current}")
        st.html(f"<style>{own}</style>")
    with st.container(key=f"options.{'large.' if large else ''}{key}", gap="xsmall"):
        for option, words in options.items():
            st.button(
                words, key=f"{key}.{option}", width="stretch", on_click=chosen, args=(option,), disabled=disabled,
                icon=":material/radio_button_checked:" if option == current else None,
            )  # fmt: skip


def marked(options: Mapping[str, str], key: str, right: str | None, guess: str | None) -> None:
    """The options once the answer is shown: ✓ at the right one, ✗ at a wrong guess, the others pale and without a mark."""
    with st.container(gap="xsmall", key=f"marked.{key}"):
        for option, words in options.items():
            mark = "right" if option == right else "wrong" if option == guess and right is not None else "plain"
            icon = {"right": f"{RIGHT} ", "wrong": f"{WRONG} "}.get(mark, "")
            with st.container(key=f"option.{mark}.{key}.{option}"):
                st.markdown(f"{icon}**{words}**" if option == right else f"{icon}{words}")
