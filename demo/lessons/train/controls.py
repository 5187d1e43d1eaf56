"""The controls of the page "Train", always in the order data, network, resolution, training.

The chosen recipe is the only truth: each widget is set from it before it is drawn, and a change goes into it.
A value that another choice makes meaningless has no widget.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.datasets import files as dataset_files
from core.runs.snapshot import Snapshot
from core.system.machine import usable_cores
from core.vocabulary import sources
from core.vocabulary.errors import LabError
from core.vocabulary.optimizers import OPTIMIZERS
from core.vocabulary.recipe import FIELDS, PRESETS, Recipe, choices_of, our_choice, preset, range_of
from core.vocabulary.sources import source_of
from demo.lessons.train import editor, preview
from demo.text import plain, speaker
from demo.ui.formatting import duration, times, whole
from demo.visitor import navigation, recipe_choice, session

say = speaker("train")
STEPS = {"imbalance": 1.0,
    "learning_rate": 0.001,
    "momentum": 0.05,
    "weight_decay": 0.0001,
    "validation": 0.05,
    "dropout": 0.05,
}
ASK_AGAIN: dict[str, float | None] = {"measured": None, "unknown": 30.0}
ASK_AGAIN_SOON = 2.0
"""Seconds until an estimate is asked for again: never, where it is known; seldom, where it could not be measured."""
WHOLE_STEPS = {"train_limit": 1000, "batch_size": 16}


# --- one widget a field ------------------------------------------------------------------------------------------


def _take(field: str) -> None:
    """The visitor changed the widget of this field."""
    value = session.typed(_key(field))
    if field == "dataset":
        return recipe_choice.choose_dataset(value)
    if field == "resolution" and value == source_of(recipe_choice.recipe().dataset).side:
        value = None  # the original
    if value is None and not str(FIELDS[field].type).endswith("None"):
        return None  # an emptied box goes back to what it was
    recipe_choice.choose(**{field: value})


def _key(field: str) -> str:
    return f"train.{field}"


def _label(field: str) -> str:
    mark = f" :gray[{say('our_choice')}]" if field in our_choice(recipe_choice.recipe()) else ""
    return say(field) + mark


def _common(field: str, value: Any) -> dict[str, Any]:
    """What all widgets have: the label, the explanation, the value of the recipe, and where a change goes."""
    key = session.bind_widget(_key(field), value)
    return {
        "label": _label(field),
        "help": say(f"{field}_help"),
        "key": key,
        "on_change": _take,
        "args": (field,),
    }


def choice(field: str, **more: Any) -> None:
    """A list to choose one from."""
    st.selectbox(options=choices_of(field), **_common(field, getattr(recipe_choice.recipe(), field)), **more)


def number(field: str, **more: Any) -> None:
    """A box for a number; empty where the recipe allows none."""
    low, high, _ = range_of(field)
    value = getattr(recipe_choice.recipe(), field)
    if str(FIELDS[field].type).startswith("int"):
        bounds: dict[str, Any] = {
            "min_value": int(low),
            "max_value": int(high),
            "step": WHOLE_STEPS.get(field, 1),
        }
    else:
        value = None if value is None else float(value)
        bounds = {"min_value": low, "max_value": high, "step": STEPS[field], "format": "%g"}
    if str(FIELDS[field].type).endswith("None"):
        more["value"] = None  # it may be emptied
    st.number_input(**_common(field, value), **{**bounds, **more})


# --- the groups --------------------------------------------------------------------------------------------------


def presets() -> None:
    """`quick`, `fast`, `report`: a complete recipe by one click."""
    now = recipe_choice.recipe()
    untouched = now.preset and now == preset(now.preset, now.dataset)
    key = session.bind_widget("train.preset", now.preset if untouched else None)
    st.segmented_control(
        say("preset"), PRESETS, key=key, help=say("preset_help"), on_change=_take_preset, width="stretch"
    )


def _take_preset() -> None:
    name = session.typed("train.preset")
    if name:
        recipe_choice.choose_preset(name, recipe_choice.recipe().dataset)


def top(run: Snapshot | None) -> None:
    """Data set, network and preset in one line, the network's blocks below, and Start. `run`: the one that is looked at."""
    data, network, chosen = st.columns([5, 5, 6], gap="small")
    with data:
        st.selectbox(
            options=list(sources.names()), format_func=_dataset_title, **_common("dataset", recipe_choice.recipe().dataset)
        )
    with network:
        editor.menu()
    with chosen:
        presets()
    editor.render(unfolded=run is None)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="train_go"):
        _layers()
        if run is not None:
            _folded_settings()
        start(primary=run is None or not run.active)


def _folded_settings() -> None:
    """Beside a run the settings stand back: one line says what is chosen, a click opens it."""
    now = recipe_choice.recipe()
    side = now.resolution or source_of(now.dataset).side
    words = say("settings", side=times([side] * 2), optimizer=now.optimizer, rate=f"{now.learning_rate:g}", epochs=now.epochs)
    with st.popover(words, icon=":material/tune:", key="train.settings"), settings():
        preview.samples(large=False)


def settings() -> st.delta_generator.DeltaGenerator:
    """Resolution and training; returns the place beside the resolution where small samples fit."""
    samples_here = _resolution()
    left, right = st.columns(2)
    with left:
        choice("optimizer")
        number("epochs")
    with right:
        number("learning_rate")
        number("batch_size")
    with st.expander(say("more")), st.container(key="train_more"):
        _more()
    return samples_here


def _dataset_title(name: str) -> str:
    title = source_of(name).title
    return title if _present(name) else say("dataset_missing", title=title)


def _present(name: str) -> bool:
    return dataset_files.state(name, session.manager().data).present


def _resolution() -> st.delta_generator.DeltaGenerator:
    now = recipe_choice.recipe()
    side = source_of(now.dataset).side
    st.slider(min_value=1, max_value=side, **_common("resolution", now.resolution or side))
    choice("filter", disabled=now.resolution is None)
    return st.container()


def _more() -> None:
    """Everything else, in the order of the groups above."""
    left, right = st.columns(2)
    with left:
        _split()
        number("train_limit", placeholder=say("train_limit_empty"))
        number("imbalance")
        number("dropout", placeholder=say("dropout_empty"))
        choice("loss")
        choice("augment")
    with right:
        _momentum()
        number("weight_decay")
        choice("schedule")
        choice("keep")
        number("seed")
        choice("precision")
        choice("device")
        number("threads", max_value=usable_cores())


def _split() -> None:
    choice("split")
    if recipe_choice.recipe().split == "k-fold":
        number("folds")
        number("fold")
    else:
        number("validation")
    number("split_seed")


def _momentum() -> None:
    now = recipe_choice.recipe()
    if OPTIMIZERS[now.optimizer].has_momentum:
        number("momentum")
    if OPTIMIZERS[now.optimizer].has_nesterov and now.momentum:
        st.toggle(**_common("nesterov", now.nesterov))


# --- what a network is made of ------------------------------------------------------------------------------------


def _layers() -> None:
    place = st.popover(say("layers"), on_change="rerun", key="train.layers")
    if place.open:  # only then is it worked out
        with place:
            preview.layer_table(recipe_choice.recipe())


# --- start --------------------------------------------------------------------------------------------------------


def start(primary: bool = True) -> None:
    """What stands against this recipe, or how long it will take; and the button. Beside a run that goes on it is not the
    first thing to do."""
    now = recipe_choice.recipe()
    refusal = _refusal(now)
    with st.container(width="stretch", key="train_expected"):
        if not refusal:
            expected(now)
        else:
            st.error(plain(refusal), icon=":material/block:")
            if not _present(now.dataset):
                navigation.link("data", say("to_data"))
    manager = session.manager()
    later = not refusal and manager.starts_later(now, session.visitor())
    if later:
        st.caption(say("later", minutes=manager.limits.minutes))
    st.button(
        say("start_later" if later else "start"), key="train.start", type="primary" if primary else "secondary", icon=":material/schedule:" if later else ":material/play_arrow:", width=230 if later else 170,
        help=say("start_help"), disabled=bool(refusal), on_click=submit, args=(now,),
    )  # fmt: skip


def missing(recipe: Recipe) -> str:
    """Which data set has to be fetched first; "" where it is here."""
    return "" if _present(recipe.dataset) else say("missing", title=source_of(recipe.dataset).title)


def _refusal(recipe: Recipe) -> str:
    absent = missing(recipe)
    if absent:
        return absent
    if problem := editor.problem(recipe):
        return say("layer_problem", number=problem.index + 1)
    try:
        session.manager().check(recipe)
    except LabError as refusal:
        return str(refusal)
    return ""


def submit(recipe: Recipe) -> None:
    """Queues a run of this recipe and looks at it."""
    session.set_notice("")
    try:
        navigation.look_at(session.manager().submit(recipe, session.visitor()))
    except LabError as refusal:
        session.set_notice(str(refusal))


def expected(recipe: Recipe) -> None:
    """How long it will take; asks again until it is known."""
    drawn = _estimate(recipe).basis

    @st.fragment(run_every=ASK_AGAIN.get(drawn, ASK_AGAIN_SOON))
    def line() -> None:
        estimate = _estimate(recipe)
        if ASK_AGAIN.get(estimate.basis) != ASK_AGAIN.get(drawn):  # `run_every` is read only by a full run of the page
            st.rerun()
        how_long = "" if estimate.seconds is None else duration(estimate.seconds, say)
        rate = whole(estimate.images_per_second or 0)
        st.caption(say(f"expected_{estimate.basis}", duration=how_long, rate=rate))

    line()


def _estimate(recipe: Recipe) -> Any:
    return session.manager().expected(recipe, session.visitor())
