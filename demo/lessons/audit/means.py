"""Means that do not fit: the accuracy that is printed, and the mean of the class accuracies that must be the same."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.studies import audit
from demo.classroom import asking, guessing, questions
from demo.lessons.audit import intervals
from demo.lessons.audit.intervals import Place
from demo.text import speaker
from demo.ui import finding, tables
from demo.ui.finding import Number, Screen, Way
from demo.ui.tables import Column

say = speaker("audit")
ROUNDING = 0.55
"""Points that a mean of printed accuracies may lie away from an accuracy that was rounded to a whole percent."""


def screen() -> Screen:
    """Where the mean must lie, and once the question is answered where it is printed."""
    guess = guessing.of(questions.mean())
    rows = audit.means(asking.cards("resolution"))
    places = [Place(say("cell_stated", cell=_cell(row), stated=f"{100 * row.stated:.0f}%"), -ROUNDING, ROUNDING, round(100 * (row.mean - row.stated), 2), row.if_rounded) for row in rows]
    ways = [Way(say("next", name=say("section_words")), "words"), Way(say("back", name=say("section_classes")), "classes")]
    figure = intervals.intervals(say("means_title"), say("axis_away"), places, whole=guess.shown)
    if not guess.shown:
        return Screen("audit.means", guess.question.words, say("means"), figure, guess.options, ways, whole=False)
    wrong, cut = sum(not row.if_rounded for row in rows), sum(row.if_rounded or row.if_cut for row in rows)

    def beside() -> None:
        finding.numbers([Number(f"{wrong} / {len(rows)}", say("means_number"), intervals.FAILS), Number(f"{cut} / {len(rows)}", say("means_cut"))], say("means_ours"))

    words = say("means_head" if wrong else "means_head_none", wrong=wrong, of=len(rows))
    return Screen("audit.means", words, guess.sentence(), figure, beside, ways, last=guess.again)


def lacking(rows: Sequence[audit.MeanRow | audit.HeadlineRow]) -> None:
    """How the runs are made that would fill the empty places of a table."""
    names = list(dict.fromkeys(row.planned for row in rows if row.run is None))
    if names:
        asking.missing(f"python -m core pretrain {' '.join(names)}")


def verdict(possible: bool) -> str:
    """That a printed number is possible, or that it is not."""
    return say("possible" if possible else "impossible")


def _cell(row: audit.MeanRow) -> str:
    return say("protocol_cell", protocol=row.protocol.upper(), side=row.resolution)


def table() -> None:
    """Stated accuracy and mean, with both ways of writing it, ours beside."""
    rows = audit.means(asking.cards("resolution"))
    st.markdown(say("means_rule"))
    shown = [
        {**row.as_dict(), "cell": _cell(row), "if_rounded": verdict(row.if_rounded), "if_cut": verdict(row.if_cut)} for row in rows
    ]
    columns = {
        "cell": Column(say("cell")), "stated": Column(say("stated"), "percent"), "mean": Column(say("mean_of_classes"), "percent"),
        "if_rounded": Column(say("if_rounded"), help=say("if_rounded_help")), "if_cut": Column(say("if_cut"), help=say("if_cut_help")),
        "ours_accuracy": Column(say("ours_accuracy"), "percent"), "ours_mean": Column(say("ours_mean"), "percent"),
        "run": Column(say("run"), "run"),
    }  # fmt: skip
    tables.table(shown, columns, key="audit.means", alt=say("means_title"))
    wrong = sum(not row.if_rounded for row in rows)
    st.markdown(say("means_found", wrong=wrong, of=len(rows), cut=sum(row.if_rounded or row.if_cut for row in rows)))
    lacking(rows)
    st.markdown(say("means_why"))


def headlines() -> None:
    """Study 2: the best of all epochs, and a mean that cannot be above it."""
    rows = audit.headlines(asking.cards("architectures"))
    shown = [{**row.as_dict(), "possible": verdict(row.possible)} for row in rows]
    columns = {
        "name": Column(say("network")), "best_test": Column(say("best_test"), "percent"), "mean": Column(say("mean_of_classes"), "percent"),
        "possible": Column(say("mean_at_most_best")), "ours_test": Column(say("ours_test"), "percent"),
        "ours_mean": Column(say("ours_mean"), "percent"), "run": Column(say("run"), "run"),
    }  # fmt: skip
    tables.table(shown, columns, key="audit.headlines", alt=say("evidence_best"))
    st.markdown(say("best_and_mean_text"))
    lacking(rows)
