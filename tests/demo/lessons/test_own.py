"""The page "Our data": a set is made, collected by several browsers, seen, thinned out, closed and forgotten."""

from __future__ import annotations

import base64
import functools
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.classroom.calls import Call
from core.datasets.own.records import OwnSet
from core.datasets.own.store import OwnStore
from core.images.decoding import Bytes
from core.runs.manager import JobManager
from core.vocabulary.visitor import Visitor
from demo.components import collector, wall
from demo.components.collector import Answered, Given
from demo.lessons.own import collecting
from demo.server import services
from demo.visitor import session
from tests.demo import visiting
from tests.demo.visiting import TOKEN, serving, visit, words

CLASSES = ("cross", "ring", "arrow")


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobManager]:
    visit(monkeypatch, "http://localhost:8501/own")
    monkeypatch.setenv("LAB_OWN", str(tmp_path / "own"))
    with serving(tmp_path) as made:
        yield made


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the page hands to its two views: the arguments of the last call of each."""
    seen: dict[str, Any] = {}
    monkeypatch.setattr(collector, "show", lambda *arguments: seen.update(collector=arguments))
    monkeypatch.setattr(wall, "show", lambda *arguments: seen.update(wall=arguments))
    return seen


def becomes(monkeypatch: pytest.MonkeyPatch, cookie: str, token: str = "") -> str:
    """From now on the page is opened by this browser; how the store calls it."""
    visitor = Visitor(cookie, token)
    monkeypatch.setattr(session, "visitor", lambda: visitor)
    monkeypatch.setattr(session, "teaching", lambda: bool(token))
    return visitor.name


def script() -> None:
    from demo.lessons.own import page as lesson

    lesson.render()


opened = functools.partial(visiting.opened, script)


def stroke(*points: tuple[int, int]) -> Bytes:
    """A drawing (S, S, 1) as the square sends it: white on black, a blob at each point."""
    drawn = np.zeros((224, 224, 1), np.uint8)
    for x, y in points:
        drawn[y - 12 : y + 12, x - 12 : x + 12] = 255
    return drawn


RING = stroke(*((round(112 + 70 * np.cos(turn)), round(112 + 70 * np.sin(turn))) for turn in np.linspace(0, 6.28, 60)))
FOUR_PIECES = stroke((40, 40), (180, 40), (40, 180), (180, 180))


def made(owner: str, drawn: bool = True) -> OwnSet:
    return OwnStore().create("Signs", CLASSES, channels=1 if drawn else 3, drawn=drawn, owner=owner)


# --- making ----------------------------------------------------------------------------------------------------------


def test_without_a_set_the_page_says_how_to_begin_and_begins(manager: JobManager, shown: dict[str, Any]) -> None:
    page = opened()
    assert page.title[0].value == "A data set of our own" and "wall" not in shown
    assert page.button(key="own.create").disabled
    page.text_input(key="own.title").set_value("Signs of 4b")
    page.text_input(key="own.classes").set_value("cross, ring; arrow").run()
    page.button(key="own.create").click().run()
    [about] = OwnStore().list_sets()
    assert (about.name, about.title, about.classes, about.shape) == ("own:signs-of-4b", "Signs of 4b", CLASSES, (1, 28, 28))
    assert about.open and about.owner == session.visitor().name
    assert shown["collector"][0].classes == [("cross", 0), ("ring", 0), ("arrow", 0)], "whoever made it draws at once"


@pytest.mark.parametrize(("classes", "says"), [("one", "1 class; expected 2 to 20"), ("a, A", "is there twice"), (", ".join("abcdefghijklmnopqrstu"), "21 classes")])
def test_what_makes_no_set_is_told_in_a_line(manager: JobManager, classes: str, says: str) -> None:
    page = opened()
    page.text_input(key="own.title").set_value("Signs")
    page.text_input(key="own.classes").set_value(classes).run()
    page.button(key="own.create").click().run()
    assert says in words(page) and not OwnStore().list_sets()


# --- handing in ------------------------------------------------------------------------------------------------------


def test_each_browser_sees_the_place_to_draw_alone_and_counts_of_all(
    manager: JobManager, shown: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    about = made("the teacher")
    becomes(monkeypatch, "a pupil")
    opened()
    asked, mine, total, _, _, given, take_back = shown["collector"]
    assert "wall" not in shown and not mine and total == 0 and asked.drawn and asked.label in (0, 1, 2)
    given(Given(RING, 1, 77))
    becomes(monkeypatch, "another pupil")
    opened()
    assert shown["collector"][0].classes == [("cross", 0), ("ring", 1), ("arrow", 0)] and not shown["collector"][1]
    becomes(monkeypatch, "a pupil")
    opened()
    _, [thumb], total, _, _, _, _ = shown["collector"]
    kept = OwnStore().images(about.name, [thumb.id])[thumb.id]
    assert total == 1 and kept.shape == (1, 28, 28) and kept.max() == 255
    assert base64.b64decode(thumb.address.partition(",")[2]) == OwnStore().pngs(about.name, [thumb.id])[thumb.id]
    becomes(monkeypatch, "another pupil")
    take_back(thumb.id)
    assert OwnStore().counts(about.name).total == 1, "only one's own is taken back"
    becomes(monkeypatch, "a pupil")
    take_back(thumb.id)
    assert OwnStore().counts(about.name).total == 0


def test_a_drawing_of_several_pieces_is_one_drawing(manager: JobManager) -> None:
    about = made("me")
    collecting._take(about, Given(FOUR_PIECES, 0, 1))
    [image] = OwnStore().contributions(about.name)
    kept = OwnStore().images(about.name, [image.id])[image.id]
    corners = [kept[0, rows, columns].max() for rows in (slice(14), slice(14, 28)) for columns in (slice(14), slice(14, 28))]
    assert corners == [255] * 4


def test_a_photograph_of_a_colour_set_is_cropped_to_its_middle(manager: JobManager) -> None:
    about = made("me", drawn=False)
    photograph = np.zeros((40, 80, 3), np.uint8)
    photograph[:, 20:60] = (200, 40, 40)
    collecting._take(about, Given(photograph, 2, 1))
    [image] = OwnStore().contributions(about.name)
    kept = OwnStore().images(about.name, [image.id])[image.id]
    assert kept.shape == (3, 28, 28) and (kept[:, 3:-3, 3:-3].transpose(1, 2, 0) == (200, 40, 40)).all() and image.label == 2


def test_what_is_not_taken_is_said_and_the_next_one_is_taken(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> None:
    about, kept = made("the teacher"), dict[str, Answered]()
    monkeypatch.setattr(session, "set_state", lambda name, value: kept.update({name: value}))
    for number, drawn in ((5, np.zeros_like(RING)), (6, RING)):
        collecting._take(about, Given(drawn, 0, number))
        [last] = kept.values()
        assert last.taken == number and last.refused == (number == 5)
        assert ("Not taken: there is nothing drawn yet" in last.note) == last.refused
    assert OwnStore().counts(about.name).total == 1


def test_the_class_that_is_called_is_asked_of_everybody(manager: JobManager, shown: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    about = made("the teacher")
    services.calls().change(about.name, Call("called", 2), 3)
    for number in range(5):
        becomes(monkeypatch, f"pupil {number}")
        opened()
        assert shown["collector"][0].label == 2
    services.calls().change(about.name, Call("free"), 3)
    opened()
    assert shown["collector"][0].label is None


# --- collecting ------------------------------------------------------------------------------------------------------


def collected(about: OwnSet, authors: int = 3, of_each: int = 2) -> None:
    random = np.random.default_rng(0)
    for author in range(authors):
        for label in range(3):
            for _ in range(of_each):
                OwnStore().add(about.name, random.integers(0, 255, (1, 28, 28), np.uint8), label, author=f"author {author}")


def test_the_teacher_sees_all_removes_some_and_closes(manager: JobManager, shown: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    about = made("whoever")
    collected(about)
    becomes(monkeypatch, "the teacher's browser", TOKEN)
    page = opened()
    rows, _, removed = shown["wall"]
    assert [(row.name, row.count, len(row.pictures)) for row in rows] == [(name, 6, 6) for name in CLASSES]
    assert "**18 pictures** by 3 people" in words(page) and "collector" not in shown
    removed([picture.id for picture in rows[0].pictures[:2]])
    page.run()
    assert shown["wall"][0][0].count == 4
    page.button(key="own.close").click().run()
    assert not OwnStore().get(about.name).open and not page.exception
    assert "own.reopen" in [button.key for button in page.button]


def test_a_pupil_can_neither_remove_nor_close_nor_forget(manager: JobManager, shown: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    about = made("the teacher")
    collected(about)
    becomes(monkeypatch, "a pupil")
    page = opened()
    assert {"own.close", "own.forget", "own.reopen"}.isdisjoint(button.key for button in page.button)
    collecting._remove(about, [1, 2])
    assert OwnStore().counts(about.name).total == 18


def test_a_collection_with_too_little_in_it_stays_open_and_says_why(manager: JobManager, shown: dict[str, Any]) -> None:
    about = made(session.visitor().name)
    page = opened()
    page.button(key="own.close").click().run()
    assert "the class cross has 0 pictures; expected at least 2" in words(page) and OwnStore().get(about.name).open


def test_forgetting_everything_leaves_no_file_and_taking_back_none_of_ones_own(
    manager: JobManager, shown: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = becomes(monkeypatch, "the owner")
    about = made(mine)
    collected(about)
    collecting._take(about, Given(RING, 0, 1))
    page = opened()
    page.button(key="own.take_back").click().run()
    assert OwnStore().counts(about.name).total == 18
    page.button(key="own.close").click().run()
    page.button(key="own.forget").click().run()
    assert not page.exception and page.title[0].value == "A data set of our own"
    assert not list((tmp_path / "own").rglob("*"))


def test_the_page_says_where_the_pictures_lie(manager: JobManager, shown: dict[str, Any], tmp_path: Path) -> None:
    made(session.visitor().name)
    assert str(tmp_path / "own") in words(opened()).replace("\\", "") and "takes home a run" in words(opened())


# --- a ZIP, and what is checked --------------------------------------------------------------------------------------


def zipped(folders: dict[str, int], broken: str = "") -> bytes:
    """A ZIP of coloured squares, so many in each folder; `broken`: a path of a file that is no picture."""
    stream, random = io.BytesIO(), np.random.default_rng(0)
    with zipfile.ZipFile(stream, "w") as archive:
        for folder, count in folders.items():
            for number in range(count):
                image = io.BytesIO()
                Image.fromarray(random.integers(0, 255, (32, 32, 3), np.uint8)).save(image, "PNG")
                archive.writestr(f"{folder}/{number}.png", image.getvalue())
        if broken:
            archive.writestr(broken, b"no picture")
    return stream.getvalue()


def uploads(page: AppTest, data: bytes, keep_rest: bool = False) -> AppTest:
    """Chooses the way by a ZIP, names the set and sends the file."""
    page.segmented_control(key="own.way").set_value("zip").run()
    page.text_input(key="own.zip.title").set_value("Squares")
    page.segmented_control(key="own.zip.kind").set_value("photographs")
    page.checkbox(key="own.zip.keep_rest").set_value(keep_rest)
    page.file_uploader[0].set_value(("squares.zip", data, "application/zip")).run()
    return page.button(key="own.zip.import").click().run()


def test_a_zip_becomes_a_closed_set_and_what_was_found_in_it_is_shown(manager: JobManager, shown: dict[str, Any]) -> None:
    page = uploads(opened(), zipped({"red": 4, "blue": 12}, broken="red/broken.png"), keep_rest=True)
    [about] = OwnStore().list_sets()
    assert not page.exception and not about.open and (about.classes, about.shape) == (("blue", "red"), (3, 32, 32))
    assert "1 size of files: 32 × 32 (16)" in words(page) and "red/broken.png" in words(page)
    assert "**blue** has 3 times as many pictures as **red**" in words(page) and "No picture is there twice" in words(page)


@pytest.mark.parametrize(("data", "says"), [
    (zipped({"red": 3}), "1 class; expected 2 to 20"), (zipped({"red": 3, "blue": 3}, broken="red/broken.png"), "red/broken.png"),
    (b"PK no archive", "ZIP"),
])  # fmt: skip
def test_a_zip_that_makes_no_set_is_told_in_a_line_and_leaves_nothing(manager: JobManager, data: bytes, says: str) -> None:
    page = uploads(opened(), data)
    assert says in words(page).replace("\\", "") and not OwnStore().list_sets() and not page.exception


def test_pictures_that_are_there_twice_are_shown_as_pairs(manager: JobManager, shown: dict[str, Any]) -> None:
    about = made(session.visitor().name)
    collected(about)
    image = OwnStore().images(about.name, [1])[1]
    OwnStore().add(about.name, image, 2, author="another")
    OwnStore().close(about.name)
    page = opened()
    [pairs] = [part.proto.body for part in page.get("html") if "own-pairs" in part.proto.body and "<figure" in part.proto.body]
    assert pairs.count("<figure") == 1 and "They have different classes" in pairs and pairs.count("<img") == 2
