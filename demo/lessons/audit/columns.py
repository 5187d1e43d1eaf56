"""Columns that are the same, scores that contradict each other, and answers that do not add up."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.studies import audit
from demo.charts import export, plots
from demo.charts.figure import TRAINING, Figure
from demo.charts.plots import Axis
from demo.classroom import asking, questions
from demo.text import speaker
from demo.ui import tables
from demo.ui.formatting import percent, whole
from demo.ui.tables import Column
from demo.visitor import session

say = speaker("audit")
IMPLIED = "#b3b3b3"


def render() -> None:
    """The question, then equal columns, the recall that F1 implies, and the sums of all answers."""
    cards = asking.cards("architectures")
    if not asking.ask(questions.chance(), before=say("columns")):
        return
    _pairs(audit.equal_columns(cards))
    lacking = [f"fashion-{short}" for name, short in audit.RUNS.items() if name not in audit.results(cards)]
    if lacking:
        asking.missing(f"python -m core pretrain {' '.join(lacking)}")
    st.markdown(f"### {say('implied')}")
    st.markdown(say("implied_text"))
    key = session.bind_widget("audit.run", session.get_state("audit.run_shown", next(iter(audit.RUNS))))
    name = st.segmented_control(
        say("network"), list(audit.RUNS), key=key, required=True,
        on_change=lambda: session.set_state("audit.run_shown", session.typed(key)),
    )  # fmt: skip
    name = name or next(iter(audit.RUNS))
    _implied(name, audit.implied(name, cards))
    st.markdown(f"### {say('sums')}")
    st.markdown(say("sums_text"))
    _sums(audit.guesses(cards))


def _pairs(rows: Sequence[audit.EqualRow]) -> None:
    shown = [
        {"pair": say("pair", one=row.one, other=row.other), **row.printed, **{f"ours_{measure}": count for measure, count in row.ours.items()}}
        for row in rows
    ]
    columns: dict[str, Column] = {"pair": Column(say("pair_column"))}
    for measure in audit.MEASURES:
        columns[measure] = Column(say(f"same_{measure}"), "count")
    for measure in audit.MEASURES:
        columns[f"ours_{measure}"] = Column(say(f"ours_same_{measure}"), "count")
    tables.table(shown, columns, key="audit.pairs", alt=say("pairs_alt"))
    copied = audit.copies()
    most = max(row.printed["accuracy_percent"] for row in rows)
    st.markdown(say("pairs_found", names=", ".join(copied), count=len(copied), copies=len(copied) - 1, most=most))
    runs = sorted({run for row in rows for run in row.runs})
    if runs:
        tables.runs_behind(runs)


def _implied(name: str, rows: Sequence[audit.ImpliedRow]) -> None:
    shown = [
        {**row.as_dict(), "range": say("range", low=percent(row.low), high=percent(row.high)),
         "possible": say("possible" if row.possible else "impossible")}
        for row in rows
    ]  # fmt: skip
    columns = {
        "class": Column(say("class")), "precision": Column(say("precision"), "printed"), "f1": Column(say("f1"), "printed"),
        "range": Column(say("implied_range"), help=say("implied_help")), "accuracy": Column(say("accuracy_percent"), "percent"),
        "possible": Column(say("together")), "ours_recall": Column(say("ours_recall"), "percent"),
        "ours_precision": Column(say("ours_precision"), "percent"), "ours_f1": Column(say("ours_f1"), "percent"),
        "run": Column(say("run"), "run"),
    }  # fmt: skip
    tables.table(shown, columns, key=f"audit.implied.{name}", alt=say("implied_alt", name=name))
    wrong = [row.label for row in rows if not row.possible]
    st.markdown(say("implied_found", name=name, wrong=len(wrong), of=len(rows), names=", ".join(wrong)))
    export.show(_figure(name, rows), key="audit.implied.figure")


def _figure(name: str, rows: Sequence[audit.ImpliedRow]) -> Figure:
    series = {say("accuracy_percent"): plots.PUBLISHED, say("implied_by"): IMPLIED, say("ours_recall"): TRAINING}
    bars = [
        {"class": row.label, "recall": 100 * share, "series": label}
        for row in rows
        for label, share in zip(series, (row.accuracy, row.implied, row.ours_recall), strict=True)
        if share is not None
    ]
    drawn = {bar["series"] for bar in bars}
    colours = {label: colour for label, colour in series.items() if label in drawn}
    axis = Axis("recall", say("recall_axis"), "d")
    order = [row.label for row in rows]
    return plots.bars(say("implied_title", name=name), bars, "class", say("class"), axis, "series", colours, order=order, angle=-40)


def _sums(rows: Sequence[audit.SumRow]) -> None:
    shown = [
        {
            "name": row.name, "mean_accuracy": row.mean_accuracy, "mean_implied": row.mean_implied,
            "by_accuracy": say("range", low=whole(row.accuracy_low), high=whole(row.accuracy_high)),
            "accuracy_fits": say("possible" if row.by_accuracy else "impossible"),
            "by_f1": say("range", low=whole(row.f1_low), high=whole(row.f1_high)),
            "f1_fits": say("possible" if row.by_f1 else "impossible"), "ours": row.ours, "run": row.run,
        }
        for row in rows
    ]  # fmt: skip
    columns = {
        "name": Column(say("network")), "by_accuracy": Column(say("named_by_accuracy")), "accuracy_fits": Column(say("adds_up")),
        "by_f1": Column(say("named_by_f1")), "f1_fits": Column(say("adds_up")),
        "mean_accuracy": Column(say("mean_printed"), "percent"), "mean_implied": Column(say("mean_implied"), "percent"),
        "ours": Column(say("ours_named"), "count"), "run": Column(say("run"), "run"),
    }  # fmt: skip
    tables.table(shown, columns, key="audit.sums", alt=say("sums"))
    fits = [row.name for row in rows if row.by_f1]
    st.markdown(say(
        "sums_found", pictures=whole(rows[0].images), fits=sum(row.by_accuracy for row in rows), of=len(rows),
        f1_fits=", ".join(fits) or say("none"),
    ))  # fmt: skip
