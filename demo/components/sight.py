"""Brings a part of the page into sight once what it says has changed: on a telephone an answer is tapped far below its verdict."""

from __future__ import annotations

import streamlit as st

SCRIPT = """
let last
/** Called by Streamlit when the page appears and whenever something in it has changed; not a line of it is seen. */
export default function ({ data }) {
  const part = document.querySelector(data.part)
  if (last !== undefined && last !== data.moment && part && part.getBoundingClientRect().top < 0) part.scrollIntoView({ block: "start" })
  last = data.moment
}
"""
_view = st.components.v2.component("lab_sight", js=SCRIPT)


def show(part: str, moment: str) -> None:
    """`part`: the key of the container; it is brought into sight where it lies above and `moment` is another one than before."""
    _view(key="lab.sight", data={"part": f".st-key-{part}", "moment": moment})
