"""A marked word of a text opens its definition where it stands: by click, tap or Enter; Escape, a click beside it or Tab closes it.

A text marks a word as a link to a term of the glossary, `[kernels](#term-kernel)`. It leads nowhere: this opens the
explanation that the page "Glossary" has, below the word.
"""

from __future__ import annotations

import re

import streamlit as st

from demo import text

MARK = re.compile(r"\]\(#term-(\w+)\)")
"""The end of a marked word, with the term's key."""
SCRIPT = """
const WORD = "a[href^='#term-']", PLACE = "lab-definition"
let terms = {}, opener = null, stood = 0  // the open word, and where it stood when it was opened
/** Called by Streamlit in every run; nothing of it is seen until a word is opened. */
export default function ({ data }) {
  terms = data.terms
  document.querySelectorAll(WORD).forEach(name)
  if (opener && !opener.isConnected) close()
}
const key = word => word.getAttribute("href").slice("#term-".length)
function name(word) {
  word.setAttribute("role", "button")
  word.setAttribute("aria-expanded", String(word === opener))
}
/** The one box of the page; it is there before it says something, so that a screen reader tells what it says. */
function box() {
  const found = document.getElementById(PLACE)
  if (found) return found
  const made = Object.assign(document.createElement("div"), { id: PLACE })
  made.setAttribute("role", "status")
  return document.body.appendChild(made)
}
function open(word) {
  const [title, words] = terms[key(word)] ?? []
  close()
  if (!title) return
  opener = word
  name(word)
  const place = box(), head = document.createElement("b"), body = document.createElement("span")
  head.textContent = title
  body.textContent = words
  place.replaceChildren(head, body)
  place.classList.add("open")
  const at = word.getClientRects()[0], wide = document.documentElement.clientWidth
  stood = at.top
  place.style.left = `${Math.max(12, Math.min(at.left, wide - place.offsetWidth - 12))}px`
  const below = at.bottom + 6 + place.offsetHeight <= innerHeight
  place.style.top = `${below ? at.bottom + 6 : Math.max(12, at.top - 6 - place.offsetHeight)}px`
}
function close() {
  const word = opener
  opener = null
  if (word) name(word)
  box().classList.remove("open")
  box().replaceChildren()
}
addEventListener("click", event => {
  const word = event.target.closest?.(WORD)
  if (word) {
    event.preventDefault()
    event.stopPropagation()
    word === opener ? close() : open(word)
  } else if (opener && !box().contains(event.target)) close()
}, true)
addEventListener("keydown", event => {
  const word = event.target.closest?.(WORD)
  if (event.key === "Escape" && opener) {
    event.stopPropagation()
    close()
  } else if (event.key === " " && word) {
    event.preventDefault()
    word === opener ? close() : open(word)
  }
}, true)
addEventListener("focusin", event => {
  const word = event.target.closest?.(WORD)
  if (word) name(word)
  if (opener && word !== opener) close()
})
// Told late, a scroll may be the one that brought the word into view.
addEventListener("scroll", () => { if (opener && Math.abs(opener.getClientRects()[0]?.top - stood) > 2) close() }, true)
addEventListener("resize", () => { if (opener) close() })
"""
_view = st.components.v2.component("lab_definitions", js=SCRIPT)


def marked() -> frozenset[str]:
    """The keys of the terms that any text marks."""
    files = (text.FOLDER / text.LANGUAGE).glob("*.md")
    return frozenset(key for file in files for words in text.texts(file).values() for key in MARK.findall(words))


def listen() -> None:
    """From now on the marked words of this page open."""
    glossary = text.everything("glossary")
    terms = {key: glossary[key].split("\n", 1) for key in sorted(marked()) if key in glossary}
    _view(key="lab.definitions", data={"terms": terms})
