"""The page "Our data": runs that belong together are started by one click, and followed until all of them are there."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.classroom.own_study import run_of
from core.datasets.own.records import OwnSet
from core.runs.summaries import RunSummary
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe
from core.vocabulary.sources import ROW
from demo.lessons.own import shared
from demo.lessons.own.shared import say
from demo.text import plain
from demo.ui import header
from demo.visitor import session

WHILE_TRAINING_S = 1.0
"""Between two looks at runs that go on."""
Runs = Mapping[str, RunSummary | None]


def runs(about: OwnSet, recipes: Mapping[str, Recipe]) -> Runs:
    """The run of each recipe on the pictures as they were closed last; None where there is none."""
    every = session.manager().list()
    since = _closed_at(about)
    return {name: run_of(recipe, every, since) for name, recipe in recipes.items()}


def _closed_at(about: OwnSet) -> float:
    """When the pictures changed last (seconds since 1970): runs from before were trained on others."""
    return (shared.folder(about) / ROW).stat().st_mtime


def done(found: Runs) -> bool:
    """Whether every run is there and tested."""
    return all(run is not None and run.status == "finished" for run in found.values())


def learned_nothing(about: OwnSet, found: Runs) -> list[str]:
    """Names of runs that, on their own training pictures, are nearer to guessing than to right: they say nothing about the pictures."""
    least = (1 + 1 / len(about.classes)) / 2
    return [name for name, run in found.items() if run and session.manager().snapshot(run.run).epochs[-1].train_accuracy < least]


def follow(about: OwnSet, recipes: Mapping[str, Recipe], what: str, label: str) -> None:
    """The button, then how far the runs are; the page is drawn again once all of them are done. `what`: a name for these runs."""
    wished = shared.state(about, f"wished.{what}")
    begun = session.get_state(wished, False) or any(runs(about, recipes).values())
    if not begun:
        if st.button(label, key=f"own.{what}", type="primary", icon=":material/play_arrow:"):
            session.set_state(wished, True)
            st.rerun()
        return

    @st.fragment(run_every=WHILE_TRAINING_S)
    def view() -> None:
        found = runs(about, recipes)
        if done(found):
            st.rerun()
        problem = _submit(recipes, found) if session.get_state(wished, False) else ""
        finished = sum(run is not None and run.status == "finished" for run in found.values())
        epochs = sum(run.epochs_done for run in found.values() if run)
        share = epochs / sum(recipe.epochs for recipe in recipes.values())
        told = say("training", done=finished, count=len(found), share=f"{100 * share:.0f}")
        st.html(f'<div class="lab-overline">{header.pixels([run is not None and run.status == "finished" for run in found.values()], told=told)}<span>{told}</span></div>')
        if problem:
            st.caption(plain(problem))
        if missing := [run for run in found.values() if run and run.status in ("interrupted",)]:
            st.caption(say("interrupted", count=len(missing)))

    view()


def _submit(recipes: Mapping[str, Recipe], found: Runs) -> str:
    """Starts what is not there yet, as many as may wait; why not, else ""."""
    for name, recipe in recipes.items():
        if found[name] is None:
            try:
                session.manager().submit(recipe, session.visitor())
            except LabError as error:
                return str(error)
    return ""
