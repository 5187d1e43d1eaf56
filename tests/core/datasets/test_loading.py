"""Every layout of a set gives the same bits, damaged files are named, and a set is loaded once."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from core.datasets import formats, loading
from core.datasets.files import SOURCES, content, ready
from core.datasets.formats import READERS, Files, Images, Labels, Reader
from core.datasets.loading import DataSet, load
from core.vocabulary.datasets import Source
from core.vocabulary.errors import LabError

if TYPE_CHECKING:
    from conftest import Tiny

RAW, BINARY, PYTHON = "MNIST/raw", "cifar-10-batches-bin", "cifar-10-batches-py"


def assert_holds(dataset: DataSet, tiny: Tiny) -> None:
    """The data set is, bit for bit, what the files were made from, training part first."""
    source = tiny.sources[dataset.name]
    assert dataset.images.dtype == torch.uint8 and dataset.labels.dtype == torch.int64
    assert np.array_equal(dataset.images.numpy(), tiny.images[dataset.name])
    assert np.array_equal(dataset.labels.numpy(), tiny.labels[dataset.name])
    assert dataset.shape == source.shape
    assert (dataset.train_size, dataset.test_size) == (source.train, source.test)


@pytest.mark.parametrize(
    "renamed",
    [
        pytest.param(lambda name: name, id="plain"),
        pytest.param(lambda name: name + ".gz", id="gzipped"),
        pytest.param(lambda name: name.replace("-idx", ".idx"), id="with a dot"),
        pytest.param(lambda name: name.replace("-idx", ".idx") + ".gz", id="with a dot, gzipped"),
        pytest.param(lambda name: name + ".gz" * name.startswith("train"), id="mixed"),
    ],
)
def test_every_idx_layout_gives_the_same_bits(
    renamed: Callable[[str], str], tiny: Tiny, tmp_path: Path
) -> None:
    raw = tmp_path / RAW
    raw.mkdir(parents=True)
    for name, data in tiny.files[RAW].items():
        path = raw / renamed(name)
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    assert_holds(load("mnist", tmp_path, tiny.sources), tiny)


@pytest.mark.parametrize("layout", [BINARY, PYTHON])
def test_both_cifar_versions_give_the_same_bits(layout: str, tiny: Tiny, tmp_path: Path) -> None:
    tiny.lay(tmp_path, layout)
    assert_holds(load("cifar10", tmp_path, tiny.sources), tiny)


@pytest.mark.parametrize("archive", ["cifar-10-binary.tar.gz", "cifar-10-python.tar.gz"])
def test_both_cifar_archives_give_the_same_bits(archive: str, tiny: Tiny, tmp_path: Path) -> None:
    (tmp_path / archive).write_bytes(tiny.published[archive])
    assert_holds(load("cifar10", tmp_path, tiny.sources), tiny)


@pytest.mark.parametrize(
    ("name", "layout", "file"),
    [
        ("mnist", RAW, "t10k-images-idx3-ubyte"),
        ("cifar10", BINARY, "data_batch_3.bin"),
        ("cifar10", PYTHON, "data_batch_3"),
    ],
)
def test_damaged_files_are_named_and_never_used(
    name: str, layout: str, file: str, tiny: Tiny, tmp_path: Path
) -> None:
    path = tiny.lay(tmp_path, layout) / file
    whole = path.read_bytes()
    hint = f"python -m core data {name} --fetch"
    path.write_bytes(whole[:-1])
    with pytest.raises(LabError) as truncated:
        load(name, tmp_path, tiny.sources)
    assert f"{path} is truncated: {len(whole) - 1:,} bytes instead of {len(whole):,}; {hint}" in str(
        truncated.value
    )
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(LabError) as altered:
        load(name, tmp_path, tiny.sources)
    assert f"{path} is altered: " in str(altered.value) and hint in str(altered.value)
    path.write_bytes(whole)
    assert_holds(load(name, tmp_path, tiny.sources), tiny)


def test_an_altered_gzip_file_is_named(tiny: Tiny, tmp_path: Path) -> None:
    path = tiny.lay(tmp_path, RAW) / "train-labels-idx1-ubyte"
    packed = bytearray(gzip.compress(path.read_bytes()))
    packed[len(packed) // 2] ^= 1
    path.unlink()
    path.with_name(path.name + ".gz").write_bytes(packed)
    with pytest.raises(LabError, match=r"train-labels-idx1-ubyte.gz (cannot be read|is altered)"):
        load("mnist", tmp_path, tiny.sources)


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_a_missing_set_says_how_to_get_it(name: str, tmp_path: Path) -> None:
    with pytest.raises(LabError) as error:
        load(name, tmp_path)
    assert str(error.value) == (
        f"the data set {name} is not in {tmp_path}; python -m core data {name} --fetch fetches it"
    )


def test_a_set_is_loaded_once_and_shared(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.lay(tmp_path, BINARY)
    reader, reads = READERS["binary"], []

    def slow(source: Source, files: Files) -> tuple[Images, Labels]:
        reads.append(files.paths)
        time.sleep(0.1)
        return reader.read(source, files)

    monkeypatch.setitem(READERS, "binary", Reader(slow))
    got: list[DataSet] = []
    threads = [
        threading.Thread(target=lambda: got.append(load("cifar10", tmp_path, tiny.sources))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reads) == 1 and len(got) == 3
    assert all(each is load("cifar10", tmp_path, tiny.sources) for each in got)


def test_a_set_that_is_being_loaded_stops_no_other(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.lay(tmp_path, BINARY)
    reader, reading, go_on = READERS["binary"], threading.Event(), threading.Event()

    def stuck(source: Source, files: Files) -> tuple[Images, Labels]:
        reading.set()
        assert go_on.wait(20)
        return reader.read(source, files)

    monkeypatch.setitem(READERS, "binary", Reader(stuck))
    slow = threading.Thread(target=load, args=("cifar10", tmp_path, tiny.sources))
    slow.start()
    assert reading.wait(20)
    got: list[DataSet] = []
    other = threading.Thread(target=lambda: got.append(load("digits", tmp_path)))
    other.start()
    other.join(20)
    go_on.set()
    slow.join()
    assert [data.name for data in got] == ["digits"]


def test_the_fingerprint_sees_every_pixel_and_label() -> None:
    images, labels = torch.zeros(3, 1, 2, 2, dtype=torch.uint8), torch.zeros(3, dtype=torch.int64)
    seen = {loading.fingerprint(images, labels)}
    images[2, 0, 1, 1] = 1
    seen.add(loading.fingerprint(images, labels))
    labels[1] = 1
    seen.add(loading.fingerprint(images, labels))
    assert len(seen) == 3 and all(len(each) == 64 for each in seen)


def test_digits_are_scikit_learns_with_a_stratified_test_part_behind(tmp_path: Path) -> None:
    from sklearn.datasets import load_digits

    digits = load("digits", tmp_path)
    assert digits.images.shape == (1797, 1, 8, 8) and digits.shape == (1, 8, 8)
    assert (digits.train_size, digits.test_size) == (1437, 360)
    assert (int(digits.images.min()), int(digits.images.max())) == (0, 255)
    values, labels = load_digits(return_X_y=True)
    back = np.rint(digits.images.numpy().reshape(-1, 64) * (16 / 255)).astype(int)
    ours = sorted(zip(map(tuple, back.tolist()), digits.labels.tolist(), strict=True))
    theirs = sorted(zip(map(tuple, values.astype(int).tolist()), labels.tolist(), strict=True))
    assert ours == theirs, "the same pictures with the same labels, each once"
    in_test = torch.bincount(digits.labels[1437:]) / torch.bincount(digits.labels)
    assert torch.allclose(in_test, torch.tensor(0.2), atol=0.005)


def test_digits_never_change(tmp_path: Path) -> None:
    """Pretrained networks and stored runs depend on who is in the test part."""
    assert load("digits", tmp_path).fingerprint.startswith("1dcbebc97c8f")


def test_the_catalog_agrees_with_torchvision() -> None:
    from torchvision.datasets import CIFAR10, MNIST, FashionMNIST

    for name, theirs in (("mnist", MNIST), ("fashion-mnist", FashionMNIST)):
        assert [(file.name, file.digest) for file in SOURCES[name].layouts[0].downloads] == theirs.resources
    python = SOURCES["cifar10"].layouts[1]
    *batches, meta = [[file.name, file.digest] for file in python.files]
    assert batches == CIFAR10.train_list + CIFAR10.test_list
    assert meta == [CIFAR10.meta["filename"], CIFAR10.meta["md5"]]
    assert (python.downloads[0].name, python.downloads[0].digest) == (CIFAR10.filename, CIFAR10.tgz_md5)
    assert python.folder == CIFAR10.base_folder


# With the full data sets


@pytest.mark.data
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar10"])
def test_the_full_sets_have_their_published_content_and_sizes(name: str, real_data: Path) -> None:
    source = SOURCES[name]
    dataset = load(name, real_data)
    assert dataset.images.shape == (source.train + source.test, *source.shape)
    assert (dataset.train_size, dataset.test_size) == (source.train, source.test)
    assert dataset.labels.unique().tolist() == list(range(10))
    if name != "mnist":
        assert torch.bincount(dataset.labels[: source.train]).unique().tolist() == [source.train // 10]


@pytest.mark.data
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_idx_files_hold_what_torchvision_reads_from_them(name: str, real_data: Path, tmp_path: Path) -> None:
    from torchvision.datasets import mnist

    layout, paths = ready(name, real_data)
    for path, file in zip(paths, layout.files, strict=True):
        data, plain = content(path, file), tmp_path / file.name
        plain.write_bytes(data)
        theirs = (mnist.read_image_file if "images" in file.name else mnist.read_label_file)(str(plain))
        assert np.array_equal(formats.parse(data), theirs.numpy()) and len(theirs) in (60_000, 10_000)


@pytest.mark.data
def test_cifar_pixels_have_the_known_channel_means(real_data: Path) -> None:
    """The means that everyone normalises CIFAR-10 with: planes, order and scale are right."""
    dataset = load("cifar10", real_data)
    train = dataset.images[: dataset.train_size]
    means = torch.stack([plane.float().mean() / 255 for plane in train.unbind(1)])
    assert torch.allclose(means, torch.tensor([0.4914, 0.4822, 0.4465]), atol=1e-4)


@pytest.mark.slow
@pytest.mark.data
def test_full_mnist_gzipped_gives_the_same_bits(real_data: Path, tmp_path: Path) -> None:
    raw = tmp_path / RAW
    raw.mkdir(parents=True)
    layout, paths = ready("mnist", real_data)
    for path, file in zip(paths, layout.files, strict=True):
        (raw / f"{file.name}.gz").write_bytes(gzip.compress(content(path, file), compresslevel=1))
    assert load("mnist", tmp_path).fingerprint == load("mnist", real_data).fingerprint
