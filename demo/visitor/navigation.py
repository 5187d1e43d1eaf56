"""Where the visitor is: the app's own address, the page's section, the run that is looked at, and the ways to other pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import streamlit as st

from demo.visitor import session

RUN = "run"
SECTION = "section"
TABLE = "table"
"""Names of query parameters."""


def root() -> str:
    """The app's own address as the browser knows it, without a slash at the end; "" where there is no browser.

    What stands in the address before the page is the base path, or what a proxy put there.
    """
    if not st.context.url:
        return ""
    parts = urlsplit(st.context.url)
    before, _, page = parts.path.rstrip("/").rpartition("/")
    path = before if page in session.get_state("pages", {}) else parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{quote(path, safe='/%')}"


def section(names: Sequence[str]) -> str:
    """The section that the address asks for (`?section=...`), else the first."""
    requested = st.query_params.get(SECTION, names[0])
    return requested if requested in names else names[0]


def to_section(name: str) -> None:
    """Writes the section into the address, so that a link leads to it; "" takes it out. Tables that were open are closed."""
    to_table("")
    if name:
        st.query_params[SECTION] = name
    else:
        st.query_params.pop(SECTION, None)


def table(names: Sequence[str]) -> str:
    """The table that the address asks for (`?table=...`); "" where it asks for none of these."""
    requested = st.query_params.get(TABLE, "")
    return requested if requested in names else ""


def to_table(name: str) -> None:
    """Writes the table that is open into the address, so that a link opens it; "" takes it out."""
    if name:
        st.query_params[TABLE] = name
    else:
        st.query_params.pop(TABLE, None)


def location() -> dict[str, str]:
    """What a page looks at: the run and the section of its address, "" where it names none."""
    return {name: st.query_params.get(name, "") for name in (RUN, SECTION)}


def run_from_address() -> str | None:
    """The id of the run that the address asks to look at. It gives no right to control it."""
    return st.query_params.get(RUN) or None


def look_at(run: str | None) -> None:
    """From now on the page looks at this run (None: at none)."""
    session.set_state("run", run)
    session.set_state("unknown", None)
    session.set_notice("", "order")


def register(pages: Mapping[str, Any], course: Sequence[str] = ()) -> None:
    """Told by the studio once a script run: the pages by name, for `link` and `go`, and the lessons in their order."""
    session.set_state("pages", dict(pages))
    session.set_state("course", tuple(course))


def course() -> tuple[str, ...]:
    """The lessons in their order; none where a lesson runs alone."""
    found: tuple[str, ...] = session.get_state("course", ())
    return found


def link(page: str, label: str, **query: str) -> None:
    """A link to another page of the app; plain text where a lesson runs alone."""
    found = session.get_state("pages", {}).get(page)
    if found is None:
        st.markdown(label)
    else:
        st.page_link(found, label=label, query_params=query or None)


def go(page: str, **query: str) -> None:
    """Leaves this page for another one of the app. Where a lesson runs alone it stays."""
    found = session.get_state("pages", {}).get(page)
    if found is not None:
        st.switch_page(found, query_params=query or None)
