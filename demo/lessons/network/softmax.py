"""The page "A whole network", section "From scores to probabilities": softmax, number by number."""

from __future__ import annotations

import streamlit as st

from core.explain import activations
from demo.lessons.network.choice import Shown
from demo.text import speaker
from demo.ui import tables
from demo.ui.formatting import percent, signed
from demo.ui.tables import Column

say = speaker("network")


def render(shown: Shown) -> None:
    """From scores to probabilities: exponentials, their total, shares."""
    st.markdown(say("softmax_text"))
    found, result = shown.found, activations.softmax(shown.found.scores)
    rows = [
        {"class": label, "score": score, "exponential": exponential, "share": share}
        for label, score, exponential, share in zip(
            found.classes, found.scores.tolist(), result.exponentials.tolist(), result.probabilities.tolist(), strict=True
        )
    ]
    columns = {
        "class": Column(say("column_class")), "score": Column(say("column_score"), "number"),
        "exponential": Column(say("column_exponential"), "number"), "share": Column(say("column_chance"), "percent"),
    }  # fmt: skip
    tables.table(rows, columns, key="network.softmax", alt=say("softmax_text"))
    st.markdown(say("softmax_total", total=_large(result.total)))
    key = f"network.softmax.{shown.network.name}.{found.best}"
    label = st.selectbox(say("softmax_class"), found.classes, index=found.best, key=key, width=230)
    place = found.classes.index(label)
    numbers = {"score": signed(float(found.scores[place])), "exponential": _large(float(result.exponentials[place])), "total": _large(result.total)}
    st.markdown(say("softmax_one", label=label, share=percent(float(result.probabilities[place])), **numbers))
    st.caption(say("softmax_note"))


def _large(value: float) -> str:
    return f"{value:,.3f}"
