"""What the results of the page "Resolution study" say, in sentences that are chosen and filled by the numbers."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.studies import resolution_findings
from core.studies.published import kannojia, report_score
from core.studies.resolution_findings import ExpectedRow, MixedRow
from core.studies.rows import as_dicts
from demo.lessons.resolution.shared import Cards, dataset_of_tables, listed, points
from demo.text import speaker
from demo.ui import evidence, tables
from demo.ui.formatting import percent
from demo.ui.tables import Column

say = speaker("resolution")


# --- one network for all sides? -----------------------------------------------------------------------------------


def mixed(cards: Cards) -> None:
    """Is one network that saw every resolution as good as one for each?"""
    dataset = dataset_of_tables()
    rows = resolution_findings.mixed_against_tvtv(cards, dataset)
    if not rows:
        st.info(say("answer_wait"), icon=":material/hourglass_empty:")
        return
    lines = [_verdict(rows), _recipes(rows), _gain(rows), _chance(cards, dataset, rows)]
    st.markdown("\n".join(f"- {line}" for line in lines if line))
    columns = {
        "resolution": Column(say("side_axis"), "count"), "run": Column(tables.common("run"), "run"),
        "tvtv_run": Column(say("run_of", whose=say("protocol_tvtv")), "run"), "mixed": Column(say("protocol_mixed"), "percent"),
        "mixed_preset": Column(say("recipe_of", whose=say("protocol_mixed"))), "tvtv": Column(say("protocol_tvtv"), "percent"),
        "tvtv_preset": Column(say("recipe_of", whose=say("protocol_tvtv"))),
        "difference": Column(say("difference"), "percent", say("difference_help")),
        "totv": Column(say("totv_same"), "percent", say("totv_same_help")),
        "gain": Column(say("gain"), "percent", say("gain_help")),
    }  # fmt: skip
    tables.table(as_dicts(rows), columns, key=f"resolution.{dataset}.mixed", alt=say("mixed"), csv=True)


def _verdict(rows: Sequence[MixedRow]) -> str:
    good = [row for row in rows if row.difference >= 0]
    worst = min(rows, key=lambda row: row.difference)
    if len(good) == len(rows):
        return say("mixed_all", of=len(rows))
    return say("mixed_some", good=len(good), of=len(rows), worst=f"{-100 * worst.difference:.1f}", side=worst.resolution)


def _recipes(rows: Sequence[MixedRow]) -> str:
    other = [row for row in rows if not row.same_recipe]
    if not other:
        return say("mixed_fair", recipe=rows[0].mixed_preset)
    fair = listed(row.resolution for row in rows if row.same_recipe) or say("no_side")
    return say("mixed_unfair", mixed=rows[0].mixed_preset, other=listed(row.tvtv_preset for row in other),
               sides=listed(row.resolution for row in other), fair=fair)  # fmt: skip


def _gain(rows: Sequence[MixedRow]) -> str:
    known = [(row.resolution, row.gain) for row in rows if row.gain is not None]
    if not known:
        return ""
    (full, at_full), (small, at_small) = known[0], known[-1]
    return say("mixed_gain", recipe=rows[0].mixed_preset, full=full, at_full=points(at_full), small=small, at_small=points(at_small))


def _chance(cards: Cards, dataset: str, rows: Sequence[MixedRow]) -> str:
    """At which sides the difference is real, and what other seeds would have moved."""
    closest = min(rows, key=lambda row: abs(row.difference))
    open_ = listed(row.resolution for row in rows if not row.chance.real) or say("no_side")
    nearest = say("closest", side=closest.resolution, points=f"{100 * abs(closest.difference):.1f}")
    known = resolution_findings.yardstick(cards, dataset)
    seeds = say("one_seed") if known is None else say("seeds_differ", width=f"{100 * known.width:.1f}", seeds=known.count)
    return f"{nearest} {evidence.words(closest.chance)} {say('chance_at', open=open_)} {seeds}"


def paper_at_24(cards: Cards) -> None:
    """The paper's TVTV at 24 pixels lies below its TOTV, against its own conclusion: is that so here?"""
    printed = {protocol: kannojia("cifar10", protocol, 24) for protocol in ("totv", "tvtv")}
    st.markdown(say("at_24_paper", **{protocol: percent(value[0]) for protocol, value in printed.items() if value}))
    found = resolution_findings.trained_small(cards, "cifar10", 24)
    if found is None:
        st.info(say("answer_wait"), icon=":material/hourglass_empty:")
        return
    tvtv, totv, lead = found
    where = "inside" if lead is None or not lead.real else "above" if lead.lead > 0 else "below"
    numbers = {"tvtv": percent(tvtv), "totv": percent(totv.mean), "low": percent(totv.low), "high": percent(totv.high)}
    st.markdown(f"{say('at_24_ours', **numbers, seeds=totv.count)} {say(f'at_24_{where}')} {evidence.words(lead)}")
    tables.runs_behind([name for name in ("cifar10-24", *resolution_findings.SAME_RECIPE["cifar10"]) if name in cards])


# --- what was expected --------------------------------------------------------------------------------------------


def expected(cards: Cards) -> None:
    """The ranges that were set beforehand, and for what falls outside the evidence."""
    dataset = dataset_of_tables()
    rows = [row for row in resolution_findings.expected(cards) if row.dataset == dataset]
    known = [row.inside for row in rows if row.inside is not None]
    inside = sum(known)
    st.markdown(say("expected_text", inside=inside, known=len(known), of=len(rows)))
    shown = [{**row.as_dict(), "protocol": say(f"protocol_{row.protocol}"), "inside": _inside(row.inside)} for row in rows]
    columns = {
        "protocol": Column(say("column_protocol")), "resolution": Column(say("side_axis"), "count"),
        "accuracy": Column(say("short_accuracy"), "percent"), "low": Column(say("at_least"), "percent"),
        "high": Column(say("at_most"), "percent"), "inside": Column(say("inside")), "run": Column(tables.common("run"), "run"),
    }  # fmt: skip
    tables.table(shown, columns, key=f"resolution.{dataset}.expected", alt=say("expected"), csv=True)
    for row in rows:
        if row.inside is False and row.run:
            st.markdown(f"- {_why(cards, row, row.run)}")


def _inside(inside: bool | None) -> str | None:
    return None if inside is None else say("yes" if inside else "no")


def _why(cards: Cards, row: ExpectedRow, run: str) -> str:
    """What the data say about a cell outside its range."""
    protocol, side = row.protocol, row.resolution
    found = resolution_findings.evidence(cards, run, protocol, side)
    wanted = say("range" if row.high else "from_on", low=percent(row.low), high=percent(row.high))
    lines = [say("outside", protocol=say(f"protocol_{protocol}"), side=side, ours=percent(row.accuracy), wanted=wanted)]
    for name, spread in (("seeds", found.seeds), ("filters", found.filters)):
        if spread:
            lines.append(say(f"outside_{name}", count=spread.count, low=percent(spread.low), high=percent(spread.high)))
    if found.printed_mean is not None:
        printed = percent(report_score(protocol, "accuracy", side))
        lines.append(say("outside_printed", mean=percent(found.printed_mean), printed=printed))
    lines.append(say("outside_training", train=percent(found.train_accuracy), test=percent(found.test_accuracy)))
    return " ".join(lines)
