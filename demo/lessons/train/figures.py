"""The figures of a run that is over, to be taken home: curves, confusion matrices and scores, drawn when somebody opens them."""

from __future__ import annotations

import streamlit as st

from core.runs.snapshot import Snapshot
from core.vocabulary.records import Matrix
from demo.charts import class_pictures, curves, export
from demo.charts.confusion import Numbers, confusion_matrix
from demo.lessons.train import pretrained
from demo.text import speaker
from demo.ui.formatting import scores_table
from demo.visitor import session

say = speaker("train")
NUMBERS: tuple[Numbers, ...] = ("counts", "shares")
KEY = "live.figures"


def render(now: Snapshot) -> None:
    """The fold; nothing of it is computed before it is open."""
    if not now.epochs:
        return
    fold = st.expander(say("figures"), key=KEY, on_change="rerun")
    if fold.open:
        with fold:
            _curves(now)
            _matrix(now)


def _curves(now: Snapshot) -> None:
    left, right = st.columns(2)
    with left:
        export.show(curves.loss(now), key="live.loss")
    with right:
        export.show(curves.accuracy(now), key="live.accuracy")


def matrices(now: Snapshot) -> dict[str, tuple[Matrix, str]]:
    """The confusion matrices that there are, by name, each with what it shows; the best one to look at first."""
    last = now.epochs[-1] if now.epochs else None
    found = {}
    if now.result:
        found["test"] = now.result.confusion, say("matrix_test_title")
    if last and last.validation_confusion:
        found["validation"] = last.validation_confusion, say("matrix_validation_title", epoch=last.epoch)
    if last and last.train_confusion:
        found["training"] = last.train_confusion, say("matrix_training_title")
    return found


def _matrix(now: Snapshot) -> None:
    found = matrices(now)
    if not found:
        st.caption(say("no_matrix"))
        return
    which, numbers = _matrix_choice(list(found))
    matrix, what = pretrained.test_matrix(now) if which == "test" and now.evaluations else found[which]
    classes = now.facts.classes
    export.show(confusion_matrix(matrix, classes, what, numbers, class_pictures.of(now.recipe.dataset)), key="live.matrix")
    st.markdown(f"**{say('table', what=what)}**", help=say("table_note"))
    st.markdown(scores_table(matrix, classes, say))


def _matrix_choice(options: list[str]) -> tuple[str, Numbers]:
    with st.container(horizontal=True):
        remembered = session.get_state("matrix")
        key = session.bind_widget("live.which", remembered if remembered in options else options[0])
        which = st.segmented_control(
            say("matrix"), options, required=True, key=key, format_func=lambda name: say(f"matrix_{name}"),
            help=say("matrix_help"), on_change=lambda: session.set_state("matrix", session.typed("live.which")),
        )  # fmt: skip
        key = session.bind_widget("live.numbers", session.get_state("numbers", "counts"))
        numbers = st.segmented_control(
            say("numbers"), NUMBERS, required=True, key=key, format_func=lambda name: say(f"numbers_{name}"),
            on_change=lambda: session.set_state("numbers", session.typed("live.numbers")),
        )  # fmt: skip
    return which or options[0], numbers or "counts"
