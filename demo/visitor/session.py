"""What belongs to one visitor: address, cookie, choices. The only user of session state, query parameters and cookies.

The address holds what a link should restore: the recipe (only what differs from its preset) and the id of the run
that is looked at. It never says who may control a run: that is told by a cookie or by the teacher's token.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Literal, TypeVar
from urllib.parse import quote, urlsplit

import streamlit as st

from core.classroom.votes import Classroom
from core.datasets import files as dataset_files
from core.runs.manager import JobManager
from core.runs.snapshot import Snapshot
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import CHOICES, FIELDS, PRESETS, Recipe, preset
from core.vocabulary.visitor import Visitor
from demo.server import services
from demo.server.cookies import ADDRESS_HEADER, COOKIE, VISITOR_HEADER
from demo.visitor.address import base_of, parse, spell, with_unresolved_device

T = TypeVar("T")
RUN = "run"
SECTION = "section"
FIRST_CHOICE = ("cifar10", "fashion-mnist", "mnist", "digits")
"""The data set that a visitor starts with: the first of these that is on this machine."""


def manager() -> JobManager:
    """The server's one job manager. Raises LabError where the server did not install one."""
    return services.installed()


def visitor() -> Visitor:
    """The visitor: the owner named by the cookie, and the teacher's token where one was typed.

    Whoever a visitor was first in a session stays the owner: a frame on another site brings no cookie, and the server
    then names it anew whenever its connection is made again.
    """
    owner = get_state("owner", st.context.cookies.get(COOKIE) or secrets.token_urlsafe(16))
    return Visitor(owner=owner, token=get_state("token", ""), address=_header(ADDRESS_HEADER))


def _header(name: str) -> str:
    """A header of this session's connection; "" where no browser is."""
    found: str = getattr(st.context, "headers", {}).get(name, "")
    return found


def begin() -> None:
    """Told by the studio at the beginning of each run of a page.

    Whoever begins a session is the one who may go on with it and upload to it (demo/server/sessions.py).
    """
    get_state("visitor", _header(VISITOR_HEADER))
    set_state("drawn", get_state("drawn", 0) + 1)


def uploader(label: str, types: Sequence[str], **options: Any) -> Any:
    """Streamlit's place for an upload. The server takes uploads of a session only while one is on its page."""
    set_state("drawn_with_uploader", get_state("drawn", 0))
    return st.file_uploader(label, types, **options)


def classroom() -> Classroom:
    """The server's one class."""
    return services.classroom()


def teaching() -> bool:
    """Whether the teacher's token was typed in this session: teacher's mode. No address and no cookie turns it on."""
    token = get_state("token", "")
    return bool(token) and manager().teacher(token)


def enter(typed: str) -> bool:
    """Turns teacher's mode on where `typed` is the token. After too many wrong tries `problem("token")` says how long to
    wait; what has been looked at once is not looked at again."""
    set_notice("", "token")
    if typed == get_state("token.wrong", ""):
        return False
    try:
        if services.token_tries().check(typed, _header(ADDRESS_HEADER)):
            set_state("token", typed)
            return True
    except LabError as refusal:
        set_notice(str(refusal), "token")
        return False
    set_state("token.wrong", typed)
    return False


def theme() -> Literal["light", "dark"]:
    """The theme that the visitor sees now."""
    return "dark" if st.context.theme.type == "dark" else "light"


def root() -> str:
    """The app's own address as the browser knows it, without a slash at the end; "" where there is no browser.

    What stands in the address before the page is the base path, or what a proxy put there.
    """
    if not st.context.url:
        return ""
    parts = urlsplit(st.context.url)
    before, _, page = parts.path.rstrip("/").rpartition("/")
    path = before if page in get_state("pages", {}) else parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{quote(path, safe='/%')}"


# --- what is kept for the visitor ------------------------------------------------------------------------------


def get_state(name: str, default: Any = None) -> Any:
    """What was kept under `name` in this browser session; else `default`, which is kept from now on."""
    return st.session_state.setdefault(f"lab.{name}", default)


def set_state(name: str, value: Any) -> None:
    """Keeps `value` under `name` until the browser session ends."""
    st.session_state[f"lab.{name}"] = value


def shared(key: Hashable, make: Callable[[], T]) -> T:
    """What `make` returns, made once for all visitors; of many, the oldest go first. `key` says all that it depends on."""
    found: T = _shared(key, make)
    return found


@st.cache_resource(max_entries=64, show_spinner=False)
def _shared(key: Hashable, _make: Callable[[], Any]) -> Any:
    return _make()


def bind_widget(key: str, value: Any) -> str:
    """Sets the widget `key` to `value` before it is drawn; returns the key. So what is shown is what is chosen."""
    if st.session_state.get(key) != value or key not in st.session_state:
        st.session_state[key] = value
    return key


def typed(key: str) -> Any:
    """What the visitor chose in the widget `key`; None where it is not drawn."""
    return st.session_state.get(key)


def set_notice(line: str, where: str = "choice") -> None:
    """Something that could not be done; it stays on the page until the visitor tries something else there."""
    set_state(f"problem.{where}", line)


def notice(where: str = "choice") -> str:
    """The one line about the last choice, link or order that could not be followed; else ""."""
    found: str = get_state(f"problem.{where}", "")
    return found


# --- the recipe that is being chosen -----------------------------------------------------------------------------


def recipe() -> Recipe:
    """The recipe chosen on the page now."""
    found: Recipe | None = get_state("recipe")
    if found is None:
        set_state("recipe", first_recipe())
    return get_state("recipe")  # type: ignore[no-any-return]


def choose(**changes: Any) -> None:
    """Changes the chosen recipe; a change that does not go together leaves it alone and is told by `problem()`."""
    set_notice("")
    try:
        set_state("recipe", recipe().changed(**changes))
    except LabError as refusal:
        set_notice(str(refusal))


def choose_recipe(chosen: Recipe) -> None:
    """Replaces the chosen recipe."""
    set_notice("")
    set_state("recipe", chosen)


def choose_preset(name: str, dataset: str | None = None) -> None:
    """Replaces the chosen recipe by a preset; tells by `problem()` where there is none for the data set."""
    set_notice("")
    try:
        set_state("recipe", preset(name, dataset))
    except LabError as refusal:
        set_notice(str(refusal))


def choose_dataset(name: str) -> None:
    """Changes the data set: its own network, size and preset, and what else had been changed by hand."""
    set_notice("")
    old = recipe()
    base = base_of(old.preset, old.dataset)
    own = ("dataset", "network", "resolution", "train_limit", "preset")
    kept = {field: getattr(old, field) for field in FIELDS if field not in own}
    kept = {field: value for field, value in kept.items() if value != getattr(base, field)}
    try:
        set_state("recipe", dataclasses.replace(base_of(old.preset, name), **kept))
    except LabError as refusal:
        set_notice(str(refusal))
        set_state("recipe", preset("quick", name))


def first_recipe() -> Recipe:
    """The preset `quick` on the first data set that is here."""
    folder = dataset_files.data_folder()
    return preset("quick", next(name for name in FIRST_CHOICE if dataset_files.state(name, folder).present))


# --- the address -------------------------------------------------------------------------------------------------


def restore() -> str | None:
    """Follows the address, once for each new one; returns the run that is looked at, or None.

    An address that this page wrote itself changes nothing; an empty one (a click in the menu) goes on with what
    was chosen before.
    """
    address = st.query_params.to_dict()
    if address != get_state("address", {}):
        if address:
            set_notice("")
            set_state("unknown", None)
            set_state("run", run_from_address())
            set_state("recipe", recipe_from_address())
        set_state("address", address)
    return get_state("run")  # type: ignore[no-any-return]


def look_at(run: str | None) -> None:
    """From now on the page looks at this run (None: at none)."""
    set_state("run", run)
    set_state("unknown", None)
    set_notice("", "order")


def run_from_address() -> str | None:
    """The id of the run that the address asks to look at. It gives no right to control it."""
    return st.query_params.get(RUN) or None


def recipe_from_address() -> Recipe:
    """The recipe of the address: its preset and data set with what differs. A run's id alone means its recipe.

    A value that does not belong is told by `problem()`; the recipe is then the preset's, or the first one.
    """
    values = {name: value for name, value in st.query_params.to_dict().items() if name != RUN}
    run = run_from_address()
    if not values:
        return _recipe_of(run) if run else first_recipe()
    try:
        return parse(values)
    except LabError as refusal:
        set_notice(str(refusal))
        return _nearest(values)


def _recipe_of(run: str) -> Recipe:
    """The recipe of a run; the first one where this machine does not know the run (the page says so elsewhere)."""
    try:
        return with_unresolved_device(manager().snapshot(run).recipe)
    except LabError:
        return first_recipe()


def recipe_to_address(chosen: Recipe, seen: Snapshot | None = None) -> None:
    """Writes the recipe and the run that is looked at into the address; a run's own recipe needs no words."""
    address = {} if seen is not None and with_unresolved_device(seen.recipe) == chosen else spell(chosen)
    if seen is not None:
        address[RUN] = seen.run
    set_state("address", address)
    if st.query_params.to_dict() != address:
        st.query_params.from_dict(address)


def _nearest(values: Mapping[str, str]) -> Recipe:
    """The preset that a bad address may have meant."""
    name = values.get("preset", "")
    dataset = values.get("dataset", "")
    if dataset not in CHOICES["dataset"]:
        return first_recipe()
    try:
        return preset(name if name in PRESETS else "quick", dataset)
    except LabError:  # the report has no study on this data set: the reason is told already
        return preset("quick", dataset)


def section(names: Sequence[str]) -> str:
    """The section that the address asks for (`?section=...`), else the first."""
    wished = st.query_params.get(SECTION, names[0])
    return wished if wished in names else names[0]


def to_section(name: str) -> None:
    """Writes the section into the address, so that a link leads to it; "" takes it out."""
    if name:
        st.query_params[SECTION] = name
    else:
        st.query_params.pop(SECTION, None)


def location() -> dict[str, str]:
    """What a page looks at: the run and the section of its address, "" where it names none."""
    return {name: st.query_params.get(name, "") for name in (RUN, SECTION)}


# --- the pages ---------------------------------------------------------------------------------------------------


def register(pages: Mapping[str, Any]) -> None:
    """Told by the studio once a script run: the pages by name, for `link` and `go`."""
    set_state("pages", dict(pages))


def link(page: str, label: str, **query: str) -> None:
    """A link to another page of the app; plain text where a lesson runs alone."""
    found = get_state("pages", {}).get(page)
    if found is None:
        st.markdown(label)
    else:
        st.page_link(found, label=label, query_params=query or None)


def go(page: str, **query: str) -> None:
    """Leaves this page for another one of the app. Where a lesson runs alone it stays."""
    found = get_state("pages", {}).get(page)
    if found is not None:
        st.switch_page(found, query_params=query or None)
