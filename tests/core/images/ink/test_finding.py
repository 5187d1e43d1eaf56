"""Handwriting in photographs: found on grounds of many kinds, left alone where it is clean, refused where it is not one drawing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets.loading import load
from core.images.ink import finding
from core.images.preprocessing import Steps, prepare
from core.inference.classifier import Classifier
from core.pretrained.cards import FOLDER
from core.pretrained.test_images import FIRST_COUNT, first_image
from core.vocabulary.errors import LabError
from tests.core.images.ink import handwriting

EIGHT, MNIST = (1, 8, 8), (1, 28, 28)
AS_BEFORE = Steps(ground="off", drawing="off", thicken="off")


def digits() -> list[tuple[np.ndarray, int]]:
    """Test images of MNIST that come with the app, and what they show."""
    found = [first_image("mnist", number, FOLDER) for number in range(FIRST_COUNT)]
    return [(image[:, :, 0], label) for image, label in found if image is not None]


@pytest.fixture(scope="module")
def mnist() -> Classifier:
    return Classifier.load("mnist-28", FOLDER)


@pytest.mark.slow
@pytest.mark.parametrize("kind", handwriting.KINDS)
def test_a_photographed_digit_is_read_as_the_clean_one(kind: str, mnist: Classifier) -> None:
    draw = np.random.default_rng(0)
    for digit, label in digits()[:2]:
        answer = mnist.classify(handwriting.KINDS[kind](digit, draw))
        assert answer.top[0][0] == str(label)
        clean = prepare(handwriting.clean(digit), "mnist", MNIST).seen
        alike = np.corrcoef(answer.prepared.seen.ravel(), clean.ravel())[0, 1]
        assert alike > 0.75, "what the network sees looks like the clean drawing, and like nothing else"


@pytest.mark.parametrize(("dataset", "shape"), [("mnist", MNIST), ("digits", EIGHT)])
def test_a_clean_drawing_keeps_every_bit(dataset: str, shape: tuple[int, int, int]) -> None:
    for digit, _ in digits():
        drawing = handwriting.clean(digit)
        np.testing.assert_array_equal(prepare(drawing, dataset, shape).seen, prepare(drawing, dataset, shape, AS_BEFORE).seen)


@pytest.mark.slow
@pytest.mark.data
def test_two_hundred_clean_drawings_keep_every_bit(real_data: Path) -> None:
    for image in load("mnist", real_data).images[60_000:60_200, 0].numpy():
        stages = prepare(handwriting.clean(image), "mnist", MNIST).stages
        assert not [stage.step for stage in stages if stage.done and stage.step in ("ground", "drawing", "thicken")]


def test_each_step_of_a_photograph_is_shown_and_can_be_switched() -> None:
    photograph = handwriting.finger(digits()[0][0], np.random.default_rng(0))
    stages = {stage.step: stage for stage in prepare(photograph, "mnist", MNIST, Steps(ground="on", drawing="on")).stages}
    assert list(stages) == ["given", "ground", "drawing", "invert", "crop", "aspect", "thicken", "size", "centre"]
    assert stages["ground"].done and stages["drawing"].done
    ground, drawing = stages["ground"].image[:, :, 0], stages["drawing"].image[:, :, 0]
    assert np.ptp(np.quantile(ground[:100, 150:], (0.1, 0.9))) < 12, "the light falls evenly on the paper"
    assert ground[330:420, :30].mean() < 200 and (drawing[:, :100] > 240).all(), "the finger is left out"
    off = {stage.step: stage for stage in prepare(photograph, "mnist", MNIST, Steps(ground="off", drawing="off")).stages}
    np.testing.assert_array_equal(off["drawing"].image, off["given"].image)
    alone = {stage.step: stage for stage in prepare(photograph, "mnist", MNIST, Steps(ground="off", drawing="on")).stages}
    assert alone["drawing"].done and not alone["ground"].done


def test_several_digits_are_refused_in_a_sentence_that_says_what_to_do() -> None:
    ink = np.zeros((450, 600))
    for place, (digit, _) in enumerate(digits()[:3]):
        ink[130:310, 20 + 190 * place : 200 + 190 * place] = handwriting.stroke(digit, 180)
    image = handwriting.photograph(handwriting.paper(np.random.default_rng(0)), (ink, handwriting.BLACK), draw=np.random.default_rng(0))
    with pytest.raises(LabError, match=r"^3 drawings are found, and no single one stands out; cut the picture down to one digit$"):
        prepare(image, "mnist", MNIST)


@pytest.mark.slow
def test_an_empty_sheet_is_refused_and_never_trusted(mnist: Classifier) -> None:
    refused = 0
    for sheet in handwriting.nothing(np.random.default_rng(0)):
        try:
            assert mnist.classify(sheet).known is False
        except LabError as error:
            assert str(error) == finding.NO_DRAWING
            refused += 1
    assert refused >= 3


@pytest.mark.parametrize("turn", [0, 90, 180])
def test_a_frame_and_a_drawing_in_it_are_told_apart(turn: int) -> None:
    drawing = np.asarray(handwriting.clean(digits()[0][0]))
    framed = np.pad(drawing, 8, constant_values=0)
    image = Image.fromarray(framed).rotate(turn)
    expected = prepare(Image.fromarray(drawing).rotate(turn), "mnist", MNIST).seen.astype(int)
    assert np.abs(prepare(image, "mnist", MNIST).seen - expected).mean() < 3
