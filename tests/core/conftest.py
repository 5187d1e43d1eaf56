"""Tiny data sets in every published layout, a local server that can misbehave, and a clock that a test sets."""

from __future__ import annotations

import gzip
import hashlib
import io
import pickle
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from core.vocabulary.datasets import SOURCES, DataFile, Layout, Published, Source
from tests.clock import Clock

TRAIN, TEST = 20, 6


@pytest.fixture
def clock() -> Clock:
    return Clock()


@dataclass
class Tiny:
    """Data sets of a few random pictures: sources, the bytes of every file, the arrays behind them."""

    sources: dict[str, Source]
    files: dict[str, dict[str, bytes]]  # layout folder -> file name -> unpacked bytes
    published: dict[str, bytes]  # as on the authors' server
    images: dict[str, np.ndarray]
    labels: dict[str, np.ndarray]

    def lay(self, folder: Path, layout: str) -> Path:
        """Writes all files of a layout below the data folder."""
        target = folder / layout
        target.mkdir(parents=True, exist_ok=True)
        for name, data in self.files[layout].items():
            (target / name).write_bytes(data)
        return target

    def served_by(self, *addresses: str) -> dict[str, Source]:
        """The sources with the mirrors replaced."""
        return {name: replace(source, mirrors=addresses) for name, source in self.sources.items()}

    @staticmethod
    def pack(members: dict[str, bytes]) -> bytes:
        """A tar.gz of the members."""
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as tar:
            for name, data in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        return stream.getvalue()


@dataclass
class Server:
    """A web server on 127.0.0.1. `cuts`: per file, after how many bytes the next answers break off."""

    files: dict[str, bytes]
    address: str = ""
    ranges: bool = True
    delay_s: float = 0.0
    cuts: dict[str, list[int]] = field(default_factory=dict)
    requests: list[tuple[str, str | None]] = field(default_factory=list)


@pytest.fixture
def tiny() -> Tiny:
    made = Tiny({"digits": SOURCES["digits"]}, {}, {}, {}, {})
    _add_idx(made)
    _add_cifar(made)
    return made


@pytest.fixture
def server(tiny: Tiny) -> Iterator[Server]:
    with serving(tiny) as served:
        yield served


@pytest.fixture
def other(tiny: Tiny) -> Iterator[Server]:
    """A second one."""
    with serving(tiny) as served:
        yield served


@contextmanager
def serving(tiny: Tiny) -> Iterator[Server]:
    served = Server(dict(tiny.published))
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    served.address = f"http://127.0.0.1:{http.server_port}/"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield served
    http.shutdown()
    thread.join()
    http.server_close()


def _add_idx(made: Tiny) -> None:
    draw = np.random.default_rng(1)
    images = draw.integers(0, 256, (TRAIN + TEST, 5, 4), np.uint8)
    labels = draw.integers(0, 10, TRAIN + TEST, np.uint8)
    parts = (images[:TRAIN], labels[:TRAIN], images[TRAIN:], labels[TRAIN:])
    layout = SOURCES["mnist"].layouts[0]
    plain = {file.name: _idx(part) for file, part in zip(layout.files, parts, strict=True)}
    packed = {name + ".gz": gzip.compress(data, mtime=0) for name, data in plain.items()}
    made.files[layout.folder] = plain
    made.published |= packed
    layout = replace(layout, files=_data_files(plain), downloads=_downloads(packed))
    made.sources["mnist"] = replace(
        SOURCES["mnist"], shape=(1, 5, 4), train=TRAIN, test=TEST, layouts=(layout,), mirrors=()
    )
    made.images["mnist"], made.labels["mnist"] = images[:, None], labels


def _add_cifar(made: Tiny) -> None:
    draw = np.random.default_rng(2)
    rows = draw.integers(0, 256, (18, 3073), np.uint8)
    rows[:, 0] %= 10
    binary, python = SOURCES["cifar10"].layouts
    batches = np.split(rows, 6)
    made.files[binary.folder] = {
        file.name: batch.tobytes() for file, batch in zip(binary.files, batches, strict=True)
    }
    entries = [{"data": batch[:, 1:], "labels": batch[:, 0].tolist()} for batch in batches]
    entries.append({"label_names": ["airplane"] * 10})  # type: ignore[dict-item]
    made.files[python.folder] = {
        file.name: pickle.dumps(entry, protocol=2) for file, entry in zip(python.files, entries, strict=True)
    }
    layouts = tuple(replace(_archived(made, layout), mirrors=()) for layout in (binary, python))
    made.sources["cifar10"] = replace(SOURCES["cifar10"], train=15, test=3, layouts=layouts, mirrors=())
    made.images["cifar10"], made.labels["cifar10"] = rows[:, 1:].reshape(-1, 3, 32, 32), rows[:, 0]


def _archived(made: Tiny, layout: Layout) -> Layout:
    files = made.files[layout.folder]
    name = layout.downloads[0].name
    # Beside the batches a member that must never be written: it leads out of the folder.
    members = {f"{layout.folder}/{file}": data for file, data in files.items()} | {"../escaped": b"bad"}
    made.published[name] = made.pack(members)
    downloads = _downloads({name: made.published[name]})
    return replace(layout, files=_data_files(files, "md5"), downloads=downloads)


def _idx(array: np.ndarray) -> bytes:
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return head + array.tobytes()


def _data_files(files: dict[str, bytes], algorithm: str = "sha256") -> tuple[DataFile, ...]:
    return tuple(
        DataFile(name, len(data), hashlib.new(algorithm, data).hexdigest()) for name, data in files.items()
    )


def _downloads(files: dict[str, bytes]) -> tuple[Published, ...]:
    return tuple(Published(name, len(data), hashlib.md5(data).hexdigest()) for name, data in files.items())


def _handler(served: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

        def do_GET(self) -> None:
            name, wanted = self.path.strip("/"), self.headers.get("Range")
            served.requests.append((name, wanted))
            if name not in served.files:
                self.send_error(404)
                return
            time.sleep(served.delay_s)
            body = served.files[name]
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and served.ranges else 0
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            cut = served.cuts.get(name)
            self.wfile.write(body[start : start + cut.pop(0)] if cut else body[start:])

    return Handler
