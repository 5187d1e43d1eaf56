"""How a run ended: the test result, or why there is none; and where the run comes from."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.runs.snapshot import Snapshot
from core.vocabulary import metrics
from core.vocabulary.records import Result, as_dict
from demo.text import plain, speaker
from demo.ui.formatting import as_csv, percent, table, whole
from demo.visitor import session

say = speaker("train")
METRIC_WIDTH, METRIC_WIDTH_TEACHING = 160, 220
"""Pixels, fixed, so that nothing moves when a number gets longer; wider where the letters are larger."""
EPOCH_COLUMNS = (
    "epoch", "train_loss", "running_accuracy", "train_accuracy", "validation_loss", "validation_accuracy",
    "learning_rate", "seconds", "images_per_second", "best_epoch",
)  # fmt: skip


def metric_width() -> int:
    """Of a number with its label, in pixels."""
    return METRIC_WIDTH_TEACHING if session.teaching() else METRIC_WIDTH


def render(now: Snapshot) -> None:
    """Nothing while the run goes on."""
    if now.result:
        _test(now, now.result)
    elif now.status == "failed":
        st.error(plain(now.message), icon=":material/error:")
        st.markdown(say("failed_try"))
    elif now.status in ("interrupted", "stopped"):
        if now.message:
            st.warning(plain(now.message))
        st.markdown(say(now.status))


def _test(now: Snapshot, result: Result) -> None:
    scores = metrics.scores(result.confusion)
    st.markdown(f"**{say('result')}**")
    with st.container(horizontal=True, gap="small"):
        st.metric(say("test_accuracy"), percent(scores.accuracy), width=metric_width())
        for name in ("precision", "recall", "f1"):
            value = percent(getattr(scores.macro, name))
            st.metric(say(f"macro_{name}"), value, help=say("macro_help"), width=metric_width())
    st.caption(say("result_note", count=whole(now.facts.test), epoch=result.epoch))


def provenance(now: Snapshot) -> None:
    """Recipe, versions, device, code and data of a run; and its epochs as a download once it has ended."""
    if not now.facts:
        return
    if not now.active:
        st.download_button(
            say("download_epochs"), as_csv(list(map(as_dict, now.epochs)), EPOCH_COLUMNS), file_name=f"{now.run}.csv", mime="text/csv",
            icon=":material/download:", on_click="ignore", key="live.csv",
        )  # fmt: skip
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
