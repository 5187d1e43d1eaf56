"""The page "Our data", once a set is closed: what is in it, and what networks make of it."""

from __future__ import annotations

import streamlit as st

from core.datasets.own.records import OwnSet
from demo.lessons.own import authors, checks, collecting, study
from demo.lessons.own.shared import say
from demo.visitor import navigation


def show(about: OwnSet) -> None:
    """The study, the split by author, and the pictures themselves."""
    study.show(about)
    authors.show(about)
    st.subheader(say("pictures"), anchor=False)
    checks.show(about)
    collecting.everything(about)
    with st.container(horizontal=True, gap="small"):
        navigation.link("train", say("to_train"), dataset=about.name)
        navigation.link("network", say("to_network"))
