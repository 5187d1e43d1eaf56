"""The square to draw on, one for Classify, "A whole network" and "Our data": HTML, CSS and JavaScript in client/pad/, texts in pad.md.

Nothing here imports Streamlit: the classifier of a Space, which runs without it, has the same square.
"""

from __future__ import annotations

from pathlib import Path

from demo.text import speaker

say = speaker("pad")
CLIENT = Path(__file__).parent / "client" / "pad"
SCRIPT = (CLIENT / "pad.js").read_text(encoding="utf-8")
"""Brings the class DrawingPad."""
CSS = (CLIENT / "pad.css").read_text(encoding="utf-8")
"""`--pad-side` is the width; `--pad-line`, `--pad-do`, `--pad-base` and `--pad-text` are the colours of lines, choices and buttons."""
THIN, MEDIUM, THICK = 0.06, 0.1, 0.14
"""Widths of the pen in shares of the side; thinner strokes vanish in 8 × 8 pixels."""
_HTML = (CLIENT / "pad.html").read_text(encoding="utf-8")
_WORDS = ("tools", "pen", "eraser", "undo", "redo", "clear")


def markup(side: int, ground: str, ink: str) -> str:
    """The HTML of a square of `side` × `side` pixels with its tools; `ground` and `ink` as CSS writes colours."""
    words = {name: say(name) for name in _WORDS} | {f"name_{name}": say(name) for name in ("thin", "medium", "thick")}
    widths = {"thin": THIN, "medium": MEDIUM, "thick": THICK, "width": MEDIUM}
    return _HTML.format(side=side, ground=ground, ink=ink, pad=say("square"), **words, **widths)
