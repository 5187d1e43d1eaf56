"""The view in the browser: its words are those of its texts, it holds no sentence and no path, and it is small."""

from __future__ import annotations

import re

from demo import text
from demo.components.window import read
from demo.timeline import doors, matrix, view

BY_NAME = {"inside", "classify"} | {f"is_{kind}" for kind in ("fine", "faint", "strong", "few", "some", "many")} | {
    f"{group}_{name}" for group in ("set", "matrix") for name in ("validation", "training", "test")
} | {"numbers_counts", "numbers_shares", "cell_right", "cell_wrong", "accuracy", "loss", "training", "validation", "beside"}  # fmt: skip
"""Texts that the scripts ask for by a name that they put together."""
BY_SERVER = {"layer", "kernels_not_kept", "kernels_none", "nine_no_validation"}


def test_the_words_are_the_ones_that_the_scripts_use() -> None:
    used = set(re.findall(r"words\.(\w+)", read(*view.SCRIPTS)))
    assert used | BY_NAME | BY_SERVER == set(text.everything("timeline"))


def test_the_scripts_are_no_path_and_hold_no_sentence() -> None:
    scripts = [read(*view.SCRIPTS), read("numbers.js", *(f"timeline/{name}.js" for name in matrix.NAMES)), read("numbers.js", "timeline/packed.js", "sheet/sheet.js")]
    for script in scripts:
        assert "\n" in script and script.count("export default") == 1
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", script, flags=re.S)
        assert not re.findall(r"[\"`][A-Z]?[a-z]+ [a-z]+ [a-z]+", code), "text belongs into timeline.md"
    assert sum(len(script.encode()) for script in scripts[:1]) <= 150_000


def test_the_sheet_speaks_for_every_picture() -> None:
    assert "{truth}" in doors.say("sheet_said") and "{shares}" in doors.say("sheet_said")
