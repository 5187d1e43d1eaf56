"""Sample pictures: the data sets' own pixels, photographs made small, uploads taken or refused."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits, load_sample_image

from core.datasets import files as dataset_files
from core.datasets import formats, loading
from core.images import samples
from core.vocabulary.datasets import SOURCES
from core.vocabulary.errors import LabError
from demo.ui import images as drawn


def file(image: Image.Image, form: str = "PNG", **options: object) -> io.BytesIO:
    made = io.BytesIO()
    image.save(made, form, **options)
    made.seek(0)
    return made


def test_digits_are_always_there(tmp_path: Path) -> None:
    expected = np.round(load_digits().images[list(SOURCES["digits"].samples)] * 255 / 16).astype(np.uint8)
    assert np.array_equal(samples.of_dataset("digits", tmp_path)[:, 0], expected)
    with pytest.raises(LabError, match="the data set mnist is not in"):
        samples.of_dataset("mnist", tmp_path)


@pytest.mark.data
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar10"])
def test_they_are_the_pictures_that_are_trained_on(name: str, real_data: Path) -> None:
    ours = samples.of_dataset(name, real_data)
    assert np.array_equal(ours, loading.load(name, real_data).images[list(SOURCES["digits"].samples)].numpy())


def test_a_set_that_was_fetched_again_shows_its_new_pictures(tmp_path: Path) -> None:
    folder = tmp_path / "MNIST" / "raw"
    folder.mkdir(parents=True)
    file = folder / "train-images-idx3-ubyte"
    for grey in (1, 2):
        file.write_bytes(bytes(formats.IDX_HEAD) + bytes([grey]) * 20 * 28 * 28)
        os.utime(file, ns=(grey, grey))
        found = samples._of_dataset("mnist", tmp_path, folder, samples.changed(folder))
        assert found.min() == found.max() == grey
        image = drawn.thumbnails("mnist", folder)
        assert image is not None
        assert Image.open(io.BytesIO(image)).convert("L").getpixel((0, 0)) == grey


def test_a_set_that_is_packed_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = replace(formats.READERS["digits"], first=lambda *asked: (_ for _ in ()).throw(ValueError("not as expected")))
    monkeypatch.setitem(formats.READERS, "digits", reader)
    samples._of_dataset.cache_clear()
    try:
        found = samples._of_dataset("digits", tmp_path, None, ())
    finally:
        samples._of_dataset.cache_clear()
    assert np.array_equal(found, loading.load("digits", dataset_files.data_folder()).images[list(SOURCES["digits"].samples)].numpy())


@pytest.mark.parametrize("name", samples.PHOTOGRAPHS)
def test_a_photograph_is_reduced_by_its_means(name: str) -> None:
    small, large = samples.photograph(name), load_sample_image(f"{name}.jpg")
    assert small.shape == (3, 32, 48)
    assert np.allclose(small.mean((1, 2)), large.mean((0, 1)), atol=1)
    with pytest.raises(LabError, match="unknown photograph 'cat'; choose one of china, flower"):
        samples.photograph("cat")


def test_uploads() -> None:
    tall = Image.fromarray(np.full((120, 60, 3), (200, 10, 10), np.uint8))
    assert samples.uploaded(file(tall)).shape == (3, 48, 24)
    assert samples.uploaded(file(Image.new("RGB", (9, 5), (7, 7, 7)))).tolist() == [[[7] * 9] * 5], "grey has one channel"
    clear = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    assert (samples.uploaded(file(clear)) == 255).all(), "what is transparent lies on white"
    deep = Image.fromarray(np.full((4, 4), 0x8000, np.uint16))
    assert (samples.uploaded(file(deep)) == 128).all(), "16 bits are scaled, not cut off"
    assert samples.uploaded(file(Image.new("CMYK", (4, 4), (0, 255, 255, 0)), "JPEG"))[0].min() > 200


def test_an_animation_a_turned_photograph_and_a_palette() -> None:
    frames = [Image.new("RGB", (5, 5), (200, 10, 10)), Image.new("RGB", (5, 5), "blue")]
    animation = samples.uploaded(file(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert animation[:, 0, 0].tolist() == [200, 10, 10], "of an animation the first"
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: to be shown turned clockwise
    lying = Image.fromarray(np.array([[[255, 0, 0], [0, 0, 255]]], np.uint8))
    assert samples.uploaded(file(lying, exif=exif)).tolist() == [[[255], [0]], [[0], [0]], [[0], [255]]]
    palette = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    palette.putpalette([10, 20, 30, 40, 50, 60])
    assert samples.uploaded(file(palette, transparency=1)).tolist() == [[[10, 255]], [[20, 255]], [[30, 255]]]


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_picture_of_12_000_x_12_000_is_refused_in_one_line() -> None:
    with pytest.raises(LabError, match="expected at most 25 million") as refused:
        samples.uploaded(file(Image.new("1", (12_000, 12_000))))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"this is a text", file(Image.new("RGB", (90, 90), "red")).getvalue()[:150]])
def test_what_is_no_picture_is_refused_in_one_line(content: bytes) -> None:
    with pytest.raises(LabError) as refused:
        samples.uploaded(io.BytesIO(content))
    assert "expected a whole" in str(refused.value) and "\n" not in str(refused.value)


def test_grey_as_the_eye_weighs() -> None:
    colours = np.array([[[255, 0, 0]], [[0, 255, 0]], [[0, 0, 255]]], np.uint8)
    assert samples.as_grey(colours).tolist() == [[[76, 150, 29]]]
    assert samples.as_grey(colours[:1]) is not None and samples.as_grey(colours[:1]).tolist() == [[[255, 0, 0]]]
