"""Imports: what lies where, what is found out, what is left of a broken one, and the way back out."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets import loading
from core.datasets.own.store import OwnStore
from core.images.own.checks import check_set
from core.images.own.exporting import class_folder, export_set
from core.images.own.importing import Wanted, import_set
from core.vocabulary.errors import LabError
from core.vocabulary.sources import source_of


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OwnStore:
    monkeypatch.setenv("LAB_OWN", str(tmp_path / "own"))
    return OwnStore()


def image(seed: int, size: tuple[int, int] = (28, 28), colour: bool = False) -> bytes:
    values = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], *((3,) if colour else ())), np.uint8)
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, "PNG")
    return stream.getvalue()


def zipped(files: dict[str, bytes]) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return stream


def pets(above: str = "", each: int = 4, **options: bool) -> dict[str, bytes]:
    return {f"{above}{label}/{number}.png": image(100 * place + number, **options) for place, label in enumerate(("cat", "dog")) for number in range(each)}  # type: ignore[arg-type]


@pytest.mark.parametrize("above", ["", "pets/", "a/b/c/"])
def test_one_folder_for_each_class_wherever_it_lies(own: OwnStore, above: str) -> None:
    report = import_set(zipped(pets(above)), Wanted("Pets"), own)
    about = own.get(report.name)
    assert about.classes == ("cat", "dog") and about.shape == (1, 28, 28) and about.open
    assert report.counts == {"cat": {"": 4}, "dog": {"": 4}} and report.sizes == {"28x28": 8} and not report.broken
    pixels = own.images(report.name, [1])[1]
    assert np.array_equal(pixels[0], np.asarray(Image.open(io.BytesIO(image(0))))), "an image of the right size passes as it is"


def test_train_and_test_above_the_classes_are_the_split(own: OwnStore, tmp_path: Path) -> None:
    files = pets("pets/Train/", 6) | {name.replace("Train", "TEST"): image(900 + number) for number, name in enumerate(pets("pets/Train/", 3))}
    report = import_set(zipped(files), Wanted("Pets"), own)
    assert report.counts == {"cat": {"train": 6, "test": 3}, "dog": {"train": 6, "test": 3}}
    own.close(report.name, "given")
    source = source_of(report.name)
    assert (source.train, source.test, source.train_counts) == (12, 6, (6, 6))
    assert set(loading.load(report.name, tmp_path).images[12:].sum((1, 2, 3)).tolist()) == {
        int(np.asarray(Image.open(io.BytesIO(image(900 + number)))).sum()) for number in range(6)
    }  # fmt: skip


def test_classes_that_are_called_train_and_test_among_others_are_classes(own: OwnStore) -> None:
    files = pets() | {"train/1.png": image(1), "test/1.png": image(2)}
    assert own.get(import_set(zipped(files), Wanted("Vehicles"), own).name).classes == ("cat", "dog", "test", "train")


def test_numbers_stand_in_their_order_and_colour_and_size_are_found_out(own: OwnStore) -> None:
    files = {f"{label}/{number}.png": image(100 * label + number, (40, 30), colour=True) for label in (0, 2, 10) for number in range(2)}
    about = own.get(import_set(zipped(files), Wanted("Numbers"), own).name)
    assert about.classes == ("0", "2", "10") and about.shape == (3, 32, 32)
    about = own.get(import_set(zipped(files), Wanted("Small", side=16, channels=1), own).name)
    assert about.shape == (1, 16, 16)


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"cat/1.png": b"", "cat/2.png": b""}, "1 class; expected 2 to 20"),
        ({"train/cat/1.png": b"", "test/cat/2.png": b""}, "1 class; expected 2 to 20"),
        ({"1.png": b"", "2.png": b""}, "1.png lies in no folder of a class"),
        ({f"{label}/1.png": b"" for label in range(21)}, "21 classes; expected 2 to 20"),
        ({"a/1.png": b"", "A/1.png": b""}, "is there twice"),
        ({"a/1.png": b"", "b/1.png": b""}, "2 of 2 pictures cannot be used"),
    ],
)
def test_what_is_no_data_set_leaves_nothing(own: OwnStore, files: dict[str, bytes], line: str) -> None:
    with pytest.raises(LabError, match=line):
        import_set(zipped(files), Wanted("T"), own)
    assert own.list_sets() == [] and not list(own.folder.glob("*"))


def test_a_broken_image_in_the_middle_is_named_and_the_rest_kept_if_wished(own: OwnStore) -> None:
    files = pets()
    files["dog/1.png"] = files["dog/1.png"][:200]
    with pytest.raises(LabError, match=r"1 of 8 pictures cannot be used \(dog/1.png cannot be read") as refusal:
        import_set(zipped(files), Wanted("Pets"), own)
    assert "keep the rest" in str(refusal.value) and own.list_sets() == []
    report = import_set(zipped(files), Wanted("Pets", keep_rest=True), own)
    assert list(report.broken) == ["dog/1.png"] and report.counts == {"cat": {"": 4}, "dog": {"": 3}}


def test_duplicates_above_all_between_training_and_test_are_found(own: OwnStore) -> None:
    files = pets("train/") | {"test/cat/x.png": image(100), "test/dog/y.png": image(101)}
    stream = io.BytesIO()
    Image.open(io.BytesIO(image(1))).point(lambda shade: round(shade * 0.7)).save(stream, "PNG")
    files["test/cat/dark.png"] = stream.getvalue()
    files["train/cat/again.png"] = image(0)
    report = import_set(zipped(files), Wanted("Pets"), own)
    exact = {(report.paths[pair.first], report.paths[pair.second], pair.across, pair.other_class) for pair in report.checks.exact}
    assert exact == {
        ("train/cat/0.png", "train/cat/again.png", False, False), ("test/cat/x.png", "train/dog/0.png", True, True),
        ("test/dog/y.png", "train/dog/1.png", True, False),
    }  # fmt: skip
    assert [(report.paths[pair.first], report.paths[pair.second]) for pair in report.checks.near] == [("test/cat/dark.png", "train/cat/1.png")]
    assert report.checks.across == 3 and report.as_dict()["duplicates_across"] == 3 and report.checks.imbalance == 7 / 5


def test_out_and_in_again_gives_the_same_images(own: OwnStore, tmp_path: Path) -> None:
    name = own.create("Ours", ["a/b", "CON", "ねこ"], drawn=True).name
    for number in range(12):
        own.add(name, np.random.default_rng(number).integers(0, 256, (1, 28, 28), np.uint8), number % 3, f"visitor {number % 4}")
    assert export_set(own, name, tmp_path / "out") == 12
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["CON_", "a_b", "dataset.json", "ねこ"]
    with pytest.raises(LabError, match="is there already"):
        export_set(own, name, tmp_path / "out")
    report = import_set(tmp_path / "out", Wanted("Again", authors=True), own)
    again = own.get(report.name)
    assert again.classes == own.get(name).classes and again.drawn and again.shape == (1, 28, 28)
    assert {(one.digest, one.label) for one in own.contributions(name)} == {(one.digest, one.label) for one in own.contributions(report.name)}
    assert sorted(own.counts(report.name).of_author.values()) == [3, 3, 3, 3]


def test_folders_of_classes_differ_on_every_system() -> None:
    used: set[str] = set()
    assert [class_folder(name, used) for name in ("a:b", "A?b", "..", "nul", "x.")] == ["a_b", "A_b_", "class", "nul_", "x"]


def test_a_picture_removed_during_an_export_or_a_check_shifts_no_other(own: OwnStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = own.create("Shapes", ["circle", "square"], side=16).name
    ids = [own.add(name, np.full((1, 16, 16), 40 * number, np.uint8), number % 2) for number in range(4)]
    listed = own.contributions(name)
    own.remove(name, [ids[1]])
    monkeypatch.setattr(own, "contributions", lambda name, author="": listed)
    assert export_set(own, name, tmp_path / "out") == 3
    written = {int(path.stem.partition("_")[2]): np.asarray(Image.open(path)).max() for path in (tmp_path / "out").rglob("*.png")}
    assert written == {ids[0]: 0, ids[2]: 80, ids[3]: 120}
    checks, found = check_set(own, name)
    assert [one.id for one in found] == [ids[0], ids[2], ids[3]] and checks.counts == (2, 1)
