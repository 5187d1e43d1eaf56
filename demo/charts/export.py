"""Figures on a page with a way to take them home: as PNG, SVG or CSV.

The images are made by vl-convert, which carries Vega itself, when somebody asks for them: no browser, no network.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Literal

import streamlit as st

from demo.charts import figure
from demo.charts.figure import Figure
from demo.charts.theme import Look, Spec, styled
from demo.text import speaker

say = speaker("figures")
WIDTH = 720
"""Pixels of a figure that is taken home; on the page it is as wide as its place."""
VEGA_LITE = "v6.1"


def show(chart: Figure, key: str) -> None:
    """The figure, and in its upper right corner the one way to take it home."""
    with st.container(key=f"figure-{key}"):
        figure.show(chart, key=key)
        take(chart, key)


def take(chart: Figure, key: str, button: Literal["secondary", "tertiary"] = "tertiary") -> None:
    """The way to take a figure home: as PNG, SVG or CSV."""
    with st.popover(say("take"), icon=":material/download:", key=f"{key}.take", type=button):
        for kind, mime in (("png", "image/png"), ("svg", "image/svg+xml"), ("csv", "text/csv")):
            st.download_button(
                say(kind), _writer(chart, kind), f"{_file(chart.title)}.{kind}", mime, key=f"{key}.{kind}",
                on_click="ignore", width="stretch",
            )  # fmt: skip


def _writer(chart: Figure, kind: str) -> Callable[[], bytes | str]:
    writers: dict[str, Callable[[], bytes | str]] = {"png": lambda: png(chart), "svg": lambda: svg(chart), "csv": chart.csv}
    return writers[kind]


def png(chart: Figure) -> bytes:
    """The figure as an image, on white, sharp in print."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(json.dumps(whole(chart)), vl_version=VEGA_LITE, scale=2))


def svg(chart: Figure) -> str:
    """The figure as a drawing, on white."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(json.dumps(whole(chart)), vl_version=VEGA_LITE))


def whole(chart: Figure) -> Spec:
    """The specification with its data, a width and a white ground."""
    names = list(chart.columns)
    values = [dict(zip(names, row, strict=True)) for row in zip(*chart.columns.values(), strict=True)]
    return {"width": WIDTH, "background": "white", **styled(chart.spec, Look()), "data": {"values": values}}


def _file(title: str) -> str:
    """A title as a file's name."""
    words = "".join(letter if letter.isalnum() else " " for letter in title.lower()).split()
    return "-".join(words)[:60] or "figure"
