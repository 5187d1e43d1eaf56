"""The page "Train": what is chosen on top, below it the run that is looked at, and the address that restores both."""

from __future__ import annotations

import streamlit as st

from core.runs.snapshot import Snapshot
from core.vocabulary.errors import LabError, NoSuchRun
from core.vocabulary.sources import source_of
from demo.classroom import questions, voting
from demo.lessons.train import controls, editor, live, preview
from demo.text import plain, speaker
from demo.timeline import doors
from demo.ui.formatting import times
from demo.visitor import navigation, recipe_choice, session

say = speaker("train")


def render() -> None:
    """The whole page, once. What needs torch (samples, the check before Start) is drawn last."""
    run = recipe_choice.restore()
    snapshot = _look(run) if run else None
    recipe_choice.recipe_to_address(recipe_choice.recipe(), snapshot)
    with st.container(key="train_head"):
        st.title(say("title"), anchor=False)
    problem = session.notice()
    if problem:
        st.warning(plain(problem), icon=":material/info:")
    top = st.expander(_chosen(), icon=":material/tune:") if snapshot else st.container()
    if snapshot:
        _class_guess(snapshot)
        live.render(snapshot)
        doors.render()
    else:
        image, beside = st.columns([2, 1], gap="medium")
        with image:
            samples = _empty()
        with beside, st.container(key="train_beside"):
            controls.settings()
    with top:
        controls.top(snapshot)
    if not snapshot:
        with samples:
            preview.samples(large=True)


def _chosen() -> str:
    """What is chosen, in one line: beside a run the controls are folded."""
    now = recipe_choice.recipe()
    side = times([now.resolution or source_of(now.dataset).side] * 2)
    return say("chosen", dataset=source_of(now.dataset).title, network=plain(editor.title(now.network)), side=side)


def _look(run: str) -> Snapshot | None:
    """The run of the address; None where this machine does not know it (`_empty` says so)."""
    try:
        return session.manager().snapshot(run)
    except NoSuchRun:
        navigation.look_at(None)
        session.set_state("unknown", run)
        return None
    except LabError as unreadable:
        navigation.look_at(None)
        session.set_notice(str(unreadable))
        return None


def _class_guess(now: Snapshot) -> None:
    """One run that a whole class watches: everybody says how far it will get, before it is there.

    Nothing unless a class is open; a run that has ended without a vote is not asked about.
    """
    if not session.classroom().opened or now.pretrained:
        return
    question = questions.guess(now.run, now.result.confusion if now.result else None)
    ballot = session.classroom().ballot(question.words, session.visitor())
    if not now.active and not ballot.answered and not ballot.revealed:
        return
    with st.container(border=True):
        st.markdown(f"#### {say('guess')}")
        voting.ask(question, question.name, late=now.result is not None)


def _empty() -> st.delta_generator.DeltaGenerator:
    """What to do first; returns the place for the samples."""
    unknown = session.get_state("unknown")
    if unknown:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(say("no_run", run=plain(unknown)), icon=":material/search_off:")
            navigation.link("runs", say("to_runs"))
    st.markdown(say("intro"))
    return st.container()
