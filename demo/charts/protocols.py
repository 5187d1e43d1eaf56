"""The three ways to train for a resolution: one word, colour, dash and shape each, the same in study, game and strip.

Colour alone never tells them apart. A line's colour stands out from both grounds (3:1); a word in its colour is written
in `ink` (4.5:1), which depends on the theme.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from demo.charts.theme import Spec, Theme
from demo.text import speaker

say = speaker("charts")


@dataclass(frozen=True, slots=True)
class Protocol:
    """How one of them is drawn. `dash` and `shape` are Vega's; `mark` is the shape as a letter, for HTML and tables."""

    name: str
    colour: str
    ink: Mapping[Theme, str]
    dash: tuple[int, int]
    shape: str
    mark: str

    @property
    def word(self) -> str:
        """What the interface calls it; TOTV, TVTV and mixed stand only where published numbers are compared."""
        return say(f"protocol_{self.name}")


PROTOCOLS: Mapping[str, Protocol] = {
    one.name: one
    for one in (
        Protocol("totv", "#b35806", {"light": "#b35806", "dark": "#f0a35e"}, (1, 0), "circle", "●"),
        Protocol("tvtv", "#1d8ba8", {"light": "#0f6b85", "dark": "#7cc7de"}, (8, 5), "square", "■"),
        Protocol("mixed", "#8a5cb8", {"light": "#7a4fae", "dark": "#c9a6ea"}, (2, 4), "diamond", "◆"),
    )
}
"""By the names of core.studies.resolution.PROTOCOLS, in their order."""


def colour(field: str, **more: Any) -> Spec:
    """The encoding of a protocol's colour; the column `field` holds its name. No legend: lines are named at their ends."""
    return _scaled(field, [one.colour for one in PROTOCOLS.values()], more)


def dash(field: str, **more: Any) -> Spec:
    """The encoding of a protocol's dash."""
    return _scaled(field, [list(one.dash) for one in PROTOCOLS.values()], more)


def shape(field: str, **more: Any) -> Spec:
    """The encoding of a protocol's shape."""
    return _scaled(field, [one.shape for one in PROTOCOLS.values()], more)


def ink(field: str) -> Spec:
    """The colour of a word about a protocol; any other word has the page's."""
    chosen = [
        {"test": f"datum['{field}'] === '{one.name}'", "value": {"expr": f"dark ? '{one.ink['dark']}' : '{one.ink['light']}'"}}
        for one in PROTOCOLS.values()
    ]
    return {"condition": chosen, "value": {"expr": "ink"}}


def _scaled(field: str, values: Sequence[Any], more: Mapping[str, Any]) -> Spec:
    return {"field": field, "type": "nominal", "legend": None, "scale": {"domain": list(PROTOCOLS), "range": list(values)}, **more}
