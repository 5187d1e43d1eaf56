"""Brings a part of the page into sight once what it says has changed: on a telephone an answer is tapped far from its verdict."""

from __future__ import annotations

import streamlit as st

SCRIPT = """
const LATER = Array.from({ length: 15 }, (_, number) => 100 * number)  // milliseconds: a view above it may still grow
let last, looks = []
/** Called by Streamlit when the page appears and whenever something in it has changed; not a line of it is seen. */
export default function ({ data }) {
  if (last !== undefined && last !== data.moment) {
    looks.forEach(clearTimeout)
    looks = LATER.map(wait => setTimeout(() => bring(document.querySelector(data.part)), wait))
  }
  last = data.moment
}
function bring(part) {
  if (part) part.style.scrollMargin = "12px"
  const place = part?.getBoundingClientRect()
  if (place?.top < 0) part.scrollIntoView({ block: "start" })
  else if (place?.bottom > innerHeight) part.scrollIntoView({ block: "nearest" })
}
addEventListener("wheel", () => looks.forEach(clearTimeout), { passive: true })
addEventListener("touchmove", () => looks.forEach(clearTimeout), { passive: true })
"""
_view = st.components.v2.component("lab_sight", js=SCRIPT)


def show(part: str, moment: str) -> None:
    """`part`: the beginning of the container's key; it is brought into sight where it lies outside and `moment` has changed."""
    _view(key="lab.sight", data={"part": f"[class*='st-key-{part}']", "moment": moment})
