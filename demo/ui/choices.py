"""The options of a question as full-width buttons, and the same options with their marks once the answer is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import streamlit as st

RIGHT, WRONG = ":material/check:", ":material/close:"
STYLE = """
[class*="st-key-options-"] button { justify-content: flex-start; text-align: start; min-height: 3rem; padding: 0.4rem 1rem; border-width: 2px; }
[class*="st-key-options-"] button > * { justify-content: flex-start; width: 100%; }
[class*="st-key-options-"] button p { text-align: start; }
[class*="st-key-options-large-"] button { min-height: 64px; }
[class*="st-key-option-"] { border: 2px solid var(--lab-line); border-radius: 0.4rem; padding: 0.35rem 1rem; }
[class*="st-key-option-right-"] { border-color: light-dark(#0f6b85, #2080a0); background: light-dark(#e3eff3, #16323d); }
[class*="st-key-option-wrong-"] { border-color: var(--lab-wrong); }
[class*="st-key-option-"] [data-testid="stIconMaterial"] { font-size: 1.3em; }
[class*="st-key-option-right-"] [data-testid="stIconMaterial"] { color: var(--lab-do); }
[class*="st-key-option-wrong-"] [data-testid="stIconMaterial"] { color: var(--lab-wrong); }
[class*="st-key-verdict-"] .stAlertContainer {
  background: var(--lab-raised); color: var(--lab-ink); border-inline-start: 4px solid light-dark(#8a979f, #66747e);
}
[class*="st-key-verdict-right-"] .stAlertContainer { border-color: light-dark(#0f6b85, #4fb0cc); }
[class*="st-key-verdict-wrong-"] .stAlertContainer { border-color: var(--lab-wrong); }
[class*="st-key-verdict-"] .stAlertContainer :is(div, p, span) { color: inherit; }
"""
OWN = ".st-key-%s button { border-color: light-dark(#0f6b85, #2080a0); background: light-dark(#e3eff3, #16323d); }"
"""What is chosen already, where a choice may be changed."""


def buttons(
    options: Mapping[str, str], key: str, chosen: Callable[[str], None], current: str | None = None, *, large: bool = False, disabled: bool = False
) -> None:
    """Each option a button; a click is the answer. `current` is what was chosen before; `large` are those of a telephone in class."""
    own = OWN % re.sub(r"\W", "-", f"{key}.{current}") if current else ""
    st.html(f"<style>{STYLE}{own}</style>")
    with st.container(key=f"options.{'large.' if large else ''}{key}", gap="small"):
        for option, words in options.items():
            st.button(
                words, key=f"{key}.{option}", width="stretch", on_click=chosen, args=(option,), disabled=disabled,
                icon=":material/radio_button_checked:" if option == current else None,
            )  # fmt: skip


def marked(options: Mapping[str, str], key: str, right: str | None, guess: str | None) -> None:
    """The options once the answer is shown: ✓ at the right one, ✗ at a wrong guess, the others pale and without a mark."""
    st.html(f"<style>{STYLE}</style>")
    with st.container(gap="xsmall", key=f"marked.{key}"):
        for option, words in options.items():
            mark = "right" if option == right else "wrong" if option == guess and right is not None else "plain"
            icon = {"right": f"{RIGHT} ", "wrong": f"{WRONG} "}.get(mark, "")
            with st.container(key=f"option.{mark}.{key}.{option}"):
                st.markdown(f"{icon}**{words}**" if option == right else f"{icon}{words}")
