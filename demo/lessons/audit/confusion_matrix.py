"""How to tell: a confusion matrix to change by hand, and every score that follows from it."""

from __future__ import annotations

import streamlit as st

from core.classroom.questions.audit import BALANCED, UNBALANCED
from core.studies import audit
from core.vocabulary import metrics
from core.vocabulary.records import Matrix
from demo.classroom import guessing, questions
from demo.text import speaker
from demo.ui import finding, tables
from demo.ui.finding import Number, Screen, Way
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
STYLE = """
[class*="st-key-audit_matrix_"] { flex-wrap: nowrap !important; column-gap: 0.4rem !important; }
"""
"""A row of the matrix is one row on a telephone too."""
SCORES = ("recall", "precision", "f1")
MOST = 10_000


def screen() -> Screen:
    """A matrix to change by hand; once the question is answered with all scores that follow from it."""
    guess = guessing.of(questions.equal())
    matrix: Matrix = session.get_state(MATRIX, EXAMPLES["balanced"])
    ways = [Way(say("next", name=say("section_classes")), "classes"), Way(say("back", name=say("section_scores")), "scores")]

    def stage() -> None:
        _examples()
        _grid(matrix)
        if guess.shown:
            left, right = st.columns([5, 4])
            with left:
                _by_class(matrix)
            with right:
                _means(matrix)

    if not guess.shown:
        return Screen("audit.matrix", guess.question.words, say("matrix"), stage, guess.options, ways, whole=False)
    return Screen("audit.matrix", say("matrix_head"), guess.sentence(), stage, lambda: _accuracy(matrix), ways, last=guess.again)


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

    st.html(f"<style>{STYLE}</style>")
    for truth, row, counts in zip(classes, keys, matrix, strict=True):
        with st.container(horizontal=True, gap="small", vertical_alignment="center" if truth != classes[0] else "bottom", key=f"audit_matrix_{truth}"):
            st.markdown(say("really", name=truth), width=116)
            for guess, key, count in zip(classes, row, counts, strict=True):
                st.number_input(
                    say("called", name=guess), label_visibility="visible" if truth == classes[0] else "collapsed", min_value=0, max_value=MOST, step=1, key=session.bind_widget(key, count),
                    on_change=apply, width=72,
                )  # fmt: skip


def _by_class(matrix: Matrix) -> None:
    rows = metrics.class_table(matrix, _classes())
    columns = {"class": Column(say("class")), "predicted": Column(say("named"), "count"), **{score: Column(say(score), "percent") for score in SCORES}}  # fmt: skip
    tables.table(rows, columns, key="audit.matrix.classes", alt=say("by_class"))


def _accuracy(matrix: Matrix) -> None:
    """What all micro averages are."""
    hits, total = audit.right(matrix), sum(map(sum, matrix))
    finding.numbers([Number(percent(metrics.accuracy(matrix)), say("hits_of", hits=hits, total=total), "#1d8ba8")], say("micro_short"))


def _means(matrix: Matrix) -> None:
    """The three averages."""
    means = [{**row.as_dict(), "score": say(row.score)} for row in audit.averages(matrix)]
    columns = {"score": Column(say("score")), **{mean: Column(say(mean), "percent") for mean in ("macro", "weighted", "micro")}}
    tables.table(means, columns, key="audit.matrix.means", alt=say("by_mean"))


def why() -> None:
    """Why all micro averages are one number, and what to try."""
    matrix: Matrix = session.get_state(MATRIX, EXAMPLES["balanced"])
    hits, total = audit.right(matrix), sum(map(sum, matrix))
    accuracy = percent(metrics.accuracy(matrix))
    st.markdown(say("micro_is_accuracy", hits=hits, total=total, wrong=total - hits, accuracy=accuracy))
    st.markdown(say("matrix_try"))
