"""A confusion matrix of a run as a table of doors, for the pages of studies; the figure can be taken home as before."""

from __future__ import annotations

import streamlit as st

from core.vocabulary.errors import LabError
from core.vocabulary.records import Matrix
from demo import text
from demo.charts import export
from demo.charts.confusion import Numbers
from demo.charts.figure import Figure
from demo.components.window import read
from demo.timeline import doors, kept, payload
from demo.visitor import navigation, session

NAMES = ("packed", "matrix", "doors")
_view = st.components.v2.component(
    "lab_matrix", html='<div class="timeline"></div>\n', css=read("timeline/timeline.css"),
    js=read("numbers.js", *(f"timeline/{name}.js" for name in NAMES)),
)  # fmt: skip


def show(figure: Figure, counts: Matrix, run: str, side: int, what: str, numbers: Numbers, key: str) -> None:
    """The matrix of a run's test, seen at `side` pixels; `figure` is the same as it is taken home, and alone where nobody
    knows the run."""
    try:
        now = session.manager().snapshot(run)
    except LabError:
        return export.show(figure, key=key)
    of = f"{kept.TEST}-{side}"

    def door() -> None:
        if sent := session.typed(f"{key}.doors")["door"]:
            navigation.open_door(sent)

    asked = {"run": run, "set": of, "epoch": now.result.epoch if now.result else 0}
    data = {"words": text.everything("timeline"), "matrix": payload.matrix(counts), "classes": list(now.facts.classes), "numbers": numbers,
            "what": what, "opens": kept.keeps_test(now, of), "asked": asked}  # fmt: skip
    with st.container(key=f"figure-{key}"):
        _view(key=f"{key}.doors", data=data, on_door_change=door)
        export.take(figure, key)
    navigation.door_just_opened()  # here it is drawn below the matrix
    doors.inline(run)
