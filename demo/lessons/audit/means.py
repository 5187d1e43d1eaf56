"""Means that do not fit, and sentences that the numbers do not bear out."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.studies import audit
from core.studies.published import kannojia, published
from demo.charts import export, plots
from demo.charts.figure import RUNNING, TRAINING
from demo.charts.plots import Axis
from demo.classroom import asking, questions
from demo.text import speaker
from demo.ui import tables
from demo.ui.formatting import percent, table
from demo.ui.tables import Column

say = speaker("audit")
STATED, MEAN = plots.PUBLISHED, "#b3b3b3"


def render() -> None:
    """The question, then the printed accuracies beside their means, and the headline beside its mean."""
    if not asking.ask(questions.mean(), before=say("means")):
        return
    rows = audit.means(asking.cards("resolution"))
    st.markdown(say("means_rule"))
    _means(rows)
    _figure(rows)
    runs = list(dict.fromkeys(row.run for row in rows if row.run))
    if runs:
        tables.runs_behind(runs)
    _lacking(rows)
    st.markdown(say("means_why"))
    _headlines()


def _lacking(rows: Sequence[audit.MeanRow | audit.HeadlineRow]) -> None:
    """How the runs are made that would fill the empty places of a table."""
    names = list(dict.fromkeys(row.planned for row in rows if row.run is None))
    if names:
        asking.missing(f"python -m core pretrain {' '.join(names)}")


def verdict(possible: bool) -> str:
    """That a printed number is possible, or that it is not."""
    return say("possible" if possible else "impossible")


def _cell(row: audit.MeanRow) -> str:
    return say("protocol_cell", protocol=row.protocol.upper(), side=row.resolution)


def _means(rows: Sequence[audit.MeanRow]) -> None:
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


def _figure(rows: Sequence[audit.MeanRow]) -> None:
    series = {say("stated"): STATED, say("mean_of_classes"): MEAN, say("ours_accuracy"): TRAINING, say("ours_mean"): RUNNING}
    bars = [
        {"cell": _cell(row), "accuracy": 100 * share, "series": name}
        for row in rows
        for name, share in zip(series, (row.stated, row.mean, row.ours_accuracy, row.ours_mean), strict=True)
        if share is not None
    ]
    drawn = {bar["series"] for bar in bars}
    colours = {name: colour for name, colour in series.items() if name in drawn}
    axis = Axis("accuracy", say("accuracy_axis"), "d")
    order = [_cell(row) for row in rows]
    export.show(plots.bars(say("means_title"), bars, "cell", say("cell"), axis, "series", colours, order=order), key="audit.means.figure")


def _headlines() -> None:
    st.markdown(f"### {say('best_and_mean')}")
    rows = audit.headlines(asking.cards("architectures"))
    shown = [{**row.as_dict(), "possible": verdict(row.possible)} for row in rows]
    columns = {
        "name": Column(say("network")), "best_test": Column(say("best_test"), "percent"), "mean": Column(say("mean_of_classes"), "percent"),
        "possible": Column(say("mean_at_most_best")), "ours_test": Column(say("ours_test"), "percent"),
        "ours_mean": Column(say("ours_mean"), "percent"), "run": Column(say("run"), "run"),
    }  # fmt: skip
    tables.table(shown, columns, key="audit.headlines", alt=say("best_and_mean"))
    st.markdown(say("best_and_mean_text"))
    _lacking(rows)


# --- words against numbers -------------------------------------------------------------------------------------------


def words() -> None:
    """Where two places of a source, or its text and its numbers, do not go together."""
    if not asking.ask(questions.below(), before=say("words")):
        return
    rows = audit.headlines(asking.cards("architectures"))
    shown = [{**row.as_dict(), "below": _yes(row.train_below_test), "own_below": _yes(row.ours_below)} for row in rows]
    columns = {
        "name": Column(say("network")), "best_train": Column(say("best_train"), "percent"), "best_test": Column(say("best_test"), "percent"),
        "below": Column(say("train_below_test")), "ours_train": Column(say("ours_train"), "percent"),
        "ours_test": Column(say("ours_test"), "percent"), "own_below": Column(say("train_below_test")), "run": Column(say("run"), "run"),
    }  # fmt: skip
    tables.table(shown, columns, key="audit.below", alt=say("below_alt"))
    st.markdown(say("below_text"))
    _lacking(rows)
    st.markdown(f"### {say('statements')}")
    heads = [say("statement_says"), say("statement_but"), say("statement_reader")]
    values = _values()
    lines = [[say(f"says_{name}", **values), say(f"but_{name}", **values), say(f"reader_{name}")] for name in STATEMENTS]
    st.markdown(table(heads, lines, left=3))


def _yes(holds: bool | None) -> str | None:
    return None if holds is None else say("yes" if holds else "no")


STATEMENTS = ("deeper", "names", "loss", "headline", "paper")


def _values() -> dict[str, str]:
    """The printed numbers that the statements speak of."""
    best = published()["report"]["architectures"]["headline_percent"]
    totv, tvtv = kannojia("cifar10", "totv", 24), kannojia("cifar10", "tvtv", 24)
    assert totv and tvtv
    return {
        "arc2": f"{best['Arc2 Adam']['best_test']}%", "arc3": f"{best['Arc3 Adam']['best_test']}%",
        "paper_totv": percent(totv[0]), "paper_tvtv": percent(tvtv[0]),
    }  # fmt: skip
