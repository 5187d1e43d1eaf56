"""Kernels: against SciPy, and against the weights as torch reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from scipy import ndimage

from core.explain import kernels
from core.explain.walkthrough import convolution
from core.pretrained.cards import FOLDER, read_cards, write_card
from core.vocabulary.errors import LabError


def test_the_textbook_s_kernels_do_what_their_names_say() -> None:
    image = np.random.default_rng(0).normal(size=(9, 9))
    for name, axis in (("sobel_x", 1), ("sobel_y", 0)):
        made = convolution(image[None], kernels.preset(name)[None]).totals
        assert np.allclose(made, ndimage.sobel(image, axis)[1:-1, 1:-1])
    assert np.array_equal(convolution(image[None], kernels.preset("identity")[None]).totals, image[1:-1, 1:-1])
    even = np.full((1, 5, 5), 0.7)
    for name, total in (("blur", 0.7), ("sharpen", 0.7), ("edge", 0.0)):
        assert np.allclose(convolution(even, kernels.preset(name)[None]).totals, total), name
    assert kernels.preset("ring").sum() == 8 and kernels.preset("plus").sum() == 5
    with pytest.raises(LabError, match="unknown kernel 'nosuch'; choose one of identity"):
        kernels.preset("nosuch")


@pytest.mark.parametrize("size", range(1, 6))
def test_another_size_keeps_the_middle(size: int) -> None:
    kernel = np.arange(1.0, 10).reshape(1, 3, 3)
    new = kernels.resized(kernel, size)
    assert new.shape == (1, size, size) and new[0, (size - 1) // 2, (size - 1) // 2] == 5
    assert new.sum() == {1: 5, 2: 5 + 6 + 8 + 9}.get(size, 45)
    if size >= 3:
        assert np.array_equal(kernels.resized(new, 3), kernel)


def test_the_first_layer_of_a_pretrained_network() -> None:
    found = kernels.learned(1, FOLDER)
    assert "digits" in found
    tensors = load_file(FOLDER / "digits.safetensors")
    assert np.array_equal(found["digits"].kernels, tensors["0.weight"].double().numpy())
    assert np.array_equal(found["digits"].biases, tensors["0.bias"].double().numpy())
    assert all(layer.kernels.shape[1] == 1 and layer.recipe.dataset != "cifar10" for layer in found.values())


def test_networks_without_weights_or_convolution_have_none(tmp_path: Path) -> None:
    card = read_cards(FOLDER)["digits"]
    assert kernels.learned(1, tmp_path) == {}
    write_card(card, tmp_path)
    assert kernels.learned(1, tmp_path) == {}
    path = tmp_path / f"{card.name}.safetensors"
    save_file({"1.weight": torch.ones(3, 4), "1.bias": torch.ones(3), "10.weight": torch.ones(2, 3)}, path)
    assert kernels.learned(1, tmp_path) == {}
    path.write_bytes(b"broken" * 9)
    with pytest.raises(LabError, match="is damaged"):
        kernels.learned(1, tmp_path)


def test_an_edge_is_known_in_any_direction_and_a_blur_is_none() -> None:
    for quarter in range(4):
        assert kernels.edge_likeness(np.rot90(kernels.preset("sobel_x"), quarter)) == pytest.approx(1)
    assert kernels.edge_likeness(np.array([[0.0, 1, 2], [-1, 0, 1], [-2, -1, 0]])) == pytest.approx(1), "a slanted one"
    assert kernels.edge_likeness(np.ones((3, 3))) == pytest.approx(0) and kernels.edge_likeness(np.zeros((3, 3))) == 0
    assert kernels.edge_likeness(3 * kernels.preset("sobel_y")) == pytest.approx(1), "however strong"
