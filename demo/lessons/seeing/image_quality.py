"""The section "What is lost" of the page "Seeing at low resolution": images made smaller, to the eye and in numbers."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.datasets.files import state
from core.images import quality
from core.images.decoding import Bytes
from core.images.quality import Loss, Pair
from core.studies.resolution import FILTER
from core.vocabulary.datasets import hardest_first
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import FILTERS
from core.vocabulary.sources import own_names, source_of
from demo.charts import export, plots
from demo.charts.figure import Figure
from demo.charts.plots import Axis
from demo.lessons.seeing import class_results
from demo.text import plain, speaker
from demo.ui import image_picker, images, tables
from demo.ui.formatting import percent, whole
from demo.ui.tables import Column
from demo.visitor import session

say = speaker("seeing")
COUNTS = (10, 5, 1)
LONGEST = 512
"""Pixels of the longer side of one's own image, before it gets the data set's form."""
COLOURS = ("#3f90da", "#e76300", "#832db6", "#bd1f01")
"""The original, then each smaller side."""
HEIGHT = 420
LEAST = 0.001
"""Percent; less is not drawn."""


def render() -> bool:
    """The images at each side, then what was lost on the way; False where there is none yet."""
    st.markdown(say("lost_text"))
    dataset, filter, place = _controls()
    try:
        with st.spinner(say("loading")):
            found = _own(dataset) if place is None else quality.of_dataset(dataset, session.manager().data, *place)
            pairs = quality.pairs(found[0], source_of(dataset).sides, filter) if found else []
    except LabError as error:
        st.error(plain(error), icon=":material/error:")
        return False
    if found is None:
        return False
    originals, names = found
    for pair in pairs:
        _pair(pair, names)
    losses = [quality.loss(originals, pair.reduced, pair.restored) for pair in pairs]
    _words(losses, originals)
    with st.expander(say("numbers"), icon=":material/table_rows:"):
        _table(losses, len(originals))
    with st.expander(say("curious"), icon=":material/graphic_eq:"):
        export.show(spectrum(pairs, filter), key="seeing.spectrum")
        st.caption(say("spectrum_note"))
    class_results.source()
    return True


def _controls() -> tuple[str, str, tuple[int, int] | None]:
    """The data set, the filter, and which of its images: the first one's place from 0 and how many; None for one's own image."""
    there = [name for name in (*hardest_first(), *own_names()) if state(name, session.manager().data).present]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="seeing_lost"):
        dataset = st.selectbox(say("dataset"), there, key="seeing.dataset", format_func=lambda name: source_of(name).title, width=165)
        filter = st.selectbox(say("filter"), FILTERS, index=FILTERS.index(FILTER), key="seeing.filter", help=say("filter_help"), width=165)
        own = bool(session.typed("seeing.own"))
        place = None if own else _place(dataset)
        st.toggle(say("own"), key="seeing.own")
    return dataset, filter, place


def _place(dataset: str) -> tuple[int, int]:
    source = source_of(dataset)
    first = st.number_input(say("first"), 1, source.train + source.test, 1, key=f"seeing.first.{dataset}", help=say("first_help"), width=165)
    count = st.segmented_control(say("count"), COUNTS, default=COUNTS[0], required=True, key="seeing.count", width="content")
    return first - 1, count or COUNTS[0]


def _own(dataset: str) -> tuple[Bytes, list[str]] | None:
    image = image_picker.uploaded("seeing", LONGEST)
    if image is None:
        return None
    st.caption(say("own_note", dataset=source_of(dataset).title))
    return quality.fit_upload(image, dataset), [say("own_picture")]


def _pair(pair: Pair, names: list[str]) -> None:
    """The reduced images, below them the restored ones; at full resolution these are the same."""
    full = pair.side == pair.restored.shape[-1]
    rows = [list(pair.restored)] if full else [list(pair.reduced), list(pair.restored)]
    st.markdown(f"**{say('full_pixels' if full else 'pixels', side=pair.side)}**")
    st.image(images.sheet(rows), alt=say("alt", side=pair.side, names=", ".join(names)))
    if full:
        st.caption(", ".join(names))


def _table(losses: list[Loss], count: int) -> None:
    rows = [
        {"side": f"{one.side} × {one.side}", "raw": one.raw, "png": one.png, "difference": one.difference, "psnr": one.psnr, "above": one.above}
        for one in losses
    ]
    columns = {
        "side": Column(say("column_side")), "raw": Column(say("column_raw"), "count", say("column_raw_help")),
        "png": Column(say("column_png"), "count", say("column_png_help")),
        "difference": Column(say("column_difference"), "rate", say("column_difference_help")),
        "psnr": Column(say("column_psnr"), "rate", say("column_psnr_help")),
        "above": Column(say("column_above"), "percent", say("column_above_help")),
    }  # fmt: skip
    tables.table(rows, columns, key="seeing.table", alt=say("numbers"))
    st.caption(say("table_note" if count > 1 else "table_note_one", count=count))


def _words(losses: list[Loss], originals: Bytes) -> None:
    """What the smallest images still hold, in a sentence."""
    first, last = losses[0], losses[-1]
    if not quality.energy(originals).any():
        st.markdown(say("words_flat"))
        return
    st.markdown(say("words", side=last.side, raw=whole(last.raw), all=whole(first.raw), numbers=percent(last.raw / first.raw),
                    waves=f"{last.side / 2:g}", kept=percent(1 - last.above)))  # fmt: skip


def spectrum(pairs: list[Pair], filter: str) -> Figure:
    """The energy at each fineness, in percent of the originals' energy: of the originals, and of each restored side."""
    energies = {pair.side: quality.energy(pair.restored) for pair in pairs}
    total = energies[pairs[0].side].sum() or 1.0
    names = {side: say("series_full" if side == pairs[0].side else "series_restored", side=side) for side in energies}
    rows: list[dict[str, Any]] = [
        {"waves": waves, "share": 100 * value / total, "series": names[side]}
        for side, found in energies.items() for waves, value in enumerate(found.tolist()) if waves and 100 * value / total >= LEAST
    ]  # fmt: skip
    axes = Axis("waves", say("waves_axis"), "d", (1, pairs[0].side // 2)), Axis("share", say("share_axis"), "~g", log=True)
    colours = dict(zip(names.values(), COLOURS, strict=False))
    dashed = list(names.values())[1::2]
    return plots.lines(say("spectrum"), rows, *axes, "series", colours, dashed=dashed, height=HEIGHT, what=say("spectrum_what", filter=filter))
