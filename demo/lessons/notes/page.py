"""The page "Notes": the teacher's hints for the page where the teacher is, in a window of their own, never projected."""

from __future__ import annotations

import streamlit as st

from demo.classroom import teacher_mode
from demo.text import everything, speaker
from demo.visitor import session

say = speaker("classroom")
titles = speaker("studio")
FOLLOW_SECONDS = 1.5
"""Between two looks where the teacher is."""


def render() -> None:
    """What a page's text file has under `teacher`; the token is asked for here too, for each window has its own."""
    st.title(say("notes"), anchor=False)
    if not session.teaching():
        st.markdown(say("notes_token"))
        teacher_mode.key_popover("notes.token")
        return
    st.caption(say("notes_follow"))
    room = session.classroom()

    @st.fragment(run_every=FOLLOW_SECONDS)
    def view() -> None:
        page = room.teacher_page
        if not page:
            st.markdown(say("notes_nowhere"))
            return
        st.subheader(titles(page), anchor=False)
        st.markdown(everything(page).get("teacher") or say("notes_none"))

    view()
