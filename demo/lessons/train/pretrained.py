"""A run that comes with the app, on the page "Train": what it is, how to train it again, and its test seen otherwise."""

from __future__ import annotations

import streamlit as st

from core.runs.snapshot import Snapshot
from core.vocabulary import metrics
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Matrix
from core.vocabulary.sources import source_of
from demo.lessons.train import controls
from demo.text import speaker
from demo.ui.formatting import duration, percent, times
from demo.visitor import navigation, recipe_choice, session
from demo.visitor.address import with_unresolved_device

say = speaker("train")
CHOICE_WIDTH = 220
Cells = dict[str, dict[int, Matrix]]
"""filter -> side in pixels -> confusion matrix of the test."""


def render(now: Snapshot) -> None:
    """In place of the buttons of a run that can be changed."""
    took = duration(now.record.seconds, say)
    st.markdown(f":material/inventory_2: {say('pretrained', duration=took)}")
    recipe = with_unresolved_device(now.recipe)
    missing = controls.missing(recipe)
    with st.container(horizontal=True, vertical_alignment="center"):
        _button("again", ":material/replay:", recipe, disabled=bool(missing))
        _button("other_seed", ":material/casino:", recipe.changed(seed=recipe.seed + 1), disabled=bool(missing))
        if st.button(say("close"), key="live.close", icon=":material/close:", help=say("close_help")):
            navigation.look_at(None)
            st.rerun()
    if missing:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(missing)
            navigation.link("data", say("to_data"))
    else:
        controls.expected(recipe)


def _button(name: str, icon: str, recipe: Recipe, disabled: bool) -> None:
    if st.button(say(name), key=f"live.{name}", icon=icon, help=say(f"{name}_help"), disabled=disabled):
        _train(recipe)
        st.rerun()  # the whole page: it looks at the new run, and its recipe is the chosen one


def _train(recipe: Recipe) -> None:
    session.set_notice("", "order")
    recipe_choice.choose_recipe(recipe)
    try:
        navigation.look_at(session.manager().submit(recipe, session.visitor()))
    except LabError as refusal:
        session.set_notice(str(refusal), "order")


# --- the test at other resolutions --------------------------------------------------------------------------------


def cells(now: Snapshot) -> Cells:
    """Every way in which the test images were shown to this network, its own test among them."""
    filter, side = _own(now)
    found: Cells = {filter: {side: now.result.confusion}} if now.result else {}
    for filter, sides in now.evaluations.items():
        for text, matrix in sides.items():
            found.setdefault(filter, {}).setdefault(int(text), matrix)
    return found


def _own(now: Snapshot) -> tuple[str, int]:
    """The filter and the side that the network was trained with."""
    return now.recipe.filter, now.recipe.resolution or source_of(now.recipe.dataset).side


def test_seen(now: Snapshot) -> tuple[Matrix | None, str]:
    """The confusion matrix of the test as it was last chosen to be seen, and its name: "test", "test-16" at 16 pixels,
    "" with another filter (the single answers are kept with the run's own)."""
    if not now.result:
        return None, "test"
    found, own = cells(now), _own(now)
    filter, side = session.get_state(f"seen.{now.run}", own)
    if filter not in found or side not in found[filter]:
        filter, side = own
    return found[filter][side], "test" if (filter, side) == own else f"test-{side}" if filter == own[0] else ""


def test_matrix(now: Snapshot) -> tuple[Matrix, str]:
    """The confusion matrix of the test, seen at the resolution that the visitor chooses; and what it shows."""
    found, own = cells(now), _own(now)
    if sum(map(len, found.values())) == 1:
        filter, side = own
        return found[filter][side], say("matrix_test_title")
    filter, side = _choice(now.run, found, own)
    words, matrix = {"side": times([side] * 2), "filter": filter}, found[filter][side]
    st.caption(say("seen_accuracy", accuracy=percent(metrics.accuracy(matrix)), **words))
    return matrix, say("matrix_seen_title", **words)


def _choice(run: str, found: Cells, own: tuple[str, int]) -> tuple[str, int]:
    """What is chosen for this run; its own test at first."""
    filter, side = session.get_state(f"seen.{run}", own)
    if filter not in found:
        filter, side = own
    if side not in found[filter]:
        side = max(found[filter])

    def take() -> None:
        session.set_state(f"seen.{run}", (session.typed("live.seen_filter"), session.typed("live.seen_side")))

    def named(one: int) -> str:
        side = times([one] * 2)
        return say("seen_own", side=side) if (filter, one) == own else side

    with st.container(horizontal=True):
        key = session.bind_widget("live.seen_side", side)
        st.selectbox(say("seen_side"), sorted(found[filter], reverse=True), key=key, help=say("seen_side_help"),
                     width=CHOICE_WIDTH, format_func=named, on_change=take)  # fmt: skip
        key = session.bind_widget("live.seen_filter", filter)
        st.selectbox(say("filter"), list(found), key=key, help=say("filter_help"), width=CHOICE_WIDTH, on_change=take)
    return filter, side
