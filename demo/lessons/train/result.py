"""How a run ended: the test result, or why there is none; and where the run comes from."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.runs.snapshot import Snapshot
from core.vocabulary import metrics
from core.vocabulary.records import Result
from demo.text import plain, speaker
from demo.ui.formatting import percent, table, whole

say = speaker("train")
EPOCH_COLUMNS = (
    "epoch", "train_loss", "running_accuracy", "train_accuracy", "validation_loss", "validation_accuracy",
    "learning_rate", "seconds", "images_per_second", "best_epoch",
)  # fmt: skip


def failure(now: Snapshot) -> None:
    """Why there is no test, where there is none; nothing while the run goes on."""
    if now.result:
        return
    if now.status == "failed":
        st.error(plain(now.message), icon=":material/error:")
        st.markdown(say("failed_try"))
    elif now.status in ("interrupted", "stopped"):
        if now.message:
            st.warning(plain(now.message))
        st.markdown(say(now.status))


def line(now: Snapshot, result: Result) -> str:
    """The one test at the end, in one line."""
    scores = metrics.scores(result.confusion)
    macro = {name: percent(getattr(scores.macro, name)) for name in ("precision", "recall", "f1")}
    return say("result", accuracy=percent(scores.accuracy), count=whole(now.facts.test), epoch=result.epoch, **macro)


def provenance(now: Snapshot) -> None:
    """Recipe, versions, device, code and data of a run."""
    if not now.facts:
        return
    with st.expander(say("provenance")):
        st.caption(say("provenance_note"))
        values = {
            **now.recipe.as_dict(),
            **now.facts.provenance,
            "parameters": now.facts.parameters,
        }
        rows = [(name.replace("_", " "), _shown(value)) for name, value in values.items()]
        st.markdown(table([say("provenance_name"), say("provenance_value")], rows, left=2))


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(name.replace("_", " ") for name in value) or "–"
    return "–" if value is None or value == "" else f"`{value}`"
