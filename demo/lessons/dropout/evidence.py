"""What lies in the drawer of the page "Dropout": its tables, and the figures that show all rates and all ways of counting."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from core.datasets.split_sizes import CHECKED_TRAINING_IMAGES
from core.pretrained.cards import Card
from core.studies import architectures as study_2
from core.studies import dropout as study_3
from core.studies.dropout import Verdict
from core.studies.rows import as_dicts
from demo.charts import export
from demo.classroom import asking
from demo.lessons.dropout import below_test, figures, masks
from demo.lessons.dropout.rates import NETWORKS, of_network
from demo.text import speaker
from demo.ui import evidence
from demo.ui import tables as table
from demo.ui.finding import Evidence
from demo.ui.formatting import percent, whole
from demo.ui.tables import Column

say = speaker("dropout")


COMMAND = "python -m core study dropout"


def tables() -> dict[str, Evidence]:
    """By the name in the address."""
    of_runs = {"rates": _rates, "runs": _runs, "accuracy": _accuracy, "gap": _gap, "counting": below_test.counting}
    draw = {
        **{name: _with_runs(show) for name, show in of_runs.items()},
        "passes": masks.answers, "units": masks.units, "mean": masks.convergence, "switch": below_test.switched, "papers": below_test.papers,
        "remember": _remember,
    }  # fmt: skip
    return {name: Evidence(say(f"evidence_{name}"), show) for name, show in draw.items()}


def _remember() -> None:
    st.markdown(say("remember"))


def _with_runs(show: Callable[[Mapping[str, Card]], None]) -> Callable[[], None]:
    """What draws it from the runs, or says how they are made."""

    def draw() -> None:
        cards = asking.cards("dropout")
        if cards:
            show(cards)
        else:
            asking.missing(COMMAND)

    return draw


def _rates(cards: Mapping[str, Card]) -> None:
    st.markdown(say("table_rates"))
    rows = study_3.beside_paper(study_3.rate_rows(cards))
    table.table(as_dicts(rows), _rate_columns(), key="dropout.rates", alt=say("table_rates"))


def _runs(cards: Mapping[str, Card]) -> None:
    st.markdown(say("table_runs"))
    table.table(as_dicts(study_3.run_rows(cards)), _run_columns(), key="dropout.runs", alt=say("table_runs"))


def _network(cards: Mapping[str, Card], where: str) -> str:
    """The network that is looked at in the drawer, of those that are there."""
    names = [name for name in NETWORKS if of_network(cards, name)]
    chosen: str | None = st.segmented_control(
        say("network"), names, key=f"dropout.drawer.{where}", default=names[0], required=True, format_func=lambda name: say(f"network_{name}")
    )
    return chosen or names[0]


def _accuracy(cards: Mapping[str, Card]) -> None:
    """All accuracies by rate, the paper's beside them, and what can be said about the best rate."""
    network = _network(cards, "accuracy")
    st.markdown(say(f"setting_{network}", **_setting(cards, network)))
    rates, paper = of_network(cards, network), study_3.paper() if network == "arc1" else []
    export.show(figures.accuracy(network, rates, paper), key=f"dropout.accuracy.{network}")
    st.caption(say("accuracy_note", pictures=whole(CHECKED_TRAINING_IMAGES)))
    verdict = study_3.verdict(rates)
    st.markdown(say("verdict_waits") if verdict is None else _words(verdict))
    if paper:
        st.caption(say("paper_note"))


def _setting(cards: Mapping[str, Card], network: str) -> dict[str, object]:
    card = next(card for card in cards.values() if card.recipe.network == network)
    recipe, paper = card.recipe, study_3.paper_setting()
    return {"parameters": whole(card.facts.parameters), "most": lead(network), "epochs": recipe.epochs, "batch": recipe.batch_size,
            "optimizer": recipe.optimizer.capitalize(), "limit": recipe.train_limit and whole(recipe.train_limit),
            "paper_epochs": paper["epochs"], "paper_batch": paper["batch"]}  # fmt: skip


def lead(network: str) -> str:
    """That it has the most parameters of the paper's networks, where all of them are there and it does."""
    sizes = study_2.parameters(asking.cards("architectures"))
    planned = {network for network, _ in study_2.PAPER.values()}
    if len(sizes) < len(planned) or next(iter(sizes)) != network:
        return ""
    following, count = list(sizes.items())[1]
    return say("setting_most", networks=len(sizes), next=following, next_parameters=whole(count))


def _words(found: Verdict) -> str:
    """Which rate is best on the test set, whether that means anything, and which one could have been chosen."""
    values = {"best": f"{found.best:g}", "test": percent(found.best_test), "lead": f"{100 * found.lead:.1f}"}
    chosen = {"chosen": f"{found.chosen:g}", "chosen_lead": f"{100 * found.chosen_lead:+.1f}".replace("-", "−")}
    sure = [] if found.words == "none" else [evidence.words(found.difference)]
    return "\n\n".join([" ".join([say(f"verdict_{found.words}", **values), *sure]), say("verdict_chosen", **chosen)])


def _gap(cards: Mapping[str, Card]) -> None:
    """The gap by rate, and by epoch at every rate."""
    network = _network(cards, "gap")
    rates, paper = of_network(cards, network), study_3.paper() if network == "arc1" else []
    export.show(figures.gap(network, rates, paper), key=f"dropout.gap.{network}")
    least, most = min(rates, key=lambda row: row.gap), max(rates, key=lambda row: row.gap)
    values = {"least": f"{100 * least.gap:.1f}", "most": f"{100 * most.gap:.1f}"}
    st.markdown(say("gap_words", **values, least_rate=f"{least.rate:g}", most_rate=f"{most.rate:g}",
                    pictures=whole(CHECKED_TRAINING_IMAGES), margin=figures.checked_margin(most)))  # fmt: skip
    export.show(figures.gap_by_epoch(network, study_3.curves(cards, network)), key=f"dropout.time.{network}")


def _rate_columns() -> dict[str, Column]:
    spread = Column(say("column_spread"), "percent", say("column_spread_help"))
    gap = {"gap": Column(say("column_gap"), "percent", say("column_gap_help")), "gap_spread": spread}
    paper = {f"paper_{name}": Column(say(f"column_paper_{name}"), "percent") for name in ("train", "test")}
    test_spread = Column(say("column_test_spread"), "percent", say("column_spread_help"))
    return {**_names(), **_shares(), "test_accuracy_spread": test_spread, **gap, **paper}


def _run_columns() -> dict[str, Column]:
    gap = Column(say("column_gap"), "percent", say("column_gap_help"))
    return {**_names(), "seed": Column(say("column_seed"), "count"), **_shares(), "gap": gap, "run": Column(say("column_run"), "run")}


def _names() -> dict[str, Column]:
    return {"network": Column(say("column_network")), "rate": Column(say("column_rate"), "rate")}


def _shares() -> dict[str, Column]:
    measures = ("running", "train", "validation", "test")
    pictures = whole(CHECKED_TRAINING_IMAGES)
    return {f"{name}_accuracy": Column(say(f"column_{name}"), "percent", say(f"column_{name}_help", pictures=pictures)) for name in measures}
