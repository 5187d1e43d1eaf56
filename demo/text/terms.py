"""Words of the glossary where they stand in a text: a bold term opens its entry when it is pointed at, tapped or focused."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from demo.text import everything

_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
OTHERS = {"max-pooling": "pooling", "average pooling": "pooling", "weights": "weight", "kernels": "kernel", "feature maps": "feature map"}
"""A word in a text -> the name that its entry has."""


def explained(text: str) -> str:
    """A text in Markdown with HTML in it: each term once, where it stands first. For `st.markdown(..., unsafe_allow_html=True)`.

    >>> explained("no **such** word")
    'no **such** word'
    """
    seen: set[str] = set()

    def put(found: re.Match[str]) -> str:
        name = OTHERS.get(found[1].lower(), found[1].lower())
        entry = _entries().get(name)
        if entry is None or name in seen:
            return found[0]
        seen.add(name)
        return f'<span class="lab-term" tabindex="0"><strong>{html.escape(found[1])}</strong><span role="note">{html.escape(entry)}</span></span>'

    return _BOLD.sub(put, text)


@lru_cache(maxsize=1)
def _entries() -> dict[str, str]:
    """Name in small letters -> its explanation; only what has a name and an explanation is an entry."""
    pairs = [text.split("\n", 1) for text in everything("glossary").values()]
    return {pair[0].lower(): " ".join(pair[1].split()) for pair in pairs if len(pair) == 2}
