"""The page "Data": the data sets, their downloads and samples, and this machine."""

from __future__ import annotations

import os

import streamlit as st

from core.datasets import files as dataset_files
from core.datasets.files import SOURCES, Source
from core.vocabulary.errors import LabError
from demo.server import dataset_downloads
from demo.server.dataset_downloads import Look
from demo.text import plain, speaker
from demo.ui import header
from demo.ui.formatting import whole
from demo.ui.images import thumbnails
from demo.visitor import navigation, session

say = speaker("data")
WHILE_FETCHING, WHILE_MISSING, WHILE_STARTING = 0.5, 3.0, 1.0
"""Seconds between two looks: at a download, for a download that another browser starts, for the device."""


def render() -> None:
    """The whole page. Nothing here imports torch."""
    header.header(say("overline"), say("title"), mosaic="data")
    st.markdown(say("intro"))
    _data()
    navigation.link("own", say("to_own"))
    st.subheader(say("machine"), anchor=False)
    _machine()


# --- the data sets -----------------------------------------------------------------------------------------------


def _data() -> None:
    """The cards, kept up to date while there is something to wait for."""
    every = _pace()

    @st.fragment(run_every=every)
    def view() -> None:
        if _pace() != every:  # `run_every` is read only by a full run of the page
            st.rerun()
        for column, source in zip(st.columns(len(SOURCES)), SOURCES.values(), strict=True):
            with column, st.container(border=True, height="stretch"):
                _card(source)

    view()


def _pace() -> float | None:
    if dataset_downloads.installed().active():
        return WHILE_FETCHING
    folder = session.manager().data
    return None if all(dataset_files.state(name, folder).present for name in SOURCES) else WHILE_MISSING


def _card(source: Source) -> None:
    state = dataset_files.state(source.name, session.manager().data)
    st.markdown(f"**{source.title}**")
    images = thumbnails(source.name, state.path) if state.present else None
    if images:
        st.image(images, width="stretch", alt=say("samples_alt", data=source.title))
    st.caption(_size(source))
    if state.present:
        st.markdown(say("present") if source.layouts else say("always_here"), help=source.cite)
    else:
        _missing(source, state.problem)


def _size(source: Source) -> str:
    colour = say("colour" if source.shape[0] == 3 else "grey")
    sizes = {"train": whole(source.train), "test": whole(source.test), "classes": len(source.classes)}
    return say("size", **sizes, side=" × ".join(map(str, source.shape[1:])), colour=colour)


def _missing(source: Source, problem: str) -> None:
    """What is offered for a set that is not here: the download and its end, each in its place; below them how it goes."""
    transfer = dataset_downloads.installed().look(source.name)
    active = transfer is not None and transfer.active
    megabytes = f"{dataset_downloads.total_bytes(source) / 1e6:.0f}"
    label = say("fetch_again" if transfer or problem else "fetch", megabytes=megabytes)
    if st.button(label, key=f"data.fetch.{source.name}", icon=":material/download:", width="stretch", disabled=active):
        dataset_downloads.installed().start(source.name, session.manager().data, session.visitor().name)
        st.rerun()
    owner, teacher = session.visitor().name, session.teaching()
    if transfer and st.button(  # stays where it is after the end: a second click on it must not meet what moved up
        say("fetch_stop"), key=f"data.stop.{source.name}", icon=":material/stop:", width="stretch",
        help=say("fetch_stop_help"), disabled=not (active and dataset_downloads.installed().may_stop(source.name, owner=owner, teacher=teacher)),
    ):  # fmt: skip
        dataset_downloads.installed().stop(source.name, owner=owner, teacher=teacher)
    if transfer and transfer.active:
        _progress(transfer)
    elif transfer and transfer.error:
        st.error(plain(transfer.error))
    elif problem:
        st.warning(plain(problem))
    st.caption(say("fetch_from_mirror" if os.environ.get("LAB_MIRROR") else "fetch_from", home=source.home))


def _progress(transfer: Look) -> None:
    numbers = {"done": f"{transfer.done_bytes / 1e6:.1f}", "total": f"{transfer.total_bytes / 1e6:.1f}"}
    started = transfer.done_bytes > 0
    st.progress(transfer.share, say("fetching", **numbers, left=_left(transfer)) if started else say("connecting"))


def _left(transfer: Look) -> str:
    """How fast it comes, and how long it will take."""
    speed = f"{transfer.bytes_per_second / 1e6:.2f}"
    if transfer.seconds_left < 60:
        return say("seconds_left", speed=speed)
    return say("minutes_left", speed=speed, minutes=f"{transfer.seconds_left / 60:.0f}") if transfer.bytes_per_second else say("no_speed")


# --- this machine ------------------------------------------------------------------------------------------------


def _machine() -> None:
    """The device, as the process that trains sees it: it answers some seconds after the start."""
    waiting = session.manager().facts is None

    @st.fragment(run_every=WHILE_STARTING if waiting else None)
    def view() -> None:
        facts = session.manager().facts
        if waiting and facts is not None:
            st.rerun()
        more = say("machine_help", precision=facts["precision"], torch=facts["torch"]) if facts else None
        st.markdown(f"{_device(facts)} {_activity()}", help=more)

    view()


def _device(facts: dict[str, object] | None) -> str:
    if facts is None:
        return say("device_unknown")
    return say("device", name=facts["device_name"])


def _activity() -> str:
    """How many runs go on and how many wait, in words."""
    try:
        counts = session.manager().counts()
    except LabError as error:
        return str(error)
    if not counts:
        return say("no_runs")
    going, waiting = counts["running"] + counts["paused"], counts["queued"]
    return say("runs_active" if going or waiting else "runs_idle", going=going, waiting=waiting, all=counts.total())
