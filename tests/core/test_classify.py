"""A picture through a network: what it sees of it, what it says, and what it refuses."""

from __future__ import annotations

import io
import json
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from core import classify, networks
from core.classify import Bytes, Classifier, open_picture, prepare
from core.datasets import DataSet, load
from core.errors import LabError
from core.learner import normalise
from core.recipe import preset

SHAPE = (1, 8, 8)


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    return load("digits", tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def folder(digits: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pretrained folder with a network that was trained for a few seconds."""
    folder = tmp_path_factory.mktemp("pretrained")
    recipe = preset("quick", "digits")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # such small steps lose more than they gain with two
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = networks.build(recipe.network, digits.shape)
        pictures, labels, batch, epochs = normalise(digits.images), digits.labels, 32, 8
        optimizer = torch.optim.SGD(network.parameters(), 0.05, 0.9, nesterov=True)
        for epoch in range(epochs):
            optimizer.param_groups[0]["lr"] = 0.05 * (1 - epoch / epochs)
            for these in torch.randperm(digits.train_size).split(batch):
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(network(pictures[these]), labels[these]).backward()
                optimizer.step()
    torch.set_num_threads(threads)
    save_file(network.state_dict(), folder / "digits.safetensors")
    facts = {"classes": list(digits.classes), "shape": list(digits.shape)}
    card = {"name": "digits", "recipe": recipe.as_dict(), "facts": facts, "epochs": [], "result": {}}
    (folder / "digits.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def classifier(folder: Path) -> Classifier:
    return Classifier.load("digits", folder)


def drawn(picture: Bytes, side: int = 160, margin: int = 30) -> Bytes:
    """A picture (8, 8) of the data set as somebody would draw it: large, black on white, with a margin."""
    large = np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS))
    return 255 - np.pad(large, margin)


# --- what it says -----------------------------------------------------------------------------------------------


def test_the_test_pictures_drawn_large_are_recognised(classifier: Classifier, digits: DataSet) -> None:
    pictures = digits.images[digits.train_size :, 0].numpy()
    seen = np.concatenate([prepare(drawn(picture), SHAPE) for picture in pictures])
    said = classifier.probabilities(seen).argmax(1)
    assert (said == digits.labels[digits.train_size :].numpy()).mean() >= 0.95


def test_the_answer_is_sorted_and_sums_to_one(classifier: Classifier, digits: DataSet) -> None:
    answer = classifier.classify(drawn(digits.images[0, 0].numpy()))
    chances = [chance for _, chance in answer.top]
    assert len(chances) == 10 and sum(chances) == pytest.approx(1, abs=1e-5)
    assert chances == sorted(chances, reverse=True)
    assert answer.seen.shape == SHAPE and answer.seen.dtype == np.uint8
    assert classifier.classify(drawn(digits.images[0, 0].numpy()), top=3).top == answer.top[:3]


def test_probabilities_are_those_of_the_network(classifier: Classifier, digits: DataSet) -> None:
    pictures = digits.images[:5]
    with torch.inference_mode():
        expected = torch.softmax(classifier.logits((pictures.float() / 255 - 0.5) / 0.5), 1).numpy()
    np.testing.assert_allclose(classifier.probabilities(pictures.numpy()), expected, atol=1e-6)


@pytest.mark.parametrize("top", [0, 11])
def test_an_impossible_top_is_refused(classifier: Classifier, digits: DataSet, top: int) -> None:
    with pytest.raises(LabError, match=f"top is {top}; expected 1 to 10"):
        classifier.classify(drawn(digits.images[0, 0].numpy()), top)


# --- what it sees -----------------------------------------------------------------------------------------------


def test_a_bitmap_becomes_the_counts_of_its_blocks() -> None:
    """The way scikit-learn's digits were made, on a bitmap that fills its box, block by block."""
    bitmap = np.random.default_rng(0).random((32, 32)) < 0.6
    bitmap[[0, -1], :] = bitmap[:, [0, -1]] = False  # a border that tells the ground ...
    bitmap[[0, -1], 3] = bitmap[3, [0, -1]] = True  # ... and ink that reaches each side
    expected = [[bitmap[r : r + 4, c : c + 4].sum() for c in range(0, 32, 4)] for r in range(0, 32, 4)]
    np.testing.assert_array_equal(
        prepare(np.uint8(255) * ~bitmap, SHAPE)[0, 0], np.rint(np.array(expected) * 255 / 16)
    )


def test_place_size_ink_and_paper_do_not_matter(digits: DataSet) -> None:
    plain = drawn(digits.images[7, 0].numpy())
    as_drawn = prepare(plain, SHAPE)
    moved = np.pad(plain, ((90, 0), (0, 50)), constant_values=255)
    pale = (200 - (255 - plain.astype(float)) / 3).astype(np.uint8)
    np.testing.assert_array_equal(prepare(moved, SHAPE), as_drawn)
    np.testing.assert_array_equal(prepare(255 - plain, SHAPE), as_drawn)
    assert np.abs(prepare(pale, SHAPE).astype(int) - as_drawn).mean() < 3
    np.testing.assert_array_equal(prepare(Image.fromarray(plain).convert("RGB"), SHAPE), as_drawn)


def test_transparent_paper_is_white(digits: DataSet) -> None:
    plain = drawn(digits.images[7, 0].numpy())
    ink_only = np.zeros((*plain.shape, 4), np.uint8)
    ink_only[:, :, 3] = 255 - plain
    assert np.abs(prepare(ink_only, SHAPE).astype(int) - prepare(plain, SHAPE)).max() <= 16


def test_a_tall_stroke_stays_narrow_and_in_the_middle() -> None:
    stroke = np.full((100, 100), 255, np.uint8)
    stroke[10:90, 70:80] = 0
    seen = prepare(stroke, SHAPE)[0, 0]
    assert (seen[:, 3:5] == 128).all() and seen.sum() == 2 * 8 * 128


# --- what it refuses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("colour", ["white", "black", "#777777"])
def test_an_empty_canvas_is_told(colour: str) -> None:
    with pytest.raises(LabError, match="nothing drawn yet"):
        prepare(Image.new("RGB", (50, 50), colour), SHAPE)


@pytest.mark.parametrize(
    "picture", [np.zeros((4, 4)), np.zeros((4, 4, 2), np.uint8), np.zeros((0, 4), np.uint8), "x"]
)
def test_what_is_no_picture_is_refused(picture: Any) -> None:
    with pytest.raises(LabError, match="the picture"):
        prepare(picture, SHAPE)


def test_a_network_that_wants_colours_is_refused() -> None:
    with pytest.raises(LabError, match="3 channels"):
        prepare(np.eye(9, dtype=np.uint8), (3, 32, 32))


def bomb(width: int, height: int) -> bytes:
    """The head of a PNG that promises this size; decoding it would need all that memory."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    body = b"IDAT" + zlib.compress(bytes(1000))
    chunks = [
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in (head, body)
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [6_000, 11_000, 60_000])  # PIL is silent about the first, warns, raises
def test_a_bomb_is_refused_before_it_is_decoded(side: int) -> None:
    with pytest.raises(LabError, match=r"too large|at most 25 million") as refusal:
        open_picture(io.BytesIO(bomb(side, side)))
    assert "\n" not in str(refusal.value)


def test_files_that_are_no_pictures_or_broken_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello", encoding="utf-8")
    buffer = io.BytesIO()
    Image.effect_noise((80, 80), 90).save(buffer, "PNG")
    (tmp_path / "half.png").write_bytes(buffer.getvalue()[:2000])
    for name in ("notes.txt", "half.png", "none.png"):
        with pytest.raises(LabError) as refusal:
            prepare(open_picture(tmp_path / name), SHAPE)
        assert name in str(refusal.value) and "\n" not in str(refusal.value)


def test_a_whole_file_opens(tmp_path: Path) -> None:
    Image.new("L", (6, 4)).save(tmp_path / "a.png")
    assert open_picture(tmp_path / "a.png").size == (6, 4)


@pytest.mark.parametrize("lost", ["digits.json", "digits.safetensors"])
def test_missing_or_damaged_networks_are_told(folder: Path, tmp_path: Path, lost: str) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / lost).write_bytes((folder / lost).read_bytes()[:100])
    with pytest.raises(LabError, match=lost):
        Classifier.load("digits", tmp_path)
    (tmp_path / lost).unlink()
    with pytest.raises(LabError, match="python -m core pretrain"):
        Classifier.load("digits", tmp_path)


def test_a_card_of_another_network_is_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "digits.safetensors").write_bytes((folder / "digits.safetensors").read_bytes())
    card = json.loads((folder / "digits.json").read_text(encoding="utf-8"))
    card["facts"]["shape"] = [1, 12, 12]
    (tmp_path / "digits.json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(LabError, match="does not fit its card"):
        Classifier.load("digits", tmp_path)


def test_importing_needs_no_torch() -> None:
    import subprocess
    import sys

    check = "import sys, core.classify; sys.exit('torch' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", check], cwd=Path(classify.__file__).parents[1]).returncode == 0
    )
