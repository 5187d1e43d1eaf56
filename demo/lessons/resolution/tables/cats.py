"""Tables and figures behind the riddle of the cat: one network, every network, and which class attracts by filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.studies import resolution, resolution_riddle
from core.studies.published import report_recall
from core.studies.resolution import FILTER, FULL, RIDDLE, SIDES
from core.studies.resolution_riddle import AttractorRow
from core.vocabulary import metrics
from core.vocabulary.recipe import FILTERS, preset
from demo.charts import export
from demo.lessons.resolution import figures, shared
from demo.lessons.resolution.shared import Cards
from demo.lessons.resolution.tables import experiments
from demo.text import speaker
from demo.ui import tables
from demo.ui.formatting import percent, whole
from demo.ui.tables import Column
from demo.visitor import links, navigation
from demo.visitor.address import spell

say = speaker("resolution")
CAT = "cat"
SMALL = SIDES["cifar10"][2:]
"""The sides at which it is asked which class attracts."""
RUN = Column(tables.common("run"), "run")


# --- one network: recall against precision, and how often each class is predicted ------------------------------------


def one_network(cards: Cards) -> None:
    """Recall against precision of 'cat' by size, and how often each class is predicted."""

    @links.fragment
    def view() -> None:
        name, filter = _network_and_filter(cards)
        card = cards[name]
        classes, sides = card.facts.classes, sorted(map(int, card.evaluations[filter]), reverse=True)
        scores = {side: metrics.scores(card.evaluations[filter][str(side)]) for side in sides}
        cat = classes.index(CAT)
        most = max(sides, key=lambda side: (scores[side].recall[cat], side))
        left, right = st.columns(2, gap="medium")
        with left:
            title = say("figure_cat", name=CAT, network=name, filter=filter)
            published = _report_points() if card.recipe.preset == "report" else ()
            export.show(figures.scores(title, experiments.score_rows(scores, cat), published), key="resolution.cat")
        with right:
            own_sides = [side for side in SIDES["cifar10"] if side in scores]
            squares = [{"side": side, "class": label, "predicted": scores[side].predicted[place]}
                       for side in own_sides for place, label in enumerate(classes)]  # fmt: skip
            title = say("figure_map", true=whole(scores[sides[0]].support[cat]), network=name, filter=filter)
            export.show(figures.predicted_map(title, squares, classes, own_sides), key="resolution.map")
        first, peak = scores[sides[0]], scores[most]
        st.markdown(say("cat_moves" if most != sides[0] else "cat_stays", side=most, full=sides[0], true=whole(first.support[cat]),
                        recall=percent(first.recall[cat]), recall_then=percent(peak.recall[cat]),
                        precision=percent(first.precision[cat]), precision_then=percent(peak.precision[cat]),
                        predicted=whole(first.predicted[cat]), predicted_then=whole(peak.predicted[cat])))  # fmt: skip
        tables.runs_behind([name])

    view()


def _network_and_filter(cards: Cards) -> tuple[str, str]:
    with st.container(horizontal=True, gap="medium"):
        name = shared.choice("riddle.network", [name for name in RIDDLE if name in cards], say("network"), lambda one: shared.network(cards[one]))
        filters = [filter for filter in FILTERS if filter in cards[name].evaluations]
        filter = shared.choice("riddle.filter", filters, say("column_filter"), default=FILTER)
    return name, filter


def _report_points() -> list[dict[str, Any]]:
    return [{"side": side, "value": 100 * printed[CAT]} for side in FULL if (printed := report_recall("totv", side))]


# --- all networks -------------------------------------------------------------------------------------------------


def every_network(cards: Cards) -> None:
    """Does it hold for other seeds and another recipe?"""
    rows = resolution.riddle(cards)
    cats = resolution_riddle.cats(rows, FILTER)
    found = resolution_riddle.count(cats, lambda row: row.explained)
    st.markdown(say("seeds_text", filter=FILTER, holds=found.holds, of=found.of))
    columns = {"preset": Column(say("column_recipe")), "seed": Column(say("seed"), "count")}
    for score in ("recall", "precision"):
        columns |= {f"{score}_{side}": Column(say(f"{score}_at", side=side), "percent") for side in SIDES["cifar10"]}
    columns |= {f"predicted_{side}": Column(say("predicted_at", side=side), "count") for side in SIDES["cifar10"]}
    shown = [{"run": row.run, "preset": row.preset, "seed": row.seed, **_by_side("recall", row.recall), **_by_side("precision", row.precision),
              **_by_side("predicted", row.predicted)} for row in cats]  # fmt: skip
    tables.table(shown, {"run": RUN, **columns}, key="resolution.cats", alt=say("step_seeds"), csv=True)


def _by_side(name: str, values: Mapping[int, float]) -> dict[str, float]:
    return {f"{name}_{side}": value for side, value in values.items()}


def attractors(cards: Cards) -> None:
    """Which class attracts, filter by filter; whether the networks agree."""
    rows = resolution.riddle(cards)
    st.markdown(say("filter_text", networks=len({row.run for row in rows})))
    by_side = {side: resolution_riddle.attractors(rows, side) for side in SMALL}
    for side, found in by_side.items():
        if found:
            st.markdown(f"- {_decided(side, found)}")
    shown = [{**row.as_dict(), "agree": _agree(row.agreed), "report_agree": _agree_report(row.agreed),
              "report": ", ".join(row.report), "other": ", ".join(row.other)} for found in by_side.values() for row in found]  # fmt: skip
    columns = {
        "resolution": Column(say("side_axis"), "count"), "filter": Column(say("column_filter")),
        "attractor": Column(say("attractor"), help=say("attractor_help")), "agree": Column(say("agree"), help=say("agree_help")),
        "report_agree": Column(say("agree_report")), "attracted": Column(say("predicted_axis"), "count", say("mean_help")),
        "recall": Column(say("its_recall"), "percent", say("mean_help")),
        "precision": Column(say("its_precision"), "percent", say("mean_help")),
        "report": Column(say("by_seed_report")), "other": Column(say("by_seed_fast")),
    }  # fmt: skip
    tables.table(shown, columns, key="resolution.attractors", alt=say("step_filter"), csv=True)
    tables.runs_behind(list(dict.fromkeys(row.run for row in rows)))


def _decided(side: int, rows: Sequence[AttractorRow]) -> str:
    names = "; ".join(f"{row.filter}: {row.attractor} ({_agree(row.agreed)})" for row in rows)
    fewest = min((row.agreed for row in rows), key=lambda found: found.report_of)
    verdict = say(f"decides_{resolution_riddle.decides(rows)}" if len(rows) > 1 else "one_filter")
    more = "" if fewest.enough else say("not_enough", seeds=fewest.report_of, enough=resolution_riddle.ENOUGH)
    return f"{say('decided', side=side, names=names)} {verdict} {more}".rstrip()


def _agree(found: resolution_riddle.Count) -> str:
    return say("of", part=found.holds, whole=found.of)


def _agree_report(found: resolution_riddle.Count) -> str:
    return say("of", part=found.report_holds, whole=found.report_of)


# --- what stays ---------------------------------------------------------------------------------------------------


def remember(cards: Cards) -> None:
    """Three sentences, and where to go on."""
    rows = resolution.riddle(cards)
    smallest = resolution_riddle.attractors(rows, SMALL[-1])
    third = say(f"remember_{resolution_riddle.decides(smallest)}") if len(smallest) > 1 else say("remember_open")
    most = max((row for row in rows if row.resolution == SMALL[-1]), key=lambda row: row.attracted, default=None)
    second = say("remember_2") + (f" {say('remember_2_here', count=whole(most.attracted), name=most.attractor)}" if most else "")
    st.markdown(f"1. {say('remember_1')}\n2. {second}\n3. {third}")
    st.markdown(f"#### {say('next')}")
    fast = preset("fast", "cifar10")
    changes: dict[str, dict[str, Any]] = {"small": {"resolution": SIDES["cifar10"][-1]}, "mixed": {"augment": "mixed"}, "seed": {"seed": 3}}
    for column, (name, change) in zip(st.columns(len(changes)), changes.items(), strict=True):
        with column, st.container(border=True, height="stretch"):
            navigation.link("train", say(f"next_{name}"), **spell(fast.changed(**change)))
            st.caption(say(f"next_{name}_text"))
