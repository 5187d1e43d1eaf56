"""The screen "Below the test?": a training accuracy that was counted with dropout on."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.datasets.split_sizes import CHECKED_TRAINING_IMAGES
from core.pretrained.cards import Card
from core.studies import dropout as study_3
from core.studies.dropout import RATES, ReportCase
from core.studies.rows import as_dicts
from core.vocabulary.stats import margin
from demo.charts import export
from demo.charts.figure import TRAINING, VALIDATION
from demo.classroom import asking
from demo.lessons.dropout import figures, gap_figures
from demo.lessons.dropout.rates import NETWORKS, listed, of_network
from demo.server import services
from demo.text import speaker
from demo.ui import finding, tables
from demo.ui.finding import Number, Screen, Way
from demo.ui.formatting import percent, whole
from demo.ui.tables import Column
from demo.visitor import navigation, session
from demo.visitor.address import spell, with_unresolved_device

say = speaker("dropout")
RATE = "dropout.below.rate"
EXAMPLE = "dropout-arc1-0.5-seed0"
"""The run whose recipe the page offers to train."""


def screen(cards: Mapping[str, Card]) -> Screen:
    """Two ways of counting one training accuracy, by epoch, beside the validation."""
    network = next(name for name in NETWORKS if of_network(cards, name))
    rates = {row.rate: row for row in of_network(cards, network)}
    there = list(rates)
    typed = session.typed(f"{RATE}.{network}")
    rate = typed if typed in there else there[-1]
    curve = [row for row in study_3.curves(cards, network) if row.rate == rate]
    running = study_3.below(rates.values(), lambda row: row.running_accuracy)
    colours = {say("line_train"): TRAINING, say("line_running"): figures.RUNNING, say("line_validation"): VALIDATION}
    row = rates[rate]
    numbers = [
        Number(percent(row.train_accuracy), say("number_train"), TRAINING), Number(percent(row.running_accuracy), say("number_running"), figures.RUNNING),
        Number(percent(row.test_accuracy), say("number_test"), VALIDATION),
    ]  # fmt: skip

    def beside() -> None:
        _slider(network, there)
        finding.numbers(numbers, say("curve_words", under=study_3.epochs_below(curve), epochs=len(curve)))

    def own() -> None:
        navigation.link("train", say("try"), **spell(with_unresolved_device(study_3.plan()[EXAMPLE].recipe)))

    figure = gap_figures.counted(network, rate, curve, colours)
    return Screen("dropout.below", say("below_can" if running else "below_cannot"), say("below_short"), figure, beside, [Way(say("next_splits"), page="splits")], last=own)


def _slider(network: str, there: list[float]) -> None:
    if len(there) > 1:
        st.select_slider(say("curve_rate"), there, value=there[-1], key=f"{RATE}.{network}", format_func=lambda rate: f"{rate:g}")


# --- in the drawer -------------------------------------------------------------------------------------------------


def counting(cards: Mapping[str, Card]) -> None:
    """At which rates training lies below the test, counted in both ways."""
    st.markdown(say("below_text"))
    for network in NETWORKS:
        rates = of_network(cards, network)
        if not rates:
            continue
        values = {"network": network, "all": len(rates)}
        running, checked = (study_3.below(rates, way) for way in (lambda row: row.running_accuracy, lambda row: row.train_accuracy))
        st.markdown(say("below_running" if running else "below_never", **values, rates=listed(running), count=len(running)))
        left_open = f"{100 * margin(rates[0].train_accuracy, CHECKED_TRAINING_IMAGES):.1f}"
        st.markdown(say("below_checked" if checked else "below_checked_never", rates=listed(checked), pictures=whole(CHECKED_TRAINING_IMAGES), margin=left_open))


def switched() -> None:
    """One network, its weights fixed, with dropout on and off."""
    st.markdown(say("switch_text"))
    with st.spinner(say("loading")):
        from core.explain import dropout_masks

        subject = dropout_masks.subject(services.data_folder(), services.pretrained_folder(), ("digits",))
        rows = dropout_masks.train_and_eval_accuracy(subject, RATES, seed=0)
    export.show(figures.switched(rows), key="dropout.switched")
    under = [row["rate"] for row in rows if row["on"] < row["test"]]
    last = rows[-1]
    values = {"rate": f"{last['rate']:g}", "on": percent(last["on"]), "off": percent(last["off"]), "test": percent(last["test"])}
    st.markdown(say("switch_words", **values))
    st.markdown(say("switch_below" if under else "switch_never", rates=listed(under)))


def papers() -> None:
    """What others printed."""
    paper = study_3.paper()
    under = study_3.below(paper, lambda row: row.train_accuracy)
    st.markdown(say("paper_below" if under else "paper_not_below", rates=listed(under)))
    rows = study_3.report_cases(asking.cards("architectures"))
    st.markdown(say("report_text"))
    columns = {
        "name": Column(say("column_name")),
        **{name: Column(say(f"column_{name}"), "percent") for name in ("report_train", "report_test")},
        **{name: Column(say(f"column_our_{name}"), "percent", say(f"column_{name}_help")) for name in ("running", "train", "test")},
        "run": Column(say("column_run"), "run"),
    }  # fmt: skip
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
