"""Single images straight from the files: the same as those of the whole set, in every layout that can be made small."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from core.datasets import files as dataset_files
from core.datasets import loading
from core.images import stored
from core.vocabulary.datasets import SOURCES
from core.vocabulary.errors import LabError


@pytest.mark.parametrize("dataset", SOURCES)
def test_images_and_labels_are_those_of_the_whole_set(dataset: str) -> None:
    folder = dataset_files.data_folder()
    if not dataset_files.state(dataset, folder).present:
        pytest.skip(f"needs {dataset} in {folder}")
    whole, source = loading.load(dataset, folder), SOURCES[dataset]
    indices = [0, source.train - 1, source.train, source.train + source.test - 1, 7, 7]
    assert np.array_equal(stored.images(dataset, folder, indices), whole.images[indices].numpy())
    assert np.array_equal(stored.labels(dataset, folder), whole.labels.numpy())
    assert stored.images(dataset, folder, []).shape == (0, *source.shape)
    with pytest.raises(IndexError):
        stored.images(dataset, folder, [source.train + source.test])


def test_a_missing_set_is_told(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="cifar10"):
        stored.images("cifar10", tmp_path, [0])


def test_a_gzipped_file_is_read_like_an_open_one(tmp_path: Path) -> None:
    data = bytes(range(256))
    (tmp_path / "open").write_bytes(data)
    with gzip.open(tmp_path / "packed.gz", "wb") as stream:
        stream.write(data)
    assert stored._read(tmp_path / "open", 16, 9) == stored._read(tmp_path / "packed.gz", 16, 9) == data[16:25]
