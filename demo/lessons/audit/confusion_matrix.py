"""How to tell: a confusion matrix to change by hand, and every score that follows from it."""

from __future__ import annotations

import streamlit as st

from core.classroom.questions.audit import BALANCED, UNBALANCED
from core.studies import audit
from core.vocabulary import metrics
from core.vocabulary.records import Matrix
from demo.classroom import asking, questions
from demo.text import speaker
from demo.ui import tables
from demo.ui.formatting import percent
from demo.ui.tables import Column
from demo.visitor import session

say = speaker("audit")
EXAMPLES: dict[str, Matrix] = {
    "balanced": BALANCED,
    "attractor": [[4, 6, 0], [0, 10, 0], [1, 6, 3]],
    "rare": UNBALANCED,
    "last": [[5, 1, 0], [1, 4, 0], [0, 1, 4]],
}
"""Examples to start from, ours and invented: rows are the truth."""
MATRIX = "audit.matrix"
SCORES = ("recall", "precision", "f1")
MOST = 10_000


def render() -> None:
    """The question, then examples, the matrix to change, and its scores."""
    if not asking.ask(questions.equal(), before=say("matrix")):
        return
    _examples()
    matrix: Matrix = session.get_state(MATRIX, EXAMPLES["balanced"])
    grid, scores = st.columns([2, 3], gap="large")
    with grid:
        _grid(matrix)
    with scores:
        _scores(matrix)
    st.markdown(say("matrix_try"))


def _examples() -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(say("examples"), width="content")
        for name, matrix in EXAMPLES.items():
            if st.button(say(f"example_{name}"), key=f"audit.example.{name}"):
                session.set_state(MATRIX, matrix)
                st.rerun()


def _classes() -> list[str]:
    return [name.strip() for name in say("matrix_classes").split(",")]


def _grid(matrix: Matrix) -> None:
    """A number for each cell; a row a true class, so that it also fits a telephone."""
    classes = _classes()
    keys = [[f"audit.cell.{row}.{column}" for column in range(len(classes))] for row in range(len(classes))]

    def apply() -> None:
        session.set_state(MATRIX, [[int(session.typed(key)) for key in row] for row in keys])

    for truth, row, counts in zip(classes, keys, matrix, strict=True):
        st.markdown(say("really", name=truth))
        with st.container(horizontal=True, gap="small"):
            for guess, key, count in zip(classes, row, counts, strict=True):
                st.number_input(
                    say("called", name=guess), min_value=0, max_value=MOST, step=1, key=session.bind_widget(key, count),
                    on_change=apply, width=96,
                )  # fmt: skip


def _scores(matrix: Matrix) -> None:
    rows = metrics.class_table(matrix, _classes())
    columns = {"class": Column(say("class")), "support": Column(say("pictures"), "count"),
               "predicted": Column(say("named"), "count"), **{score: Column(say(score), "percent") for score in SCORES}}  # fmt: skip
    tables.table(rows, columns, key="audit.matrix.classes", alt=say("by_class"))
    means = [{**row.as_dict(), "score": say(row.score)} for row in audit.averages(matrix)]
    columns = {"score": Column(say("score")), **{mean: Column(say(mean), "percent") for mean in ("macro", "weighted", "micro")}}
    tables.table(means, columns, key="audit.matrix.means", alt=say("by_mean"))
    hits, total = audit.right(matrix), sum(map(sum, matrix))
    accuracy = percent(metrics.accuracy(matrix))
    st.markdown(say("micro_is_accuracy", hits=hits, total=total, wrong=total - hits, accuracy=accuracy))
