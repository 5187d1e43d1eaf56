"""The page "Our data", while a set is open: where one hands in pictures, and where whoever collects sees them all."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from core.classroom.calls import MODES, Call, next_label
from core.datasets.own.records import Contribution, OwnSet
from core.images.own.intake import on_square, pixels_for
from core.images.preprocessing import AUTO
from core.vocabulary.errors import LabError
from demo.components import collector, wall
from demo.components.collector import Answered, Asked, Given
from demo.lessons.own import shared
from demo.lessons.own.shared import LOOK_SECONDS, say
from demo.server import services
from demo.text import plain
from demo.visitor import session

MOST_MINE = 8
"""The visitor's newest pictures that are shown to him."""
MOST_SHOWN, MOST_BYTES = 300, 500_000
"""Pictures on the wall, and about how many bytes they may have together; each class shows its newest."""


# --- handing in ------------------------------------------------------------------------------------------------------


@st.fragment(run_every=LOOK_SECONDS)
def hand_in(about: OwnSet) -> None:
    """Where this visitor draws or photographs for the class that is asked for; the page is drawn again once the set is closed."""
    _leave_what_is_over(about)
    mine = _mine(about)
    counts = shared.store().counts(about.name).of_class
    own = Counter(image.label for image in mine)
    label = next_label(services.calls().of(about.name), [own[place] for place in range(len(about.classes))], session.visitor().name)
    asked = Asked(list(zip(about.classes, counts, strict=True)), label, about.drawn)
    newest = shared.thumbs(about, mine[: -MOST_MINE - 1 : -1])
    last = session.get_state(shared.state(about, "answered"), Answered())
    collector.show(asked, newest, len(mine), last, f"own.collector.{about.name}", lambda given: _take(about, given), lambda id: _take_back(about, id))


def _leave_what_is_over(about: OwnSet) -> None:
    try:
        over = not shared.store().get(about.name).open
    except LabError:
        over = True
    if over:
        st.rerun()


def _mine(about: OwnSet) -> list[Contribution]:
    return shared.store().contributions(about.name, session.visitor().name)


def _take(about: OwnSet, given: Given) -> None:
    """Keeps a picture in the form of the set, or says why not."""
    answered = Answered(given.number)
    try:
        steps = on_square(about.name) if given.pixels.shape[2] == 1 else AUTO
        image = pixels_for(given.pixels, about, steps=steps)
        shared.store().add(about.name, image, given.label, author=session.visitor().name)
    except LabError as error:
        answered = Answered(given.number, say("refused", reason=str(error)), refused=True)
    session.set_state(shared.state(about, "answered"), answered)


def _take_back(about: OwnSet, id: int) -> None:
    if any(image.id == id for image in _mine(about)):
        shared.store().remove(about.name, [id])


# --- collecting ------------------------------------------------------------------------------------------------------


@st.fragment(run_every=LOOK_SECONDS)
def watch(about: OwnSet) -> None:
    """For whoever collects: how many pictures there are by how many, all of them, and a way to remove some."""
    _leave_what_is_over(about)
    counts = shared.store().counts(about.name)
    st.markdown(say("collected", count=f"{counts.total:,}", people=len(counts.of_author)))
    rows = _rows(about, shared.store().contributions(about.name), counts.of_class)
    wall.show(rows, f"own.wall.{about.name}", lambda ids: _remove(about, ids))


def _rows(about: OwnSet, images: list[Contribution], counts: tuple[int, ...]) -> list[wall.Row]:
    bytes_each = about.side**2 * about.channels + 100
    most = max(4, min(MOST_SHOWN, MOST_BYTES // bytes_each) // len(about.classes))
    of_class = [[image for image in reversed(images) if image.label == label] for label in range(len(about.classes))]
    return [wall.Row(name, count, shared.thumbs(about, its[:most])) for name, count, its in zip(about.classes, counts, of_class, strict=True)]


def everything(about: OwnSet) -> None:
    """The wall of a closed set; who may change it removes pictures there too."""
    images, counts = shared.store().contributions(about.name), shared.store().counts(about.name)
    removed = (lambda ids: _remove(about, ids)) if shared.may_change(about) else None
    wall.show(_rows(about, images, counts.of_class), f"own.wall.{about.name}", removed)


def _remove(about: OwnSet, ids: list[int]) -> None:
    if shared.may_change(about):
        shared.store().remove(about.name, ids)


def call(about: OwnSet) -> None:
    """For whoever collects: which class the next picture of each is for."""
    calls = services.calls()
    now = calls.of(about.name)
    mode_key = session.bind_widget(f"own.mode.{about.name}", now.mode)
    st.segmented_control(
        say("mode"), MODES, key=mode_key, required=True, format_func=lambda mode: say(f"mode_{mode}"), help=say("mode_help"),
        on_change=lambda: calls.change(about.name, Call(session.typed(mode_key), now.label), len(about.classes)),
    )  # fmt: skip
    if now.mode != "called":
        return
    key = session.bind_widget(f"own.called.{about.name}", now.label)
    st.pills(
        say("called"), list(range(len(about.classes))), key=key, required=True, format_func=lambda label: plain(about.classes[label]),
        on_change=lambda: calls.change(about.name, Call("called", session.typed(key)), len(about.classes)),
    )  # fmt: skip


def close(about: OwnSet) -> None:
    """For whoever collects: the end of the collection, which makes it a data set."""
    if st.button(say("close"), key="own.close", icon=":material/lock:", help=say("close_help")):
        try:
            shared.store().close(about.name)
        except LabError as error:
            session.set_notice(str(error), "own.close")
        else:
            session.set_notice("", "own.close")
            services.calls().forget(about.name)
            st.rerun()
    if problem := session.notice("own.close"):
        st.error(plain(problem), icon=":material/error:")
