"""The page "Dropout", section "Below the test?": a training accuracy that was counted with dropout on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.datasets.split_sizes import CHECKED_TRAINING_IMAGES
from core.pretrained.cards import Card
from core.studies import dropout as study_3
from core.studies.dropout import RATES, RateRow, ReportCase
from core.studies.rows import as_dicts
from demo.charts import export, plots
from demo.charts.figure import TRAINING, VALIDATION
from demo.charts.plots import Axis
from demo.classroom import asking
from demo.lessons.dropout import figures
from demo.server import services
from demo.text import speaker
from demo.ui import tables
from demo.ui.formatting import percent, whole
from demo.ui.tables import Column

say = speaker("dropout")
LATE = "dropout.below.rate"


def render(cards: Mapping[str, Card], architectures: Mapping[str, Card], command: str) -> None:
    """`cards`: the runs of this study; `architectures`: those of study 2, for the report's own case."""
    st.markdown(say("below_text"))
    if cards:
        _counted(cards)
    else:
        asking.missing(command)
    st.subheader(say("switch"), anchor=False)
    _switched()
    st.subheader(say("papers"), anchor=False)
    _papers(architectures)


# --- our runs ------------------------------------------------------------------------------------------------------


def _counted(cards: Mapping[str, Card]) -> None:
    every = study_3.rate_rows(cards)
    network = figures.choose_network(every, "below")
    rates = [row for row in every if row.network == network]
    values = {"network": network, "all": len(rates)}
    running = study_3.below(rates, lambda row: row.running_accuracy)
    checked = study_3.below(rates, lambda row: row.train_accuracy)
    st.markdown(say("below_running" if running else "below_never", **values, rates=_list(running), count=len(running)))
    st.markdown(say("below_checked" if checked else "below_checked_never", **values, rates=_list(checked),
                    pictures=whole(CHECKED_TRAINING_IMAGES), margin=figures.checked_margin(rates[0])))  # fmt: skip
    _curves(cards, network, rates)


def _list(rates: list[float]) -> str:
    return ", ".join(f"{rate:g}" for rate in rates)


def _curves(cards: Mapping[str, Card], network: str, rates: Sequence[RateRow]) -> None:
    """The two ways of counting by epoch, at one rate."""
    there = [row.rate for row in rates]
    rate = st.select_slider(say("curve_rate"), there, value=there[-1], key=f"{LATE}.{network}", format_func=lambda rate: f"{rate:g}")
    curve = [row for row in study_3.curves(cards, network) if row.rate == rate]
    train, running, validation = say("line_train"), say("line_running"), say("line_validation")
    colours = {train: TRAINING, running: figures.RUNNING, validation: VALIDATION}
    lines = {train: [row.train for row in curve], running: [row.running for row in curve], validation: [row.validation for row in curve]}
    rows = [{"epoch": row.epoch, "percent": 100 * share, "line": name}
            for name, shares in lines.items() for row, share in zip(curve, shares, strict=True)]  # fmt: skip
    what = say("figure_curves_what", network=network, rate=f"{rate:g}")
    figure = plots.lines(
        say("figure_curves"), rows, Axis("epoch", say("axis_epoch"), "d"), Axis("percent", say("axis_accuracy")), "line", colours,
        dashed=[validation], dots=False, what=what,
    )  # fmt: skip
    export.show(figure, key=f"dropout.curves.{network}")
    tables.runs_behind(next(row.runs for row in rates if row.rate == rate))
    under = study_3.epochs_below(curve)
    st.markdown(say("curve_words", under=under, epochs=len(curve)))


# --- only the switch -----------------------------------------------------------------------------------------------


def _switched() -> None:
    st.markdown(say("switch_text"))
    with st.spinner(say("loading")):
        from core.explain import dropout_masks

        rows = dropout_masks.train_and_eval_accuracy(dropout_masks.subject(services.data_folder(), services.pretrained_folder(), ("digits",)), RATES, seed=0)
    export.show(figures.switched(rows), key="dropout.switched")
    under = [row["rate"] for row in rows if row["on"] < row["test"]]
    last = rows[-1]
    values = {"rate": f"{last['rate']:g}", "on": percent(last["on"]), "off": percent(last["off"]), "test": percent(last["test"])}
    st.markdown(say("switch_words", **values))
    st.markdown(say("switch_below" if under else "switch_never", rates=_list(under)))


# --- what others printed -------------------------------------------------------------------------------------------


def _papers(architectures: Mapping[str, Card]) -> None:
    paper = study_3.paper()
    under = study_3.below(paper, lambda row: row.train_accuracy)
    st.markdown(say("paper_below" if under else "paper_not_below", rates=_list(under)))
    rows = study_3.report_cases(architectures)
    st.markdown(say("report_text"))
    columns = {
        "name": Column(say("column_name")),
        **{name: Column(say(f"column_{name}"), "percent") for name in ("report_train", "report_test")},
        **{name: Column(say(f"column_our_{name}"), "percent", say(f"column_{name}_help")) for name in ("running", "train", "test")},
        "run": Column(say("column_run"), "run"),
    }
    tables.table(as_dicts(rows), columns, key="dropout.report", alt=say("report_text"))
    for row in rows:
        st.markdown(_case(row))
    if any(row.run is None for row in rows):
        asking.missing("python -m core study architectures")


def _case(row: ReportCase) -> str:
    """One network of the report, beside ours where it is there."""
    theirs = say("report_below" if row.report_below else "report_above", name=row.name)
    if row.run is None:
        return theirs
    below = {"running": row.running_below, "train": row.train_below}
    ways = {name: say("ours_below" if its else "ours_above") for name, its in below.items()}
    return f"{theirs} {say('ours', **ways)}"
