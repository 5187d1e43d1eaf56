"""Who the visitor is and what is kept for them: cookie, session state, notices, the class, teacher's mode.

With `navigation` and `recipe_choice` the only user of Streamlit's session state, query parameters, context and caches.
Who may control a run is told by the cookie or by the teacher's token, never by an address.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Literal, TypeVar

import streamlit as st

from core.classroom.answers import Value
from core.classroom.votes import Classroom
from core.runs.manager import JobManager
from core.vocabulary.errors import LabError
from core.vocabulary.visitor import Visitor
from demo.server import services
from demo.server.cookies import ADDRESS_HEADER, COOKIE, VISITOR_HEADER

T = TypeVar("T")


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
    """Turns teacher's mode on where `typed` is the token. After too many wrong tries `notice("token")` says how long to
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


# --- what is kept for the visitor ------------------------------------------------------------------------------


def get_state(name: str, default: Any = None) -> Any:
    """What was kept under `name` in this browser session; else `default`, which is kept from now on."""
    return st.session_state.setdefault(f"lab.{name}", default)


def set_state(name: str, value: Any) -> None:
    """Keeps `value` under `name` until the browser session ends."""
    st.session_state[f"lab.{name}"] = value


def answer(name: str) -> Value | None:
    """What this visitor answered to `name`, also before a reload; None where that is nothing."""
    answers = services.answers()
    found: Value | None = get_state(name) if answers is None else answers.get(visitor(), name)
    return found


def keep_answer(name: str, value: Value | None) -> None:
    """Keeps what this visitor answered to `name` until the server ends; None forgets it.

    Where no cookie arrives, in a frame on another site, a reload makes another visitor.
    """
    answers = services.answers()
    if answers is None:
        set_state(name, value)
    else:
        answers.keep(visitor(), name, value)


def answered() -> int:
    """How many answers of this visitor are kept."""
    answers = services.answers()
    return 0 if answers is None else answers.count(visitor())


def forget_answers() -> None:
    """Forgets all that this visitor answered."""
    if answers := services.answers():
        answers.forget(visitor())


def clear_class() -> None:
    """Forgets all that anybody answered, in a class or alone. LabError for everybody but the teacher."""
    who = visitor()
    if answers := services.answers():
        answers.clear(who)
    classroom().reset(who)


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


def keep_widget(key: str, first: Any) -> str:
    """Gives the widget `key` its first value where it has none; returns the key. A callback may set another by `bind_widget`."""
    st.session_state.setdefault(key, first)
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
