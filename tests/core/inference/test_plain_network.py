"""Networks as arrays: the same numbers as torch's, from a card's file and from a run, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save

from core.inference.classifier import Classifier
from core.inference.model_registry import ModelRegistry
from core.inference.plain_network import PlainNetwork, tensors_of
from core.pretrained.cards import FOLDER
from core.vocabulary.errors import LabError
from tests.networks_for_tests import lay


@pytest.mark.parametrize("kind", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_a_file_is_read_as_torch_reads_it(kind: torch.dtype) -> None:
    given = {"a": torch.randn(3, 2, 2, generator=torch.Generator().manual_seed(1)).to(kind), "b": torch.arange(4).to(kind)}
    found = tensors_of(save(given))
    assert {key: value.dtype for key, value in found.items()} == {"a": np.float32, "b": np.float32}
    assert all(np.array_equal(found[key], value.float().numpy()) for key, value in given.items())


def test_every_network_that_comes_with_the_app_has_its_weights() -> None:
    registry = ModelRegistry(FOLDER)
    for choice in registry.list_models():
        plain, network = registry.plain(choice.name), registry.get(choice.name).network
        given = [tensor for pair in plain.parameters for tensor in pair]
        assert all(np.array_equal(one, other.detach().numpy()) for one, other in zip(given, network.parameters(), strict=True)), choice.name
        assert registry.plain(choice.name) is plain


def test_what_is_missing_or_damaged_is_refused(tmp_path: Path) -> None:
    lay(tmp_path, "one", "digits")
    assert PlainNetwork.load("one", tmp_path).classes == Classifier.load("one", tmp_path).classes
    file = tmp_path / "one.safetensors"
    whole = file.read_bytes()
    for content in (b"", whole[:50], whole[:-9], b"x" * 200):
        file.write_bytes(content)
        with pytest.raises(LabError, match="damaged"):
            PlainNetwork.load("one", tmp_path)
    lay(tmp_path, "two", "digits", kind="arc1")
    file.write_bytes((tmp_path / "two.safetensors").read_bytes())
    with pytest.raises(LabError, match="does not fit"):
        PlainNetwork.load("one", tmp_path)
    file.unlink()
    with pytest.raises(LabError, match="there is no"):
        PlainNetwork.load("one", tmp_path)
