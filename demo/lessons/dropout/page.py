"""The page "Dropout" (study 3): what it does to training and test accuracy, how it does it, and what is counted how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.datasets.split_sizes import CHECKED_TRAINING_IMAGES
from core.pretrained.cards import Card
from core.studies import architectures as study_2
from core.studies import dropout as study_3
from core.studies.dropout import RateRow, Verdict
from core.studies.rows import as_dicts
from demo.charts import export
from demo.classroom import asking, questions
from demo.lessons.dropout import below_test, figures, masks
from demo.server import preload
from demo.text import speaker
from demo.ui import evidence, tables
from demo.ui.formatting import percent, whole
from demo.ui.tables import Column
from demo.visitor import navigation
from demo.visitor.address import spell, with_unresolved_device

say = speaker("dropout")
SECTIONS = ("results", "shown", "below")
COMMAND = "python -m core study dropout"
EXAMPLE = "dropout-arc1-0.5-seed0"
"""The run whose recipe the page offers to train."""


def render() -> None:
    """The question, then the chosen section."""
    st.title(say("title"), anchor=False)
    preload.preload("core.explain.dropout_masks")
    if not asking.ask(questions.dropout(), before=say("intro")):
        return
    draw = {"results": _results, "shown": masks.render, "below": _below}
    draw[asking.sections(say, SECTIONS)]()
    st.divider()
    st.markdown(say("remember"))
    navigation.link("train", say("try"), **spell(with_unresolved_device(study_3.plan()[EXAMPLE].recipe)))


def _below() -> None:
    below_test.render(asking.cards("dropout"), asking.cards("architectures"), COMMAND)


# --- what came out -------------------------------------------------------------------------------------------------


def _results() -> None:
    cards = asking.cards("dropout")
    if not cards:
        asking.missing(COMMAND)
        return
    every = study_3.rate_rows(cards)
    _progress(cards)
    network = figures.choose_network(every, "results")
    rates = [row for row in every if row.network == network]
    st.markdown(say(f"setting_{network}", **_setting(cards, network)))
    _accuracy(network, rates)
    _gap(cards, network, rates)
    st.subheader(say("tables"), anchor=False)
    st.markdown(say("table_rates"))
    tables.table(as_dicts(study_3.beside_paper(every)), _rate_columns(), key="dropout.rates", alt=say("table_rates"))
    st.markdown(say("table_runs"))
    tables.table(as_dicts(study_3.run_rows(cards)), _run_columns(), key="dropout.runs", alt=say("table_runs"))


def _progress(cards: Mapping[str, Card]) -> None:
    """A line for a study that is not whole yet."""
    planned = len(study_3.plan())
    if len(cards) < planned:
        st.info(say("partly", made=len(cards), planned=planned), icon=":material/hourglass_empty:")


def _setting(cards: Mapping[str, Card], network: str) -> dict[str, object]:
    card = next(card for card in cards.values() if card.recipe.network == network)
    recipe, paper = card.recipe, study_3.paper_setting()
    return {"parameters": whole(card.facts.parameters), "most": _lead(network), "epochs": recipe.epochs, "batch": recipe.batch_size, "optimizer": recipe.optimizer.capitalize(), "limit": recipe.train_limit,
            "paper_epochs": paper["epochs"], "paper_batch": paper["batch"]}  # fmt: skip


def _lead(network: str) -> str:
    """That it has the most parameters of the paper's networks, where all of them are there and it does."""
    sizes = study_2.parameters(asking.cards("architectures"))
    planned = {network for network, _ in study_2.PAPER.values()}
    if len(sizes) < len(planned) or next(iter(sizes)) != network:
        return ""
    following, count = list(sizes.items())[1]
    return say("setting_most", networks=len(sizes), next=following, next_parameters=whole(count))


def _accuracy(network: str, rates: Sequence[RateRow]) -> None:
    paper = study_3.paper() if network == "arc1" else []
    export.show(figures.accuracy(network, rates, paper), key=f"dropout.accuracy.{network}")
    st.caption(say("accuracy_note", pictures=whole(CHECKED_TRAINING_IMAGES)))
    found = study_3.verdict(rates)
    st.markdown(say("verdict_waits") if found is None else _words(found))
    if paper:
        st.caption(say("paper_note"))


def _words(found: Verdict) -> str:
    """Which rate is best on the test part, whether that means anything, and which one could have been chosen."""
    values = {"best": f"{found.best:g}", "test": percent(found.best_test), "lead": f"{100 * found.lead:.1f}"}
    chosen = {"chosen": f"{found.chosen:g}", "chosen_lead": f"{100 * found.chosen_lead:+.1f}"}
    sure = [] if found.words == "none" else [evidence.words(found.difference)]
    return "\n\n".join([" ".join([say(f"verdict_{found.words}", **values), *sure]), say("verdict_chosen", **chosen)])


def _gap(cards: Mapping[str, Card], network: str, rates: Sequence[RateRow]) -> None:
    paper = study_3.paper() if network == "arc1" else []
    st.subheader(say("gap"), anchor=False)
    st.markdown(say("gap_text"))
    left, right = st.columns(2)
    with left:
        export.show(figures.gap(network, rates, paper), key=f"dropout.gap.{network}")
    with right:
        export.show(figures.gap_by_epoch(network, study_3.curves(cards, network)), key=f"dropout.time.{network}")
    least, most = min(rates, key=lambda row: row.gap), max(rates, key=lambda row: row.gap)
    values = {"least": f"{100 * least.gap:.1f}", "most": f"{100 * most.gap:.1f}"}
    st.markdown(say("gap_words", **values, least_rate=f"{least.rate:g}", most_rate=f"{most.rate:g}",
                    pictures=whole(CHECKED_TRAINING_IMAGES), margin=figures.checked_margin(most)))  # fmt: skip


def _rate_columns() -> dict[str, Column]:
    spread = Column(say("column_spread"), "percent", say("column_spread_help"))
    measures = ("running", "train", "validation", "test")
    shares = {f"{name}_accuracy": Column(say(f"column_{name}"), "percent", say(f"column_{name}_help", pictures=whole(CHECKED_TRAINING_IMAGES))) for name in measures}
    gap = {"gap": Column(say("column_gap"), "percent", say("column_gap_help")), "gap_spread": spread}
    paper = {f"paper_{name}": Column(say(f"column_paper_{name}"), "percent") for name in ("train", "test")}
    test_spread = Column(say("column_test_spread"), "percent", say("column_spread_help"))
    return {**_names(), **shares, "test_accuracy_spread": test_spread, **gap, **paper}


def _run_columns() -> dict[str, Column]:
    measures = ("running", "train", "validation", "test")
    shares = {f"{name}_accuracy": Column(say(f"column_{name}"), "percent", say(f"column_{name}_help", pictures=whole(CHECKED_TRAINING_IMAGES))) for name in measures}
    gap = Column(say("column_gap"), "percent", say("column_gap_help"))
    return {**_names(), "seed": Column(say("column_seed"), "count"), **shares, "gap": gap, "run": Column(say("column_run"), "run")}


def _names() -> dict[str, Column]:
    return {"network": Column(say("column_network")), "rate": Column(say("column_rate"), "rate")}
