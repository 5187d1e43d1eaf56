"""One run on the page "Train": what it does now, its curves and its confusion matrix.

Only this part is drawn again each second, and only while the run can change.
"""

from __future__ import annotations

import streamlit as st

from core.runs.snapshot import Snapshot
from core.vocabulary.datasets import SOURCES
from core.vocabulary.records import Matrix
from demo.charts import class_pictures, curves, figure
from demo.charts.confusion import Numbers, confusion_matrix
from demo.lessons.train import orders, pretrained, result
from demo.text import plain, speaker
from demo.ui.formatting import clock, ordinal, percent, scores_table, whole
from demo.visitor import session

say = speaker("train")
REFRESH_SECONDS = 0.8
NUMBERS: tuple[Numbers, ...] = ("counts", "shares")


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


def _draw(now: Snapshot) -> None:
    st.caption(_about(now))
    _status(now)
    if now.pretrained:
        pretrained.render(now)
    else:
        orders.render(now)
    problem = session.notice("order")
    if problem:  # below the buttons: it may not move them
        st.warning(plain(problem), icon=":material/info:")
    result.render(now)
    if now.active:
        _numbers(now)
    _curves(now)
    _matrix(now)
    result.provenance(now)


def _about(now: Snapshot) -> str:
    recipe = now.recipe
    return say(
        "about_run", run=now.run, dataset=recipe.dataset, network=recipe.network, optimizer=recipe.optimizer,
        resolution=recipe.resolution or SOURCES[recipe.dataset].side, learning_rate=f"{recipe.learning_rate:g}", seed=recipe.seed,
    )  # fmt: skip


# --- what it does now ---------------------------------------------------------------------------------------------


def _status(now: Snapshot) -> None:
    st.markdown(f"#### {status_line(now)}")
    st.progress(progress(now))


def status_line(now: Snapshot) -> str:
    """Epoch, phase, or the place in the queue: one line."""
    done, epochs, tick = now.epochs_done, now.recipe.epochs, now.tick
    if now.status == "queued":
        return say("status_queued", place=ordinal(now.place, say)) if now.place else say("status_starting")
    if now.status == "paused":
        return say("status_paused", epoch=min(done + 1, epochs), epochs=epochs)
    if now.status != "running":
        return say(f"status_{now.status}", epoch=done, epochs=epochs)
    if tick is None:
        return say("status_between", epoch=done, epochs=epochs)
    return say(f"status_{tick.phase}", epoch=tick.epoch, epochs=epochs, step=tick.step, steps=tick.steps)


def progress(now: Snapshot) -> float:
    """How much of the training is done, 0 to 1."""
    tick = now.tick
    inside = tick.step / tick.steps if tick and tick.phase == "training" and tick.steps else 0.0
    if tick and tick.phase in ("checking", "testing") and tick.epoch > now.epochs_done:
        inside = 1.0
    return min(1.0, (now.epochs_done + inside) / now.recipe.epochs)


def _numbers(now: Snapshot) -> None:
    last = now.epochs[-1] if now.epochs else None
    running = (
        now.tick.accuracy if now.tick and now.tick.accuracy is not None else last.running_accuracy if last else None
    )
    rate = (
        now.tick.images_per_second
        if now.tick and now.tick.images_per_second
        else last.images_per_second if last else None
    )
    with st.container(horizontal=True, gap="small"):
        _metric("running_accuracy", percent(running), say("running_accuracy_help"))
        if now.facts.validation:
            _metric(
                "validation_accuracy",
                percent(last.validation_accuracy if last else None),
                say("validation_accuracy_help"),
            )
        _metric("rate", whole(rate) if rate else say("unknown"))
        left = now.seconds_left
        _metric("left", say("unknown") if left is None else clock(left, say))


def _metric(name: str, value: str, explained: str | None = None) -> None:
    st.metric(say(name), value, help=explained, width=result.metric_width())


# --- the figures --------------------------------------------------------------------------------------------------


def _curves(now: Snapshot) -> None:
    if not now.curve and not now.epochs:
        st.caption(say("no_curve"))
        return
    left, right = st.columns(2)
    with left:
        figure.show(curves.loss(now), key="live.loss")
    with right:
        figure.show(curves.accuracy(now), key="live.accuracy")


def matrices(now: Snapshot) -> dict[str, tuple[Matrix, str]]:
    """The confusion matrices that there are, by name, each with what it shows; the best one to look at first.

    While the run goes on that is the one of the training predictions, which moves inside an epoch.
    """
    last = now.epochs[-1] if now.epochs else None
    ticking = now.tick.confusion if now.tick else None
    training = ticking or (last.train_confusion if last else None)
    validation = last.validation_confusion if last else None
    found = {}
    if now.result:
        found["test"] = now.result.confusion, say("matrix_test_title")
    if training and now.active:
        found["training"] = training, say("matrix_training_title")
    if last and validation:
        found["validation"] = validation, say("matrix_validation_title", epoch=last.epoch)
    if training and not now.active:
        found["training"] = training, say("matrix_training_title")
    return found


def _matrix(now: Snapshot) -> None:
    found = matrices(now)
    if not found:
        st.caption(say("no_matrix"))
        return
    which, numbers = _matrix_choice(list(found))
    matrix, what = pretrained.test_matrix(now) if which == "test" and now.evaluations else found[which]
    classes = now.facts.classes
    figure.show(confusion_matrix(matrix, classes, what, numbers, class_pictures.of(now.recipe.dataset)), key="live.matrix")
    st.markdown(f"**{say('table', what=what)}**", help=say("table_note"))
    st.markdown(scores_table(matrix, classes, say))


def _matrix_choice(options: list[str]) -> tuple[str, Numbers]:
    with st.container(horizontal=True):
        remembered = session.get_state("matrix")
        key = session.bind_widget("live.which", remembered if remembered in options else options[0])
        which = st.segmented_control(
            say("matrix"), options, required=True, key=key, format_func=lambda name: say(f"matrix_{name}"),
            help=say("matrix_help"), on_change=lambda: session.set_state("matrix", session.typed("live.which")),
        )  # fmt: skip
        key = session.bind_widget("live.numbers", session.get_state("numbers", "counts"))
        numbers = st.segmented_control(
            say("numbers"), NUMBERS, required=True, key=key, format_func=lambda name: say(f"numbers_{name}"),
            on_change=lambda: session.set_state("numbers", session.typed("live.numbers")),
        )  # fmt: skip
    return which or options[0], numbers or "counts"
