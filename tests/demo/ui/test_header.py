"""Heads of pages: mosaics of real pixels for every page, progress that is told, cards that are one link."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from PIL import Image
from streamlit.testing.v1 import AppTest

from demo.studio import ALL
from demo.ui import header, mosaics
from demo.ui.mosaics import mosaic

ASIDE = {"notes"}
"""The teacher's own page."""


def opened(address: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGB")


def test_every_page_has_a_mosaic_of_its_own_of_64_pixels_that_are_not_one_colour() -> None:
    found = {name: mosaic(name) for name in ALL if name not in ASIDE}
    assert all(found.values()), [name for name, address in found.items() if not address]
    for name, address in found.items():
        image = opened(address)
        assert image.size == (8, 8) and len(image.getcolors() or []) > 2, name
        assert len(address) < 700, "a few bytes: it stands in every page"


def test_without_the_files_a_page_has_no_mosaic_and_still_a_head(tmp_path: Path) -> None:
    missing = [name for name in mosaics._MOSAICS if not mosaic(name, tmp_path)]
    assert "convolution" in missing and "train" in missing
    assert "<img" not in header.overline("Lesson 1", "no such page")


def test_progress_is_told_and_shows_where_one_is() -> None:
    row = header.pixels([True, False, False], here=1, told="1 of 3 answered", titles=["A", "B <", "C"])
    assert row.count("<i ") == 3 and row.count("done") == 1 and row.count("here") == 1
    assert 'aria-label="1 of 3 answered"' in row and "B &lt;" in row


def test_a_card_is_one_link_and_nothing_in_it_is_markup_of_the_visitor() -> None:
    card = header.card("<b>Draw</b>", "a & b", "classify/?x=1&y=2", "")
    assert card.count("<a ") == 1 and "&lt;b&gt;Draw" in card and "a &amp; b" in card and "x=1&amp;y=2" in card


def test_a_head_has_one_title_and_an_empty_place_says_what_to_do() -> None:
    def page() -> None:
        from demo.ui import header

        header.header("Study 1 · Resolution", "Blur confuses", mosaic="resolution", progress=(2, 4), told="2 of 4 questions")
        header.empty("Press Start", "train")

    shown = AppTest.from_function(page).run()
    assert not shown.exception and [title.value for title in shown.title] == ["Blur confuses"]
