"""One run that a whole class watches: everybody says how far it will get, before it is there."""

from __future__ import annotations

import streamlit as st

from core.runs.snapshot import Snapshot
from demo.classroom import questions, voting
from demo.text import speaker
from demo.visitor import session

say = speaker("train")


def render(now: Snapshot) -> None:
    """Nothing unless a class is open; a run that has ended without a vote is not asked about."""
    if not session.classroom().opened or now.pretrained:
        return
    question = questions.guess(now.run, now.result and now.result["confusion"])
    ballot = session.classroom().ballot(question.words, session.visitor())
    if not now.active and not ballot.answered and not ballot.revealed:
        return
    with st.container(border=True):
        st.markdown(f"#### {say('guess')}")
        voting.ask(question, question.name, late=now.result is not None)
