"""What every lesson ends with: what happened, what to remember, what to try next, and the very code that ran."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from demo.text import Say, speaker

common = speaker("lesson")


def end(say: Say, happened: str, code: Sequence[Callable[..., Any]], in_torch: str) -> None:
    """`happened` is the answer to the lesson's question; `say("remember")` and `say("next")` are lists.

    `code`: the functions that computed what the page shows; `in_torch`: the line of PyTorch that gives the same.
    """
    with st.container(border=True):
        st.markdown(f"#### {common('happened')}\n\n{happened}")
    left, right = st.columns(2, gap="large")
    left.markdown(f"#### {common('remember')}\n\n{say('remember')}")
    right.markdown(f"#### {common('next')}\n\n{say('next')}")
    with st.expander(common("code"), icon=":material/code:"):
        st.markdown(common("in_torch"))
        st.code(f"import torch\nfrom torch.nn import functional as F\n\n{in_torch}", language="python")
        st.markdown(common("source"))
        for function in code:
            st.code(inspect.getsource(function), language="python")
