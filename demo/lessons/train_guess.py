"""One run that a whole class watches: everybody says how far it will get, before it is there."""

from __future__ import annotations

import streamlit as st

from core import metrics
from core.jobs import Snapshot
from demo import session, voting
from demo.text import speaker
from demo.widgets import percent

say = speaker("train")
BANDS = ("50", "70", "85", "95", "100")
"""Upper ends, in percent of the test pictures."""


def render(now: Snapshot) -> None:
    """Nothing unless a class is open; a run that has ended without a vote is not asked about."""
    if not session.classroom().opened or now.pretrained:
        return
    question = say("guess_run", run=now.run, question=say("guess"))
    ballot = session.classroom().ballot(question, session.who())
    if not now.active and not ballot.answered and not ballot.revealed:
        return
    with st.container(border=True):
        st.markdown(f"#### {say('guess')}")
        shown = voting.ask(question, {band: say(f"guess_{band}") for band in BANDS}, "guess", late=now.result is not None)
        if shown and now.result:
            st.markdown(say("guess_answer", accuracy=percent(metrics.accuracy(now.result["confusion"]))))
