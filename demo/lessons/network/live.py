"""The page "A whole network", the network itself: one picture from left to right, asked again when the picture changes."""

from __future__ import annotations

import hashlib
from typing import Any

import streamlit as st

from core.explain.activations import Stage
from core.images.decoding import Bytes
from core.inference.plain_network import PlainNetwork
from core.vocabulary.errors import LabError
from demo.components import flow, window
from demo.components.flow import Asked, Opened, Picture
from demo.components.window import ImageView, Start
from demo.lessons.network import choice, windows
from demo.lessons.network.choice import Shown, Source
from demo.text import speaker
from demo.visitor import links, session

say = speaker("network")
KEY = "network.flow"


@links.fragment
def render(network: PlainNetwork, again: bool) -> None:
    """The network. `again`: whether what stands below depends on the picture, and is drawn again with another."""
    shown, note = _look(network)
    if shown is None:
        return
    key = (*shown.key, shown.truth)
    data = choice.remembered("flow", key, shown.number, lambda: flow.packed(shown.found, Picture(shown.found.image, _name(shown))))
    form = hashlib.sha256(repr(shown.key).encode()).hexdigest()[:16]
    pictures = [Picture(pixels, _title(number, truth)) for number, (pixels, truth) in enumerate(choice.kept(network))]
    flow.show(data, form, pictures, shown.number, _opened(shown), note, KEY, _asked(network))
    before = session.get_state("network.shown")
    session.set_state("network.shown", form)
    if again and before not in (None, form):
        st.rerun()


def _look(network: PlainNetwork) -> tuple[Shown | None, str]:
    """What is shown, and a line about a picture that cannot be: then the last one that comes with the app stands there again."""
    try:
        shown, note = choice.look(network), ""
    except LabError as error:
        choice.set_source(network, session.get_state(f"network.last.{network.recipe.dataset}", Source(0)))
        shown, note = choice.look(network), str(error)
    if choice.source(network).number >= 0:
        session.set_state(f"network.last.{network.recipe.dataset}", choice.source(network))
    return shown, note


def _name(shown: Shown) -> str:
    return say("picture_of", truth=shown.truth) if shown.truth else say("picture_own")


def _title(number: int, truth: str) -> str:
    return say("thumb", number=number + 1, truth=truth) if truth else say("thumb_unknown", number=number + 1)


def _asked(network: PlainNetwork) -> Asked:
    def chosen(number: int, asked: int) -> None:
        _forget()
        session.set_state(f"{KEY}.asked", max(asked, session.get_state(f"{KEY}.asked", 0)))
        choice.set_source(network, Source(number))

    def drawn(pixels: Bytes, asked: int) -> None:
        _forget()
        session.set_state(f"{KEY}.asked", asked)
        choice.set_source(network, Source(-1, pixels.transpose(2, 0, 1)))

    return Asked(chosen, drawn, lambda stage, number: session.set_state(f"{KEY}.opened", (stage, number)))


def _forget() -> None:
    session.set_state(f"{KEY}.opened", None)


def _opened(shown: Shown) -> Opened | None:
    """The window of the map that was asked for, at its largest number, on the map whose products add up to most there."""
    place = session.get_state(f"{KEY}.opened")
    if place is None or not 0 <= place[0] < len(shown.found.stages):
        return None
    stage = shown.found.stages[place[0]]
    if not stage.has_maps or not 0 <= place[1] < len(stage.outputs):
        return None
    return Opened(place[0], place[1], choice.remembered("window", (*shown.key, *place), shown.number, lambda: view(stage, place[1], place[0] == 0)))


def view(stage: Stage, number: int, first: bool) -> dict[str, Any]:
    """What the window of a map shows. `first`: it lies on the picture itself."""
    place = stage.strongest(number)
    if stage.kind == "pooling":
        assert stage.window is not None
        return window.pooling_view(ImageView(stage.inputs[number][None].astype(float), low=-1.0, signed=not first), stage.size, stage.pool, stage.window.stride, 0, Start(*place))[1]
    one = windows.of(stage, number, place, first)
    return window.convolution_view(one.image, one.kernel, one.bias, stage.activation, one.slide, one.start)[1]

