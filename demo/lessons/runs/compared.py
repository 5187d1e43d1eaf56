"""What two or more finished runs show side by side: which difference is real by which test, seeds together, what changed by class."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

import streamlit as st

from core.datasets import files
from core.export.report.words import p_value, percent, signed
from core.runs.comparison import Group, Pair, by_recipe, compare_groups, compare_two
from core.runs.snapshot import Snapshot
from core.runs.summaries import RunSummary
from core.system.once import Once
from core.vocabulary import metrics
from core.vocabulary.errors import LabError
from core.vocabulary.records import required
from core.vocabulary.sources import source_of
from core.vocabulary.stats import Difference
from demo.charts import changes, export
from demo.lessons.runs import report
from demo.text import plain, speaker
from demo.ui import evidence
from demo.ui.formatting import table
from demo.visitor import run_names, session

say = speaker("runs")
_pairs: Once[Pair | None] = Once(64)
"""So many are kept: finished runs do not change."""


def render(chosen: Sequence[RunSummary]) -> None:
    """Nothing for one run; of many the first finished ones, each with the first of them."""
    if len(chosen) < 2:
        return
    st.markdown(f"#### {say('decided_title')}")
    finished = [run for run in chosen if run.status == "finished"]
    if len(finished) < 2:
        st.caption(say("decided_waits"))
        return
    if len(finished) < len(chosen):
        st.caption(say("decided_unfinished", runs=_listed(run for run in chosen if run not in finished)))
    if len(finished) > report.MOST_RUNS:
        st.caption(say("differs_some", count=report.MOST_RUNS))
    try:
        runs = [_with_answers(run.run) for run in finished[: report.MOST_RUNS]]
        pairs = [_pair(runs[0], other) for other in runs[1:]]
    except LabError as damaged:  # one file must not hide the curves
        st.warning(plain(damaged), icon=":material/info:")
        return
    _verdicts(runs, pairs)
    _seeds(by_recipe(runs))
    report.buttons(runs)
    _changes([pair for pair in pairs if pair])


def _with_answers(run: str) -> Snapshot:
    """A run, and what it answered to each test image."""
    manager = session.manager()
    return dataclasses.replace(manager.snapshot(run), history=manager.history(run))


def _pair(first: Snapshot, second: Snapshot) -> Pair | None:
    """The two compared, once in a process; again once their data set has come."""
    manager = session.manager()
    known = files.state(first.recipe.dataset, manager.data).present if first.recipe.dataset == second.recipe.dataset else False
    return _pairs.get((manager.store.folder, manager.cards, manager.data, known, first.run, second.run), lambda: compare_two(first, second, manager.data))


def _listed(runs: Iterable[RunSummary | Snapshot]) -> str:
    return ", ".join(plain(run_names.titled(run)) for run in runs)


# --- which difference is real ----------------------------------------------------------------------------------------


def _verdicts(runs: Sequence[Snapshot], pairs: Sequence[Pair | None]) -> None:
    """One sentence for each run beside the first; a line on what could not be compared image by image."""
    sentences = [_verdict(runs[0], other, pair) for other, pair in zip(runs[1:], pairs, strict=True)]
    st.markdown("\n".join(f"- {sentence}" for sentence in sentences) if len(sentences) > 1 else sentences[0])
    if any(pair and pair.difference.basis == "shares" for pair in pairs):
        st.caption(say("decided_shares"))


def _verdict(first: Snapshot, second: Snapshot, pair: Pair | None) -> str:
    names = {"first": plain(run_names.titled(first)), "second": plain(run_names.titled(second))}
    if pair is None:
        sets = [source_of(run.recipe.dataset).title for run in (first, second)]
        return say("decided_other_test" if sets[0] == sets[1] else "decided_other_data", **names, one=plain(sets[0]), other=plain(sets[1]))
    shares = [required(run.result).test_accuracy for run in (first, second)]
    if not pair.difference.lead:
        return say("decided_same", **names, share=percent(shares[0], 2))
    better, worse = reversed(names.values()) if pair.difference.lead > 0 else names.values()
    return f"{say('decided_ahead', better=better, worse=worse, lead=_lead(pair.difference), high=percent(max(shares), 2), low=percent(min(shares), 2))} {_words(pair.difference)}"


def _lead(found: Difference) -> str:
    return f"{100 * abs(found.lead):.2f}"


def _words(found: Difference) -> str:
    """More than chance or not, by which test, and its p."""
    unbroken = plain(p_value(found.p)).replace(" ", "\N{NO-BREAK SPACE}")
    return f"{evidence.words(found)} **{unbroken}**."


# --- seeds -------------------------------------------------------------------------------------------------------------


def _seeds(groups: Sequence[Group]) -> None:
    """Runs that differ by their seed alone together; nothing where there are none."""
    if all(len(group.runs) < 2 for group in groups):
        return
    st.markdown(f"**{say('seeds_title')}**")
    heads = [say(name) for name in ("seeds_runs", "seeds_count", "seeds_mean", "seeds_low", "seeds_high")]
    spreads = [(group, group.spread) for group in groups]
    rows = [(_listed(group.runs), str(it.count), *(f"{100 * share:.2f}" for share in (it.mean, it.low, it.high))) for group, it in spreads]
    with st.container(key="runs.seeds"):
        st.markdown(table(heads, rows))
    for group in groups[1:]:
        found = compare_groups(groups[0], group)
        if found is None or not found.lead:
            continue
        better, worse = (_ids(one) for one in ((group, groups[0]) if found.lead > 0 else (groups[0], group)))
        st.markdown(f"{say('seeds_ahead', better=better, worse=worse, lead=_lead(found))} {_words(found)}")


def _ids(group: Group) -> str:
    return ", ".join(plain(run.run) for run in group.runs)


# --- by class ----------------------------------------------------------------------------------------------------------


def _changes(pairs: Sequence[Pair]) -> None:
    """What changed from the first run to another, by class and in the matrix; of several the chosen one."""
    if not pairs:
        return
    pair = _of_pairs(pairs)
    first, second = required(pair.first.result).confusion, required(pair.second.result).confusion
    what, classes = f"{pair.first.run} → {pair.second.run}", pair.first.facts.classes
    left, right = st.columns(2)
    with left:
        export.show(changes.recall_changes(pair.recall_change, classes, what), key="runs.recall_change")
    with right:
        export.show(changes.matrix_difference(first, second, classes, what), key="runs.difference")
    st.caption(say("changes_read", lead=signed(100 * (metrics.accuracy(second) - metrics.accuracy(first)), 2)))


def _of_pairs(pairs: Sequence[Pair]) -> Pair:
    by_id = {pair.second.run: pair for pair in pairs}
    if len(by_id) == 1:
        return pairs[0]
    kept = session.get_state("runs.with", "")
    key = session.bind_widget("runs.with", kept if kept in by_id else pairs[0].second.run)
    run = st.selectbox(say("changes_with", first=run_names.titled(pairs[0].first)), list(by_id), key=key, width=430,
                       format_func=lambda run: run_names.titled(by_id[run].second), on_change=lambda: session.set_state("runs.with", session.typed(key)))  # fmt: skip
    return by_id[run]
