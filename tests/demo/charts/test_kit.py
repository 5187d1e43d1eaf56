"""The pieces of the figure kit: protocols that can be told apart, names that do not lie over each other, pairs in order."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path

import altair
import pytest

from core.pretrained import cards
from core.studies import resolution
from demo.charts import class_pictures, direct, dumbbell, protocols
from demo.charts.confusion import confusion_matrix
from demo.charts.figure import Figure
from demo.charts.plots import Axis
from demo.charts.protocols import PROTOCOLS
from demo.charts.theme import GROUND, LETTERS, Look, Spec, styled
from tests.demo import drawn

LOOKS = [Look(theme, teaching) for theme in ("light", "dark") for teaching in (False, True)]
PICTURE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
ACCURACY = {"totv": (80.5, 65.0, 40.4, 24.1), "tvtv": (80.8, 77.8, 74.2, 62.0), "mixed": (75.5, 74.8, 72.4, 61.4)}
SIDES = (32, 24, 16, 8)


def protocol_figure() -> Figure:
    """Three lines that end close together, pictures on the axis, intervals, and the line of guessing."""
    rows = [(SIDES.index(side), side, name, value) for name, values in ACCURACY.items() for side, value in zip(SIDES, values, strict=True)]
    columns = {"place": [row[0] for row in rows], "side": [row[1] for row in rows], "protocol": [row[2] for row in rows],
               "value": [row[3] for row in rows], "low": [row[3] - 1 for row in rows], "high": [row[3] + 1 for row in rows]}  # fmt: skip
    columns = direct.named(columns, "place", "value", "protocol", {name: one.word + ": {value:.0f}%" for name, one in PROTOCOLS.items()}, 7)
    x: Spec = {"field": "side", "type": "ordinal", "sort": list(SIDES), "title": None, "axis": direct.below_pictures(),
               "scale": {"type": "point", "padding": 0.25}}  # fmt: skip
    y: Spec = {"field": "value", "type": "quantitative", "title": None, "scale": {"domain": [0, 100], "nice": False}}
    line = {"x": x, "y": y, "color": protocols.colour("protocol")}
    layers = [
        direct.band(x, "low", "high", y, protocols.colour("protocol")),
        {"mark": {"type": "line", "strokeWidth": 3}, "encoding": {**line, "strokeDash": protocols.dash("protocol")}},
        {"mark": {"type": "point", "filled": True, "size": 90}, "encoding": {**line, "shape": protocols.shape("protocol")}},
        direct.names(x, y, protocols.ink("protocol")), direct.pictures(x, dict.fromkeys(SIDES, PICTURE)), *direct.level(10, "guessing: 10%", y),
    ]  # fmt: skip
    return Figure("Accuracy by resolution", {"title": "Accuracy by resolution", "height": 400, "layer": layers}, columns)


def pairs_figure() -> Figure:
    rows = [{"name": name, "ours": ours, "theirs": theirs} for name, ours, theirs in (("Arc2", 91.5, 92.0), ("Arc3", 90.1, 84.0), ("Arc4", None, 90.0))]
    return dumbbell.dumbbell("Ours beside the paper", rows, "name", "ours", "theirs", Axis("ours", "Accuracy (%)", ".1f"))


KIT = {"protocols": protocol_figure, "pairs": pairs_figure}


@pytest.mark.parametrize("name", KIT)
def test_a_figure_of_the_kit_is_vega_lite_and_can_be_read(name: str) -> None:
    figure = KIT[name]()
    values = [dict(zip(figure.columns, row, strict=True)) for row in zip(*figure.columns.values(), strict=True)]
    altair.Chart.from_dict({**json.loads(json.dumps(styled(figure.spec, Look()))), "data": {"values": values}}).to_dict()
    for look in LOOKS:
        texts = drawn.texts(drawn.svg(figure, look, 1100 if look.teaching else 720))
        assert texts and not [text for text in texts if text.letters < LETTERS or text.contrast < 4.5]


def test_the_protocols_are_those_of_the_study_each_with_a_look_of_its_own() -> None:
    assert tuple(PROTOCOLS) == resolution.PROTOCOLS
    for part in ("colour", "dash", "shape", "mark", "word"):
        assert len({getattr(one, part) for one in PROTOCOLS.values()}) == len(PROTOCOLS), part


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_protocols_line_and_word_stand_out(theme: str) -> None:
    ground = drawn._colour(GROUND[theme])
    for one in PROTOCOLS.values():
        assert drawn.contrast(drawn._colour(one.colour), ground) >= 3
        assert drawn.contrast(drawn._colour(one.ink[theme]), ground) >= 4.5


def test_names_at_the_ends_keep_their_order_their_distance_and_the_axis() -> None:
    chance = random.Random(0)
    for _ in range(200):
        values = {str(place): chance.uniform(0, 100) for place in range(chance.randint(1, 8))}
        found = direct.spread(values, 7, (0, 100))
        stands = [found[name] for name in sorted(values, key=values.__getitem__)]
        assert all(upper - lower >= 7 - 1e-5 for lower, upper in pairwise(stands))
        assert all(0 <= stand <= 100 for stand in stands)
    far = {"a": 10.0, "b": 50.0, "c": 90.0}
    assert direct.spread(far, 7) == far


def test_no_name_lies_over_another_where_lines_end_together() -> None:
    texts = {text.words: text.top for text in drawn.texts(drawn.svg(protocol_figure(), Look(), 720))}
    ends = sorted(top for words, top in texts.items() if "size" in words or "sharp" in words)
    assert len(ends) == 3 and min(lower - upper for upper, lower in pairwise(ends)) >= LETTERS


def test_each_resolution_has_its_picture_and_its_number_below_it() -> None:
    drawing = drawn.svg(protocol_figure(), Look(), 720)
    assert drawing.count("<image") == len(SIDES)
    heights = {text.words: text.top for text in drawn.texts(drawing)}
    assert heights["8"] > 400 - LETTERS, "the number of the axis under the picture, not in it"


def test_pairs_stand_by_their_distance_and_only_where_both_numbers_are_known() -> None:
    figure = pairs_figure()
    assert figure.columns["name"] == ["Arc3", "Arc2"]
    assert figure.columns["distance"] == [pytest.approx(6.1), pytest.approx(-0.5)]


def test_a_matrix_is_square_its_diagonal_stands_back_and_its_greatest_mistake_stands_out() -> None:
    card = cards.read_named("cifar10-32", cards.FOLDER)
    assert card is not None
    counts = card.result.confusion
    pictures = class_pictures.of_classes("cifar10", cards.FOLDER)
    figure = confusion_matrix(counts, card.facts.classes, "test", pictures=pictures)
    slips = dict(zip(zip(figure.columns["truth"], figure.columns["guess"], strict=True), figure.columns["slip"], strict=True))
    assert all(slips[name, name] == 0 for name in card.facts.classes) and max(slips.values()) == 1
    drawing = drawn.svg(figure, Look(), figure.widest or 0)
    assert drawing.count("<image") == len(pictures) == 10
    cells = [text for text in drawn.texts(drawing) if text.words.isdecimal()]
    across, down = (max(getattr(cell, side) for cell in cells) - min(getattr(cell, side) for cell in cells) for side in ("left", "top"))
    assert across == pytest.approx(down, rel=0.1)


def test_classes_have_pictures_where_every_class_comes_with_the_app(tmp_path: Path) -> None:
    assert len(class_pictures.of_classes("fashion-mnist", cards.FOLDER)) == 10
    assert class_pictures.of_classes("mnist", cards.FOLDER) == (), "digits are named by what they look like"
    assert class_pictures.of_classes("cifar10", tmp_path) == ()
    (tmp_path / "cifar10-showcase.png").write_bytes(b"no picture")
    assert class_pictures.of_classes("cifar10", tmp_path) == (), "a damaged file is not this figure's subject"
