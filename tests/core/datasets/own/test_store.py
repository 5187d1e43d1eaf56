"""The store of the sets that people make: limits, many at once, a kill, and nothing left of what was forgotten."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core.datasets import loading
from core.datasets.own import records
from core.datasets.own.images import digest_of, png_of
from core.datasets.own.records import Addition
from core.datasets.own.store import OwnStore
from core.images import samples, stored
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe, preset
from core.vocabulary.sources import names, own_names, source_of
from tests.core.datasets.own.conftest import collected, drawing
from tests.places import ROOT


def files(own: OwnStore) -> list[Path]:
    return [path for path in own.folder.rglob("*") if path.is_file()]


def test_a_closed_set_is_a_data_set_with_the_images_that_were_added(own: OwnStore, tmp_path: Path) -> None:
    name = collected(own, each=2)
    with pytest.raises(LabError, match="not closed yet"):
        source_of(name)
    assert own_names() == ()
    assert own.close(name).open is False and name in names()
    source, data = source_of(name), loading.load(name, tmp_path)
    assert data.images.shape == (30, 1, 28, 28) and (source.train, source.test) == (24, 6) and source.train_counts == (8, 8, 8)
    stored_digests = sorted(image.digest for image in own.contributions(name))
    assert sorted(digest_of(image.numpy()) for image in data.images) == stored_digests, "every image once, none of it changed"
    by_digest = {image.digest: image.label for image in own.contributions(name)}
    assert [by_digest[digest_of(image.numpy())] for image in data.images] == data.labels.tolist()
    assert np.array_equal(stored.labels(name, tmp_path), data.labels.numpy())
    assert np.array_equal(stored.images(name, tmp_path, [29, 0]), data.images[[29, 0]].numpy())
    assert np.array_equal(samples.of_dataset(name, tmp_path), data.images[list(source.samples)].numpy())
    assert Recipe.from_dict(preset("quick", name).as_dict()).dataset == name


def test_authors_are_pseudonyms_and_differ_from_set_to_set(own: OwnStore) -> None:
    first, second = collected(own, each=1), collected(own, each=1, title="Others")
    author = own.contributions(first)[0].author
    assert author == own.contributions(first, "visitor 0")[0].author != own.contributions(second, "visitor 0")[0].author
    assert own.contributions(first, "visitor 0") == [its for its in own.contributions(first) if its.author == author] and not own.contributions(first, "nobody")
    assert set(own.counts(first).of_author.values()) == {3} and len(own.counts(first).of_author) == 5
    assert not any(b"visitor" in path.read_bytes() for path in files(own)), "what identifies a visitor is not stored"


def test_what_is_removed_leaves_no_trace(own: OwnStore, tmp_path: Path) -> None:
    name = collected(own, each=2)
    own.close(name)
    image = own.contributions(name)[0]
    trace, row = own.pngs(name, [image.id])[image.id][40:120], drawing(0).tobytes()[:60]
    before = source_of(name)
    assert any(trace in path.read_bytes() for path in files(own)) and any(row in path.read_bytes() for path in files(own))
    assert own.remove(name, [image.id, 10_000]) == 1
    assert not any(trace in path.read_bytes() or row in path.read_bytes() for path in files(own))
    assert source_of(name) != before and len(loading.load(name, tmp_path).images) == 29
    assert own.forget_author(name, "visitor 1") == 6 and own.forget_class(name, 2) == 8
    assert own.counts(name).of_class == (7, 8, 0)
    with pytest.raises(LabError, match="not closed yet"):
        source_of(name)  # with a class of no images it is no data set
    own.delete(name)
    assert not files(own) and own.list_sets() == []
    with pytest.raises(LabError, match="was deleted, or made on another machine"):
        source_of(name)
    with pytest.raises(LabError, match="may have been deleted"):
        own.add(name, drawing(1), 0)


def test_forget_everything_takes_all_sets_and_what_a_kill_left(own: OwnStore) -> None:
    collected(own, each=1)
    own.close(collected(own, each=1, title="Others"))
    (own.folder / ".gone-1234").mkdir()
    (own.folder / ".gone-1234" / "images.sqlite").write_bytes(b"x")
    assert own.delete_all() == 2 and list(own.folder.iterdir()) == []


def test_thirty_visitors_at_once_lose_nothing(own: OwnStore) -> None:
    name = own.create("Together", ["a", "b"]).name

    def visitor(number: int) -> None:
        store = OwnStore()
        for image in range(4):
            store.add(name, drawing(100 * number + image), image % 2, f"visitor {number}")

    with ThreadPoolExecutor(30) as together:
        list(together.map(visitor, range(30)))
    counts = own.counts(name)
    assert counts.of_class == (60, 60) and sorted(counts.of_author.values()) == [4] * 30 and counts.newest == 120


@pytest.mark.slow
def test_a_killed_process_leaves_what_it_had_said(own: OwnStore) -> None:
    name = own.create("Killed", ["a", "b"]).name
    code = f"""
import os, numpy as np
from core.datasets.own.store import OwnStore
own = OwnStore()
for number in range(6):
    print(own.add({name!r}, np.full((1, 28, 28), number, np.uint8), 0, "me"), flush=True)
from core.datasets.own import database
with database.writing(own._folder({name!r}), {name!r}) as connection:
    connection.execute("DELETE FROM contributions")
    os._exit(9)
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 9 and ended.stdout.split() == list("123456")
    again = OwnStore()
    assert [image.id for image in again.contributions(name)] == [1, 2, 3, 4, 5, 6] and again.add(name, drawing(9), 1, "me") == 7


def test_quotas_of_a_person_of_a_set_and_of_all(own: OwnStore, monkeypatch: pytest.MonkeyPatch) -> None:
    name = own.create("Limits", ["a", "b"], owner="ann").name
    monkeypatch.setattr(records, "MOST_OF_AUTHOR", 2)
    monkeypatch.setattr(records, "MOST_IMAGES", 5)
    own.add(name, drawing(1), 0, "bob")
    own.add(name, drawing(2), 0, "bob")
    with pytest.raises(LabError, match="you have given 2 pictures"):
        own.add(name, drawing(3), 0, "bob")
    many = [Addition(png_of(drawing(number)), digest_of(drawing(number)), 1, author="ann") for number in range(4)]
    with pytest.raises(LabError, match="6 pictures; Limits takes at most 5"):
        own.add_many(name, many)
    assert own.counts(name).total == 2, "all or none"
    assert len(own.add_many(name, many[:3])) == 3
    own.remove(name, [1])
    monkeypatch.setattr(records, "MOST_BYTES", 1000)
    with pytest.raises(LabError, match="all data sets together"):
        own.add(name, drawing(8), 0, "eve")
    monkeypatch.setattr(records, "MOST_OF_OWNER", 1)
    with pytest.raises(LabError, match="you have 1 data sets"):
        own.create("More", ["a", "b"], owner="ann")
    monkeypatch.setattr(records, "MOST_SETS", 1)
    with pytest.raises(LabError, match="expected at most 1"):
        own.create("More", ["a", "b"], owner="eve")


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"title": "  "}, "the name of a data set is"),
        ({"title": "x" * 41}, "has 41 characters; expected at most 40"),
        ({"title": "a\nb\0"}, "expected some letters"),
        ({"classes": ["one"]}, "1 class; expected 2 to 20"),
        ({"classes": list("abcdefghijklmnopqrstu")}, "21 classes; expected 2 to 20"),
        ({"classes": ["Cat", "cat "]}, "'cat' is there twice|'Cat' is there twice"),
        ({"side": 7}, "side is 7; expected 8 to 64"),
        ({"side": 65}, "side is 65; expected 8 to 64"),
        ({"channels": 2}, "2 channels; expected 1"),
    ],
)
def test_what_makes_no_set_is_refused_in_one_line(own: OwnStore, values: dict[str, object], line: str) -> None:
    with pytest.raises(LabError, match=line) as refusal:
        own.create(**{"title": "T", "classes": ["a", "b"], **values})  # type: ignore[arg-type]
    assert "\n" not in str(refusal.value) and not own.folder.exists()


def test_bad_images_and_classes_are_refused_and_closed_sets_take_none(own: OwnStore) -> None:
    name = collected(own, each=1)
    for image, line in ((drawing(1, side=8), "expected uint8"), (drawing(1).astype(np.float32), "float32"), ([1], "list")):
        with pytest.raises(LabError, match=line):
            own.add(name, image, 0)  # type: ignore[arg-type]
    with pytest.raises(LabError, match="one of circle, square, star"):
        own.add(name, drawing(1), 3)
    own.close(name)
    with pytest.raises(LabError, match="Shapes is closed"):
        own.add(name, drawing(1), 0)
    assert own.reopen(name).open and own.add(name, drawing(1), 0) == 16
    with pytest.raises(LabError, match="there is a data set 'shapes' already"):
        own.create("shapes", ["a", "b"])


def test_a_set_with_too_few_images_stays_open(own: OwnStore) -> None:
    name = own.create("Few", ["a", "b"]).name
    own.add(name, drawing(1), 0)
    own.add(name, drawing(2), 0)
    with pytest.raises(LabError, match="the class b has 0 pictures; expected at least 2"):
        own.close(name)
    assert own.get(name).open and not own.is_compiled(name)


@pytest.mark.parametrize("title", ["حروف الفبا", "ひらがな 練習", "🐈🐕", "Größe & Maß", "CON", "../../etc", "a:b"])
def test_a_set_may_have_any_name(own: OwnStore, tmp_path: Path, title: str) -> None:
    name = collected(own, each=1, title=title)
    own.close(name)
    assert own.get(name).title == title == source_of(name).title and names()[-1] == name
    assert [path.parent for path in own.folder.glob("*/images.sqlite")] == [next(own.folder.iterdir())]
    assert len(loading.load(name, tmp_path).images) == 15


def test_a_damaged_row_and_a_damaged_array_are_named(own: OwnStore, tmp_path: Path) -> None:
    name = collected(own, each=1)
    own.close(name)
    array = next(own.folder.rglob("images.npy"))
    array.write_bytes(array.read_bytes()[:-1] + b"!")
    with pytest.raises(LabError, match=r"images.npy is altered.*close its collection again"):
        loading.load(name, tmp_path)
    next(own.folder.rglob("row.json")).write_text("{}")
    with pytest.raises(LabError, match=r"row.json is damaged"):
        source_of(name)
    assert own_names() == ()
    own.close(name)
    assert own_names() == (name,)


def test_the_limits_of_the_description_are_those_of_the_vocabulary(own: OwnStore) -> None:
    about = own.create("T", ["a", "b"], channels=3, side=64, drawn=False, owner="ann")
    assert about == own.get(about.name) and about.shape == (3, 64, 64) and about.owner == "ann"
    assert dataclasses.replace(about, open=False) == dataclasses.replace(own.list_sets()[0], open=False)
