"""The plane, the ways and the losses: by what they must be, and made again as the kept file has them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from core.datasets import loading
from core.explain import landscape
from core.pretrained import landscape as file
from core.pretrained.cards import FOLDER


def test_the_plane_holds_its_three_points() -> None:
    draw = torch.Generator().manual_seed(0)
    start, first, second = torch.randn(3, 50, generator=draw)
    axes = landscape.plane(start, first, second)
    assert torch.allclose(axes @ axes.T, torch.eye(2), atol=1e-6)
    for point in (first, second):
        seen = (point - start) @ axes.T
        assert torch.allclose(start + seen @ axes, point, atol=1e-5)
    assert abs(float((first - start) @ axes[1])) < 1e-5, "the first axis leads to the first end"


def test_of_a_way_the_share_in_the_plane_is_counted_by_length() -> None:
    weights = torch.tensor([[0.0, 0.0, 0.0], [3.0, 0.0, 4.0], [3.0, 5.0, 4.0]])
    assert landscape.share_in_plane(weights, weights[:, :2]) == pytest.approx((3 + 5) / (5 + 5))


def test_a_network_s_weights_come_back_from_their_row() -> None:
    one, other = (torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Linear(2, 3)) for _ in range(2))
    landscape.place(other, landscape.flat(one))
    assert all(torch.equal(left, right) for left, right in zip(one.parameters(), other.parameters(), strict=True))


def test_a_file_of_these_recipes_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = file.read(FOLDER)
    assert kept is not None
    file.write(tmp_path, kept)
    monkeypatch.setattr(landscape, "make", lambda *_: kept)
    assert not landscape.renew(tmp_path, tmp_path)
    monkeypatch.setattr(landscape, "recipes", lambda: {name: way.recipe.changed(seed=7) for name, way in kept.ways.items()})
    assert landscape.renew(tmp_path, tmp_path), "of another recipe"


@pytest.mark.slow
def test_both_ways_are_trained_again_as_they_are_kept(tmp_path: Path) -> None:
    """The first epochs, and a few places of the plane: another processor rounds otherwise, and the ways part in time."""
    kept = file.read(FOLDER)
    assert kept is not None
    data = loading.load("digits", tmp_path)
    for name, recipe in landscape.recipes().items():
        short = landscape.run(dataclasses.replace(recipe, epochs=2), data)
        way, measure = kept.ways[name], landscape.LossAt(short)
        assert [measure(weights) for weights in short.weights] == pytest.approx(way.losses[:3].tolist(), rel=0.05)
        assert np.allclose(short.kernels.numpy(), way.kernels[:3], atol=0.02)
        assert short.weights.shape == (3, kept.parameters)


def test_a_landscape_of_a_short_training_has_its_ways_in_its_grid(tmp_path: Path) -> None:
    short = {name: dataclasses.replace(recipe, epochs=1, train_limit=200) for name, recipe in landscape.recipes().items()}
    found = landscape.make(short, loading.load("digits", tmp_path), columns=4, rows=3)
    assert found.losses.shape == (3, 4) and np.isfinite(found.losses).all()
    assert np.array_equal(found.ways["sgd"].losses[0], found.ways["adam"].losses[0]), "the same start"
    for way in found.ways.values():
        assert np.allclose(way.points[0], 0) and 0 < way.share <= 1.0
        assert found.x[0] < way.points[:, 0].min() and way.points[:, 0].max() < found.x[-1]
        assert found.y[0] < way.points[:, 1].min() and way.points[:, 1].max() < found.y[-1]
    assert abs(found.ways["sgd"].points[-1, 1]) < 1e-4
