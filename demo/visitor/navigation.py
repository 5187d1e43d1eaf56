"""Where the visitor is: the app's own address, the page's section, the run that is looked at, and the ways to other pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import streamlit as st

from demo.visitor import session

RUN = "run"
SECTION = "section"
TABLE = "table"
NETWORK = "network"
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
    """Writes the table that is open into the address, so that a link opens it; "" takes it out, and what was opened in it."""
    close_door()
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


def network_from_address() -> str:
    """The network that the address asks for, by its name or as a run or one of its epochs (RUN@3); "" where it asks for none."""
    return st.query_params.get(NETWORK) or st.query_params.get(RUN, "")


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


# --- what is opened on top of a page: the pictures behind a number, an epoch ----------------------------------------------

DOORS = ("cell", "class", "of", "epoch", "door")
"""Names of query parameters: `cell=3,5` (truth, answer) or `class=3`, of which set, after which epoch, of which run."""


@dataclass(frozen=True, slots=True)
class Door:
    """The pictures that the address asks for."""

    run: str
    of: str
    """validation, test, or test-16: seen at 16 pixels."""
    epoch: int
    truth: int
    answer: int | None
    """None: everything about the class `truth`."""


def open_door(sent: Mapping[str, Any]) -> None:
    """Writes what the browser wants opened into the address: {run, set, epoch, cell: [truth, answer]} or {..., label}."""
    cell = sent.get("cell")
    named = {"cell": f"{int(cell[0])},{int(cell[1])}"} if cell else {"class": str(int(sent["label"]))}
    close_door()
    for name, value in {**named, "of": str(sent["set"]), "epoch": str(int(sent["epoch"])), "door": str(sent["run"])}.items():
        st.query_params[name] = value
    session.set_state("door.opened", True)


def door_just_opened() -> bool:
    """Whether one was opened since this was asked last: then the whole page is drawn again, with it."""
    opened = bool(session.get_state("door.opened", False))
    session.set_state("door.opened", False)
    return opened


def close_door() -> None:
    """Takes what was opened out of the address."""
    for name in DOORS:
        st.query_params.pop(name, None)


def door() -> Door | None:
    """What the address asks to open; None where it asks for nothing, or for what makes no sense."""
    asked = st.query_params
    numbers = asked.get("cell", asked.get("class", "")).split(",")
    if len(numbers) > 2 or not all(number.isdecimal() and len(number) < 5 for number in (*numbers, asked.get("epoch", "0"))):
        return None
    run = asked.get("door", "") or asked.get(RUN, "")
    return Door(run, asked.get("of", "validation"), int(asked.get("epoch", "0")), int(numbers[0]), int(numbers[1]) if len(numbers) == 2 else None)


def epoch_from_address() -> int | None:
    """The epoch that the address asks to look at; None: the newest."""
    asked = st.query_params.get("epoch", "")
    return int(asked) if asked.isdecimal() and len(asked) < 7 else None


def opened_in_address() -> dict[str, str]:
    """What of the address belongs to doors and epochs, and to no recipe."""
    return {name: st.query_params[name] for name in DOORS if name in st.query_params}
