"""The page "Our data": how small our own pictures may get, by all three protocols, with a guess before the figure."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from core.classroom import own_study
from core.classroom.own_study import Cell
from core.datasets.own.records import OwnSet
from core.images import preview
from demo.charts import export, protocol_lines
from demo.charts.protocol_lines import THUMBNAIL, Point
from demo.classroom import guessing
from demo.classroom.question import Answer, Question, Settled, Unsettled
from demo.lessons.own import training
from demo.lessons.own.shared import say
from demo.server import services
from demo.ui import finding, images
from demo.visitor import session

OPTIONS = ("totv", "tvtv", "same")
SHOWN, TILE = 6, 84
"""Test pictures that are shown at each side, and pixels along a side of each on the screen."""
FEWEST = 4
"""Test pictures by which the two must differ before one is said to lose more."""


def show(about: OwnSet) -> None:
    """The question, the button that trains, and once both are done the figure."""
    needed = own_study.runs_needed(about.name)
    recipes = {f"{need.protocol}-{need.side}": need.recipe for need in needed}
    found = training.runs(about, recipes)
    st.subheader(say("study"), anchor=False)
    cells = _cells(about, found) if training.done(found) else []
    guess = guessing.of(_question(about, cells))
    if not (cells and guess.shown):
        _show_sizes(about)
    if not guess.shown:
        st.markdown(guess.question.words)
        guess.options()
    if not cells:
        st.markdown(say("study_text", runs=len(needed), sides=_sides(about)))
        training.follow(about, recipes, "study", say("study_train"))
    elif guess.shown:
        _figure(about, cells, guess)
        if training.learned_nothing(about, found):
            st.warning(say("learned_nothing"), icon=":material/warning:")


def _show_sizes(about: OwnSet) -> None:
    """Some test pictures, of as many classes as there are room for, as the networks are tested on them: a row a side."""
    pixels, labels = own_study.test_images(about.name, services.data_folder())
    first = [int(np.flatnonzero(labels == label)[turn]) for turn in range(SHOWN) for label in np.unique(labels) if np.sum(labels == label) > turn][:SHOWN]
    rows = []
    for side in own_study.sides(about.name):
        shown = (preview.at_resolution(np.ascontiguousarray(pixels[place].transpose(1, 2, 0)), side) for place in first)
        tiles = "".join(f'<img alt="" src="{images.as_address(images.picture(image, TILE))}">' for image in shown)
        rows.append(f"<figure>{tiles}<figcaption>{side} × {side}</figcaption></figure>")
    names = html.escape(", ".join(about.classes[int(labels[place])] for place in first))
    st.html(f'<div class="own-sizes" role="img" aria-label="{say("sizes_alt", names=names)}">{"".join(rows)}</div>')


def _sides(about: OwnSet) -> str:
    *first, last = own_study.sides(about.name)
    return say("sides", first=", ".join(map(str, first)), last=last)


def _cells(about: OwnSet, found: training.Runs) -> list[Cell]:
    """How the networks do at each side; computed once for all visitors."""
    names = {key: run.run for key, run in found.items() if run}

    def compute() -> list[Cell]:
        networks = {}
        for key, run in names.items():
            protocol, _, side = key.rpartition("-")
            networks[protocol, int(side)] = services.registry().plain(run)
        return own_study.cells(networks, *own_study.test_images(about.name, services.data_folder()), own_study.sides(about.name))

    return session.shared(("own study", about.name, *sorted(names.values())), compute)


def _question(about: OwnSet, cells: list[Cell]) -> Question:
    options = {option: say(f"blur_{option}") for option in OPTIONS}
    return Question(f"own.blur.{about.name}", say("blur", side=own_study.sides(about.name)[-1]), options, lambda: _answer(cells))


def _answer(cells: list[Cell]) -> Answer:
    lost = {protocol: _lost(cells, protocol) for protocol in ("totv", "tvtv")}
    of = cells[0].of if cells else 0
    if not cells:
        return Unsettled(say("blur_waits"))
    numbers = {**{protocol: f"{count:,}" for protocol, count in lost.items()}, "of": f"{of:,}"}
    gap = lost["totv"] - lost["tvtv"]
    if abs(gap) < FEWEST and of < 10 * FEWEST:
        return Unsettled(say("blur_few", **numbers))
    right = "same" if abs(gap) < FEWEST else "totv" if gap > 0 else "tvtv"
    return Settled(right, {option: say("blur_why", **numbers) for option in OPTIONS})


def _lost(cells: list[Cell], protocol: str) -> int:
    """How many pictures more are wrong at the smallest side than at the whole one."""
    own = [cell for cell in cells if cell.protocol == protocol]
    return own[0].right - own[-1].right


def _figure(about: OwnSet, cells: list[Cell], guess: guessing.Guess) -> None:
    at = own_study.sides(about.name)
    points = [Point(cell.protocol, cell.side, 100 * cell.right / cell.of) for cell in cells]
    chance = round(100 / len(about.classes))
    frame = protocol_lines.Frame(say("figure", title=about.title), at, pictures=_pictures(about, at), chance=chance)
    left, right = st.columns([finding.WIDE, finding.NARROW], gap="large")
    with left:
        export.show(protocol_lines.told(frame, points, protocol_lines.loss_guessed(points, at, guess.option)), f"own.study.{about.name}")
    with right:
        st.markdown(guess.sentence())
        st.caption(say("study_note", of=f"{cells[0].of:,}", recipe=say("recipe", epochs=own_study.runs_needed(about.name)[0].recipe.epochs)))
        guess.again()


def _pictures(about: OwnSet, at: tuple[int, ...]) -> dict[int, str]:
    """The first test picture at each side, for the axis."""
    pixels, _ = own_study.test_images(about.name, services.data_folder())
    image = np.ascontiguousarray(pixels[0].transpose(1, 2, 0))
    return {side: images.as_address(images.picture(preview.at_resolution(image, side), 2 * THUMBNAIL)) for side in at}


