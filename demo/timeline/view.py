"""A run, or two in step, as the browser shows it: client/timeline/, texts in timeline.md.

The page tells how far a run is, and what moves inside an epoch; everything else the browser fetches itself, once
(demo/timeline/route.py). What comes back is a door that was opened, or a way to another page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import streamlit as st

from core.runs import naming
from core.runs.snapshot import Snapshot
from core.vocabulary.records import Matrix
from demo import text
from demo.components.window import read
from demo.timeline import kept, payload
from demo.timeline.route import PATH
from demo.visitor import navigation, run_names, session

NAMES = ("packed", "records", "pictures", "curve", "health", "matrix", "confusion", "timeline")
SCRIPTS = ("link/linked.js", "numbers.js", *(f"timeline/{name}.js" for name in NAMES))
"""One after the other, they are one module."""

_view = st.components.v2.component(
    "lab_timeline", html=read("timeline/timeline.html"), css=read("timeline/timeline.css"), js=read(*SCRIPTS)
)

_state = st.components.v2.component("lab_timeline_state", js=read("timeline/state.js"))
"""What changes at each look, on its own: a view travels with its scripts whenever its data are others, and they are larger."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A run and what is said of it."""

    now: Snapshot
    test: Matrix | None = None
    """The confusion matrix of its test."""
    test_name: str = "test"
    """Of a test seen at another resolution, its side as well: "test-16"; "" where nobody knows its single answers."""
    title: str = ""
    beside: Snapshot | None = None
    """A run whose curve is drawn behind this one's."""


def show(runs: Sequence[Shown], key: str) -> None:
    """Draws one run, or two side by side with one scrubber. A door that is opened goes into the address (demo/timeline/doors.py)."""

    def door() -> None:
        if sent := session.typed(key)["door"]:
            navigation.open_door(sent)

    def way() -> None:
        if sent := session.typed(key)["way"]:
            session.set_state(f"{key}.way", str(sent["network"]))

    view = {"words": text.everything("timeline"), "key": key, "epoch": navigation.epoch_from_address(), "door": navigation.door() is not None}
    _view(key=key, data=view, on_door_change=door, on_way_change=way)
    _state(key=f"{key}.state", data={"key": key, "runs": [state(run) for run in runs]})
    if network := session.get_state(f"{key}.way"):
        session.set_state(f"{key}.way", None)
        navigation.go("network", network=network)
    if navigation.door_just_opened():
        st.rerun()


def state(shown: Shown) -> dict[str, Any]:
    """What the browser must know of a run at each look."""
    now, root = shown.now, navigation.root()
    tick = {"matrix": payload.matrix(now.tick.confusion)} if now.tick and now.tick.confusion else None
    test = {"matrix": payload.matrix(shown.test), "name": shown.test_name, "opens": _opens(shown)} if shown.test else None
    return {
        "run": now.run, "address": f"{root}/{PATH}/{quote(now.run)}", "done": len(now.epochs), "status": now.status, "epochs": now.recipe.epochs,
        "tick": tick, "curve": payload.points(now.curve) if now.active and now.curve else None, "test": test,
        "tested": now.result.epoch if now.result and now.weights else None, "name": shown.title, "beside": _beside(shown),
        "ways": {"inside": f"{root}/network?network=NETWORK", "classify": f"{root}/classify/?network=NETWORK"},
    }  # fmt: skip


def _opens(shown: Shown) -> bool:
    return bool(shown.test_name) and kept.keeps_test(shown.now, shown.test_name)


def _beside(shown: Shown) -> dict[str, Any] | None:
    """The curve of another run: (epoch, loss, accuracy) of its validation set, else of its training; and what differs, "" for nothing."""
    other = shown.beside
    if other is None:
        return None
    held_out = bool(other.facts.validation)
    curve = [(epoch.epoch, epoch.validation_loss if held_out else epoch.train_loss, epoch.validation_accuracy if held_out else epoch.train_accuracy)
             for epoch in other.epochs]  # fmt: skip
    whole = [(float(number), loss, accuracy) for number, loss, accuracy in curve if loss is not None and accuracy is not None]
    return {"name": run_names.titled(other), "differs": naming.sentence(other.recipe, shown.now.recipe), "points": payload.points(whole)}
