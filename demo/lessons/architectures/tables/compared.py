"""Tables of study 2: the report's tables 8 and 9, the paper's networks and its optimizers, ours beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import streamlit as st

from core.pretrained.cards import Card
from core.studies import architectures_comparison as beside
from core.studies.architectures import ARC1_OPTIMIZERS, SEEDS
from core.studies.architectures_comparison import ClassRow, ClassScore, OptimizerRow, PaperRow, ReportRow
from core.studies.rows import as_dicts
from core.vocabulary.sources import source_of
from demo.charts import export, plots
from demo.charts.confusion import confusion_matrix
from demo.charts.figure import Figure
from demo.charts.plots import Axis
from demo.lessons.architectures import shared
from demo.lessons.architectures.shared import absent, points, say
from demo.server import services
from demo.timeline import matrix
from demo.ui import evidence, tables
from demo.ui.formatting import percent
from demo.ui.tables import Column
from demo.visitor import navigation

LATER = 3
"""The first epoch of the figure beside the report's numbers."""
TALL = 400
SCORES: tuple[ClassScore, ...] = ("recall", "f1", "precision")
PAPER_RUNS = [f"{short}-{name}" for short, _ in beside.PAPER_SETS.values() for name in beside.PAPER_TITLES]


# --- the report's four runs -------------------------------------------------------------------------------------------


def report() -> None:
    """The report's four runs, what is reached of them, and Adam against SGD."""
    cards = shared.cards()
    st.markdown(say("report_text"))
    rows = beside.report_rows(cards)
    if rows:
        tables.table(as_dicts(rows), {
            "title": Column(say("run")),
            "parameters": Column(say("parameters"), "count", say("parameters_help")),
            "best_epoch": Column(say("best_epoch"), "count", say("best_epoch_help")),
            "validation_accuracy": Column(say("validation_accuracy"), "percent", say("validation_help")),
            "test_accuracy": Column(say("test_accuracy"), "percent"),
            "report_test": Column(say("report_test"), "percent", say("report_test_help")),
            "best_train_accuracy": Column(say("train_accuracy"), "percent", say("train_help")),
            "report_train": Column(say("report_train"), "percent"),
            "run": Column(say("link"), "run"),
        }, key="architectures.report", alt=say("report"), csv=True)  # fmt: skip
        for row in rows:
            _verdict(row)
        for pair in beside.pairs(rows, services.pretrained_folder()):
            _pair(pair)
        export.show(evidence_figure(rows, cards), key="architectures.evidence")
        tables.runs_behind([row.run for row in rows])
    absent(shared.REPORT_RUNS, cards)


def _verdict(row: ReportRow) -> None:
    """Whether the printed test accuracy is reached; where it is not, what our run did instead."""
    found = beside.verdict(row.test_accuracy, row.report_test, row.tested)
    if found is None:
        return
    numbers = {"run": row.title, "ours": percent(row.test_accuracy), "printed": percent(row.report_test)}
    st.markdown(say(f"verdict_{found.reached}", gap=points(abs(found.gap)), margin=points(found.margin), **numbers))
    if found.reached != "reached":
        st.markdown(say(
            "verdict_evidence", run=row.title, best=row.best_epoch, epochs=row.epochs, at_best=percent(row.validation_accuracy),
            training=percent(row.last_running_accuracy), validation=percent(row.last_validation_accuracy),
        ))  # fmt: skip


def _pair(pair: beside.Pair) -> None:
    gap = pair.adam - pair.sgd
    key = "pair_open" if not pair.difference.real else "pair_below" if gap > 0 else "pair_above"
    numbers = {"network": pair.network, "adam": percent(pair.adam), "sgd": percent(pair.sgd), "gap": points(abs(gap))}
    report = say("pair_report", below=pair.printed_below, classes=pair.printed)
    st.markdown(f"{say(key, **numbers)} {evidence.words(pair.difference)} {report}")


def evidence_figure(rows: Sequence[ReportRow], cards: Mapping[str, Card]) -> Figure:
    """Validation accuracy of the runs by epoch, with the printed test accuracies as level lines.

    The first epochs are left out: they would press the rest, where the runs differ, into a thin band.
    """
    colours: dict[str, str] = {}
    drawn: list[dict[str, object]] = []
    level = []
    for row in rows:
        name = say("line_ours", run=row.title)
        colours[name] = shared.RUN_COLOURS[row.name]
        curve = [epoch for epoch in beside.curve_rows(name, cards[beside.report_name(row.name)])
                 if epoch.part == "validation" and epoch.epoch >= LATER]
        drawn += [{"epoch": epoch.epoch, "accuracy": epoch.accuracy and 100 * epoch.accuracy, "line": name} for epoch in curve]
    for row in rows:
        if row.report_test is not None:
            name = say("line_report", run=row.title)
            colours[name] = plots.PUBLISHED
            level.append(name)
            drawn += [{"epoch": at, "accuracy": 100 * row.report_test, "line": name} for at in (LATER, row.epochs)]
    x, y = Axis("epoch", say("epoch_axis"), "d"), Axis("accuracy", say("accuracy_axis"))
    return plots.lines(say("evidence", first=LATER), drawn, x, y, "line", colours, dashed=level, dots=False, height=TALL)


def classes() -> None:
    """Table 9 and the confusion matrix, for one run."""
    cards = shared.cards()
    st.markdown(say("classes_text"))
    name = shared.choose_run(cards, "architectures.class_run")
    if name is None:
        absent(shared.REPORT_RUNS, cards)
        return
    card, title = cards[beside.report_name(name)], beside.TITLES[name]
    rows = beside.class_rows(name, card)
    columns = {"class": Column(say("class"))}
    for score in SCORES:
        columns[score] = Column(say(f"{score}_ours"), "percent", say(f"{score}_help"))
        columns[f"report_{score}"] = Column(say(f"{score}_report"), "percent")
    tables.table(as_dicts(rows), {**columns, "run": Column(say("link"), "run")}, key="architectures.classes", alt=say("classes"), csv=True)
    hardest, easiest = min(rows, key=lambda row: row.recall), max(rows, key=lambda row: row.recall)
    st.markdown(say("hardest", run=title, hardest=hardest.label, low=percent(hardest.recall), easiest=easiest.label,
                    high=percent(easiest.recall)))  # fmt: skip
    score = st.segmented_control(say("score"), SCORES, default="recall", key="architectures.score", required=True,
                                 format_func=lambda score: say(f"score_{score}"))  # fmt: skip
    export.show(class_bars(rows, score, title), key="architectures.class_bars")
    what = say("matrix_of", run=title)
    figure = confusion_matrix(card.result.confusion, list(card.facts.classes), what)
    side = source_of(card.recipe.dataset).side
    matrix.show(figure, card.result.confusion, card.name, side, what, "counts", key="architectures.matrix")
    tables.runs_behind([card.name])
    navigation.link("audit", say("audit"))
    shared.again(card)


def class_bars(rows: Sequence[ClassRow], score: ClassScore, title: str) -> Figure:
    """A score of each class, ours beside the report's."""
    colours = {say("ours"): shared.OURS, say("theirs"): plots.PUBLISHED}
    values = [
        {"class": row.label, "value": 100 * share, "whose": whose}
        for row in rows
        for whose, share in zip(colours, row.pair(score), strict=True)
    ]
    heading = say("class_bars", score=say(f"score_{score}"), run=title)
    y = Axis("value", say("percent_axis", score=say(f"score_{score}")), "d", (0, 100))
    order = [row.label for row in rows]
    figure = plots.bars(heading, values, "class", say("class"), y, "whose", colours, order=order, height=TALL)
    slanted = {**figure.spec["encoding"]["x"], "axis": {"labelAngle": -40, "labelOverlap": False}}
    return Figure(heading, {**figure.spec, "encoding": {**figure.spec["encoding"], "x": slanted}}, figure.columns)


# --- the paper ---------------------------------------------------------------------------------------------------------


def paper() -> None:
    """The paper's five networks on both data sets."""
    cards = shared.cards()
    rows = beside.paper_rows(cards)
    ran = sorted({row.epochs for row in rows})
    st.markdown(say("paper_text", epochs=shared.listed(ran), printed=rows[0].paper_epochs) if rows else say("paper_waiting"))
    if rows:
        tables.table(as_dicts(rows), {
            "dataset": Column(say("dataset")),
            "title": Column(say("network")),
            "optimizer": Column(say("optimizer")),
            "parameters": Column(say("parameters"), "count", say("parameters_help")),
            "epochs": Column(say("epochs_ours"), "count"),
            "test_accuracy": Column(say("test_accuracy"), "percent"),
            "paper_test": Column(say("paper_test"), "percent"),
            "best_train_accuracy": Column(say("train_accuracy"), "percent", say("train_help")),
            "paper_train": Column(say("paper_train"), "percent"),
            "run": Column(say("link"), "run"),
        }, key="architectures.paper", alt=say("paper"), csv=True)  # fmt: skip
        for dataset, (short, title) in beside.PAPER_SETS.items():
            if all(f"{short}-{name}" in cards for name in beside.PAPER_TITLES):
                _ranking([row for row in rows if row.dataset == dataset], title)
    absent(PAPER_RUNS, cards)


def _ranking(rows: Sequence[PaperRow], dataset: str) -> None:
    """Our best network on a data set beside the paper's best, and whether the lead means anything."""
    found = beside.ranking(rows, services.pretrained_folder())
    if found is None:
        return
    theirs = max(row.paper_test for row in rows)
    names = shared.listed(row.title for row in rows if row.paper_test == theirs)
    key = "contest_clear" if found.to_second.real else "contest_open"
    ours = say(key, dataset=dataset, best=found.best, second=found.second, lead=points(found.lead))
    st.markdown(f"{ours} {evidence.words(found.to_second)} {say('contest_paper', theirs=names, printed=percent(theirs))}")


def optimizers() -> None:
    """Arc1 with several optimizers."""
    cards = shared.cards()
    rows = beside.optimizer_rows(cards)
    ours = beside.ranked(rows, beside.our_mean)
    st.markdown(say("optimizers_text", seeds=len(SEEDS)))
    if ours:
        tables.table(as_dicts(rows), {
            "optimizer": Column(say("optimizer")),
            "learning_rate": Column(say("learning_rate"), "number", say("learning_rate_help")),
            "momentum": Column(say("momentum"), "number", say("momentum_help")),
            "epochs": Column(say("epochs_ours"), "count"),
            "seeds": Column(say("seeds"), "count", say("seeds_help")),
            "mean": Column(say("mean_test"), "percent"),
            "spread": Column(say("spread"), "percent", say("spread_help")),
            "paper_test": Column(say("paper_test"), "percent"),
            "run": Column(say("first_run"), "run"),
        }, key="architectures.optimizers", alt=say("optimizers"), csv=True)  # fmt: skip
        _order(ours)
        tables.runs_behind([run for row in ours for run in row.runs])
    planned = [f"fashion-arc1-{optimizer}-seed{seed}" for optimizer in ARC1_OPTIMIZERS for seed in SEEDS]
    absent(planned, cards)


def _order(ours: Sequence[OptimizerRow]) -> None:
    """The order of the optimizers, ours and the paper's, and which neighbours a new seed might swap."""
    if len(ours) < 2:
        return
    names = ", ".join(row.optimizer for row in ours)
    printed = ", ".join(row.optimizer for row in beside.ranked(ours, beside.paper_test))
    st.markdown(say("order_same" if names == printed else "order_differs", ours=names, printed=printed))
    for before, after in pairwise(ours):
        gap = points(beside.our_mean(before) - beside.our_mean(after))
        order = say("neighbours", before=before.optimizer, after=after.optimizer, gap=gap)
        st.markdown(f"- {order} {evidence.words(beside.neighbours(before, after))}")
