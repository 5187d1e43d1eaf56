"""The page "Seeing at low resolution": it asks first, its numbers are counted, the game keeps first guesses, the class is pooled."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import altair
import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.classroom import game
from core.classroom.game import CLASSES, SIDES, Task
from core.classroom.guesses import Guess
from core.engines.thread import ThreadEngine
from core.images import quality, samples
from core.inference.model_registry import ModelRegistry
from core.inference.protocols import ProtocolAnswer
from core.pretrained import showcase
from core.pretrained.cards import FOLDER, read_cards, write_card
from core.runs.manager import JobManager
from core.runs.store import open_store
from core.studies import resolution
from core.vocabulary.datasets import SOURCES
from core.vocabulary.records import Facts
from core.vocabulary.visitor import Visitor
from demo import text
from demo.charts import export
from demo.classroom import asking
from demo.lessons.seeing import figures, image_quality
from demo.lessons.seeing import game as seeing_game
from demo.server import services
from demo.ui import images
from tests import run_records
from tests.demo.lessons.test_train import asked

CAT, SHIP = CLASSES.index("cat"), CLASSES.index("ship")


@pytest.fixture(autouse=True)
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobManager]:
    """A machine with `digits` alone and no card; the visitor has a cookie."""
    visit(monkeypatch, "ann")
    made = JobManager(open_store(tmp_path / "runs"), ThreadEngine(tmp_path), data=tmp_path, token="secret", threads=1, cards=FOLDER)
    services.install(made)
    (tmp_path / "cards").mkdir()
    monkeypatch.setattr(asking, "read_cards", lambda _folder: read_cards(tmp_path / "cards"))
    yield made
    made.close()


def visit(monkeypatch: pytest.MonkeyPatch, owner: str) -> None:
    context = SimpleNamespace(cookies={"lab_owner": owner}, theme=SimpleNamespace(type="light"), url="http://localhost:8501")
    monkeypatch.setattr("streamlit.context", context)


def script() -> None:
    from demo.lessons.seeing import page as seeing

    seeing.render()


def opened(section: str = "lost") -> AppTest:
    """The page, its question skipped where it still asks; what is lost stands at its address without one."""
    page = AppTest.from_function(script, default_timeout=120)
    page.query_params["section"] = section
    page.run()
    if "ask.question.skip" in keys(page):
        page.button(key="ask.question.skip").click().run()
    assert not page.exception, page.exception
    return page


def words(page: AppTest) -> str:
    parts = [*page.markdown, *page.caption, *page.error, *page.info, *page.success, *page.warning, *page.subheader]
    return "\n".join(str(part.value) for part in parts)


def numbers(page: AppTest, place: int = 0) -> dict[str, list[Any]]:
    return {str(name): list(values) for name, values in page.dataframe[place].value.items()}


def test_it_asks_before_it_shows() -> None:
    page = AppTest.from_function(script, default_timeout=120).run()
    assert not page.exception and not page.get("button_group")
    assert len(page.get("image")) == 1, "the game beside the question, also on a machine without its data set"
    assert ", ".join(CLASSES) in words(page), "the classes are called by their names"


# --- what is lost -----------------------------------------------------------------------------------------------------


def test_the_first_ten_pictures_and_what_they_lose(tmp_path: Path) -> None:
    page = opened()
    found, names = quality.of_dataset("digits", tmp_path, 0, 10)
    assert ", ".join(names) in words(page) and len(page.get("image")) == len(SOURCES["digits"].sides)
    table = numbers(page)
    expected = [quality.loss(found, pair.reduced, pair.restored) for pair in quality.pairs(found, (8, 6, 4), "bilinear")]
    assert table["side"] == ["8 × 8", "6 × 6", "4 × 4"] and table["raw"] == [64, 36, 16]
    assert np.allclose(table["difference"], [one.difference for one in expected])
    assert np.allclose(table["above"], [100 * one.above for one in expected]) and expected[-1].above > 0.01
    kept = 100 * (1 - expected[-1].above)
    assert "**25.0%** of them" in words(page) and f"carry **{kept:.1f}%**" in words(page)


def test_any_pictures_by_any_filter(tmp_path: Path) -> None:
    page = opened()
    page.number_input(key="seeing.first.digits").set_value(1797).run()
    assert not page.exception, "at the end of the set fewer are shown"
    page.number_input(key="seeing.first.digits").set_value(101).run()
    next(row for row in page.get("button_group") if row.key == "seeing.count").set_value(1).run()
    page.selectbox(key="seeing.filter").set_value("nearest").run()
    assert not page.exception
    found, names = quality.of_dataset("digits", tmp_path, 100, 1)
    (pair,) = quality.pairs(found, (4,), "nearest")
    assert np.isclose(numbers(page)["difference"][-1], quality.difference(found, pair.restored))
    assert "mode='nearest'" in page.code[0].value and names[0] in words(page)


def test_the_spectrum_s_figure_holds_the_energies_and_fits_the_schema() -> None:
    found = np.random.default_rng(0).integers(0, 256, (2, 3, 32, 32), np.uint8)
    pairs = quality.pairs(found, (32, 8), "area")
    figure = image_quality.spectrum(pairs, "area")
    altair.Chart.from_dict(export.whole(figure))
    rows = list(zip(*(figure.columns[name] for name in ("waves", "share", "series")), strict=True))
    first = [share for waves, share, series in rows if series == "32 × 32, the original"]
    assert np.isclose(sum(first), 100) and len(first) == 16


def test_a_sheet_pairs_the_pictures_and_squares_are_as_large() -> None:
    large, small = (np.full((1, side, side), shade, np.uint8) for side, shade in ((8, 200), (4, 100)))
    sheet = np.asarray(Image.open(io.BytesIO(images.sheet([[small, small], [large, large]]))))
    assert sheet.shape == (14 * 12, 18 * 12, 4)
    assert sheet[24, 12 * 4, 0] == 100 and sheet[-1, 0, 0] == 200 and sheet[0, 0, 3] == 0
    for side in SIDES:
        assert seeing_game.SHOWN % side == 0
    assert Image.open(io.BytesIO(images.squares([small, large], 288))).size == (2 * 288 + images.ROOM, 288)


# --- strange files (issue 4, must show 6) -----------------------------------------------------------------------------


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def strange() -> dict[str, tuple[str, bytes, str]]:
    """What -> (file's name, its bytes, what the page refuses it with, "" for a picture that works)."""
    drawn = np.full((40, 60, 3), 255, np.uint8)
    drawn[10:30, 20:40] = (200, 30, 60)
    drawn[15:25, 25:35] = 255  # a zero
    red = Image.fromarray(drawn)
    palette = Image.fromarray((drawn[:, :, 1] == 255).astype(np.uint8), "P")
    palette.putpalette([10, 20, 30, 40, 50, 60])
    exif = Image.Exif()
    exif[0x0112] = 6
    return {
        "12,000 x 12,000": ("large.png", saved(Image.new("1", (12_000, 12_000)), "PNG"), "expected at most 25 million"),
        "animated GIF": ("a.gif", saved(red, "GIF", save_all=True, append_images=[Image.new("RGB", red.size)]), ""),
        "CMYK JPEG": ("print.jpg", saved(red.convert("CMYK"), "JPEG"), ""),
        "16-bit PNG": ("deep.png", saved(Image.fromarray(drawn[:, :, 1].astype(np.uint16) << 8), "PNG"), ""),
        "palette with transparency": ("palette.png", saved(palette, "PNG", transparency=1), ""),
        "EXIF-rotated": ("photo.jpg", saved(red, "JPEG", exif=exif), ""),
        "text": ("notes.png", b"this is a text", "cannot be read as a picture"),
    }


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("lesson", ["seeing", "convolution"])
def test_strange_files_work_or_are_refused_in_one_sentence(lesson: str) -> None:
    page = own() if lesson == "seeing" else other(lesson)
    for what, (name, content, refusal) in strange().items():
        page.file_uploader(key=f"{lesson}.upload").set_value((name, content, "image/png")).run()
        assert not page.exception, f"{what}: {page.exception}"
        told = [error.value for error in page.error]
        if refusal:
            assert len(told) == 1 and refusal in told[0] and "\n" not in told[0], what
        else:
            assert not told, f"{what}: {told}"


def own() -> AppTest:
    page = opened()
    page.toggle(key="seeing.own").set_value(True).run()
    assert "Choose a file first" in page.info[-1].value
    return page


def other(lesson: str) -> AppTest:
    page = AppTest.from_string(f"from demo.lessons.{lesson} import page\n\npage.render()\n", default_timeout=120).run()
    page.button(key="ask.question.skip").click().run()
    page.selectbox(key=f"{lesson}.picture").set_value("upload").run()
    return page


# --- the game ---------------------------------------------------------------------------------------------------------


def task(index: int, _data: Path = Path()) -> Task:
    """A grey ramp, a ship in every second place."""
    image = np.full((3, 32, 32), index % 256, np.uint8)
    views = {pair.side: pair for pair in quality.pairs(image[None], SIDES, "bilinear")}
    return Task(index, SHIP if index % 2 else CAT, image, views)


def answers(asked_for: Task, _registry: ModelRegistry) -> tuple[ProtocolAnswer, ...]:
    """TOTV says cat, mixed ship; TVTV is not there."""
    said = {"totv": "cat", "mixed": "ship", "tvtv": None}
    return tuple(ProtocolAnswer(protocol, side, f"net-{protocol}", label, 0.5 if label else None, None)
                 for protocol, label in said.items() for side in SIDES)  # fmt: skip


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.datasets.files.state", lambda *_: SimpleNamespace(present=True))
    monkeypatch.setattr(game, "task", task)
    monkeypatch.setattr(game, "answers", answers)


def keys(page: AppTest) -> set[str | None]:
    return {button.key for button in page.button}


def html_of(page: AppTest) -> str:
    return "".join(part.proto.body for part in page.get("html"))


def marks(page: AppTest) -> list[list[str]]:
    """What stands under the pictures, row by row."""
    rows = re.findall(r"<tr><th scope='row'>.*?</tr>", html_of(page))
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", row)] for row in rows]


def guess(page: AppTest, number: int) -> None:
    page.button(key=f"seeing.guess.{number}").click().run()
    assert not page.exception, page.exception


def test_without_the_data_set_those_are_played_that_come_with_the_app() -> None:
    """To the end: each is a test picture, and the networks' answers are those that the first page has of it."""
    kept = showcase.read(FOLDER)
    assert kept is not None
    page = opened("game")
    indices = game.indices(1, kept)
    assert len(set(indices)) == 5 and set(indices) <= set(kept.indices) and f"test picture {indices[0]}" in words(page)
    assert "the ten that come with the app" in words(page)
    place = kept.indices.index(indices[0])
    assert game.kept_task(indices[0], kept).label == kept.labels[place]
    for _ in SIDES:
        guess(page, kept.labels[place])
    for row, protocol in zip(marks(page)[1:], ("totv", "tvtv", "mixed"), strict=True):
        said = [CLASSES[label] for label, _ in kept.answers[protocol][place]]
        assert [re.sub("^[✓✗]", "", word) for word in row] == said


def test_without_data_set_and_pictures_the_game_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showcase, "read", lambda _: None)
    page = opened("game")
    assert "not on this machine yet" in words(page) and "data cifar10 --fetch" in page.code[0].value


@pytest.mark.usefixtures("played")
def test_a_picture_grows_and_the_learner_stands_beside_the_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened("game")
    first = game.indices(1)[0]
    truth = task(first).label
    assert f"Picture 1 of 5 · round 1 · test picture {first}" in words(page) and "seeing.still" not in keys(page)
    for place, side in enumerate(SIDES):
        assert f"Left: {side} × {side} pixels" in str(page.get("image")[0].proto), side
        assert "It is a" not in words(page), "nothing is told before the last size"
        if place in (2, 3):
            assert page.button(key="seeing.still").label == "Still: truck"
            page.button(key="seeing.still").click().run()
        else:
            guess(page, len(CLASSES) if place == 0 else 9 if place < 4 else truth)
    knew, never = ("Sharp only", "All sizes") if truth == CAT else ("All sizes", "Sharp only")
    line = next(part.value for part in page.markdown if part.value.startswith("It is a"))
    assert line.startswith(f"It is a **{CLASSES[truth]}**.") and line.endswith(" You knew it from 16 × 16 on.")
    assert f"{knew} knew it from 4 × 4 on." in line and f"{never} never did." in line
    right = {"cat": "✓" if truth == CAT else "✗", "ship": "✓" if truth == SHIP else "✗"}
    assert marks(page) == [["✗no idea", *3 * ["✗truck"], *3 * [f"✓{CLASSES[truth]}"]], 7 * [f"{right['cat']}cat"], 7 * ["not here yet"], 7 * [f"{right['ship']}ship"]]
    assert "| 4 | cat (50.0%) | not here yet | ship (50.0%) |" in words(page)
    assert f"| 32 | 1 | {int(truth == CAT)} | – | {int(truth == SHIP)} |" in words(page)
    assert any("pretrain net-tvtv" in code.value for code in page.code), "what is missing is told"
    page.button(key="seeing.next").click().run()
    assert "Picture 2 of 5" in words(page) and "It is a" not in words(page)
    again = opened("game")
    assert "Picture 2 of 5" in words(again), "a reload goes on with the first open picture"
    visit(monkeypatch, "ben")
    assert "Picture 1 of 5" in words(opened("game")), "somebody else starts at the first"


@pytest.mark.usefixtures("played")
def test_a_round_ends_when_every_picture_was_guessed() -> None:
    page = opened("game")
    pool, ann = services.guesses(), Visitor("ann")
    for index in game.indices(1)[1:]:
        for side in SIDES:
            pool.submit(ann, Guess(index, side, task(index).label, CAT))
    for _ in SIDES:
        guess(page, CAT)
    assert "Round 1 is over" in words(page) and "over 5 pictures" in html_of(page)
    right = sum(task(index).label == CAT for index in game.indices(1))
    assert f"| 4 | {right} | {right} | – | {5 - right} |" in words(page) and 0 < right < 5


@pytest.mark.usefixtures("played")
def test_a_full_pool_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services.guesses(), "_most", 0)
    page = opened("game")
    guess(page, CAT)
    assert "room for no more" in page.error[0].value and "Left: 4 × 4" in str(page.get("image")[0].proto)


@pytest.mark.data
def test_a_round_s_pictures_are_the_test_set_s_and_the_networks_answer(real_data: Path) -> None:
    from core.datasets import loading

    data = loading.load("cifar10", real_data)
    index = game.indices(1)[0]
    found = game.task(index, real_data)
    assert np.array_equal(found.image, data.images[data.train_size + index].numpy()) and found.label == data.labels[data.train_size + index]
    assert found.views[4].reduced.shape == (1, 3, 4, 4) and np.array_equal(found.views[32].restored[0], found.image)
    registry = ModelRegistry(FOLDER)
    cells = {(cell.protocol, cell.resolution): cell for cell in game.answers(found, registry)}
    assert cells.keys() == {(protocol, side) for protocol in resolution.PROTOCOLS for side in SIDES}
    network = registry.get("cifar10-mixed")
    chances = network.probabilities(network.at(found.image[None], 6, "bilinear"))[0]
    assert cells["mixed", 6].probability == pytest.approx(float(chances.max()))
    assert cells["mixed", 6].label == network.classes[chances.argmax()]
    assert game.indices(1) == game.indices(1) != game.indices(2)


# --- the class --------------------------------------------------------------------------------------------------------


def put_cards(folder: Path) -> None:
    """TOTV right in 3 of 10 at 8, mixed in 6 of 10; TVTV is not there."""
    for name, right in (("cifar10-32", 3), ("cifar10-mixed", 6)):
        matrix = [[right if row == column else 10 - right if column == (row + 1) % 10 else 0 for column in range(10)] for row in range(10)]
        recipe = resolution.plan()[name].recipe
        facts = Facts(classes=tuple(CLASSES), shape=(3, 32, 32))
        card = run_records.card(name, recipe, facts, (), run_records.result(0, right / 10), {"bilinear": {"8": matrix, "32": matrix}})
        write_card(card, folder / "cards")


def test_nobody_has_guessed_and_no_network_is_there() -> None:
    page = opened("people")
    assert any("Nobody has guessed yet" in info.value for info in page.info) and not page.dataframe
    assert any("pretrain cifar10-32" in code.value for code in page.code)
    assert "Nobody of the class has guessed at 8 × 8" in words(page) and "The networks are not here yet" in words(page)


def test_the_class_is_pooled_beside_the_networks(tmp_path: Path) -> None:
    put_cards(tmp_path)
    pool = services.guesses()
    for number in range(10):
        pool.submit(Visitor(f"p{number}"), Guess(number % 3, 8, SHIP, SHIP if number < 8 else None if number == 8 else CAT))
    pool.submit(Visitor("p0"), Guess(0, 4, SHIP, None))
    page = opened("people")
    assert "Guesses: **11**. Browsers: **10**. Different pictures: **3**." in words(page)
    assert "Few guesses say little. At 4 × 4 there are 1, of which 0 right: the true share may be anything from 0.0% to 79.3%" in words(page)
    table = numbers(page)
    place = table["side"].index(8)
    row = {name: values[place] for name, values in table.items()}
    assert (row["guesses"], round(row["people"], 1), round(row["no_idea"], 1)) == (10, 80.0, 10.0)
    assert (round(row["low"], 1), round(row["high"], 1)) == (49.0, 94.3), "Wilson, 8 of 10"
    assert (round(row["totv"], 1), round(row["mixed"], 1)) == (30.0, 60.0)
    assert "right in **8** of 10 guesses: 80.0%" in words(page) and "sharp only 30.0%, all sizes 60.0%" in words(page)
    assert "ahead of: sharp only." in words(page) and "Too few guesses to tell the class from: all sizes." in words(page)
    assert 'Without "no idea": 1 of 10 guesses.' in words(page)


def test_a_class_that_is_behind_is_told_so(tmp_path: Path) -> None:
    put_cards(tmp_path)
    for number in range(40):
        services.guesses().submit(Visitor(f"p{number}"), Guess(1, 8, SHIP, CAT))
    page = opened("people")
    assert "The class is behind: sharp only, all sizes." in words(page) and "say little" not in words(page)


def test_only_the_teacher_may_start_again() -> None:
    pool = services.guesses()
    pool.submit(Visitor("ben"), Guess(1, 8, SHIP, CAT))
    page = opened("people")
    assert not [button for button in page.button if button.key == "seeing.reset"]
    page.session_state["lab.token"] = "guessed"
    page.run()
    assert not [button for button in page.button if button.key == "seeing.reset"]
    page.session_state["lab.token"] = "secret"
    page.run()
    page.button(key="seeing.reset").click().run()
    assert not page.exception and not pool.everybody() and "Nobody has guessed yet" in words(page)


def test_the_figure_of_the_class_fits_the_schema(tmp_path: Path) -> None:
    put_cards(tmp_path)
    tested = game.tested(asking.cards("resolution"))
    assert [(one.protocol, one.side, one.accuracy) for one in tested] == [
        ("totv", 8, 0.3), ("totv", 32, 0.3), ("tvtv", 32, 0.3), ("mixed", 8, 0.6), ("mixed", 32, 0.6),
    ]  # fmt: skip
    from core.classroom.guesses import count_guesses

    figure = figures.beside(count_guesses([[Guess(1, 8, SHIP, SHIP)]]), tested)
    altair.Chart.from_dict(export.whole(figure))
    assert figure.columns["right"][0] == 100.0 and figure.columns["low"][0] == pytest.approx(20.65, abs=0.01)
    assert figure.columns["low"][1:] == [None] * 5 and figure.columns["answers"][1:] == [100] * 5


# --- the texts --------------------------------------------------------------------------------------------------------


def test_every_text_that_is_asked_for_exists_and_every_text_is_asked_for() -> None:
    there = set(text.everything("seeing"))
    used, patterns = asked(["lessons/seeing"])
    used |= {"intro", "question", "unplayed", "close", "sections", "remember", "next", "teacher"}  # demo.classroom.questions, study, lesson
    patterns |= {r"question_\w+", r"section_\w+"}
    assert used - {"people"} <= there
    assert {key for key in there - used if not any(re.fullmatch(pattern, key) for pattern in patterns)} == set()


def test_the_digits_of_the_lesson_are_the_data_set_s(tmp_path: Path) -> None:
    found, _ = quality.of_dataset("digits", tmp_path, SOURCES["digits"].samples[0], 1)
    assert np.array_equal(found[0, 0], samples.cheaply("digits", None)[0, 0])
