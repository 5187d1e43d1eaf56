"""The page "Splits", section "Results": how far the estimate depends on the luck of the draw, and what it measures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.pretrained.cards import Card
from core.studies import splits as study_4
from core.studies.splits import FOLDS, MEASURES, Comparison, Rows
from demo.charts import plots
from demo.classroom import asking
from demo.lessons.splits import figures
from demo.text import speaker
from demo.ui import tables
from demo.ui.formatting import percent
from demo.ui.tables import Column

say = speaker("splits")


def render(made: Mapping[str, Card], command: str) -> None:
    study_tables = study_4.tables(made)
    if not study_tables["draws"]:
        asking.missing(command)
        return
    planned = len(study_4.plan())
    if len(made) < planned:
        st.info(say("partly", made=len(made), planned=planned), icon=":material/hourglass_empty:")
    st.markdown(say("results_text", **{name.replace("-", "_"): count for name, count in study_4.DRAWS.items()}, folds=FOLDS))
    measure = st.segmented_control(
        say("measure"), MEASURES, key="splits.measure", default=MEASURES[0], required=True, format_func=lambda name: say(f"measure_{name}")
    )
    measure = measure or MEASURES[0]
    st.caption(say(f"about_{measure}"))
    names = {row["split"]: say(f"method_{row['split']}") for row in study_tables["methods"]}
    plots.show(figures.draws(study_tables, measure, names), key=f"splits.draws.{measure}")
    st.markdown(say("methods"))
    tables.table([{**row, "name": names[row["split"]]} for row in study_tables["methods"]], _method_columns(), key="splits.methods", alt=say("methods"))
    st.caption(say("methods_note"))
    _words(study_tables["methods"])
    _measured(study_tables)
    _rows(study_tables, names)


def _method_columns() -> dict[str, Column]:
    parts = {
        "name": Column(say("method")), "draws": Column(say("column_draws"), "count"),
        "trainings": Column(say("column_trainings"), "count", say("column_trainings_help")),
        "seconds": Column(say("column_seconds"), "rate", say("column_seconds_help")),
        "validation_accuracy": Column(say("column_estimate"), "percent"),
    }  # fmt: skip
    spread = {"validation_accuracy_spread": Column(say("column_spread"), "points", say("column_spread_help")),
              "validation_accuracy_spread_error": Column(say("column_error"), "points", say("column_error_help")),
              "by_counting": Column(say("column_counting"), "points", say("column_counting_help"))}  # fmt: skip
    others = {"validation_macro_recall": Column(say("column_recall"), "percent"), "test_accuracy": Column(say("column_test"), "percent")}
    rarest = {name: Column(say(f"column_{name}"), "rate", say("column_rarest_help")) for name in ("rarest_least", "rarest_most")}
    return {**parts, **spread, **others, **rarest}


# --- what can be said ----------------------------------------------------------------------------------------------


def _words(methods: Rows) -> None:
    st.subheader(say("tighter"), anchor=False)
    tighter, cost = study_4.compare(methods, "random", "stratified"), study_4.compare(methods, "stratified", "k-fold", FOLDS)
    fold = study_4.compare(methods, "stratified", "k-fold")
    if tighter:
        st.markdown(say(f"tighter_{tighter.verdict}", **_numbers(tighter)))
    if fold and cost:
        st.markdown(say(f"fold_{fold.verdict}", **_numbers(fold), folds=FOLDS))
        st.markdown(say(f"cost_{cost.verdict}", **_numbers(cost), folds=FOLDS))
    st.markdown(say("best", folds=FOLDS))
    st.info(say("caution"), icon=":material/info:")


def _numbers(found: Comparison) -> dict[str, str]:
    """Two spreads, their difference and its uncertainty, in points."""
    values = {"one": found.one, "other": found.other, "difference": abs(found.difference), "uncertainty": found.uncertainty}
    return {name: f"{100 * value:.2f}" for name, value in values.items()}


def _measured(study_tables: dict[str, Rows]) -> None:
    """The three accuracies measure different things: shown on the method that holds every image out."""
    st.subheader(say("measured"), anchor=False)
    st.markdown(say("measured_text"))
    row = study_tables["methods"][-1]
    values = {name: percent(row[measure]) for name, measure in zip(("held", "recall", "test"), MEASURES, strict=True)}
    apart = study_4.gap_to_test(row)
    st.markdown(say("measured_words", method=say(f"method_{row['split']}"), **values))
    st.markdown(say("nearer_yes" if apart.nearer else "nearer_no", recall=f"{100 * apart.recall:+.1f}", accuracy=f"{100 * apart.accuracy:+.1f}"))
    if study_tables["classes"]:
        plots.show(figures.by_class(study_tables["classes"]), key="splits.by_class")
        columns = {"class": Column(say("column_class")), "pictures": Column(say("column_all"), "count"),
                   "held_out_recall": Column(say("line_held_recall"), "percent"), "test_recall": Column(say("line_test_recall"), "percent")}  # fmt: skip
        tables.table(study_tables["classes"], columns, key="splits.classes", alt=say("figure_by_class"))
    st.markdown(say("measured_why"))


def _rows(study_tables: dict[str, Rows], names: Mapping[str, str]) -> None:
    st.subheader(say("tables"), anchor=False)
    st.markdown(say("table_runs"))
    rows: list[dict[str, Any]] = [
        {**row, "name": names[row["split"]], "fold": row["fold"] if row["split"] == "k-fold" else None,
         "rarest": row["held_out_by_class"][-1]}
        for row in study_tables["runs"] if row["split"] in names
    ]  # fmt: skip
    columns = {
        "name": Column(say("method")), "draw": Column(say("column_draw"), "count"), "fold": Column(say("column_fold"), "count"),
        **{measure: Column(say(f"measure_{measure}"), "percent") for measure in MEASURES},
        "rarest": Column(say("column_rarest"), "count", say("column_rarest_help")), "run": Column(say("column_run"), "run"),
    }  # fmt: skip
    tables.table(rows, columns, key="splits.runs", alt=say("table_runs"))
