"""The board of the class: how many test images each finished run got right, over its parameters or its training time.

Only runs of one data set and one budget (epochs, training images) stand beside each other. A click on a point, or the
list, opens the run or trains it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import streamlit as st

from core.datasets.split_sizes import part_sizes
from core.runs.summaries import RunSummary
from core.vocabulary.networks import examine
from core.vocabulary.recipe import Recipe
from core.vocabulary.sources import source_of
from demo.charts.figure import Figure, csv
from demo.charts.theme import Look, styled
from demo.lessons.runs import board_figure
from demo.text import plain, speaker
from demo.ui.formatting import percent, table, whole
from demo.visitor import address, navigation, recipe_choice, run_names, session

say = speaker("runs")
AXES = ("parameters", "seconds")
COLUMNS = ("run", "name", "dataset", "epochs", "training_images", "parameters", "seconds", "accuracy")
CHOSEN = "runs.board.run"
Budget = tuple[str, int, int]
"""Data set, epochs, training images."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A finished run as it stands on the board."""

    run: RunSummary
    budget: Budget
    parameters: int
    mine: bool

    def row(self) -> dict[str, Any]:
        """With the keys COLUMNS, and `mine`; accuracy in percent."""
        dataset, epochs, images = self.budget
        return {"run": self.run.run, "name": run_names.of(self.run), "dataset": dataset, "epochs": epochs, "training_images": images,
                "parameters": self.parameters, "seconds": round(self.run.seconds, 2), "accuracy": round(100 * (self.run.test_accuracy or 0), 2), "mine": self.mine}  # fmt: skip


def entries(runs: Sequence[RunSummary], owner: str) -> list[Entry]:
    """The finished runs, the most accurate first."""
    found = [Entry(run, *_facts(run.recipe), bool(owner) and run.owner == owner) for run in runs if run.status == "finished" and run.test_accuracy is not None]
    return sorted(found, key=lambda entry: -(entry.run.test_accuracy or 0))


@lru_cache(maxsize=1024)
def _facts(recipe: Recipe) -> tuple[Budget, int]:
    """Budget and parameters of a recipe that was trained."""
    source = source_of(recipe.dataset)
    return (recipe.dataset, recipe.epochs, part_sizes(recipe)[0]), examine(recipe.network, source.shape, len(source.classes)).parameters


def render(runs: Sequence[RunSummary]) -> None:
    """The heading and, once a run has finished, the figure of one budget, its table and what can be done with a run."""
    st.markdown(f"#### {say('board')}")
    found = entries(runs, session.visitor().name)
    if not found:
        st.caption(say("board_empty"))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shown = _of_budget(found)
        across = _axis()
    figure = board_figure.scatter([entry.row() for entry in shown], across)
    _draw(figure)
    _numbers(shown, figure)
    _actions(shown)


def _of_budget(found: Sequence[Entry]) -> list[Entry]:
    """The entries of the chosen budget; at first the one of the newest run."""
    newest = max(found, key=lambda entry: entry.run.created)
    budgets = list(dict.fromkeys(entry.budget for entry in (newest, *found)))
    remembered = session.get_state("runs.board.budget", budgets[0])
    key = session.bind_widget("runs.board.budget", remembered if remembered in budgets else budgets[0])
    chosen = st.selectbox(say("board_budget"), budgets, key=key, width=430, format_func=_budget_title, help=say("board_budget_help"),
                          on_change=lambda: session.set_state("runs.board.budget", session.typed(key)))  # fmt: skip
    return [entry for entry in found if entry.budget == chosen]


def _budget_title(budget: Budget) -> str:
    dataset, epochs, images = budget
    return say("board_budget_title", dataset=source_of(dataset).title, epochs=epochs, images=whole(images))


def _axis() -> str:
    key = session.keep_widget("runs.board.axis", AXES[0])
    return st.segmented_control(say("board_axis"), AXES, key=key, required=True, format_func=lambda name: say(f"board_{name}")) or AXES[0]


def _draw(figure: Figure) -> None:
    """The figure; a click on a point chooses its run."""
    import pyarrow  # type: ignore[import-untyped]

    spec = styled(figure.spec, Look(session.theme(), session.teaching()))
    spec["params"] = [*spec["params"], {"name": "chosen", "select": {"type": "point", "fields": ["run"]}, "views": [board_figure.POINTS]}]
    key = "runs.board.figure"

    def take() -> None:
        points = session.typed(key)["selection"].get("chosen", [])
        if points:
            session.set_state(CHOSEN, points[0]["run"])

    data = pyarrow.table({name: list(values) for name, values in figure.columns.items()})
    st.vega_lite_chart(data, spec, width="stretch", key=key, alt=figure.title, on_select=take, selection_mode=["chosen"])


def _numbers(shown: Sequence[Entry], figure: Figure) -> None:
    """The same as a table, for who cannot see the figure, and as CSV."""
    rows = [entry.row() for entry in shown]
    st.caption(figure.title)
    with st.container(horizontal=True):
        with st.popover(say("board_table"), icon=":material/table:"):
            heads = [say(name) for name in ("column_name", "board_parameters_axis", "board_seconds_axis", "column_accuracy")]
            cells = [(plain(row["name"]), whole(row["parameters"]), f"{row['seconds']:.1f}", f"{row['accuracy']:.1f}") for row in rows]
            st.markdown(table(heads, cells))
        st.download_button(say("board_csv"), csv({name: [row[name] for row in rows] for name in COLUMNS}), "board.csv", "text/csv",
                           icon=":material/download:", key="runs.board.csv", on_click="ignore")  # fmt: skip


# --- what can be done with one -----------------------------------------------------------------------------------------


def _actions(shown: Sequence[Entry]) -> None:
    """The run that is chosen in the figure or here: open it, or put its recipe into the controls of Train."""
    by_id = {entry.run.run: entry.run for entry in shown}
    remembered = session.get_state(CHOSEN)
    key = session.bind_widget("runs.board.choice", remembered if remembered in by_id else None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        run = st.selectbox(say("board_run"), list(by_id), key=key, index=None, placeholder=say("board_run_empty"), width=430, help=say("board_run_help"),
                           format_func=lambda run: f"{run_names.titled(by_id[run])}: {percent(by_id[run].test_accuracy)}",
                           on_change=lambda: session.set_state(CHOSEN, session.typed(key)))  # fmt: skip
        if st.button(say("open"), key="runs.board.open", icon=":material/open_in_new:", disabled=run is None) and run:
            navigation.go("train", run=run)
        if st.button(say("board_again"), key="runs.board.again", icon=":material/replay:", disabled=run is None, help=say("board_again_help")) and run:
            _again(by_id[run].recipe)


def _again(ran: Recipe) -> None:
    chosen = address.with_unresolved_device(ran)
    recipe_choice.choose_recipe(chosen)
    navigation.look_at(None)
    navigation.go("train", **address.spell(chosen))
