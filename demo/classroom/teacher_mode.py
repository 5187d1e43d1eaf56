"""Teacher's mode, and what a browser of the class sees of it: one line above the page, and the way to the teacher.

Only the teacher's token turns it on. Before a teacher has opened the class, Home alone looks now and then whether that
has happened, so that who has scanned the address is brought along; no other page has a clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.classroom.votes import LEADS, Place
from demo.text import plain, speaker
from demo.visitor import navigation, session

say = speaker("classroom")
titles = speaker("studio")
WATCH_SECONDS = 1.5
"""Between two looks of a browser whether the class goes on: the answer is there within two seconds."""
JOIN_SECONDS = 3.0
"""Between two looks of a browser on Home whether a class is open."""
ALONE = ("notes",)
"""Pages that stand outside the class: what is there is the teacher's own."""
LARGER = """
:root { --lab-above: 3.2rem; }
.stMain .stMainBlockContainer { padding-block: calc(var(--lab-header) + 0.2rem) 0.3rem !important; }
[data-testid="stLayoutWrapper"]:has(> .st-key-teacher_bar) { position: sticky; top: var(--lab-header); z-index: 90; }
.stMain .stMainBlockContainer > .stVerticalBlock { gap: 0.55rem; }
.st-key-teacher_bar { background: var(--lab-ground); padding-block: 0.4rem; }
@media (min-width: 641px) {
  html { font-size: 23px !important; }
  .st-key-teacher_bar { zoom: 0.75; }
}
"""
"""Teacher's mode is projected: all letters are larger, but for the teacher's own bar, which stays in sight. A telephone is not
projected, and in larger letters the menu's buttons would cover the brand."""
STRIP = """
:root { --lab-above: 1.2rem; }
[data-testid="stLayoutWrapper"]:has(> .st-key-class_strip) { position: sticky; top: var(--lab-header); z-index: 90; }
.st-key-class_strip { background: %s; border-radius: 0.4rem; padding: 0.3rem 0.8rem; }
.st-key-class_strip .stMarkdown p, .st-key-class_strip .stMarkdown div { margin: 0; }
@media (min-width: 641px) {
  .stMain .stMainBlockContainer { padding-block: calc(var(--lab-header) + 0.3rem) 0.3rem !important; }
  .stMain .stMainBlockContainer > .stVerticalBlock { gap: 0.55rem; }
}
@media (max-width: 640px) {
  .st-key-class_strip .stMarkdown p { font-size: 0.85rem; line-height: 1.3; }
  .st-key-class_strip .stHorizontalBlock { row-gap: 0; }
  .st-key-class_strip button { min-height: 1.75rem; }
  .st-key-class_strip :has(> .st-key-class_together) { display: none; }
}
"""
"""The line of the class stays in sight, also far down a page. On a laptop the page gives it room by standing closer."""
GROUND = {"light": "#e3eff3", "dark": "#16323d"}


@contextmanager
def around(page: str) -> Iterator[None]:
    """Inside it the page is drawn; above it stands what the class needs, or nothing."""
    room = session.classroom()
    session.set_state("asked", "")
    if page in ALONE:
        yield
    elif session.teaching():
        st.html(f"<style>{LARGER}</style>")
        _bar(page)
        yield
        room.at(session.visitor(), page, **navigation.location())
    elif room.opened:
        revision = room.revision
        _bring(page)
        st.html(f"<style>{STRIP % GROUND[session.theme()]}</style>")
        top = st.container(key="class_strip")
        yield
        with top:
            _strip(page, revision)
    else:
        yield
        if page == "home":
            _wait_for_a_class()


# --- the token ------------------------------------------------------------------------------------------------------


def key_popover(key: str) -> None:
    """Where the teacher types the token; nothing in teacher's mode. What is typed is kept for this session alone."""
    if session.teaching():
        return
    with st.popover(say("teacher"), icon=":material/key:"):
        key_field(key)


def key_field(key: str) -> None:
    """The token's field itself, and what is wrong with what was typed; nothing in teacher's mode."""
    if session.teaching():
        return
    typed = st.text_input(say("token"), type="password", key=key, help=say("token_help")).strip()
    if not typed:
        return
    if session.enter(typed):
        st.rerun()
    if problem := session.notice("token"):
        st.markdown(plain(problem))
        st.button(say("token_again"), key=f"{key}.again")
    else:
        st.markdown(say("token_wrong"))


# --- the teacher's bar ----------------------------------------------------------------------------------------------


def _bar(page: str) -> None:
    room = session.classroom()
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="teacher_bar"):
        st.markdown(f"**{say('mode')}**", width="content")
        st.toggle(
            say("open"), key=session.bind_widget("teacher.open", room.opened), on_change=_open, help=say("open_help", seconds=f"{JOIN_SECONDS:g}")
        )
        if room.opened:
            _lead()
            if st.button(say("clear_all"), key="teacher.clear", help=say("clear_all_help")):
                session.clear_class()
                st.rerun()
        st.link_button(say("notes"), f"{navigation.root()}/notes", icon=":material/sticky_note_2:", help=say("notes_help"))
        if st.button(say("leave"), key="teacher.leave", type="tertiary"):
            session.set_state("token", "")
            st.rerun()


def _open() -> None:
    room, visitor = session.classroom(), session.visitor()
    if session.typed("teacher.open"):
        room.open(visitor)
        room.follow("link", visitor)
    else:
        room.close(visitor)


def _lead() -> None:
    """Follow me: whether the class is shown where the teacher is, or brought there."""
    key = session.bind_widget("teacher.lead", session.classroom().lead)
    st.markdown(say("lead"), width="content", help=say("lead_help"))
    st.segmented_control(
        say("lead"), LEADS, key=key, required=True, format_func=lambda lead: say(f"lead_{lead}"),
        label_visibility="collapsed",
        on_change=lambda: session.classroom().follow(session.typed(key), session.visitor()), width="content",
    )  # fmt: skip


# --- a browser of the class -----------------------------------------------------------------------------------------


def _wait_for_a_class() -> None:
    """On Home, before a class is open: the page is drawn again once it is, and this clock is gone with it."""
    room = session.classroom()

    @st.fragment(run_every=JOIN_SECONDS)
    def view() -> None:
        if room.opened:
            st.rerun()

    view()


def _bring(page: str) -> None:
    """Leaves for the teacher's page, once for each place, if the teacher wants that and the visitor follows."""
    room = session.classroom()
    place = room.place
    if place is None or room.lead != "bring" or not session.get_state("following", True):
        return
    if session.get_state("brought", 0) != place.number:
        session.set_state("brought", place.number)
        if not _together(page, place):
            navigation.go(place.page, **_query(place))


def _together(page: str, place: Place) -> bool:
    return place.page == page and {"run": place.run, "section": place.section} == navigation.location()


def _query(place: Place) -> dict[str, str]:
    return {name: value for name, value in (("run", place.run), ("section", place.section)) if value}


def _strip(page: str, revision: int) -> None:
    """One line, kept up to date. All else of the page is drawn again only when the class has gone on."""
    room, visitor, question = session.classroom(), session.visitor(), session.get_state("asked", "")

    @st.fragment(run_every=WATCH_SECONDS)
    def view() -> None:
        present = room.here(visitor)
        if room.revision != revision:  # also: closed; `run_every` is read only by a full run of the page
            st.rerun()
        answered = room.ballot(question, visitor).answered
        line = say("answered", answered=answered, here=max(present, answered)) if question else say("class_open")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(line, width="content")
            if room.place and _together(page, room.place):
                with st.container(key="class_together", width="content"):
                    st.markdown(say("together"), width="content")
            _way(page)

    view()


def _way(page: str) -> None:
    """The link to where the teacher is, and the choice to follow or not."""
    place = session.classroom().place
    if place is None:
        return
    if not _together(page, place):
        words = say("watching", run=plain(place.run)) if place.run else say("teacher_at", page=titles(place.page))
        navigation.link(place.page, words, **_query(place))
    if session.classroom().lead == "bring":
        following = session.get_state("following", True)
        if st.button(say("unfollow" if following else "follow"), key="class.follow", type="tertiary"):
            session.set_state("following", not following)
            session.set_state("brought", 0)
            st.rerun()
