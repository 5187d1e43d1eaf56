"""The page "Our data": a ZIP becomes a set, and is closed at once; what was found in it is kept for whoever sent it."""

from __future__ import annotations

import io

import streamlit as st

from core.images.own.importing import Report, Wanted, import_set
from core.vocabulary.errors import LabError
from demo.lessons.own import shared
from demo.lessons.own.shared import say
from demo.text import plain
from demo.visitor import session


def form() -> None:
    """The name, the file and the button."""
    title = st.text_input(say("name"), key="own.zip.title", max_chars=40, placeholder=say("name_example"))
    kinds = shared.KINDS
    kind = st.segmented_control(say("kind"), kinds, default=kinds[0], required=True, key="own.zip.kind", format_func=lambda one: say(f"kind_{one}"))
    file = session.uploader(say("zip"), ["zip"], key="own.zip.file", help=say("zip_help", megabytes=st.get_option("server.maxUploadSize")))
    keep_rest = st.checkbox(say("keep_rest"), key="own.zip.keep_rest")
    if st.button(say("import"), key="own.zip.import", type="primary", icon=":material/folder_zip:", disabled=file is None or not title.strip()) and file:
        _import(io.BytesIO(file.getvalue()), Wanted(title, session.visitor().name, drawn=kind == kinds[0], keep_rest=keep_rest))
    if problem := session.notice("own.zip"):
        st.error(plain(problem), icon=":material/error:")


def _import(file: io.BytesIO, wanted: Wanted) -> None:
    store = shared.store()
    try:
        report = import_set(file, wanted, store)
        parted = all("" not in parts for parts in report.counts.values())
        try:
            store.close(report.name, "given" if parted else "random")
        except LabError:
            store.delete(report.name)
            raise
    except LabError as error:
        session.set_notice(str(error), "own.zip")
        return
    session.set_notice("", "own.zip")
    session.set_state(shared.state(store.get(report.name), "report"), report)
    shared.choose(report.name)
    st.rerun()


def told(report: Report) -> None:
    """What was found in the files: their sizes, and what was left out."""
    most = ", ".join(f"{size.replace('x', ' × ')} ({count:,})" for size, count in list(report.sizes.items())[:4])
    st.caption(say("imported", sizes=len(report.sizes), most=most))
    if report.broken:
        names = "; ".join(f"{path} ({why})" for path, why in list(report.broken.items())[:5])
        st.caption(say("left_out", names=plain(names)))
