"""One run on the page "Train": what it does now, how it learns, and where to go from it.

Only this part is drawn again each second, and only while the run can change. What is drawn of the epochs the browser
fetches itself, once (demo/timeline/): a look here sends what moves inside an epoch and nothing else.
"""

from __future__ import annotations

import streamlit as st

from core.runs.snapshot import Snapshot
from core.vocabulary.recipe import Recipe
from core.vocabulary.sources import source_of
from demo.lessons.train import figures, foot, orders, pretrained, result
from demo.text import plain, speaker
from demo.timeline import view as timeline
from demo.ui.formatting import clock, ordinal, percent, roughly, whole
from demo.visitor import run_names, session

say = speaker("train")
REFRESH_SECONDS = 0.8


def render(snapshot: Snapshot) -> None:
    """The run, kept up to date while it is active."""
    run, was_active = snapshot.run, snapshot.active

    @st.fragment(run_every=REFRESH_SECONDS if was_active else None)
    def view() -> None:
        now = session.manager().snapshot(run)
        if now.active != was_active:  # `run_every` is read only by a full run of the page
            st.rerun()
        _draw(now)

    view()
    if not snapshot.active:
        figures.render(session.manager().snapshot(run))


def _draw(now: Snapshot) -> None:
    with st.container(key="train_now", gap="small"):
        left, right = st.columns([3, 2], gap="medium")
        with left:
            _status(now)
        with right:
            pretrained.render(now) if now.pretrained else orders.render(now)
    problem = session.notice("order")
    if problem:  # below the buttons: it may not move them
        st.warning(plain(problem), icon=":material/info:")
    result.failure(now)
    if now.active or now.epochs:
        timeline.show([timeline.Shown(now, *pretrained.test_seen(now), beside=foot.beside(now))], key="live.timeline")
    foot.render(now)
    result.provenance(now)


def _about(now: Snapshot) -> str:
    recipe = now.recipe
    return say(
        "about_run", run=now.run, name=plain(run_names.of(now)), dataset=recipe.dataset, network=plain(recipe.network), optimizer=recipe.optimizer,
        resolution=side_of(recipe), learning_rate=f"{recipe.learning_rate:g}", seed=recipe.seed,
    )  # fmt: skip


def side_of(recipe: Recipe) -> int:
    """The side in pixels that its images are reduced to."""
    return recipe.resolution or source_of(recipe.dataset).side


# --- what it does now ---------------------------------------------------------------------------------------------


def _status(now: Snapshot) -> None:
    st.markdown(f"#### {status_line(now)}")
    st.progress(progress(now))
    if now.active:
        st.caption(_pace(now))
    elif now.result:
        st.markdown(result.line(now, now.result))
    st.caption(_about(now))


def status_line(now: Snapshot) -> str:
    """Epoch, phase, or the place in the queue: one line."""
    done, epochs, tick = now.epochs_done, now.recipe.epochs, now.tick
    if now.status == "queued":
        return _waiting_line(now)
    if now.status == "paused":
        return say("status_paused", epoch=whole(min(done + 1, epochs)), epochs=whole(epochs))
    if now.status != "running":
        return say(f"status_{now.status}", epoch=whole(done), epochs=whole(epochs))
    if tick is None:
        return say("status_between", epoch=whole(done), epochs=whole(epochs))
    counts = {"epoch": tick.epoch, "epochs": epochs, "step": tick.step, "steps": tick.steps}
    return say(f"status_{tick.phase}", **{name: whole(count) for name, count in counts.items()})


def _waiting_line(now: Snapshot) -> str:
    if now.later or not now.place:
        return say("status_later" if now.later else "status_starting")
    if now.leader:
        return say("status_shared", run=now.leader)
    place = ordinal(now.place, say)
    if now.wait is None:
        return say("status_held" if session.manager().queue_state().held else "status_queued", place=place)
    return say("status_queued_wait", place=place, duration=roughly(now.wait, say))


def progress(now: Snapshot) -> float:
    """How much of the training is done, 0 to 1."""
    tick = now.tick
    inside = tick.step / tick.steps if tick and tick.phase == "training" and tick.steps else 0.0
    if tick and tick.phase in ("checking", "testing") and tick.epoch > now.epochs_done:
        inside = 1.0
    return min(1.0, (now.epochs_done + inside) / now.recipe.epochs)


def _pace(now: Snapshot) -> str:
    """Accuracy of the pictures being learned, pictures a second, time left."""
    last, tick = now.epochs[-1] if now.epochs else None, now.tick
    accuracy = tick.accuracy if tick and tick.accuracy is not None else last.running_accuracy if last else None
    rate = tick.images_per_second if tick and tick.images_per_second else last.images_per_second if last else None
    if accuracy is None:
        return say("pace_later")
    left = say("unknown") if now.seconds_left is None else clock(now.seconds_left, say)
    return say("pace", accuracy=percent(accuracy), rate=whole(rate) if rate else say("unknown"), left=left)
