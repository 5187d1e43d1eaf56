"""What a link restores: the one list of each page, read from the address and written into it.

A page declares its state once, `PAGE.linked` in demo/lessons/NAME/__init__.py: which widget or kept value goes by which name.
`follow` sets what a new address asks for before the page is drawn; `write` puts what is chosen into the address after it.
The address holds only what differs from what the page opens with. A value that does not fit is told in one line, and the page
opens as it does without it.

A row without a key tells of what demo/visitor/navigation.py or recipe_choice.py keep in the address themselves.
"""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec

import streamlit as st

from demo.visitor import session

Given = ParamSpec("Given")
JUST_S = 2.0
"""So long the browser may still send an address that has been replaced."""
REPLACED = 16
"""So many replaced addresses are remembered."""
LONGEST = 1_500
"""Characters of one value: servers and messengers cut long addresses off."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How a value is spelled in an address. `parse` raises ValueError for what is no such value."""

    spell: Callable[[Any], str]
    """ "" for a value that has no address."""
    parse: Callable[[str], Any]
    types: tuple[type, ...]
    """Of the values; others under the same key, as those of a button, are none."""

    def takes(self, value: Any) -> bool:
        """Whether it is such a value. A switch is no number."""
        return isinstance(value, self.types) and (not isinstance(value, bool) or bool in self.types)


def _switch(word: str) -> bool:
    return {"on": True, "off": False}[word]


def _number(value: float) -> str:
    """The shortest text that is this number again."""
    short = f"{value:.12g}"
    return short if float(short) == value else repr(value)


def _words(text: str) -> list[str]:
    return [] if text == "none" else text.split(",")


def _matrix(text: str) -> list[list[int]]:
    rows = [[int(count) for count in row.split(",")] for row in text.split(";")]
    if any(len(row) != len(rows) or min(row) < 0 for row in rows):
        raise ValueError(text)
    return rows


WORD = Kind(str, str, (str,))
WHOLE = Kind(str, int, (int,))
NUMBER = Kind(_number, float, (int, float))
SWITCH = Kind(lambda value: "on" if value else "off", _switch, (bool,))
WORDS = Kind(lambda words: ",".join(words) or "none", _words, (list, tuple))
MATRIX = Kind(lambda rows: ";".join(",".join(map(str, row)) for row in rows), _matrix, (list,))


@functools.cache
def _pattern(key: str) -> re.Pattern[str]:
    return re.compile(re.escape(key).replace(r"\*", "(.+?)"))


@dataclass(frozen=True, slots=True)
class Linked:
    """One thing that a link restores."""

    name: str
    """Its name in the address. Where the key has a `*`, what stands for it comes behind the name: `stride.3=1`."""
    key: str = ""
    """Of the widget, or of what is kept (with `lab.` before its name); "" where the address itself is where it is kept."""
    kind: Kind = WORD

    def name_of(self, key: str) -> str | None:
        """The name in the address of one of its keys; None for another key."""
        if "*" not in self.key:
            return self.name if key == self.key != "" else None
        match = _pattern(self.key).fullmatch(key)
        return f"{self.name}.{'~'.join(match.groups())}" if match else None

    def key_of(self, name: str) -> str | None:
        """The key that a name in the address means; None where it means none of this row's."""
        if "*" not in self.key:
            return self.key if name == self.name and self.key else None
        first, _, rest = name.partition(".")
        parts, between = rest.split("~"), self.key.split("*")
        if first != self.name or not all(parts) or len(parts) != len(between) - 1:
            return None
        return between[0] + "".join(part + after for part, after in zip(parts, between[1:], strict=True))


Address = dict[str, str]
HIDDEN = ("hide",)
"""What a teacher's link hides (demo/ui/hiding.py) belongs to no page."""


def follow(page: str, linked: Sequence[Linked]) -> None:
    """Before a page is drawn: sets what the address asks for, once for each new one. Says what could not be read.

    An address that the page wrote itself changes nothing, also one that it replaced a moment ago; an empty one (a click in the
    menu) goes on with what was chosen before.
    """
    session.set_state("links.page", page)
    session.set_state("links.linked", tuple(linked))
    session.set_state("links.fresh", False)
    address = _asked(linked)
    if address == session.get_state(f"links.{page}", {}) or just_replaced(page, address):
        return
    session.set_state(f"links.{page}", address)
    if not address:
        return
    session.set_notice("", "link")
    asked = _parsed(linked, address)
    for key, value in asked.values():
        st.session_state[key] = value
    session.set_state("links.asked", asked)
    session.set_state(f"links.restored.{page}", session.get_state(f"links.restored.{page}", frozenset()) | {key for key, _ in asked.values()})
    for key, first in _firsts(page).items():  # who goes back finds what is not named as the page opened with it
        if not any(row.key_of(name) == key for row in linked for name in address):
            st.session_state[key] = first
    session.set_state("links.fresh", True)
    session.set_state(f"links.opened.{page}", True)


def write() -> None:
    """After a page, or a part of it that is drawn alone: what is chosen now stands in the address."""
    page, linked = session.get_state("links.page", ""), session.get_state("links.linked", ())
    if not page:
        return
    _compare(linked)
    now = dict(_chosen(page, linked))
    if now == _asked(linked):
        session.set_state(f"links.{page}", now)
        return
    remember_replaced(page, session.get_state(f"links.{page}", {}))
    session.set_state(f"links.{page}", now)
    others = {name: value for name, value in st.query_params.to_dict().items() if not _belongs(linked, name)}
    st.query_params.from_dict(others | now)


def hidden() -> tuple[str, ...]:
    """What the address hides, `?hide=...`; kept while the session lasts, for the pages that are opened from there. An empty one
    shows everything again."""
    if "hide" in st.query_params:
        session.set_state("links.hidden", tuple(word for word in st.query_params["hide"].split(",") if word))
    found: tuple[str, ...] = session.get_state("links.hidden", ())
    return found


def fragment(part: Callable[Given, None]) -> Callable[Given, None]:
    """A part of a page that is drawn alone when something in it is chosen (st.fragment); that stands in the address too."""

    @st.fragment
    @functools.wraps(part)
    def drawn(*args: Given.args, **options: Given.kwargs) -> None:
        part(*args, **options)
        write()

    return drawn


def refused() -> bool:
    """Told that the page cannot be drawn: True where a link has just set values. They are taken back, and the page is to be
    drawn again, with a line that names them."""
    page = session.get_state("links.page", "")
    if not session.get_state("links.fresh", False):
        return False
    linked = session.get_state("links.linked", ())
    address = _asked(linked)
    for key, _ in _parsed(linked, address).values():
        st.session_state.pop(key, None)
    for name in address:
        st.query_params.pop(name, None)
    session.set_state(f"links.{page}", {})
    session.set_state("links.fresh", False)
    _say(", ".join(f"{name}={value}" for name, value in address.items()))
    return True


def opened() -> bool:
    """Whether a link to the page has set something that lies behind its question: then the answer is no secret any more."""
    return bool(session.get_state(f"links.opened.{session.get_state('links.page', '')}", False))


def close() -> None:
    """The question of the page counts as before: it is asked until it is answered."""
    session.set_state(f"links.opened.{session.get_state('links.page', '')}", False)


def names() -> frozenset[str]:
    """What of the address of the page that is open belongs to its keyed rows."""
    linked = session.get_state("links.linked", ())
    return frozenset(name for name in st.query_params if _belongs(linked, name))


def just_replaced(whose: str, address: Address) -> bool:
    """Whether an address was replaced by the lab itself a moment ago. Later it is somebody who goes back."""
    newest = time.monotonic() - JUST_S
    return any(moment > newest and replaced == address for moment, replaced in session.get_state(f"links.replaced.{whose}", ()))


def remember_replaced(whose: str, address: Address) -> None:
    """Told that an address is replaced now; `whose` says which page's, or which part of an address it is."""
    before = session.get_state(f"links.replaced.{whose}", ())
    session.set_state(f"links.replaced.{whose}", (*before[1 - REPLACED :], (time.monotonic(), dict(address))))


# --- the parts ---------------------------------------------------------------------------------------------------------


def _asked(linked: Sequence[Linked]) -> Address:
    return {name: value for name, value in st.query_params.to_dict().items() if _belongs(linked, name)}


def _belongs(linked: Sequence[Linked], name: str) -> bool:
    return any(row.key_of(name) is not None for row in linked)


def _parsed(linked: Sequence[Linked], address: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    """Name -> key and value, of what can be read; the rest is told."""
    found: dict[str, tuple[str, Any]] = {}
    for name, text in address.items():
        row, key = next((row, key) for row in linked if (key := row.key_of(name)) is not None)
        try:
            found[name] = key, row.kind.parse(text[:LONGEST])
        except (ValueError, KeyError):
            _say(f"{name}={text[:40]}")
    return found


def _say(words: str) -> None:
    session.set_notice(words, "link")


def _compare(linked: Sequence[Linked]) -> None:
    """Once a page is drawn with what a link asks for: a widget that has taken another value had none such. Then the page is
    drawn again without it, and says so."""
    if not session.get_state("links.fresh", False):
        return
    session.set_state("links.fresh", False)
    spell = {name: row.kind.spell for row in linked for name in session.get_state("links.asked", {}) if row.key_of(name)}
    lost = {name: (key, value) for name, (key, value) in session.get_state("links.asked", {}).items()
            if key in st.session_state and (st.session_state[key] is None or spell[name](st.session_state[key]) != spell[name](value))}  # fmt: skip
    if not lost:
        return
    for key, _ in lost.values():
        st.session_state.pop(key, None)
    _say(", ".join(f"{name}={spell[name](value)[:40]}" for name, (_, value) in lost.items()))
    st.rerun()


def _chosen(page: str, linked: Sequence[Linked]) -> Iterator[tuple[str, str]]:
    """(name, value) of what differs from what the page opens with."""
    firsts, restored = _firsts(page), session.get_state(f"links.restored.{page}", frozenset())
    there = sorted(key for key in map(str, st.session_state) if not key.startswith("lab.links."))
    for row in linked:
        for key in there:
            name = row.name_of(key)
            value = st.session_state[key] if name else None
            if not name or (value is not None and not row.kind.takes(value)):
                continue
            if key not in restored:
                firsts.setdefault(key, value)
            text = "" if value is None else row.kind.spell(value)
            if 0 < len(text) <= LONGEST and (firsts.get(key) is None or text != row.kind.spell(firsts[key])):
                yield name, text


def _firsts(page: str) -> dict[str, Any]:
    """Key -> the value that the page opened with, of the keys that were drawn before a link or a visitor changed them."""
    found: dict[str, Any] = session.get_state(f"links.first.{page}", {})
    return found


