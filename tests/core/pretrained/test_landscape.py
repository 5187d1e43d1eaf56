"""The file of the loss landscape: small, whole, and what is said when it is damaged."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest

from core.explain import kernels
from core.pretrained import landscape
from core.pretrained.cards import FOLDER
from core.vocabulary.errors import LabError


def kept() -> landscape.Landscape:
    found = landscape.read(FOLDER)
    assert found is not None
    return found


def test_the_file_is_small_and_its_ways_lead_down() -> None:
    assert (FOLDER / landscape.FILE).stat().st_size <= 60_000
    found = kept()
    assert set(found.ways) == {"sgd", "adam"} and found.parameters == 35_914
    for way in found.ways.values():
        assert way.losses[0] > 2.2 and way.losses[-1] < 0.02, "from chance to nearly nothing"
    assert found.losses.min() < 0.001 and found.losses.max() > 4


def test_both_ends_lie_in_the_plane_so_its_losses_are_theirs() -> None:
    """Start and ends are the plane's own points: between the four places around one lies its loss, or it is close by."""
    found = kept()
    for way in found.ways.values():
        for point, loss in ((way.points[0], way.losses[0]), (way.points[-1], way.losses[-1])):
            column, row = int(np.searchsorted(found.x, point[0])), int(np.searchsorted(found.y, point[1]))
            around = found.losses[row - 1 : row + 1, column - 1 : column + 1]
            assert 0.5 * around.min() <= loss <= 2 * around.max()


def test_a_kernel_of_the_run_became_an_edge() -> None:
    likeness = np.array([[kernels.edge_likeness(kernel[0].astype(float)) for kernel in epoch] for epoch in kept().ways["sgd"].kernels])
    best = int((likeness[-1] - likeness[0]).argmax())
    assert likeness[0, best] < 0.4 and likeness[-1, best] > 0.65


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    landscape.write(tmp_path, kept())
    again = landscape.read(tmp_path)
    assert again is not None and np.array_equal(again.losses, kept().losses)
    assert {name: way.recipe for name, way in again.ways.items()} == {name: way.recipe for name, way in kept().ways.items()}


def test_no_file_is_no_landscape_and_another_content_is_damaged(tmp_path: Path) -> None:
    assert landscape.read(tmp_path) is None
    shutil.copy(FOLDER / landscape.FILE, tmp_path)
    whole = (tmp_path / landscape.FILE).read_bytes()
    for content in (whole[: len(whole) // 2], b"", b"no archive"):
        (tmp_path / landscape.FILE).write_bytes(content)
        with pytest.raises(LabError, match="pretrain landscape"):
            landscape.read(tmp_path)
    landscape.write(tmp_path, dataclasses.replace(kept(), x=kept().x[1:]))
    with pytest.raises(LabError, match="is damaged"):
        landscape.read(tmp_path)
