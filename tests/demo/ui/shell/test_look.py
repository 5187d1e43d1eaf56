"""The stylesheet: one type scale, a width for text, and nothing that a browser would fetch or leave out."""

from __future__ import annotations

import re
import tomllib

from demo.ui.shell import look
from tests.places import ROOT

ROOT_PIXELS = 18


def test_the_headings_have_the_sizes_of_the_scale() -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    assert theme["baseFontSize"] == ROOT_PIXELS
    sizes = [round(float(size.removesuffix("rem")) * ROOT_PIXELS) for size in theme["headingFontSizes"]]
    assert sizes[:4] == [40, 28, 24, 18] and min(sizes) == 15


def test_the_stylesheet_asks_for_nothing_and_knows_every_property_that_it_uses() -> None:
    css = look.style()
    assert "url(" not in css and "@import" not in css
    assert css.count("{") == css.count("}")
    used, set_ = set(re.findall(r"var\((--lab-[\w-]+)", css)), set(re.findall(r"^\s*(--lab-[\w-]+):", css, re.MULTILINE))
    assert used <= set_
    assert "prefers-reduced-motion" in css
