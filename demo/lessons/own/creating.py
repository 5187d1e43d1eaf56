"""The page "Our data": a new set, to be filled by the class or from a ZIP."""

from __future__ import annotations

import re

import streamlit as st

from core.vocabulary.errors import LabError
from core.vocabulary.sources import CLASSES, SIDES
from demo.lessons.own import shared, uploading
from demo.lessons.own.shared import say
from demo.text import plain
from demo.ui import header
from demo.visitor import session

WAYS = ("together", "zip")
SIDE_OF = {"drawings": 28, "photographs": 32}
"""Pixels along a side that are proposed."""


def show(others: bool) -> None:
    """The form. `others`: whether there are sets already."""
    st.markdown(say("intro"))
    left, right = st.columns([6, 5], gap="large")
    with left:
        way = st.segmented_control(say("way"), WAYS, default=WAYS[0], required=True, key="own.way", format_func=lambda one: say(f"way_{one}"), label_visibility="collapsed")
        _form() if way == WAYS[0] else uploading.form()
    with right:
        if not others:
            header.empty(say("empty"), "own")
        st.caption(say("where", folder=plain(shared.store().folder)))


def _form() -> None:
    title = st.text_input(say("name"), key="own.title", max_chars=40, placeholder=say("name_example"))
    classes = st.text_input(say("classes"), key="own.classes", placeholder=say("classes_example"), help=say("classes_help", least=CLASSES[0], most=CLASSES[1]))
    columns = st.columns(2, vertical_alignment="bottom")
    with columns[0]:
        kind = st.segmented_control(say("kind"), shared.KINDS, default=shared.KINDS[0], required=True, key="own.kind", format_func=lambda one: say(f"kind_{one}")) or shared.KINDS[0]
    with columns[1]:
        side = st.slider(say("side"), *SIDES, SIDE_OF[kind], key=f"own.side.{kind}", help=say("side_help"))
    named = [name.strip() for name in re.split(r"[,;\n]", classes) if name.strip()]
    if st.button(say("create"), key="own.create", type="primary", icon=":material/draw:", disabled=not (title.strip() and named)):
        _create(title, named, kind, side)
    if problem := session.notice("own.create"):
        st.error(plain(problem), icon=":material/error:")


def _create(title: str, classes: list[str], kind: str, side: int) -> None:
    drawn = kind == "drawings"
    try:
        made = shared.store().create(title, classes, channels=1 if drawn else 3, side=side, drawn=drawn, owner=session.visitor().name)
    except LabError as error:
        session.set_notice(str(error), "own.create")
        return
    session.set_notice("", "own.create")
    shared.choose(made.name)
    st.rerun()
