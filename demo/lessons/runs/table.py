"""The table of runs: one plain row a run, drawn without pandas, and the same rows as CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from core.runs.snapshot import Snapshot
from core.runs.summaries import RunSummary
from core.vocabulary.sources import source_of
from demo.text import speaker
from demo.ui import formatting
from demo.ui.formatting import percent, times, whole
from demo.visitor import run_names, session

say = speaker("runs")
COLUMNS = (
    "run", "name", "dataset", "network", "resolution", "status", "epochs", "accuracy", "macro_f1", "seconds", "started", "yours",
)  # fmt: skip
OF_THE_APP = ("run", "dataset", "network", "resolution", "optimizer", "seed", "epochs", "accuracy", "macro_f1", "seconds")
"""The columns of a run that comes with the app: it is finished and nobody's."""
NAME_WIDTH, NETWORK_WIDTH = 210, 120
"""Pixels: a list of layers may be long."""
PERCENT = ("accuracy", "macro_f1")


def rows(snapshots: Sequence[RunSummary], owner: str) -> list[dict[str, Any]]:
    """One row a run with the keys COLUMNS and OF_THE_APP; shares in percent, None where there is no test result yet."""
    return [_row(snapshot, owner) for snapshot in snapshots]


def _row(now: RunSummary, owner: str) -> dict[str, Any]:
    return {
        "run": now.run,
        "name": run_names.of(now),
        "yours": say("yours") if owner and now.owner == owner else "",
        "dataset": source_of(now.recipe.dataset).title,
        "network": now.recipe.network,
        "resolution": side(now),
        "optimizer": now.recipe.optimizer,
        "seed": now.recipe.seed,
        "status": status(now),
        "epochs": f"{whole(now.epochs_done)} / {whole(now.recipe.epochs)}",
        "accuracy": _percent(now.test_accuracy),
        "macro_f1": _percent(now.macro_f1),
        "seconds": round(now.seconds, 1),
        "started": started(now.created),
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def started(created: float) -> str:
    """Day and time on the server's clock with its distance from UTC; "" for a moment that no calendar has."""
    try:
        return datetime.fromtimestamp(created).astimezone().strftime("%Y-%m-%d %H:%M %z")
    except (OverflowError, OSError, ValueError):
        return ""


def side(now: RunSummary) -> str:
    """The resolution of a run, as 16x16."""
    return times([now.recipe.resolution or source_of(now.recipe.dataset).side] * 2)


def status(now: RunSummary | Snapshot) -> str:
    """In words; for a waiting run with its place in the queue, or that it waits for the end of the lesson."""
    if now.later:
        return say("status_later")
    return say("status_place", place=now.place) if now.place else say(f"status_{now.status}")


def name(now: RunSummary) -> str:
    """A run as it stands in a list: id, what it is, and how it went."""
    how = percent(now.test_accuracy) if now.test_accuracy is not None else status(now)
    return say(
        "name", run=now.run, name=run_names.of(now), dataset=source_of(now.recipe.dataset).title, side=side(now), how=how
    )  # fmt: skip


def as_csv(found: Sequence[Mapping[str, Any]]) -> Callable[[], str]:
    """What writes the rows as CSV when somebody asks for it."""
    return formatting.as_csv(found, COLUMNS)


def choosable(
    snapshots: Sequence[RunSummary], found: Sequence[Mapping[str, Any]], key: str, chosen: Sequence[str],
    choose: Callable[[Sequence[str]], None], columns: Sequence[str] = COLUMNS,
) -> None:  # fmt: skip
    """The rows as a table in which runs are chosen; what is chosen in another table stays so."""
    import pyarrow  # type: ignore[import-untyped]

    ids = tuple(snapshot.run for snapshot in snapshots)
    # Another list of runs is another table, for rows are told by their place.
    key = f"{key}.{session.get_state('runs.turn', 0)}.{hash(ids)}"

    def take() -> None:
        selected = [ids[place] for place in session.typed(key)["selection"]["rows"]]
        choose([*selected, *(run for run in chosen if run not in ids)])

    texts = pyarrow.table({column: [row[column] for row in found] for column in columns})
    rows = [ids.index(run) for run in chosen if run in ids]
    st.dataframe(
        texts, key=key, hide_index=True, on_select=take, selection_mode="multi-row", placeholder="–",
        selection_default={"selection": {"rows": rows}}, column_config=_config(columns), alt=say("title"),
    )  # fmt: skip


def _config(columns: Sequence[str]) -> dict[str, Any]:
    config: dict[str, Any] = {column: st.column_config.TextColumn(say(f"column_{column}")) for column in columns}
    config["name"] = st.column_config.TextColumn(say("column_name"), width=NAME_WIDTH)
    config["network"] = st.column_config.TextColumn(say("column_network"), width=NETWORK_WIDTH)
    for column in PERCENT:
        config[column] = st.column_config.NumberColumn(say(f"column_{column}"), format="%.1f")
    for column in ("epochs", "resolution"):
        config[column] = st.column_config.TextColumn(say(f"column_{column}"), alignment="right")
    config["seed"] = st.column_config.NumberColumn(say("column_seed"), format="%d")
    config["seconds"] = st.column_config.NumberColumn(
        say("column_seconds"), format="%.0f", help=say("seconds_help")
    )
    return config
