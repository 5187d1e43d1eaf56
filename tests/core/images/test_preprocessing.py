"""The way of a picture into a network, step by step: the defaults of each data set, and every switch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets.loading import DataSet, load
from core.images.decoding import LONGEST, open_image
from core.images.preprocessing import Steps, prepare
from core.inference.classifier import Classifier
from core.pretrained.cards import FOLDER
from core.vocabulary.errors import LabError
from tests.networks_for_tests import drawn
from tests.places import FILES

EIGHT, MNIST, CIFAR = (1, 8, 8), (1, 28, 28), (3, 32, 32)
NOISE = np.random.default_rng(0)


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    return load("digits", tmp_path_factory.mktemp("data"))


def done(image: np.ndarray, dataset: str, shape: tuple[int, int, int], **switches: str) -> list[str]:
    """The steps that were taken."""
    return [stage.step for stage in prepare(image, dataset, shape, Steps(**switches)).stages[1:] if stage.done]


def stroke() -> np.ndarray:
    """A slanted stroke, dark on light, in one corner of a wide picture."""
    paper = np.full((120, 200), 230, np.uint8)
    for step in range(60):
        paper[20 + step, 20 + step // 2 : 34 + step // 2] = 10
    return paper


# --- what passes as it is -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dataset", "shape"), [("fashion-mnist", MNIST), ("cifar10", CIFAR)])
def test_a_picture_of_the_own_size_passes_bit_for_bit(dataset: str, shape: tuple[int, int, int]) -> None:
    """Also a light one: a bag may fill its picture to the border."""
    image = NOISE.integers(120, 256, (*shape[1:], shape[0]), np.uint8)
    np.testing.assert_array_equal(prepare(image, dataset, shape).seen[0], image.transpose(2, 0, 1))
    assert done(image, dataset, shape) == []


def test_pictures_of_digits_pass_bit_for_bit_and_their_negatives_do_not(digits: DataSet) -> None:
    for image in digits.images[:200, 0].numpy():
        np.testing.assert_array_equal(prepare(image, "digits", EIGHT).seen[0, 0], image)
        assert "invert" in done(255 - image, "digits", EIGHT)


# --- digits -------------------------------------------------------------------------------------------------------


def test_a_bitmap_becomes_the_counts_of_its_blocks() -> None:
    """The way scikit-learn's digits were made, on a bitmap that fills its box, block by block."""
    bitmap = np.random.default_rng(0).random((32, 32)) < 0.6
    bitmap[[0, -1], :] = bitmap[:, [0, -1]] = False  # a border that tells the ground ...
    bitmap[[0, -1], 3] = bitmap[3, [0, -1]] = True  # ... and ink that reaches each side
    expected = [[bitmap[r : r + 4, c : c + 4].sum() for c in range(0, 32, 4)] for r in range(0, 32, 4)]
    seen = prepare(np.uint8(255) * ~bitmap, "digits", EIGHT).seen[0, 0]
    np.testing.assert_array_equal(seen, np.rint(np.array(expected) * 255 / 16))


@pytest.mark.parametrize(("dataset", "shape"), [("digits", EIGHT), ("mnist", MNIST)])
def test_place_ink_and_paper_do_not_matter(digits: DataSet, dataset: str, shape: tuple[int, int, int]) -> None:
    plain = drawn(digits.images[7, 0].numpy())
    as_drawn = prepare(plain, dataset, shape).seen
    moved = np.pad(plain, ((90, 0), (0, 50)), constant_values=255)
    pale = (200 - (255 - plain.astype(float)) / 3).astype(np.uint8)
    np.testing.assert_array_equal(prepare(moved, dataset, shape).seen, as_drawn)
    np.testing.assert_array_equal(prepare(255 - plain, dataset, shape).seen, as_drawn)
    assert np.abs(prepare(pale, dataset, shape).seen.astype(int) - as_drawn).mean() < 3
    np.testing.assert_array_equal(prepare(Image.fromarray(plain).convert("RGB"), dataset, shape).seen, as_drawn)


def test_a_tall_stroke_stays_narrow_and_in_the_middle() -> None:
    tall = np.full((100, 100), 255, np.uint8)
    tall[10:90, 70:80] = 0
    seen = prepare(tall, "digits", EIGHT).seen[0, 0]
    assert (seen[:, 3:5] == 128).all() and seen.sum() == 2 * 8 * 128


# --- mnist --------------------------------------------------------------------------------------------------------


def test_a_drawing_is_made_as_mnist_was() -> None:
    """20 pixels long, its centre of mass at 14, as every picture of MNIST (0.5 to either side)."""
    assert done(stroke(), "mnist", MNIST) == ["invert", "crop", "aspect", "size", "centre"]
    seen = prepare(stroke(), "mnist", MNIST).seen[0, 0].astype(float)
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20 and seen.max() == 255
    for axis in (0, 1):
        assert abs(seen.sum(1 - axis) @ np.arange(28) / seen.sum() - 14) <= 0.5


@pytest.mark.data
def test_mnist_s_own_pictures_are_recognised_as_such(real_data: Path) -> None:
    data = load("mnist", real_data)
    for image in data.images[-200:, 0].numpy():
        np.testing.assert_array_equal(prepare(image, "mnist", MNIST).seen[0, 0], image)
        np.testing.assert_array_equal(prepare(image, "mnist", MNIST, Steps(centre="on")).seen[0, 0], image)


# --- switches -----------------------------------------------------------------------------------------------------


def test_every_step_can_be_switched_off_and_on() -> None:
    off = {"invert": "off", "crop": "off", "centre": "off"}
    assert done(stroke(), "mnist", MNIST, **off) == ["aspect", "size"]
    light = prepare(stroke(), "mnist", MNIST, Steps(**off)).seen[0, 0]
    assert light[0, 0] == 230
    own = NOISE.integers(0, 256, (32, 32, 3), np.uint8)
    assert done(own, "cifar10", CIFAR, invert="on") == ["invert"]
    np.testing.assert_array_equal(prepare(own, "cifar10", CIFAR, Steps(invert="on")).seen[0], 255 - own.transpose(2, 0, 1))


def test_padded_or_cropped() -> None:
    wide = np.zeros((10, 30, 3), np.uint8)
    wide[:, :10], wide[:, 10:20], wide[:, 20:] = 40, 90, 40
    cropped, pad = (prepare(wide, "cifar10", CIFAR, Steps(aspect=aspect)).seen[0] for aspect in ("auto", "pad"))
    assert (cropped == 90).all()
    assert (pad[:, :8] == 40).all() and 90 in pad and (pad[:, -8:] == 40).all(), "the ground goes on"


def test_a_coloured_thing_is_cut_out_and_keeps_its_colours() -> None:
    scene = np.full((60, 60, 3), (20, 120, 20), np.uint8)
    scene[5:25, 30:50] = (250, 10, 10)
    seen = prepare(scene, "cifar10", CIFAR, Steps(crop="on")).seen[0]
    assert (seen == np.array([250, 10, 10])[:, None, None]).all()


def test_a_thing_can_be_moved_into_the_middle() -> None:
    corner = np.zeros((28, 28), np.uint8)
    corner[2:6, 20:24] = 200
    seen = prepare(corner, "fashion-mnist", MNIST, Steps(centre="on")).seen[0, 0]
    assert seen.sum() == corner.sum(dtype=int) and set(np.flatnonzero(seen.any(1))) in ({12, 13, 14, 15}, {13, 14, 15, 16})


def test_the_last_stage_is_what_is_seen() -> None:
    prepared = prepare(stroke(), "mnist", MNIST)
    assert [stage.step for stage in prepared.stages] == ["given", "ground", "drawing", "invert", "crop", "aspect", "thicken", "size", "centre"]
    np.testing.assert_array_equal(prepared.stages[-1].image[:, :, 0], prepared.seen[0, 0])
    np.testing.assert_array_equal(prepared.stages[3].image, 255 - prepared.stages[0].image)


@pytest.mark.parametrize("colour", ["white", "black", "#777777"])
def test_an_empty_canvas_is_told(colour: str) -> None:
    for dataset, shape in (("digits", EIGHT), ("mnist", MNIST)):
        with pytest.raises(LabError, match="nothing drawn yet"):
            prepare(Image.new("RGB", (50, 50), colour), dataset, shape)


# --- what people sent ---------------------------------------------------------------------------------------------

INKS = ("seven", "white_on_transparent", "chalk_on_transparent", "yellow_ink", "green_on_red", "twelve_in_sixteen", "ztxt")


@pytest.mark.parametrize("name", INKS)
@pytest.mark.parametrize(("network", "shape"), [("mnist", MNIST), ("digits", EIGHT)])
def test_a_seven_is_a_seven_in_whatever_ink_and_file(name: str, network: str, shape: tuple[int, int, int]) -> None:
    """All show the same seven; whatever its colours, the network sees it as the black one on white."""
    plain, other = (prepare(open_image(FILES / f"{file}.png"), network, shape).seen for file in ("seven", name))
    assert np.abs(plain.astype(int) - other).mean() < 1, "some have no shades at the edges of their strokes"
    assert Classifier.load("mnist-28" if network == "mnist" else "digits", FOLDER).classify(open_image(FILES / f"{name}.png")).top[0][0] == "7"


@pytest.mark.parametrize("ink", ["#ffff00", "#00ff00", "#ff0000", "#0000ff"])
@pytest.mark.parametrize("paper", ["white", "black", "#808080", "#ff00ff"])
def test_the_channel_that_differs_most_tells_the_ink(ink: str, paper: str) -> None:
    def drawn_in(ink: str, paper: str) -> np.ndarray:
        sheet = Image.new("RGB", (60, 60), paper)
        sheet.paste(ink, (20, 10, 30, 50))
        return prepare(sheet, "mnist", MNIST).seen

    np.testing.assert_array_equal(drawn_in(ink, paper), drawn_in("black", "white"))


def test_a_thin_drawing_is_thickened_and_else_refused_where_nothing_is_left() -> None:
    thin = open_image(FILES / "thin_offcentre.png")
    with pytest.raises(LabError, match=r"^nothing drawn is left at 8x8 pixels; draw one digit alone, with thicker strokes$"):
        prepare(thin, "digits", EIGHT, Steps(thicken="off"))
    assert prepare(thin, "digits", EIGHT).seen.max() > 64
    assert Classifier.load("mnist-28", FOLDER).classify(thin).top[0][0] == "7"
    assert prepare(thin, "mnist", MNIST).seen.max() > 32
    for dataset, shape in (("digits", EIGHT), ("mnist", MNIST)):
        with pytest.raises(LabError, match="nothing drawn yet"):
            prepare(np.zeros(shape[1:], np.uint8), dataset, shape)
    block = np.full((40, 60), 255, np.uint8)
    block[10:30, 20:40] = 0
    assert (prepare(block, "digits", EIGHT).seen == 255).all(), "a square that fills its box is ink, not nothing"


@pytest.mark.parametrize(("dataset", "shape", "aspect"), [("cifar10", CIFAR, "pad"), ("fashion-mnist", MNIST, "auto"), ("mnist", MNIST, "auto")])
def test_a_thin_picture_costs_no_square_of_its_side(dataset: str, shape: tuple[int, int, int], aspect: str) -> None:
    line = np.full((100, 200_000), 255, np.uint8)
    line[:, 90_000:90_100] = 0
    largest = max(stage.image.nbytes for stage in prepare(line, dataset, shape, Steps(aspect=aspect)).stages)
    assert largest <= 3 * LONGEST**2


def test_an_unknown_switch_is_refused() -> None:
    with pytest.raises(LabError, match="crop is 'yes'; choose one of auto, on, off"):
        Steps(crop="yes")
    with pytest.raises(LabError, match="aspect is 'on'; choose one of auto, pad, crop"):
        Steps(aspect="on")
