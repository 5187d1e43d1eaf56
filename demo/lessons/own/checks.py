"""The page "Our data": what a teacher wants to know of a set before it is trained on, shown as its pictures."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

import streamlit as st

from core.datasets.own import compiling, parts
from core.datasets.own.records import Contribution, OwnSet
from core.images.own.checks import UNBALANCED, Checks, Pair, check_set
from core.images.own.importing import Report
from core.vocabulary.errors import LabError
from demo.lessons.own import shared, uploading
from demo.lessons.own.shared import say
from demo.text import plain
from demo.visitor import session

AT_ONCE = 2_000
"""Pictures up to which duplicates are looked for without being asked."""
MOST_PAIRS = 12
"""Pairs that are shown."""
STYLE = """
.own-pairs { display: flex; flex-wrap: wrap; gap: 0.8rem; }
.own-pairs figure { margin: 0; width: 9.5rem; padding: 0.5rem; border: 1px solid var(--lab-line); border-radius: 7px; font-size: var(--lab-small); line-height: 1.3; }
.own-pairs img { width: 3.6rem; height: 3.6rem; object-fit: contain; background: var(--lab-dark); border-radius: 4px; image-rendering: pixelated; margin-inline-end: 0.3rem; }
.own-pairs figcaption b { display: block; }
.own-pairs .wrong { border-color: var(--lab-wrong); }
.own-pairs .wrong span { color: var(--lab-wrong); }
"""


def show(about: OwnSet) -> None:
    """Sizes and broken files of an import, balance, and the pictures that are there twice."""
    report = session.get_state(shared.state(about, "report"))
    if isinstance(report, Report):
        uploading.told(report)
    counts = shared.store().counts(about.name)
    asked = shared.state(about, "checked")
    if counts.total > AT_ONCE and not session.get_state(asked, False):
        if st.button(say("check"), key="own.check"):
            session.set_state(asked, True)
            st.rerun()
        return
    key = ("own checks", about.name, about.created, counts.total, counts.newest)
    found, images = session.shared(key, lambda: check_set(shared.store(), about.name, _tests(about)))
    _balance(about, found)
    _pairs(about, found, images)


def _tests(about: OwnSet) -> frozenset[int]:
    """The pictures that test, by the split that the set was closed with."""
    images = shared.store().contributions(about.name)
    try:
        method, seed = compiling.split_of(shared.folder(about))
        found = parts.split(method, images, about.classes, seed)
    except LabError:
        return frozenset()
    return frozenset(images[place].id for place in found.test)


def _balance(about: OwnSet, found: Checks) -> None:
    if not UNBALANCED <= found.imbalance < math.inf:
        return
    most, least = (about.classes[found.counts.index(end(found.counts))] for end in (max, min))
    st.markdown(say("unbalanced", most=plain(most), least=plain(least), times=f"{found.imbalance:.0f}"))


def _pairs(about: OwnSet, found: Checks, images: Sequence[Contribution]) -> None:
    pairs = sorted((*found.exact, *found.near), key=lambda pair: (not pair.other_class, not pair.across))
    if not pairs:
        st.caption(say("no_pairs"))
        return
    figures = "".join(_figure(about, pair, images) for pair in pairs[:MOST_PAIRS])
    st.html(f'<style>{STYLE}</style><div class="own-pairs">{figures}</div>')
    if len(pairs) > MOST_PAIRS:
        st.caption(say("more_pairs", count=len(pairs) - MOST_PAIRS))


def _figure(about: OwnSet, pair: Pair, images: Sequence[Contribution]) -> str:
    """HTML: both pictures, how alike they are, and what that means."""
    thumbs = shared.thumbs(about, [images[pair.first], images[pair.second]])
    shown = "".join(f'<img src="{thumb.address}" alt="{html.escape(thumb.name)}">' for thumb in thumbs)
    why = say("other_class") if pair.other_class else say("across") if pair.across else ""
    kind = ' class="wrong"' if pair.other_class else ""
    return f"<figure{kind}>{shown}<figcaption><b>{say('twice' if pair.likeness == 1 else 'nearly')}</b><span>{why}</span></figcaption></figure>"
