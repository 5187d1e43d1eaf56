"""What differs between runs that stand side by side: one row a value of the recipe, one column a run."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.runs import naming
from core.runs.summaries import RunSummary
from core.vocabulary.networks import blueprint
from demo.lessons.runs.report import MOST_RUNS
from demo.text import plain, speaker
from demo.ui.formatting import table
from demo.visitor import run_names

say = speaker("runs")


def render(runs: Sequence[RunSummary]) -> None:
    """Nothing for one run; of many the first ones."""
    if len(runs) < 2:
        return
    st.markdown(f"#### {say('differs_title')}")
    found = rows(runs[:MOST_RUNS])
    if not found:
        st.markdown(say("differs_nowhere"))
        return
    heads = ["", *(plain(run_names.titled(run)) for run in runs[:MOST_RUNS])]
    with st.container(key="runs.differs"):
        st.markdown(table(heads, [[plain(cell) for cell in row] for row in found], left=len(heads)))
    if len(runs) > MOST_RUNS:
        st.caption(say("differs_some", count=MOST_RUNS))


def rows(runs: Sequence[RunSummary]) -> list[list[str]]:
    """The name of each field in which some of the runs differ, and its value in each; of networks the layers that differ."""
    first, *others = (run.recipe for run in runs)
    fields = dict.fromkeys(it.field for other in others for it in naming.differences(first, other))
    found = [[field.replace("_", " "), *(naming.value_in_words(field, getattr(run.recipe, field)) for run in runs)] for field in fields if field != "network"]
    return ([["layers", *_layers([run.recipe.network for run in runs])]] if "network" in fields else []) + found


def _layers(networks: Sequence[str]) -> list[str]:
    """Of each network its name, or the layers in which it differs from the first."""
    cells = []
    for network in networks:
        gone, new = naming.layer_changes(networks[0], network)
        changes = [f"+ {layer}" for layer in new] + [f"− {layer}" for layer in gone]
        same = network == networks[0] or len(changes) > len(blueprint(network).steps)
        cells.append(network if same else ", ".join(changes))
    return cells
