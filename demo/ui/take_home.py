"""A finished run as files: a button, and a window that names each file with its size and gives them all as a ZIP."""

from __future__ import annotations

import streamlit as st

from core.export.bundle import Packed, packed
from core.runs.snapshot import Snapshot
from core.runs.summaries import RunSummary
from core.system.once import Once
from core.vocabulary.errors import LabError
from demo.server import services
from demo.text import plain, speaker
from demo.ui.formatting import file_size, table
from demo.visitor import session

say = speaker("take_home")
_packed: Once[Packed] = Once(4)
"""So many are kept: a finished run does not change, but for its name."""


def button(now: RunSummary | Snapshot, key: str) -> None:
    """Opens the window; disabled while the run is not finished."""
    finished = now.status == "finished"
    help = say("button_help" if finished else "not_yet")
    if st.button(say("button"), key=f"{key}.take_home", icon=":material/inventory_2:", disabled=not finished, help=help):
        _open(now)


def _open(now: RunSummary | Snapshot) -> None:
    store, data = session.manager().store.folder, services.data_folder()

    @st.dialog(say("title", run=now.run), width="large")
    def view() -> None:
        st.markdown(say("what"))
        try:
            with st.spinner(say("packing")):
                found = _packed.get((store, data, now.run, now.name), lambda: packed(now.run, store, data))
        except LabError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        st.download_button(
            say("zip", size=file_size(len(found.zip))), found.zip, f"{now.run}.zip", "application/zip", key="take_home.zip",
            icon=":material/download:", type="primary", on_click="ignore",
        )  # fmt: skip
        rows = [(f"`{_short(name)}`", about, file_size(size)) for name, size, about in found.files]
        st.markdown(table([say("file"), say("for"), say("size")], rows, left=2))
        for kind, reason in found.left_out.items():
            st.caption(say("left_out", kind=kind, reason=plain(reason)))

    view()


def _short(name: str) -> str:
    """A folder for what lies in it, whose names are long."""
    folder, slash, _ = name.partition("/")
    return folder + slash
