"""The page "Our data": a data set of a class's own, from the first drawing to what a network makes of it."""

from __future__ import annotations

import streamlit as st

from core.datasets.own.records import OwnSet
from demo.lessons.own import closed, collecting, creating, managing, shared
from demo.lessons.own.shared import say
from demo.text import plain
from demo.ui import header
from demo.visitor import session

STYLE = """
.st-key-own_head .stHeading h1 { font-size: 1.45rem; padding: 0; }
.st-key-own_head { padding-bottom: 0.6rem; }
.st-key-own_call { margin-top: 0.6rem; }
.own-sizes { display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; }
.own-sizes figure { display: grid; grid-template-columns: repeat(6, auto); gap: 0.2rem; margin: 0; }
.own-sizes img { width: 3.1rem; height: 3.1rem; image-rendering: pixelated; border-radius: 4px; }
.own-sizes figcaption { grid-column: 1 / -1; color: var(--lab-quiet); font-size: var(--lab-small); }
@media (max-width: 640px) {
  .st-key-own_pupil :is(.stElementContainer:has(h1), .stElementContainer:has(.lab-overline)) {
    position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden;
  }
}
"""


def render() -> None:
    """The whole page: what is collected now, or what was made of it, or how to begin."""
    st.html(f"<style>{STYLE}</style>")
    sets = shared.store().list_sets()
    about = _chosen(sets)
    if about is None:
        header.header(say("overline"), say("title"), mosaic="own")
        creating.show(bool(sets))
        _others(sets, None)
        return
    pupil = about.open and not shared.may_change(about)
    with st.container(key="own_pupil" if pupil else "own_head", gap="small"):
        header.header(say("overline"), plain(about.title), mosaic="own")
    if about.open:
        _collection(about)
    else:
        closed.show(about)
    managing.show(about)
    _others(sets, about)


def _chosen(sets: list[OwnSet]) -> OwnSet | None:
    """The set that was chosen, else the newest that is being collected, else the newest; None where a new one is to be made, or there is none."""
    if shared.chosen() not in ("", shared.NEW, *(about.name for about in sets)):  # a link to what was forgotten
        shared.choose("")
    chosen = shared.chosen()
    if chosen == shared.NEW or not sets:
        return None
    return next((about for about in sets if about.name == chosen), next((about for about in sets if about.open), sets[0]))


def _collection(about: OwnSet) -> None:
    """A telephone has the place to draw alone; whoever collects has the wall beside it; what a teacher projects is the wall."""
    if not shared.may_change(about):
        collecting.hand_in(about)
        return
    if session.teaching():
        _collect(about)
        return
    left, right = st.columns([4, 6], gap="large")
    with left:
        collecting.hand_in(about)
    with right:
        _collect(about)


def _collect(about: OwnSet) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="own_call"):
        collecting.call(about)
    collecting.watch(about)
    collecting.close(about)


def _others(sets: list[OwnSet], about: OwnSet | None) -> None:
    """The ways to the other sets, and to a new one."""
    others = [one for one in sets if about is None or one.name != about.name]
    if about is None and not others:
        return
    st.subheader(say("others"), anchor=False)
    with st.container(horizontal=True, gap="small"):
        for one in others:
            kind = "open" if one.open else "shut"
            if st.button(say(f"other_{kind}", title=plain(one.title)), key=f"own.to.{one.name}"):
                _to(one.name)
        if about is not None and st.button(say("new"), key="own.new", icon=":material/add:"):
            _to(shared.NEW)


def _to(name: str) -> None:
    shared.choose(name)
    st.rerun()
