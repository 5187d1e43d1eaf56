"""Home: the address for a class, with its QR code; where several are possible, each is one tap away."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from core.vocabulary.errors import LabError
from demo.server import lan
from demo.text import plain, speaker
from demo.visitor import navigation

say = speaker("home")


def render() -> None:
    """The address, or why there is none."""
    st.markdown(f"**{say('class')}**")
    try:
        stated_address = lan.told_address(navigation.root())
    except LabError as error:
        st.error(plain(error))
        return
    listens_on = st.get_option("server.address")
    addresses = {stated_address: ""} if stated_address else lan.class_addresses(navigation.root(), listens_on, lan.lan_addresses())
    if not stated_address and lan.shut_in() and navigation.root() not in addresses:
        st.caption(say("class_shut_in"))
        return
    if not addresses:
        st.caption(say("class_alone"))
        return
    address = _chosen(addresses)
    st.image(lan.qr_code(address), width=190, alt=address)
    st.markdown(f"[{address}]({address})")
    st.caption(say("class_text"))
    if st.button(say("class_large"), key="home.large", icon=":material/fullscreen:"):
        _large(address)


def _chosen(addresses: dict[str, str]) -> str:
    """The first, or the one that was tapped."""
    first = next(iter(addresses))
    if len(addresses) == 1:
        return first

    def label(address: str) -> str:
        return f"{urlsplit(address).hostname} ({addresses[address]})"

    tapped = st.pills(say("class_which"), list(addresses), default=first, format_func=label, required=True, key="home.address",
                      help=say("class_which_help"))  # fmt: skip
    return tapped or first


def _large(address: str) -> None:
    """For the projector."""

    @st.dialog(say("class"), width="large")
    def view() -> None:
        st.markdown(f"## {address}")
        st.image(lan.qr_code(address), width=520, alt=address)

    view()
