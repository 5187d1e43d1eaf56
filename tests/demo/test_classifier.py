"""The Gradio classifier by itself: its one endpoint, its empty state, its refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from core import networks
from core.recipe import preset
from demo import classifier


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pretrained folder with an untrained network: here only the way matters, not the answer."""
    folder = tmp_path_factory.mktemp("pretrained")
    recipe = preset("quick", "digits")
    save_file(networks.build(recipe.network, (1, 8, 8)).state_dict(), folder / "digits.safetensors")
    facts = {"classes": [str(digit) for digit in range(10)], "shape": [1, 8, 8]}
    card = {"name": "digits", "recipe": recipe.as_dict(), "facts": facts, "epochs": [], "result": {}}
    (folder / "digits.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


def endpoint(blocks: gr.Blocks) -> Callable[..., Any]:
    return next(fn.fn for fn in blocks.fns.values() if fn.api_name == "classify")


def seven() -> Image.Image:
    canvas = np.full((280, 280, 3), 255, np.uint8)
    canvas[40:65, 60:200] = canvas[40:240, 175:200] = 0
    return Image.fromarray(canvas)


def test_classify_is_the_only_public_endpoint(folder: Path) -> None:
    info = classifier.build(folder).get_api_info()
    assert list(info["named_endpoints"]) == ["/classify"] and not info["unnamed_endpoints"]


def test_a_drawing_gets_probabilities_and_what_the_network_sees(folder: Path) -> None:
    chances, seen, said = endpoint(classifier.build(folder))({"composite": seven()})
    assert sum(chances.values()) == pytest.approx(1, abs=1e-5) and set(chances) == set("0123456789")
    assert seen.shape == (240, 240) and seen.dtype == np.uint8 and seen.max() > 0
    assert max(chances, key=chances.__getitem__) in said


@pytest.mark.parametrize("drawing", [None, {"composite": None}, {"composite": classifier.blank()}])
def test_an_empty_canvas_says_what_to_do(folder: Path, drawing: Any) -> None:
    assert endpoint(classifier.build(folder))(drawing) == (None, None, classifier.EMPTY)


def test_a_missing_network_is_told_in_one_line(tmp_path: Path) -> None:
    chances, seen, said = endpoint(classifier.build(tmp_path))({"composite": seven()})
    assert chances is None and seen is None and "python -m core pretrain" in said and "\n" not in said


def test_no_font_comes_from_a_network() -> None:
    theme = classifier.theme()
    css = theme._get_theme_css() + "".join(theme._font_css) + "".join(theme._stylesheets)
    assert not re.search(r"@font-face|@import|googleapis|url\(['\"]?https?:", css)


def test_enlarging_keeps_every_pixel() -> None:
    seen = torch.randint(0, 256, (1, 8, 8), dtype=torch.uint8).numpy()
    np.testing.assert_array_equal(classifier.enlarged(seen)[15::30, 15::30], seen[0])
