"""The page "Our data": where the pictures lie, taking back one's own, and forgetting everything."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.datasets.own.records import OwnSet
from core.vocabulary.errors import LabError
from demo.lessons.own import shared
from demo.lessons.own.shared import say
from demo.server import services
from demo.text import plain
from demo.visitor import session


def show(about: OwnSet) -> None:
    """One quiet line, and what may be deleted."""
    st.caption(say("where", folder=plain(shared.store().folder)))
    with st.container(horizontal=True, gap="small", key="own_manage"):
        if not about.open and shared.may_change(about) and st.button(say("reopen"), key="own.reopen", icon=":material/lock_open:", help=say("reopen_help")):
            _do(lambda: shared.store().reopen(about.name))
        with st.popover(say("take_back"), icon=":material/undo:"):
            st.markdown(say("take_back_text"))
            if st.button(say("take_back_yes"), key="own.take_back"):
                _do(lambda: shared.store().forget_author(about.name, session.visitor().name))
        if shared.may_change(about):
            with st.popover(say("forget"), icon=":material/delete_forever:"):
                st.markdown(say("forget_text", title=plain(about.title), count=f"{shared.store().counts(about.name).total:,}"))
                if st.button(say("forget_yes"), key="own.forget", icon=":material/delete_forever:"):
                    _do(lambda: _forget(about))
    if problem := session.notice("own.manage"):
        st.error(plain(problem), icon=":material/error:")


def _forget(about: OwnSet) -> None:
    shared.store().delete(about.name)
    services.calls().forget(about.name)
    shared.choose("")


def _do(change: Callable[[], object]) -> None:
    """Does it, or keeps why not; the page is drawn again."""
    try:
        change()
    except LabError as error:
        session.set_notice(str(error), "own.manage")
    else:
        session.set_notice("", "own.manage")
    st.rerun()
