"""Joining a class and teaching one: a button in the menu of every page, and its sheet with code, address and token.

Where several addresses are possible, each is one tap away.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from core.vocabulary.errors import LabError
from demo.classroom import teacher_mode
from demo.components.page_scripts import copy_link
from demo.server import lan
from demo.text import plain, speaker
from demo.visitor import navigation, session

say = speaker("joining")
KEY = "menu_join"
SHEET = """
.st-key-join_sheet h2 { font-size: clamp(1.3rem, 2.6vw, 2.4rem); overflow-wrap: anywhere; padding: 0; max-width: none; }
.st-key-join_code [data-testid="stImage"], .st-key-join_code [data-testid="stImage"] > *, .st-key-join_code img {
  width: 100% !important; max-width: none;
}
.st-key-join_code img { height: min(70vh, 46vw) !important; object-fit: contain; background: #fff; border-radius: 0.4rem; }
@media (max-width: 640px) { .stColumn:has(.st-key-join_code) { display: none; } }
"""
"""The code is as high as there is room: a class reads it from the back. On a telephone there is none: it would have to scan itself."""


def button() -> None:
    """The button, which the studio's style puts to the right of the menu, with the one that copies a link before it."""
    with st.container(key=KEY, width="content", horizontal=True, gap="small"):
        copy_link.button()
        if st.button(say("button_teaching" if session.teaching() else "button"), key="menu.join"):
            _sheet()


def _sheet() -> None:
    @st.dialog(say("title"), width="large")
    def view() -> None:
        content()

    view()


def content() -> None:
    """What stands on the sheet: the code, as high as it is; beside it the address and the token."""
    st.html(f"<style>{SHEET}</style>")
    with st.container(key="join_sheet"):
        code, words = st.columns([6, 5], gap="medium", vertical_alignment="center")
        with words:
            chosen = address()
            if not session.teaching():
                st.markdown(f"**{say('teach')}**")
                teacher_mode.key_field("join.token")
            _forget()
        if chosen:
            with code, st.container(key="join_code"):
                st.image(lan.qr_code(chosen), width="stretch", alt=say("alt", address=chosen))


def _forget() -> None:
    """How many of one's answers are kept, and the way to forget them: the next person at this computer finds none."""
    if not (kept := session.answered()):
        return
    with st.container(key="join_forget", gap="xsmall"):
        st.caption(say("kept_one" if kept == 1 else "kept", count=kept))
        if st.button(say("forget"), key="join.forget"):
            session.forget_answers()
            st.rerun()


def address() -> str:
    """Writes the address that the class opens, and returns it; or why there is none, and ""."""
    try:
        stated_address = lan.told_address(navigation.root())
    except LabError as error:
        st.error(plain(error))
        return ""
    listens_on = st.get_option("server.address")
    addresses = {stated_address: ""} if stated_address else lan.class_addresses(navigation.root(), listens_on, lan.lan_addresses())
    if not addresses or (not stated_address and lan.shut_in() and navigation.root() not in addresses):
        st.markdown(say("shut_in" if lan.shut_in() else "alone"))
        return ""
    chosen = _chosen(addresses)
    st.markdown(f"## [{chosen}]({chosen})")
    st.caption(say("scan"))
    return chosen


def _chosen(addresses: dict[str, str]) -> str:
    """The first, or the one that was tapped."""
    first = next(iter(addresses))
    if len(addresses) == 1:
        return first

    def label(address: str) -> str:
        return f"{urlsplit(address).hostname} ({addresses[address]})"

    tapped = st.pills(say("which"), list(addresses), default=first, format_func=label, required=True, key="join.address",
                      help=say("which_help"))  # fmt: skip
    return tapped or first
