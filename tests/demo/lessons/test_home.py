"""The page Home: the game stands there at once, from one file, without data set, network or torch."""

from __future__ import annotations

import base64
import functools
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.pretrained import showcase
from core.pretrained.cards import FOLDER
from core.runs.manager import JobManager
from demo.lessons.home import page as home
from demo.lessons.home import thumbnails
from demo.text import everything
from demo.visitor import navigation
from tests.demo import visiting
from tests.demo.visiting import serving, visit


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    """A folder of what comes with the app: nothing but the game."""
    folder = tmp_path / "cards"
    folder.mkdir()
    shutil.copy(FOLDER / showcase.FILE, folder)
    return folder


@pytest.fixture
def manager(tmp_path: Path, cards: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobManager]:
    """A server without any data set."""
    visit(monkeypatch, "http://lab.example:8501/lab")
    with serving(tmp_path, tmp_path / "nothing", cards) as made:
        yield made


def script() -> None:
    from demo.lessons.home import page as home

    home.render()


opened = functools.partial(visiting.opened, script)


def sent(page: AppTest) -> dict[str, Any]:
    """What the game's view was given."""
    [view] = page.get("bidi_component")
    found: dict[str, Any] = json.loads(view.proto.json)
    return found


def test_the_game_is_there_without_any_data_set(manager: JobManager) -> None:
    data = sent(opened())
    assert len(data["labels"]) == 10 and sorted(data["labels"]) == list(range(10)), "a picture of each class"
    assert data["sides"] == [4, 6, 8, 12, 16, 24, 32] and set(data["answers"]) == {"totv", "tvtv", "mixed"}
    assert len(json.dumps(data)) < 80_000


def test_the_view_has_its_texts_and_every_way_its_address(manager: JobManager) -> None:
    data = sent(opened())
    assert data["words"] == everything("home")
    root = navigation.root()
    assert root == "http://lab.example:8501/lab"
    assert [way["href"] for way in data["ways"]] == [f"{root}/seeing?section=game", f"{root}/resolution"]


def test_without_the_file_it_is_said_how_to_make_it_and_the_ways_stay(manager: JobManager, cards: Path) -> None:
    (cards / showcase.FILE).unlink()
    page = opened()
    assert not page.get("bidi_component") and "missing" in page.info[0].value
    assert page.code[0].value == "python -m core pretrain showcase"


def test_a_damaged_file_is_named(manager: JobManager, cards: Path) -> None:
    (cards / showcase.FILE).write_bytes(b"no picture")
    page = opened()
    assert "is damaged" in page.error[0].value and "core pretrain" in page.error[0].value


def test_which_sizes_have_a_network_of_their_own_is_said(manager: JobManager) -> None:
    assert "one network for each of 8 × 8, 16 × 16, 24 × 24, 32 × 32 pixels" in "".join(text.value for text in opened().markdown)


def test_the_card_of_train_tells_an_accuracy_where_there_is_one(manager: JobManager, cards: Path) -> None:
    assert "%" not in home._training_text()
    shutil.copy(FOLDER / "digits.json", cards)
    assert "%" in home._training_text()


def opened_png(address: str) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGB"))


def test_the_thumbnails_are_what_the_app_computes() -> None:
    game = showcase.read(FOLDER)
    assert game is not None
    edge, cat, digit = (opened_png(image) for image in (thumbnails.feature_map(FOLDER), thumbnails.half_blurred(game), thumbnails.digit()))
    assert edge.shape == (26, 26, 3) and digit.shape == (8, 8, 3)
    coloured = edge.reshape(-1, 3).astype(int)
    assert (coloured[:, 2] > coloured[:, 0] + 60).any() and (coloured[:, 0] > coloured[:, 2] + 60).any(), "edges of both signs"
    original = game.images[game.labels.index(showcase.CLASSES.index("cat"))]
    assert np.array_equal(cat[:, 16:], original[:, 16:]) and not np.array_equal(cat[:, :16], original[:, :16])
