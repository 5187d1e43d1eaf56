"""What every figure takes from the page that it stands on: letters, colours and room, in one configuration.

A specification says what is drawn; this says how it can be read. axe cannot see a canvas: that the letters are large
enough and stand out (WCAG AA, 4.5:1) is checked by drawing every figure in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

Spec = dict[str, Any]
Theme = Literal["light", "dark"]

INK: Mapping[Theme, str] = {"light": "#1c2a33", "dark": "#e6ebee"}
"""The page's own text colour."""
GROUND: Mapping[Theme, str] = {"light": "#ffffff", "dark": "#0e1216"}
"""The page's own background."""
QUIET: Mapping[Theme, str] = {"light": "#4d5a63", "dark": "#a9b4bb"}
"""Second lines of a title: as the page's captions, and as legible."""
GRID: Mapping[Theme, str] = {"light": "#dde3e7", "dark": "#2a333a"}
RAMP: Mapping[Theme, Mapping[str, Any]] = {
    "light": {"faint": "#eef3fa", "strong": "#08519c", "on_faint": "#000000", "on_strong": "#ffffff", "turn": 0.75},
    "dark": {"faint": "#1c2431", "strong": "#8ec5ff", "on_faint": "#ffffff", "on_strong": "#000000", "turn": 0.52},
}
"""The cells of a matrix from 0 to 1 and the ink of the numbers in them, which changes at `turn`."""
SLIPS: Mapping[Theme, Mapping[str, Any]] = {
    "light": {"own": "#dcecf1", "slip_none": "#ffffff", "slip_most": "#a34a00", "on_few": "#000000", "on_most": "#ffffff", "slip_turn": 0.86},
    "dark": {"own": "#1d3a46", "slip_none": "#0e1216", "slip_most": "#f0a35e", "on_few": "#ffffff", "on_most": "#000000", "slip_turn": 0.615},
}
"""A confusion matrix: what is right stands back (`own`), mistakes from none to the most, and the ink of their numbers."""
LETTERS, LETTERS_TEACHING = 14, 22
"""Pixels of the letters on axes, in legends and in cells."""
TITLE = 1.2
"""A title's letters, in letters of the axes."""
LETTER_WIDTH, SYMBOL = 0.52, 44
"""Of a legend: a letter's mean width, in letters; the pixels that a name's symbol and its room take."""
TALLER = 1.5
"""How much higher a figure is when it is projected, so that larger letters leave the lines their room."""
ROOM = {"left": 4, "right": 12, "top": 4, "bottom": 8}
"""Pixels around a figure: half a tick label at both ends."""


@dataclass(frozen=True, slots=True)
class Look:
    """The page that a figure stands on: its theme, and whether it is projected to a class."""

    theme: Theme = "light"
    teaching: bool = False

    @property
    def letters(self) -> int:
        """Pixels."""
        return LETTERS_TEACHING if self.teaching else LETTERS


def styled(spec: Mapping[str, Any], look: Look) -> Spec:
    """The specification as it is drawn on that page; what it says of itself (its padding, say) is kept.

    Expressions in it may use `letters` (pixels), `ink` and `ground` (colours), `dark` (whether the page is), and the names in RAMP and SLIPS.
    """
    known = {"letters": look.letters, "ink": INK[look.theme], "ground": GROUND[look.theme], "dark": look.theme == "dark", **RAMP[look.theme], **SLIPS[look.theme]}
    params = [{"name": name, "value": value} for name, value in known.items()]
    drawn: Spec = {"padding": ROOM, **_fitted(spec), "config": config(look), "params": params}
    if look.teaching and "height" in spec:
        drawn["height"] = round(TALLER * spec["height"])
    return drawn


def _fitted(part: Any) -> Any:
    """The same with as many columns in each legend as have room, at most those that it asks for."""
    if isinstance(part, Mapping):
        same = {key: _fitted(value) for key, value in part.items()}
        legend, scale = part.get("legend"), part.get("scale")
        if isinstance(legend, Mapping) and "columns" in legend and isinstance(scale, Mapping) and scale.get("domain"):
            longest = max(len(str(name)) for name in scale["domain"])
            same["legend"] = {**legend, "columns": _columns(legend["columns"], longest)}
        return same
    return [_fitted(item) for item in part] if isinstance(part, list | tuple) else part


def _columns(most: int, longest: int) -> Spec:
    """Columns of a legend whose longest name has so many letters; `width` is the plot's."""
    return {"expr": f"max(1, min({most}, floor(width / ({LETTER_WIDTH} * letters * {longest} + {SYMBOL}))))"}


def shades(field: str, top: float = 1) -> Spec:
    """The colour of a cell: `field` from 0 to `top`, from faint to strong."""
    scale = {"domain": [0, top], "range": [{"expr": "faint"}, {"expr": "strong"}], "interpolate": "rgb"}
    return {"field": field, "type": "quantitative", "scale": scale, "legend": None}


def cell_ink(field: str, top: float = 1) -> Spec:
    """The colour of the number in a cell that has the colour of `shades(field, top)`."""
    return {"condition": {"test": f"datum['{field}'] > turn * {top}", "value": {"expr": "on_strong"}}, "value": {"expr": "on_faint"}}


@lru_cache(maxsize=4)
def config(look: Look) -> Spec:
    """The one Vega-Lite configuration."""
    ink, quiet, letters = INK[look.theme], QUIET[look.theme], look.letters
    words = {"labelFontSize": letters, "titleFontSize": letters, "labelColor": ink, "titleColor": ink, "titleFontWeight": "normal"}
    lines = {"gridColor": GRID[look.theme], "domainColor": quiet, "tickColor": quiet}
    title = {"anchor": "start", "fontSize": round(TITLE * letters), "color": ink, "subtitleFontSize": letters, "subtitleColor": quiet}
    return {
        "axis": {**words, **lines, "titlePadding": 8, "labelFlush": False},
        "legend": {**words, "offset": 6, "padding": 0},
        "header": words,
        "title": title,
        "text": {"fontSize": letters, "color": ink},
        "view": {"stroke": "transparent"},
        "mark": {"aria": False},  # a figure's own text says what it shows; a mark without a name is a picture without one
    }
