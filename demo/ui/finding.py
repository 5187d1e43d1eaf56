"""A study's screen: the question and then the finding as its headline, one figure, two numbers, and the way on.

A study is a few of these, each at its own address (`?section=...`). What else the study has, its tables and further
figures, lies in a drawer that opens from the right, each at an address of its own (`?table=...`).
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from demo.charts import export, figure
from demo.charts.figure import Figure
from demo.components.page_scripts import sight
from demo.text import speaker
from demo.ui import header
from demo.visitor import links, navigation, session

common = speaker("figures")
WIDE, NARROW = 0.72, 0.28
"""Of the page's width: the figure, and what stands beside it."""
STYLE = """
.st-key-finding_top .lab-overline { flex: none; }
.st-key-finding_top { border-bottom: 1px solid light-dark(#dde3e7, #2a333a); padding-bottom: 0.4rem; }
.st-key-finding_head .stHeading h1 { font-size: 1.9rem; line-height: 1.12; letter-spacing: -0.01em; padding: 0; text-wrap: pretty; max-width: none; }
.st-key-finding_head .stMarkdown p { max-width: 42rem; }
.st-key-finding_head { scroll-margin-top: 5rem; }
.lab-number { border-left: 0.25rem solid; padding: 0.1rem 0 0.1rem 0.7rem; margin-bottom: 0.4rem; line-height: 1.3; }
.lab-number b { display: block; font-size: 1.4rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.stMain .stMainBlockContainer:has(.st-key-finding_top) { padding-bottom: 1rem; }
@media (max-width: 640px) {
  .st-key-finding_top { flex-wrap: nowrap !important; gap: 0.7rem; }
  .st-key-finding_top > :last-child { flex: 1; min-width: 0; }
  .st-key-finding_top .lab-overline span { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .stMain:has([class*="st-key-options-"]) :is([data-testid="stLayoutWrapper"]:has(> .st-key-finding_head), .st-key-finding_head) { display: contents; }
  .stMain:has([class*="st-key-options-"]) .st-key-finding_head > :has(.stMarkdown) { order: 1; }
  .stMain:has([class*="st-key-options-"]) .st-key-finding_head > :has(.stHeading) { margin-bottom: 0.5rem; }
  .stMain:has([class*="st-key-options-"]) [data-testid="stLayoutWrapper"]:has(> .st-key-finding_row) { order: 2; }
  .stMain:has([class*="st-key-options-"]) .lab-answers { grid-template-columns: repeat(8, minmax(0, 1fr)); gap: 0.2rem; }
  .stMain .st-key-finding_head .stHeading h1 { font-size: 1.45rem; padding: 0; }
  .st-key-finding_top [data-testid="stButtonGroup"] > div { flex-wrap: nowrap; overflow-x: auto; }
  .stColumn:has([class*="st-key-options-large-"]) { order: -1; }
}
"""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that matters, what it counts in a few words, and the colour of what it belongs to."""

    value: str
    words: str
    colour: str = "#7d8f9b"


@dataclass(frozen=True, slots=True)
class Way:
    """A way on from a screen: to another section of the page, or to another page."""

    label: str
    section: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Screen:
    """One question of a study. Before it is answered the headline asks and the stage hides the answer."""

    key: str
    """Unique in the app."""
    headline: str
    """Twelve words at most."""
    sentence: str
    stage: Figure | Callable[[], None]
    """The one figure, or what draws what stands in its place."""
    beside: Callable[[], None] | None
    """What stands at its right: the options, then the numbers. None: the stage takes the whole width."""
    ways: Sequence[Way] = ()
    """The first leads to the next question."""
    whole: bool = True
    """Whether the stage shows everything, so that it may be downloaded."""
    last: Callable[[], None] | None = None
    """What stands at the end of the row below, as the way to guess again."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A table of the drawer, or a further figure with what belongs to it."""

    title: str
    draw: Callable[[], None]


@contextmanager
def overline(words: str, mosaic: str = "") -> Iterator[None]:
    """Which study this is, with the page's mosaic; inside it the row of its questions is drawn."""
    st.html(f"<style>{STYLE}</style>")
    with st.container(key="finding_top", horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.html(header.overline(words, mosaic), width="content")
        yield


def show(screen: Screen, tables: Mapping[str, Evidence]) -> None:
    """The screen, and the drawer where it is open. `tables`: by the name in the address."""
    with st.container(key="finding_head", gap="small"):
        st.title(screen.headline, anchor=False)
        if screen.sentence:
            st.markdown(screen.sentence)
    if screen.beside is None:
        _stage(screen)
    else:
        stage, beside = st.columns([WIDE, NARROW] if screen.whole else [0.64, 0.36], gap="medium")
        with stage:
            _stage(screen)
        with beside:
            screen.beside()
    _row(screen, tables)
    drawer(tables)


def _stage(screen: Screen) -> None:
    if isinstance(screen.stage, Figure):
        figure.show(screen.stage, key=screen.key)
    else:
        screen.stage()


def numbers(found: Sequence[Number], note: str = "") -> None:
    """What stands at the right of a figure once it is whole."""
    for number in found:
        words = f"<b>{html.escape(number.value)}</b>{html.escape(number.words)}"
        st.html(f'<div class="lab-number" style="border-color: {html.escape(number.colour)}">{words}</div>')
    if note:
        st.caption(note)


def _row(screen: Screen, tables: Mapping[str, Evidence]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="finding_row"):
        for place, way in enumerate(screen.ways):
            _way(way, first=place == 0 and screen.whole)
        if tables:
            st.button(common("tables", count=len(tables)), key="finding.tables", icon=":material/table_rows:",
                      on_click=navigation.to_table, args=(next(iter(tables)),))  # fmt: skip
        if isinstance(screen.stage, Figure) and screen.whole:
            export.take(screen.stage, screen.key, button="secondary")
        if screen.last:
            screen.last()
        sight.show("finding_head", f"{screen.key} {screen.whole}")


def _way(way: Way, first: bool) -> None:
    kind: Literal["primary", "secondary"] = "primary" if first else "secondary"
    if way.page:
        clicked = st.button(way.label, key=f"finding.to.{way.page}", type=kind)
        if clicked:
            navigation.go(way.page)
    else:
        st.button(way.label, key=f"finding.to.{way.section}", type=kind, on_click=navigation.to_section, args=(way.section,))


# --- the drawer ---------------------------------------------------------------------------------------------------


def drawer(tables: Mapping[str, Evidence]) -> None:
    """All tables of a study, one at a time; open where the address names one. Only the one that is open is computed."""
    asked = navigation.table(tuple(tables))
    if not asked:
        return

    @st.dialog(common("tables_title"), width="large", position="right", on_dismiss=lambda: navigation.to_table(""))
    def view() -> None:
        key = session.bind_widget("finding.table", navigation.table(tuple(tables)) or asked)
        st.selectbox(
            common("table"), tuple(tables), key=key, format_func=lambda name: tables[name].title,
            on_change=lambda: navigation.to_table(session.typed(key)),
        )  # fmt: skip
        tables[session.typed(key)].draw()
        links.write()

    view()
