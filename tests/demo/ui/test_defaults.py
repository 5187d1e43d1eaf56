"""What each lesson opens with shows what it was chosen for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.classroom import game
from core.explain import activations, backpropagation, gradcam, kernels, strokes, walkthrough, worksheet
from core.inference.classifier import Classifier
from core.inference.model_registry import ModelRegistry
from core.inference.plain_network import PlainNetwork
from core.pretrained import ambiguous
from core.pretrained.cards import FOLDER, read_cards
from core.studies import dropout
from core.studies.registry import cards_of
from demo.lessons.seeing import reveal
from demo.ui import image_picker
from demo.ui.defaults import DEFAULTS


def test_every_default_has_a_reason() -> None:
    assert all(len(row.reason.split()) >= 8 and row.number >= 1 for row in DEFAULTS.values())


def test_convolution_opens_in_the_middle_of_a_long_edge() -> None:
    row = DEFAULTS["convolution"]
    pixels = image_picker.first(row)
    assert pixels.shape == (1, 28, 28)
    found = walkthrough.convolution(np.round(pixels / 255, 2), kernels.preset(row.setting)[None]).totals
    stroke = strokes.along(found)
    top, left = strokes.strongest(found)
    window = pixels[0, top : top + 3, left : left + 3]
    assert abs(found[top, left]) >= 0.9 * 4, "the strongest answer that Sobel can give is 4"
    assert window.max() > 200 and window.min() < 50, "an edge"
    assert len(stroke) >= 12 and all(abs(found[place]) >= 2 for place in stroke)


def test_pooling_opens_on_a_digit_whose_outputs_stay_more_often_than_its_pixels() -> None:
    image = np.round(image_picker.first(DEFAULTS["pooling"]) / 255, 2)
    assert image.shape == (1, 28, 28)
    moved = walkthrough.shifted(image, 0, 1)
    pixels = walkthrough.change(image, moved)
    outputs = walkthrough.change(*(walkthrough.pooling(it, 2).outputs for it in (image, moved)))
    assert outputs.counted >= 60 and 0.3 <= outputs.same / outputs.counted <= 0.7, "enough to see, and neither none nor all"
    assert outputs.same / outputs.counted >= 1.8 * pixels.same / pixels.counted


def test_the_network_opens_on_a_picture_that_is_nearly_two_digits() -> None:
    row, found = DEFAULTS["network"], ambiguous.read(FOLDER)
    assert f"{row.picture}.png" == ambiguous.FILE and row.setting == ambiguous.NETWORK and found is not None
    chances = np.sort(activations.softmax(activations.forward_pass(PlainNetwork.load(row.setting, FOLDER), found[0]).scores).probabilities)
    assert 0.40 <= chances[-1] <= 0.65 and chances[-2] >= 0.3


def test_grad_cam_opens_on_a_photograph_and_lights_what_is_on_it() -> None:
    row = DEFAULTS["network/looked"]
    pixels, network = image_picker.first(row), Classifier.load(row.setting, FOLDER)
    assert pixels.shape == (3, 32, 32)
    label, heat = gradcam.heat(network, pixels)
    assert label == "frog" and heat[12:29, 8:28].sum() > 0.6 * heat.sum(), "the frog covers a third of the picture"


def test_dropout_opens_on_a_network_with_a_gap_that_it_closes() -> None:
    row, cards = DEFAULTS["dropout"], cards_of("dropout", read_cards(FOLDER))
    assert {card.recipe.dataset for card in cards.values()} == {row.picture}
    here, there = dropout.gap_change(cards, row.setting), dropout.gap_change(cards, "arc1")
    assert here and there
    assert here.plain > 0.08 and abs(here.last) < 0.01 and here.words == "closes"
    assert abs(there.plain) < here.plain / 3


@pytest.mark.data
def test_seeing_opens_with_a_picture_that_the_networks_know_at_different_sizes(real_data: Path) -> None:
    task = game.task(game.indices(DEFAULTS["seeing"].number)[0], real_data)
    said: dict[str, dict[int, reveal.Word | None]] = {}
    for cell in game.answers(task, ModelRegistry(FOLDER)):
        said.setdefault(cell.protocol, {})[cell.resolution] = reveal.word(cell, game.CLASSES[task.label])
    sharp, all_sizes = (reveal.known_from(said[name]) for name in ("totv", "mixed"))
    assert all_sizes and sharp and all_sizes <= 6 and sharp >= 2 * all_sizes


def test_learning_opens_on_a_score_of_the_wrong_sign_that_a_few_steps_mend() -> None:
    row = DEFAULTS["learning"]
    name = list(worksheet.images())[row.number - 1]
    image, target, parameters = worksheet.images()[name], backpropagation.target(name), backpropagation.start()
    losses = [backpropagation.forward(image, parameters, target).loss]
    assert backpropagation.forward(image, parameters, target).score < 0 < target
    too_long = backpropagation.step(parameters, backpropagation.backward(image, parameters, target).parameters, 2.0)
    for _ in range(10):
        parameters = backpropagation.step(parameters, backpropagation.backward(image, parameters, target).parameters, float(row.setting))
        losses.append(backpropagation.forward(image, parameters, target).loss)
    assert losses[1] < 0.5 * losses[0] and losses[-1] < 0.05 * losses[0] and losses == sorted(losses, reverse=True)
    assert backpropagation.forward(image, too_long, target).loss > losses[0]
