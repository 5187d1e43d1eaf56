"""The page "Splits" (study 4): what random, stratified and k-fold splits are, and which estimate can be trusted."""

from __future__ import annotations

import streamlit as st

from core.studies import splits as study_4
from demo.classroom import asking, questions
from demo.lessons.splits import results, simulation
from demo.server import preload
from demo.text import speaker
from demo.visitor import navigation
from demo.visitor.address import spell, with_unresolved_device

say = speaker("splits")
SECTIONS = ("drawn", "results", "which")
COMMAND = "python -m core study splits"
EXAMPLES = {"stratified": "splits-stratified-0", "fold": "splits-k-fold-0-0"}
"""The runs whose recipes the page offers to train."""


def render() -> None:
    """The question, then the chosen section."""
    st.title(say("title"), anchor=False)
    preload.preload("core.studies.split_simulation")
    if not asking.ask(questions.splits(), before=say("intro")):
        return
    draw = {"drawn": simulation.render, "results": _results, "which": _which}
    draw[asking.sections(say, SECTIONS)]()


def _results() -> None:
    results.render(asking.cards("splits"), COMMAND)


def _which() -> None:
    st.markdown(say("which_text"))
    st.markdown(say("which_table"))
    st.markdown(say("remember"))
    for name, run in EXAMPLES.items():
        navigation.link("train", say(f"try_{name}"), **spell(with_unresolved_device(study_4.plan()[run].recipe)))
