"""What there is to do with a run that is done: draw for it, look inside, change one thing and compare, take it home."""

from __future__ import annotations

import streamlit as st

from core.runs.snapshot import Snapshot
from core.vocabulary.errors import LabError
from core.vocabulary.records import as_dict
from demo.charts import curves, export
from demo.lessons.train.result import EPOCH_COLUMNS
from demo.text import speaker
from demo.ui import take_home
from demo.ui.formatting import as_csv
from demo.visitor import navigation, recipe_choice, session
from demo.visitor.address import with_unresolved_device

say = speaker("train")
BESIDE = "train.beside"
"""State: the run whose curve is drawn behind that of the next one."""


def render(now: Snapshot) -> None:
    """Nothing while the run goes on; what needs its weights only where they are there."""
    if now.active or not now.epochs:
        return
    usable = now.status == "finished" and now.weights is not None
    with st.container(horizontal=True, vertical_alignment="center", key="train_foot", gap="small"):
        st.markdown(f"**{say('foot')}**", width="content")
        address = f"{navigation.root()}/classify/?network={now.run}"
        st.link_button(say("foot_classify"), address, icon=":material/draw:", disabled=not usable)
        if st.button(say("foot_inside"), key="live.inside", icon=":material/account_tree:", disabled=not usable):
            navigation.go("network", network=now.run)
        if st.button(say("foot_change"), key="live.change", icon=":material/compare_arrows:", help=say("foot_change_help")):
            _change(now)
        _download(now)
        take_home.button(now, "live")


def beside(now: Snapshot) -> Snapshot | None:
    """The run that this one was changed from, as long as the visitor compares; None where there is none."""
    other = session.get_state(BESIDE)
    if not other or other == now.run:
        return None
    try:
        found = session.manager().snapshot(other)
    except LabError:
        return None
    return found if found.recipe.dataset == now.recipe.dataset else None


def _change(now: Snapshot) -> None:
    """Back to the controls, with the recipe of this run in them; its curve waits for the next one."""
    session.set_state(BESIDE, now.run)
    recipe_choice.choose_recipe(with_unresolved_device(now.recipe))
    navigation.look_at(None)
    st.rerun()


def _download(now: Snapshot) -> None:
    with st.popover(say("download"), icon=":material/download:", key="live.download"):
        st.download_button(
            say("download_epochs"), as_csv(list(map(as_dict, now.epochs)), EPOCH_COLUMNS), file_name=f"{now.run}.csv", mime="text/csv",
            icon=":material/table:", on_click="ignore", key="live.csv", width="stretch",
        )  # fmt: skip
        weights = now.weights
        if weights is not None:
            st.download_button(
                say("download_weights"), weights.read_bytes, file_name=f"{now.run}.safetensors", mime="application/octet-stream",
                icon=":material/memory:", on_click="ignore", key="live.weights", width="stretch",
            )  # fmt: skip
        st.download_button(
            say("download_picture"), lambda: export.png(curves.accuracy(now)), file_name=f"{now.run}.png", mime="image/png",
            icon=":material/image:", on_click="ignore", key="live.picture", width="stretch",
        )  # fmt: skip
