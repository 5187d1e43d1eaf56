"""Draws the page again when its theme changes under it: the letters of a figure are chosen by the server and would vanish."""

from __future__ import annotations

import streamlit as st

SCRIPT = """
let observer
/** Called by Streamlit in every run; not a line of it is seen. */
export default function ({ data, setTriggerValue }) {
  const app = document.querySelector("[data-testid=stApp]")
  if (!app) return
  observer?.disconnect()
  const look = () => {
    const shown = getComputedStyle(app).colorScheme === "dark" ? "dark" : "light"
    if (shown === data.theme) return
    observer.disconnect()
    setTriggerValue("changed", shown)
  }
  observer = new MutationObserver(look)
  observer.observe(app, { attributes: true, attributeFilter: ["class", "style"] })
}
"""
_view = st.components.v2.component("lab_theme", js=SCRIPT)


def follow(theme: str) -> None:
    """`theme`: the one that this run draws for; a run follows as soon as the page shows another."""
    _view(key="lab.theme", data={"theme": theme}, on_changed_change=lambda: None)
