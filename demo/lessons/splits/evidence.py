"""What lies in the drawer of the page "Splits": all measures of all draws, by method, by class and by run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.studies import splits as study_4
from core.studies.rows import as_dicts
from core.studies.splits import FOLDS, MEASURES, Comparison, MethodRow, Tables
from demo.charts import export
from demo.classroom import asking
from demo.lessons.splits import figures, simulation
from demo.lessons.splits.results import names
from demo.text import speaker
from demo.ui import evidence
from demo.ui import tables as table
from demo.ui.finding import Evidence
from demo.ui.formatting import percent
from demo.ui.tables import Column

say = speaker("splits")
COMMAND = "python -m core study splits"


def tables() -> dict[str, Evidence]:
    """By the name in the address."""
    draw = {
        "draws": _of(_draws), "methods": _of(_methods), "classes": _of(_classes), "runs": _of(_runs),
        "shares": simulation.shares, "many": simulation.many,
    }  # fmt: skip
    return {name: Evidence(say(f"evidence_{name}"), show) for name, show in draw.items()}


def _of(show: Callable[[Tables], None]) -> Callable[[], None]:
    """What draws it from the runs, or says how they are made."""

    def draw() -> None:
        found = study_4.results(asking.cards("splits"))
        if found.draws:
            show(found)
        else:
            asking.missing(COMMAND)

    return draw


def _draws(found: Tables) -> None:
    """What each draw says, of one of three measures."""
    st.markdown(say("results_text", **{name.replace("-", "_"): count for name, count in study_4.DRAWS.items()}, folds=FOLDS))
    measure = st.segmented_control(
        say("measure"), MEASURES, key="splits.measure", default=MEASURES[0], required=True, format_func=lambda name: say(f"measure_{name}")
    )
    measure = measure or MEASURES[0]
    st.caption(say(f"about_{measure}"))
    export.show(figures.draws(found, measure, names(found)), key=f"splits.draws.{measure}")


def _methods(found: Tables) -> None:
    st.markdown(say("methods"))
    rows = [{**row.as_dict(), "name": names(found)[row.split]} for row in found.methods]
    table.table(rows, _method_columns(), key="splits.methods", alt=say("methods"))
    st.caption(say("methods_note"))
    _words(found.methods)


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


def _words(methods: Sequence[MethodRow]) -> None:
    """Which estimate is tighter, by more than chance or not."""
    tighter, cost = study_4.compare(methods, "random", "stratified"), study_4.compare(methods, "stratified", "k-fold", FOLDS)
    fold = study_4.compare(methods, "stratified", "k-fold")
    if tighter:
        st.markdown(f"{say(f'tighter_{tighter.verdict}', **_numbers(tighter))} {evidence.words(tighter.difference)}")
    if fold and cost:
        st.markdown(f"{say(f'fold_{fold.verdict}', **_numbers(fold), folds=FOLDS)} {evidence.words(fold.difference)}")
        st.markdown(say(f"cost_{cost.verdict}", **_numbers(cost), folds=FOLDS))
    st.markdown(say("best", folds=FOLDS))
    st.info(say("caution"), icon=":material/info:")


def _numbers(found: Comparison) -> dict[str, str]:
    """Two spreads, their difference and its uncertainty, in points."""
    values = {"one": found.one, "other": found.other, "difference": abs(found.difference.lead), "uncertainty": found.uncertainty}
    return {name: f"{100 * value:.2f}" for name, value in values.items()}


def _classes(found: Tables) -> None:
    """The three accuracies measure different things: shown on the method that holds every image out."""
    st.markdown(say("measured_text"))
    row = found.methods[-1]
    values = {name: percent(row.score(measure)) for name, measure in zip(("held", "recall", "test"), MEASURES, strict=True)}
    gap = study_4.gap_to_test(row)
    st.markdown(say("measured_words", method=say(f"method_{row.split}"), **values))
    away = {"recall": f"{100 * gap.recall:+.1f}".replace("-", "−"), "accuracy": f"{100 * gap.accuracy:+.1f}".replace("-", "−")}
    st.markdown(say("nearer_yes" if gap.nearer else "nearer_no", **away))
    if found.classes:
        export.show(figures.by_class(found.classes), key="splits.by_class")
        columns = {"class": Column(say("column_class")), "pictures": Column(say("column_all"), "count"),
                   "held_out_recall": Column(say("line_held_recall"), "percent"), "test_recall": Column(say("line_test_recall"), "percent")}  # fmt: skip
        table.table(as_dicts(found.classes), columns, key="splits.classes", alt=say("figure_by_class"))
    st.markdown(say("measured_why"))


def _runs(found: Tables) -> None:
    st.markdown(say("table_runs"))
    named = names(found)
    rows = [
        {**row.as_dict(), "name": named[row.split], "fold": row.fold if row.split == "k-fold" else None, "rarest": row.held_out_by_class[-1]}
        for row in found.runs
        if row.split in named
    ]
    columns = {
        "name": Column(say("method")), "draw": Column(say("column_draw"), "count"), "fold": Column(say("column_fold"), "count"),
        **{measure: Column(say(f"measure_{measure}"), "percent") for measure in MEASURES},
        "rarest": Column(say("column_rarest"), "count", say("column_rarest_help")), "run": Column(say("column_run"), "run"),
    }  # fmt: skip
    table.table(rows, columns, key="splits.runs", alt=say("table_runs"))
