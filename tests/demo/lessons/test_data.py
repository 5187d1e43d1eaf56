"""The page Data: data sets and their downloads, this machine, pictures without torch."""

from __future__ import annotations

import functools
import gzip
import io
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets import files as dataset_files
from core.datasets import formats
from core.datasets.files import SOURCES, FetchProgress, FetchStopped
from core.images import samples
from core.runs.manager import JobManager
from core.vocabulary.errors import LabError
from core.vocabulary.visitor import Visitor
from demo import studio
from demo.server import dataset_downloads
from demo.server.dataset_downloads import Fetching
from demo.ui import images as drawn
from demo.visitor import navigation, session
from tests.demo import visiting
from tests.demo.visiting import serving, visit, words

FOUR = (3, 5, 8, 12)
"""The training images of a data set that stand for it."""


def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


class Download:
    """Stands for core.datasets.files.fetch: tells half of the last file, then waits to be let go or stopped."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.calls, self.go_on, self.speed = error, 0, threading.Event(), 2e6

    def __call__(
        self, name: str, folder: Path, progress: dataset_files.Progress, stop: dataset_files.Stop, known: object, mirror: object
    ) -> None:
        self.calls += 1
        sizes = [file.size for file in SOURCES[name].layouts[0].downloads]
        progress(FetchProgress(name, "last", sizes[-1] // 2, sizes[-1], self.speed, sum(sizes[:-1]), sum(sizes)))
        while not self.go_on.wait(0.01):
            if stop():
                raise FetchStopped("stopped")
        if self.error:
            raise self.error


@pytest.fixture
def fetches(monkeypatch: pytest.MonkeyPatch) -> Fetching:
    """The server's downloads, none of them begun."""
    monkeypatch.delitem(sys.modules, dataset_downloads._HOME, raising=False)
    return dataset_downloads.installed()


@pytest.fixture
def download(monkeypatch: pytest.MonkeyPatch) -> Iterator[Download]:
    made = Download()
    monkeypatch.setattr(dataset_files, "fetch", made)
    yield made
    made.go_on.set()


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobManager]:
    visit(monkeypatch, "http://localhost:8501")
    with serving(tmp_path) as made:
        yield made


def script() -> None:
    from demo.lessons.data import page as lesson

    lesson.render()


opened = functools.partial(visiting.opened, script)


# --- downloads ---------------------------------------------------------------------------------------------------


def test_a_download_is_one_for_all_and_counts_all_its_files(
    fetches: Fetching, download: Download, tmp_path: Path
) -> None:
    assert fetches.look("mnist") is None and not fetches.active()
    fetches.start("mnist", tmp_path)
    fetches.start("mnist", tmp_path)
    until(lambda: (look := fetches.look("mnist")) is not None and look.done_bytes > 0)
    assert download.calls == 1, "the second wish for the same set joins the first"
    assert dataset_downloads.installed() is fetches, "every page sees the same downloads"

    look, files = fetches.look("mnist"), SOURCES["mnist"].layouts[0].downloads
    assert look and look.active and look.bytes_per_second == 2e6
    assert look.done_bytes == sum(file.size for file in files[:-1]) + files[-1].size // 2
    assert look.total_bytes == sum(file.size for file in files)
    assert look.share == pytest.approx(look.done_bytes / look.total_bytes)
    assert look.seconds_left == pytest.approx((look.total_bytes - look.done_bytes) / 2e6)

    download.go_on.set()
    until(lambda: not fetches.active())
    assert (end := fetches.look("mnist")) and not end.active and end.error == ""


def test_a_download_is_stopped_without_an_error_and_begun_again(
    fetches: Fetching, download: Download, tmp_path: Path
) -> None:
    fetches.start("mnist", tmp_path)
    fetches.stop("mnist")
    with pytest.raises(LabError, match="only who started the download of cifar10"):
        fetches.stop("cifar10")  # never begun
    until(lambda: not fetches.active())
    assert (look := fetches.look("mnist")) and look.error == ""
    fetches.start("mnist", tmp_path)
    until(lambda: download.calls == 2)
    assert fetches.active()


def test_a_download_that_fails_says_why(fetches: Fetching, download: Download, tmp_path: Path) -> None:
    download.error = LabError("cannot download x (https://there/x: no route to host)")
    download.go_on.set()
    fetches.start("mnist", tmp_path)
    until(lambda: not fetches.active())
    assert (look := fetches.look("mnist")) and "https://there/x" in look.error


def test_a_fault_of_ours_is_told_too(
    fetches: Fetching, download: Download, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    download.error = RuntimeError("oh")
    download.go_on.set()
    fetches.start("mnist", tmp_path)
    until(lambda: not fetches.active())
    assert (look := fetches.look("mnist")) and look.error == "RuntimeError: oh"
    assert "RuntimeError: oh" in caplog.text and "Traceback" in caplog.text


# --- the page ----------------------------------------------------------------------------------------------------


def test_missing_sets_are_offered_and_fetched_from_the_page(
    manager: JobManager, fetches: Fetching, download: Download
) -> None:
    page = opened()
    offered = [button.key for button in page.button if button.key.startswith("data.fetch.")]
    assert offered == ["data.fetch.mnist", "data.fetch.fashion-mnist", "data.fetch.cifar10"]
    page.button(key="data.fetch.cifar10").click().run()
    until(lambda: download.calls == 1)

    other = opened()  # a second browser
    assert other.button(key="data.fetch.cifar10").disabled and not other.button(key="data.stop.cifar10").disabled
    places = [button.key for button in other.button]
    other.button(key="data.stop.cifar10").click().run()
    until(lambda: not fetches.active())
    after = opened()
    assert not after.button(key="data.fetch.cifar10").disabled and after.button(key="data.stop.cifar10").disabled
    assert [button.key for button in after.button] == places, "a second click on Stop meets Stop"


@pytest.mark.parametrize(("speed", "says"), [
    (80e3, "0.08 MB/s, about 18 min left"), (2e6, "2.00 MB/s, less than a minute left"), (0.0, "waiting for the server"),
])  # fmt: skip
def test_a_download_says_how_long_it_will_take(
    speed: float, says: str, manager: JobManager, fetches: Fetching, download: Download
) -> None:
    download.speed = speed
    fetches.start("cifar10", manager.data)
    until(lambda: (look := fetches.look("cifar10")) is not None and look.done_bytes > 0)
    bars = [str(bar.proto.text) for bar in opened().get("progress")]
    assert [text.partition("MB, ")[2] for text in bars] == [says]


def test_a_download_is_stopped_by_who_started_it_or_the_teacher(
    manager: JobManager, fetches: Fetching, download: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened()
    page.button(key="data.fetch.cifar10").click().run()
    until(lambda: download.calls == 1)
    assert fetches.may_stop("cifar10", session.visitor().name)
    somebody = Visitor("another browser's cookie")
    monkeypatch.setattr(session, "visitor", lambda: somebody)
    assert opened().button(key="data.stop.cifar10").disabled
    with pytest.raises(LabError, match="only who started the download of cifar10, or the teacher, can stop it"):
        fetches.stop("cifar10", somebody.name)
    assert fetches.active()
    monkeypatch.setattr(session, "teaching", lambda: True)
    opened().button(key="data.stop.cifar10").click().run()
    until(lambda: not fetches.active())


def test_a_failed_download_is_told_with_its_address(
    manager: JobManager, fetches: Fetching, download: Download
) -> None:
    download.error = LabError("cannot download x (https://there/x: no route to host)")
    download.go_on.set()
    fetches.start("mnist", manager.data)
    until(lambda: not fetches.active())
    page = opened()
    assert "(https://there/x: no route to host)" in page.error[0].value.replace("\u200b", ""), "an address as words, not as a link"
    assert "Try again" in page.button(key="data.fetch.mnist").label


def test_where_it_comes_from_is_said(manager: JobManager, fetches: Fetching, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAB_MIRROR", raising=False)
    assert "From public servers" in words(opened()) and "mirror" not in words(opened())
    monkeypatch.setenv("LAB_MIRROR", "/media/stick")
    assert "From your school's mirror" in words(opened()) and "/media" not in words(opened())


def test_a_mirror_that_is_none_is_told_where_it_is_used(
    manager: JobManager, fetches: Fetching, download: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_MIRROR", "ftp://school")
    fetches.start("mnist", manager.data)
    until(lambda: not fetches.active())
    assert download.calls == 0 and "LAB_MIRROR is 'ftp" in opened().error[0].value


def test_a_truncated_file_is_named(manager: JobManager, fetches: Fetching) -> None:
    folder = manager.data / "MNIST" / "raw"
    folder.mkdir(parents=True)
    (folder / "train-images-idx3-ubyte").write_bytes(b"short")
    assert "train-images-idx3-ubyte is truncated" in opened().warning[0].value


def test_it_leads_to_a_data_set_of_one_s_own(manager: JobManager, fetches: Fetching, monkeypatch: pytest.MonkeyPatch) -> None:
    links: list[tuple[str, str]] = []
    monkeypatch.setattr(navigation, "link", lambda *link: links.append(link))
    opened()
    assert links == [("own", "Make a data set of your own")] and "own" in studio.ALL


def test_it_says_what_the_machine_is_and_how_much_goes_on(manager: JobManager, fetches: Fetching) -> None:
    assert "Nothing has been trained yet" in words(opened())
    until(lambda: manager.facts is not None, 60)
    assert "CPU" in words(opened()) or str(manager.facts["device_name"]) in words(opened())  # type: ignore[index]


# --- pictures ----------------------------------------------------------------------------------------------------


def opened_png(data: bytes | None) -> Image.Image:
    assert data
    return Image.open(io.BytesIO(data))


def test_digits_are_the_ones_of_scikit_learn() -> None:
    from sklearn.datasets import load_digits

    expected = np.round(load_digits().images[list(FOUR)] * 255 / 16).astype(np.uint8)
    assert np.array_equal(samples.cheaply("digits", None)[:, 0], expected)
    height = drawn.THUMBNAIL
    assert opened_png(drawn.thumbnails("digits", None)).size == (4 * height + 3 * drawn.THUMBNAIL_GAP, height)


@pytest.mark.parametrize("packed", [False, True])
def test_idx_pictures(tmp_path: Path, packed: bool) -> None:
    images = np.random.default_rng(0).integers(0, 256, (20, 28, 28), np.uint8)
    data = bytes(formats.IDX_HEAD) + images.tobytes()
    (tmp_path / "train-images-idx3-ubyte.part").write_bytes(b"half")
    name = "train-images-idx3-ubyte" + (".gz" if packed else "")
    (tmp_path / name).write_bytes(gzip.compress(data) if packed else data)
    assert np.array_equal(samples.cheaply("mnist", tmp_path)[:, 0], images[list(FOUR)])


def test_cifar_pictures_have_their_colours_in_place(tmp_path: Path) -> None:
    records = np.random.default_rng(0).integers(0, 256, (20, formats.CIFAR_RECORD), np.uint8)
    records[3, 1:1025] = 200  # the red plane
    (tmp_path / "data_batch_1.bin").write_bytes(records.tobytes())
    images = samples.cheaply("cifar10", tmp_path)
    assert images.shape == (4, 3, 32, 32) and (images[0, 0] == 200).all()
    assert images[1, 1, 2, 3] == records[5, 1 + 1024 + 2 * 32 + 3]


def test_what_cannot_be_read_gives_no_picture(tmp_path: Path) -> None:
    (tmp_path / "data_batch_1.bin").write_bytes(b"short")
    assert drawn.thumbnails("cifar10", tmp_path) is None
    assert drawn.thumbnails("mnist", tmp_path / "nowhere") is None
