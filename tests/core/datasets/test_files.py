"""Finding and fetching data sets, against a server of our own that cuts, alters and lies."""

from __future__ import annotations

import gzip
import multiprocessing
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from core.datasets import download
from core.datasets import files as dataset_files
from core.datasets.download import FetchProgress, FetchStopped
from core.vocabulary.errors import LabError

if TYPE_CHECKING:
    from conftest import Server, Tiny

RAW = "MNIST/raw"
IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
NOBODY = "http://127.0.0.1:9/"  # the discard port: nothing listens there


def files_in(folder: Path) -> set[str]:
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {name for name in files if not name.endswith(".lock")}


def silent(progress: FetchProgress) -> None: ...


def one_line(error: pytest.ExceptionInfo[LabError]) -> str:
    message = str(error.value)
    assert "\n" not in message
    return message


# What there is


@pytest.mark.slow
def test_importing_sources_loads_neither_torch_nor_numpy_nor_the_network() -> None:
    code = (
        "import core.datasets.files, sys; print([m for m in ('torch','numpy','urllib.request') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_catalog_names_the_four_sets_in_order_with_ten_classes_each() -> None:
    assert list(dataset_files.SOURCES) == ["digits", "mnist", "fashion-mnist", "cifar10"]
    assert all(len(set(source.classes)) == 10 for source in dataset_files.SOURCES.values())
    assert dataset_files.SOURCES["cifar10"].classes[0] == "plane"
    assert dataset_files.SOURCES["fashion-mnist"].classes[-1] == "Ankle boots"


def test_an_unknown_name_is_refused_with_the_names_that_exist(tmp_path: Path) -> None:
    with pytest.raises(LabError) as error:
        dataset_files.state("imagenet", tmp_path)
    assert "'imagenet'" in one_line(error) and "cifar10" in str(error.value)


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({"LAB_DATA": "/somewhere"}, "linux", Path("/somewhere")),
        ({"LAB_DATA": "~/lab"}, "linux", Path.home() / "lab"),
        ({"LAB_DATA": "here"}, "linux", Path.cwd() / "here"),
        ({"XDG_CACHE_HOME": "/cache"}, "linux", Path("/cache/resolution-lab")),
        ({}, "linux", Path.home() / ".cache/resolution-lab"),
        ({"LAB_DATA": ""}, "darwin", Path.home() / "Library/Caches/resolution-lab"),
        ({"LOCALAPPDATA": "/local"}, "win32", Path("/local/resolution-lab")),
    ],
)
def test_the_data_folder(environ: dict[str, str], platform: str, expected: Path) -> None:
    assert dataset_files.data_folder(environ, platform) == expected.absolute()


# Whether it is here


def test_digits_are_always_here(tmp_path: Path) -> None:
    assert dataset_files.state("digits", tmp_path) == dataset_files.State(True, None, "scikit-learn", "")


def test_a_set_that_is_not_here_has_no_problem(tiny: Tiny, tmp_path: Path) -> None:
    assert dataset_files.state("mnist", tmp_path, tiny.sources) == dataset_files.State(False, None, "", "")


@pytest.mark.parametrize("spelling", ["{}", "{}.gz", "dot", "dot.gz"])
def test_idx_files_count_in_every_spelling(spelling: str, tiny: Tiny, tmp_path: Path) -> None:
    raw = tmp_path / RAW
    raw.mkdir(parents=True)
    for name, data in tiny.files[RAW].items():
        name = name.replace("-idx", ".idx") if spelling.startswith("dot") else name
        packed = spelling.endswith(".gz")
        (raw / (name + ".gz" if packed else name)).write_bytes(gzip.compress(data) if packed else data)
    assert dataset_files.state("mnist", tmp_path, tiny.sources) == dataset_files.State(True, raw, "idx files", "")


@pytest.mark.parametrize("layout", ["cifar-10-batches-bin", "cifar-10-batches-py"])
def test_cifar_counts_in_both_versions(layout: str, tiny: Tiny, tmp_path: Path) -> None:
    folder = tiny.lay(tmp_path, layout)
    found = dataset_files.state("cifar10", tmp_path, tiny.sources)
    assert (found.present, found.path, found.problem) == (True, folder, "")


def test_a_truncated_file_is_named_with_both_sizes(tiny: Tiny, tmp_path: Path) -> None:
    path = tiny.lay(tmp_path, RAW) / IMAGES
    whole = path.read_bytes()
    path.write_bytes(whole[:-7])
    found = dataset_files.state("mnist", tmp_path, tiny.sources)
    assert not found.present
    assert found.problem == f"{path} is truncated: {len(whole) - 7} bytes instead of {len(whole)}"


def test_a_truncated_gzip_file_is_named(tiny: Tiny, tmp_path: Path) -> None:
    path = tiny.lay(tmp_path, RAW) / IMAGES
    packed = gzip.compress(path.read_bytes())
    path.unlink()
    path.with_name(path.name + ".gz").write_bytes(packed[:-9])
    found = dataset_files.state("mnist", tmp_path, tiny.sources)
    assert not found.present and f"{path}.gz is truncated" in found.problem


def test_a_missing_file_is_named(tiny: Tiny, tmp_path: Path) -> None:
    path = tiny.lay(tmp_path, RAW) / LABELS
    path.unlink()
    assert dataset_files.state("mnist", tmp_path, tiny.sources).problem == f"{path} is missing"


def test_a_whole_file_is_preferred_to_a_truncated_spelling_of_it(tiny: Tiny, tmp_path: Path) -> None:
    path = tiny.lay(tmp_path, RAW) / IMAGES
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
    path.write_bytes(b"")
    _, paths = dataset_files.ready("mnist", tmp_path, tiny.sources)
    assert paths[0].name == IMAGES + ".gz"


def test_verified_sees_what_sizes_cannot_tell(tiny: Tiny, tmp_path: Path) -> None:
    path = tiny.lay(tmp_path, RAW) / LABELS
    assert dataset_files.verified("mnist", tmp_path, tiny.sources) == dataset_files.state("mnist", tmp_path, tiny.sources)
    path.write_bytes(flipped(path.read_bytes()))
    assert dataset_files.state("mnist", tmp_path, tiny.sources).present
    found = dataset_files.verified("mnist", tmp_path, tiny.sources)
    assert not found.present and f"{path} is altered: sha256 " in found.problem
    assert dataset_files.verified("digits", tmp_path).present


@pytest.mark.parametrize("version", [0, 1])
def test_a_published_archive_counts_and_is_unpacked_when_needed(
    version: int, tiny: Tiny, tmp_path: Path
) -> None:
    layout = tiny.sources["cifar10"].layouts[version]
    archive = tmp_path / layout.downloads[0].name
    archive.write_bytes(tiny.published[archive.name])
    found = dataset_files.state("cifar10", tmp_path, tiny.sources)
    assert (found.present, found.path) == (True, archive)
    ready, paths = dataset_files.ready("cifar10", tmp_path, tiny.sources)
    assert ready == layout
    assert [path.read_bytes() for path in paths] == list(tiny.files[layout.folder].values())
    assert archive.exists(), "an archive that somebody laid there is theirs"
    assert not (tmp_path.parent / "escaped").exists() and not (tmp_path / "escaped").exists()


def test_an_altered_archive_is_named_and_not_unpacked(tiny: Tiny, tmp_path: Path) -> None:
    archive = tmp_path / "cifar-10-binary.tar.gz"
    archive.write_bytes(flipped(tiny.published[archive.name]))
    with pytest.raises(LabError) as error:
        dataset_files.ready("cifar10", tmp_path, tiny.sources)
    assert f"{archive} is altered: md5 " in one_line(error) and "data cifar10 --fetch" in str(error.value)
    assert files_in(tmp_path) == {archive.name}


def test_a_truncated_archive_is_named(tiny: Tiny, tmp_path: Path) -> None:
    archive = tmp_path / "cifar-10-python.tar.gz"
    archive.write_bytes(tiny.published[archive.name][:100])
    found = dataset_files.state("cifar10", tmp_path, tiny.sources)
    assert not found.present and f"{archive} is truncated: 100 bytes" in found.problem


def test_an_archive_without_a_batch_is_refused(tiny: Tiny, tmp_path: Path) -> None:
    binary = tiny.sources["cifar10"].layouts[0]
    members = {f"{binary.folder}/{file.name}": b"x" for file in binary.files[1:]}
    tiny.published["cifar-10-binary.tar.gz"] = data = tiny.pack(members)
    published = replace(binary.downloads[0], size=len(data), digest=download.hashlib.md5(data).hexdigest())
    layout = replace(binary, downloads=(published,))
    catalog = {"cifar10": replace(tiny.sources["cifar10"], layouts=(layout,))}
    (tmp_path / published.name).write_bytes(data)
    with pytest.raises(LabError, match=r"does not hold .*data_batch_1\.bin"):
        dataset_files.ready("cifar10", tmp_path, catalog)


def flipped(data: bytes) -> bytes:
    """The same length, one byte in the middle changed."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


# Fetching


def test_idx_files_are_fetched_gzipped_and_a_second_fetch_asks_for_nothing(
    tiny: Tiny, server: Server, tmp_path: Path
) -> None:
    told: list[FetchProgress] = []
    catalog = tiny.served_by(server.address)
    found = dataset_files.fetch("mnist", tmp_path, told.append, sources=catalog)
    assert found == dataset_files.State(True, tmp_path / RAW, "idx files", "")
    assert files_in(tmp_path) == {f"{RAW}/{name}.gz" for name in tiny.files[RAW]}
    assert {step.file: step.done_bytes for step in told if step.done_bytes == step.total_bytes} == {
        name: len(data) for name, data in tiny.published.items() if "ubyte" in name
    }
    server.requests.clear()
    dataset_files.fetch("mnist", tmp_path, told.append, sources=catalog)
    assert server.requests == []


def test_cifar_is_unpacked_and_its_archive_removed(tiny: Tiny, server: Server, tmp_path: Path) -> None:
    found = dataset_files.fetch("cifar10", tmp_path, sources=tiny.served_by(server.address))
    binary = "cifar-10-batches-bin"
    assert found == dataset_files.State(True, tmp_path / binary, "binary version", "")
    assert files_in(tmp_path) == {f"{binary}/{name}" for name in tiny.files[binary]}
    assert all((tmp_path / binary / name).read_bytes() == data for name, data in tiny.files[binary].items())
    assert not (tmp_path.parent / "escaped").exists()


def test_a_good_archive_that_lies_there_needs_no_download(tiny: Tiny, server: Server, tmp_path: Path) -> None:
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(tiny.published["cifar-10-python.tar.gz"])
    found = dataset_files.fetch("cifar10", tmp_path, sources=tiny.served_by(server.address))
    assert found.path == tmp_path / "cifar-10-batches-py" and server.requests == []


@pytest.mark.parametrize("damage", [lambda data: data[:-3], flipped], ids=["truncated", "altered"])
def test_only_the_damaged_file_is_fetched_again(
    damage: Callable[[bytes], bytes], tiny: Tiny, server: Server, tmp_path: Path
) -> None:
    path = tiny.lay(tmp_path, RAW) / LABELS
    path.write_bytes(damage(path.read_bytes()))
    dataset_files.fetch("mnist", tmp_path, sources=tiny.served_by(server.address))
    assert server.requests == [(LABELS + ".gz", None)]
    assert not path.exists(), "the damaged file must not stand before the good one"
    layout, paths = dataset_files.ready("mnist", tmp_path, tiny.sources)
    for found, file in zip(paths, layout.files, strict=True):
        assert dataset_files.content(found, file) == tiny.files[RAW][file.name]


def test_an_altered_python_version_is_replaced_by_the_binary_one(
    tiny: Tiny, server: Server, tmp_path: Path
) -> None:
    path = tiny.lay(tmp_path, "cifar-10-batches-py") / "test_batch"
    path.write_bytes(flipped(path.read_bytes()))
    found = dataset_files.fetch("cifar10", tmp_path, sources=tiny.served_by(server.address))
    assert found.layout == "binary version"


def test_a_cut_connection_is_taken_up_where_it_broke(tiny: Tiny, server: Server, tmp_path: Path) -> None:
    name = IMAGES + ".gz"
    server.cuts[name] = [100, 50]
    dataset_files.fetch("mnist", tmp_path, sources=tiny.served_by(server.address))
    asked = [wanted for file, wanted in server.requests if file == name]
    assert asked == [None, "bytes=100-", "bytes=150-"]
    assert (tmp_path / RAW / name).read_bytes() == tiny.published[name]


def test_what_a_dead_line_left_is_used_by_the_next_fetch(tiny: Tiny, server: Server, tmp_path: Path) -> None:
    name = IMAGES + ".gz"
    server.cuts[name] = [100, 0]
    with pytest.raises(LabError, match="the connection ended after 100 of"):
        dataset_files.fetch("mnist", tmp_path, sources=tiny.served_by(server.address))
    assert files_in(tmp_path) == {f"{RAW}/{name}.part"}
    server.requests.clear()
    dataset_files.fetch("mnist", tmp_path, sources=tiny.served_by(server.address))
    assert server.requests[0] == (name, "bytes=100-")


def test_a_server_without_ranges_is_read_from_the_start(tiny: Tiny, server: Server, tmp_path: Path) -> None:
    name = IMAGES + ".gz"
    server.ranges = False
    server.cuts[name] = [100]
    dataset_files.fetch("mnist", tmp_path, sources=tiny.served_by(server.address))
    assert server.requests[:2] == [(name, None), (name, "bytes=100-")]
    assert (tmp_path / RAW / name).read_bytes() == tiny.published[name]


def test_a_server_that_always_cuts_at_the_same_byte_is_given_up(
    tiny: Tiny, server: Server, tmp_path: Path
) -> None:
    server.ranges = False
    server.cuts[IMAGES + ".gz"] = [100] * 50
    with pytest.raises(LabError, match="the connection ended after 100 of"):
        dataset_files.fetch("mnist", tmp_path, sources=tiny.served_by(server.address))
    assert len(server.requests) == 2


def test_wrong_content_is_deleted_and_reported(tiny: Tiny, server: Server, tmp_path: Path) -> None:
    name = IMAGES + ".gz"
    server.files[name] = flipped(server.files[name])
    with pytest.raises(LabError) as error:
        dataset_files.fetch("mnist", tmp_path, sources=tiny.served_by(server.address))
    assert "its content is not the published one (md5 " in one_line(error) and name in str(error.value)
    assert files_in(tmp_path) == set()


def test_a_page_in_place_of_the_file_is_not_even_stored(tiny: Tiny, server: Server, tmp_path: Path) -> None:
    server.files[IMAGES + ".gz"] = b"<html>please sign in</html>"
    with pytest.raises(LabError, match="the server offers 27 bytes instead of the published"):
        dataset_files.fetch("mnist", tmp_path, sources=tiny.served_by(server.address))
    assert files_in(tmp_path) == set()


def test_the_next_mirror_helps(tiny: Tiny, server: Server, tmp_path: Path) -> None:
    catalog = tiny.served_by(NOBODY, server.address + "not/there/", server.address)
    assert dataset_files.fetch("mnist", tmp_path, sources=catalog).present


def test_without_a_network_one_line_names_the_address_and_the_place(tiny: Tiny, tmp_path: Path) -> None:
    with pytest.raises(LabError) as error:
        dataset_files.fetch("mnist", tmp_path, sources=tiny.served_by(NOBODY))
    message = one_line(error)
    assert f"{NOBODY}{IMAGES}.gz" in message and str(tmp_path / RAW / f"{IMAGES}.gz") in message
    assert not dataset_files.state("mnist", tmp_path, tiny.sources).present


def test_a_stop_keeps_the_part_and_the_next_fetch_goes_on(
    tiny: Tiny, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "CHUNK", 64)
    part = tmp_path / RAW / f"{IMAGES}.gz.part"
    catalog = tiny.served_by(server.address)
    with pytest.raises(FetchStopped):
        dataset_files.fetch("mnist", tmp_path, silent, lambda: part.exists(), catalog)
    kept = part.stat().st_size
    assert 0 < kept < len(tiny.published[IMAGES + ".gz"])
    dataset_files.fetch("mnist", tmp_path, sources=catalog)
    assert server.requests[1] == (IMAGES + ".gz", f"bytes={kept}-")


def test_progress_is_told_a_few_times_a_second(
    tiny: Tiny, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(step=0.01)
    monkeypatch.setattr(download, "CHUNK", 8)
    monkeypatch.setattr(download.time, "monotonic", clock)
    told: list[FetchProgress] = []
    dataset_files.fetch("mnist", tmp_path, told.append, sources=tiny.served_by(server.address))
    first = [step for step in told if step.file == IMAGES + ".gz"]
    pieces = first[0].total_bytes / 8
    assert 2 < len(first) < pieces / 10
    assert [step.done_bytes for step in first] == sorted(step.done_bytes for step in first)
    assert 0 < first[-1].bytes_per_second <= 8 / clock.step


# A slow server, a mirror, files carried by hand


@pytest.fixture
def slow(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each 64 bytes of `server` take a minute, those of another server a millisecond, by a clock that only they move."""
    clock, pieces = Clock(step=0.0), download._pieces

    def costly(answer: Any) -> Iterator[bytes]:
        for piece in pieces(answer):
            clock.now += 60.0 if answer.url.startswith(server.address) else 0.001
            yield piece

    monkeypatch.setattr(download, "CHUNK", 64)
    monkeypatch.setattr(download, "_pieces", costly)
    monkeypatch.setattr(download.time, "monotonic", clock)


def test_a_slow_server_is_compared_with_the_others_and_what_it_sent_is_kept(
    tiny: Tiny, server: Server, other: Server, slow: None, tmp_path: Path
) -> None:
    name = IMAGES + ".gz"
    dataset_files.fetch("mnist", tmp_path, sources=tiny.served_by(server.address, other.address))
    assert (tmp_path / RAW / name).read_bytes() == tiny.published[name]
    asked = [wanted for file, wanted in other.requests if file == name]
    assert asked[0] == asked[1] and asked[0] is not None and asked[0].startswith("bytes="), "a sample, then the rest"
    assert len([file for file, _ in server.requests if file == name]) == 2, "the first attempt and a sample"


def test_the_only_server_may_be_slow(tiny: Tiny, server: Server, slow: None, tmp_path: Path) -> None:
    told: list[FetchProgress] = []
    dataset_files.fetch("mnist", tmp_path, told.append, sources=tiny.served_by(server.address))
    assert len(server.requests) == 4
    middle = next(step for step in told if 0 < step.done_bytes < step.total_bytes)
    left = middle.set_bytes - middle.before_bytes - middle.done_bytes
    assert middle.seconds_left == pytest.approx(left / middle.bytes_per_second) and middle.seconds_left > 60


def test_another_version_of_the_archive_will_do(tiny: Tiny, server: Server, other: Server, tmp_path: Path) -> None:
    del server.files["cifar-10-binary.tar.gz"]
    catalog = tiny.served_by(server.address)
    binary, python = catalog["cifar10"].layouts
    catalog["cifar10"] = replace(catalog["cifar10"], layouts=(binary, replace(python, mirrors=(other.address,))))
    found = dataset_files.fetch("cifar10", tmp_path, sources=catalog)
    assert found.layout == "python version" and dataset_files.verified("cifar10", tmp_path, catalog) == found
    assert files_in(tmp_path) == {f"{python.folder}/{name}" for name in tiny.files[python.folder]}


@pytest.mark.parametrize(("chosen", "expected"), [
    ("", None), ("  ", None), ("/media/stick", Path("/media/stick")), ("~/Downloads", Path.home() / "Downloads"),
    ("http://10.0.0.7:8000", "http://10.0.0.7:8000/"), ("https://school.example/data/", "https://school.example/data/"),
])  # fmt: skip
def test_the_mirror(chosen: str, expected: Path | str | None) -> None:
    assert dataset_files.mirror_of({"LAB_MIRROR": chosen}) == expected


@pytest.mark.parametrize("chosen", ["ftp://school.example/", "~nosuchuser/data"])
def test_a_mirror_that_is_neither_a_folder_nor_a_web_address_is_refused(chosen: str) -> None:
    with pytest.raises(LabError) as error:
        dataset_files.mirror_of({"LAB_MIRROR": chosen})
    assert one_line(error).startswith(f"LAB_MIRROR is {chosen!r}; ")


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
@pytest.mark.parametrize("holds", ["unpacked", "published", "side by side"])
@pytest.mark.parametrize("where", ["folder", "address"])
def test_a_mirror_comes_first(
    name: str, holds: str, where: str, tiny: Tiny, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried = tmp_path / "carried"
    carried.mkdir()
    layout = tiny.sources[name].layouts[0]
    files = tiny.files[layout.folder] if holds == "unpacked" else {file.name: tiny.published[file.name] for file in layout.downloads}
    beside = "" if holds == "side by side" or (layout.archive and holds == "published") else f"{layout.folder}/"
    for file, data in files.items():
        (carried / beside).mkdir(parents=True, exist_ok=True)
        (carried / beside / file).write_bytes(data)
    server.files = {path.relative_to(carried).as_posix(): path.read_bytes() for path in carried.rglob("*") if path.is_file()}
    mirror = carried if where == "folder" else server.address
    found = dataset_files.fetch(name, tmp_path / "data", sources=tiny.served_by(NOBODY), mirror=mirror)
    assert found.present and dataset_files.verified(name, tmp_path / "data", tiny.sources) == found


def test_what_the_mirror_lacks_comes_from_the_public_servers(tiny: Tiny, server: Server, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    catalog = tiny.served_by(server.address)
    assert dataset_files.fetch("mnist", tmp_path / "data", sources=catalog, mirror=stick).present
    with pytest.raises(LabError) as error:
        dataset_files.fetch("cifar10", tmp_path / "data", sources=tiny.served_by(NOBODY), mirror=stick)
    assert one_line(error).endswith(f"; LAB_MIRROR: cifar10 is not in {stick}")


def test_a_mirror_with_altered_files_is_not_believed(tiny: Tiny, server: Server, tmp_path: Path) -> None:
    path = tiny.lay(tmp_path / "stick", RAW) / IMAGES
    path.write_bytes(flipped(path.read_bytes()))
    found = dataset_files.fetch("mnist", tmp_path / "data", sources=tiny.served_by(server.address), mirror=tmp_path / "stick")
    assert len(server.requests) == 4 and dataset_files.verified("mnist", tmp_path / "data", tiny.sources) == found


def test_an_archive_from_which_a_browser_took_the_gzip_is_taken(tiny: Tiny, server: Server, tmp_path: Path) -> None:
    (tmp_path / "cifar-10-python.tar").write_bytes(gzip.decompress(tiny.published["cifar-10-python.tar.gz"]))
    found = dataset_files.fetch("cifar10", tmp_path, sources=tiny.served_by(server.address))
    assert found.layout == "python version" and server.requests == []


@pytest.mark.parametrize("damage", [lambda data: data[:700], lambda data: b"no archive", flipped], ids=["cut", "other", "altered"])
def test_a_broken_one_is_fetched(damage: Callable[[bytes], bytes], tiny: Tiny, server: Server, tmp_path: Path) -> None:
    (tmp_path / "cifar-10-python.tar").write_bytes(damage(gzip.decompress(tiny.published["cifar-10-python.tar.gz"])))
    catalog = tiny.served_by(server.address)
    found = dataset_files.fetch("cifar10", tmp_path, sources=catalog)
    assert len(server.requests) == 1 and dataset_files.verified("cifar10", tmp_path, catalog) == found


class Clock:
    """A clock that goes on by `step` seconds whenever it is read."""

    def __init__(self, step: float) -> None:
        self.step, self.now = step, 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


# Several at once, and disks that refuse


def test_two_processes_fetch_each_file_once(tiny: Tiny, server: Server, tmp_path: Path) -> None:
    server.delay_s = 0.1
    catalog = tiny.served_by(server.address)
    spawn = multiprocessing.get_context("spawn")
    both = [
        spawn.Process(target=dataset_files.fetch, args=("mnist", tmp_path), kwargs={"sources": catalog})
        for _ in range(2)
    ]
    for process in both:
        process.start()
    for process in both:
        process.join(30)
    assert [process.exitcode for process in both] == [0, 0]
    assert sorted(name for name, _ in server.requests) == sorted(f"{name}.gz" for name in tiny.files[RAW])


def test_two_threads_fetch_an_archive_once(tiny: Tiny, server: Server, tmp_path: Path) -> None:
    server.delay_s = 0.1
    catalog = tiny.served_by(server.address)
    found: list[dataset_files.State] = []

    def fetch() -> None:
        found.append(dataset_files.fetch("cifar10", tmp_path, sources=catalog))

    both = [threading.Thread(target=fetch) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert [state.present for state in found] == [True, True]
    assert server.requests == [("cifar-10-binary.tar.gz", None)]


def test_whoever_waits_for_another_fetch_can_be_stopped(tiny: Tiny, server: Server, tmp_path: Path) -> None:
    began = time.monotonic()
    with FileLock(tmp_path / ".mnist.lock"), pytest.raises(FetchStopped):
        dataset_files.fetch(
            "mnist", tmp_path, silent, lambda: time.monotonic() > began + 0.3, tiny.served_by(NOBODY)
        )
    assert 0.3 < time.monotonic() - began < 1.5


def test_an_unwritable_folder_is_one_clear_line(tiny: Tiny, server: Server, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(LabError) as error:
        dataset_files.fetch("mnist", blocked / "data", sources=tiny.served_by(server.address))
    assert f"cannot write below {blocked / 'data'}: " in one_line(error)
    assert server.requests == []


@contextmanager
def full_disk() -> Iterator[None]:
    """Inside, the system refuses to let any file grow beyond 64 bytes; pytest's own log must not be written there."""
    resource = pytest.importorskip("resource", reason="file size limits exist on POSIX systems only")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_a_full_disk_is_one_clear_line_and_nothing_is_half_used(
    name: str, tiny: Tiny, server: Server, tmp_path: Path
) -> None:
    with pytest.raises(LabError) as error, full_disk():
        dataset_files.fetch(name, tmp_path, sources=tiny.served_by(server.address))
    assert f"cannot write below {tmp_path}: " in one_line(error)
    assert not dataset_files.state(name, tmp_path, tiny.sources).present
    assert all(file.endswith(".part") for file in files_in(tmp_path))
