"""What stands at the top of a page, and what stands where nothing is yet: pixels, one look for all pages.

    header.header("Lesson 2 · Pooling", "What survives when a picture shrinks?", mosaic="pooling", progress=(1, 5))

A page with a head of its own takes the parts: `overline` and `pixels` are HTML for `st.html`; look.css says how they look.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

import streamlit as st

from demo.ui import mosaics


def header(words: str, title: str, mosaic: str = "", progress: tuple[int, int] | None = None, told: str = "") -> None:
    """The head of a page: the overline with the mosaic before it and progress behind it, below them the title (h1).

    `words`: "Lesson 2 · Pooling". `mosaic`: the page's name in demo/ui/mosaics.py. `progress`: (done, of how many), which
    `told` says to who cannot see it.
    """
    done, count = progress or (0, 0)
    st.html(overline(words, mosaic, pixels([place < done for place in range(count)], told=told or f"{done} / {count}") if count else ""))
    st.title(title, anchor=False)


def overline(words: str, mosaic: str = "", after: str = "") -> str:
    """HTML: the line above a title. `after`: HTML behind the words, as `pixels` gives it."""
    address = mosaics.mosaic(mosaic)
    picture = f'<img src="{address}" alt="" width="28" height="28">' if address else ""
    return f'<div class="lab-overline">{picture}<span>{html.escape(words)}</span>{after}</div>'


def pixels(done: Iterable[bool], here: int | None = None, told: str = "", titles: Sequence[str] = ()) -> str:
    """HTML: progress as a row of pixels, filled where something is done, framed where one is (`here`).

    `told`: the same in words, for who cannot see it; `titles`: what each pixel stands for, shown on hover.
    """
    parts = []
    for place, filled in enumerate(done):
        kind = " ".join(name for name, on in (("done", filled), ("here", place == here)) if on)
        title = f' title="{html.escape(titles[place])}"' if place < len(titles) else ""
        parts.append(f'<i class="{kind}"{title}></i>')
    return f'<span class="lab-pixels" role="img" aria-label="{html.escape(told)}">{"".join(parts)}</span>'


def card(title: str, text: str, address: str, picture: str) -> str:
    """HTML: a card that is one link, with a picture of what lies behind it (a data: address; "" for none).

    For ways out of Streamlit, as `/classify/`: within the app `link_card` keeps the session.
    """
    shown = f'<img src="{picture}" alt="">' if picture else ""
    return f'<a class="lab-card" href="{html.escape(address)}" target="_self">{shown}<span><b>{html.escape(title)}</b>{html.escape(text)}</span></a>'


def link_card(page: str, title: str, text: str, picture: str, key: str, **query: str) -> None:
    """A card to another page of the app. The whole card is the link; a hover lifts it by 2 px, unless motion is unwanted.

    `picture`: a data: address ("" takes the page's mosaic); `key`: unique on the page; `query`: of the page's address.
    """
    from demo.visitor import navigation

    shown = picture or mosaics.mosaic(page)
    with st.container(key=f"card-{key}", horizontal=True, gap="small", vertical_alignment="center"):
        if shown:
            st.html(f'<img class="lab-thumbnail" src="{shown}" alt="" width="84" height="84">', width="content")
        with st.container(gap=None, width="stretch"):
            navigation.link(page, f"**{title}**", **query)
            st.caption(text)


def empty(words: str, mosaic: str = "") -> None:
    """What stands where nothing is yet: what to do, above a faint sketch in pixels of what will stand there."""
    address = mosaics.mosaic(mosaic)
    picture = f'<img src="{address}" alt="">' if address else ""
    st.html(f'<div class="lab-empty">{picture}<p>{html.escape(words)}</p></div>')
