"""How a row of reports.json is tried: what is made first, the one thing that is done, and what came back.

A row's `try` has one action (a key of ACTIONS) and, before it, what it needs (keys of NEEDS); both are explained at their
functions. In words and sentences {image}, {data}, {runs}, {folder}, {server} and {port} stand for what was made.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from streamlit.testing.v1 import AppTest

from core.__main__ import main
from core.cli.parser import VERBS
from core.datasets.files import SOURCES
from core.engines.thread import ThreadEngine
from core.pretrained.cards import FOLDER
from core.runs.manager import JobManager
from core.runs.store import open_store
from core.system import supported
from demo.server import lan, services
from tests.made_images import file_of
from tests.places import ROOT

SECONDS = 120.0
"""After which a command of its own counts as hanging."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back: an exit status, the lines that were said, and the JSON answer of a command."""

    exit: int
    says: tuple[str, ...]
    answer: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a row is tried: its own folder, pytest's patches, and what ends with the row."""

    folder: Path
    patch: pytest.MonkeyPatch
    ends: contextlib.ExitStack
    names: dict[str, str] = field(default_factory=dict)

    def filled(self, text: str) -> str:
        """`text` with what was made in the place of {name}."""
        for name, value in self.names.items():
            text = text.replace(f"{{{name}}}", value)
        return text


# --- what is made first ------------------------------------------------------------------------------------------------


def make_folders(bench: Bench, name: str) -> None:
    """`folder`: data and runs lie below a folder of this name, as "Größe 日本"."""
    here = bench.folder / name
    here.mkdir(exist_ok=True)
    bench.names.update(folder=str(here), data=str(here / "data"), runs=str(here / "runs"))
    bench.patch.setenv("LAB_DATA", bench.names["data"])
    bench.patch.setenv("LAB_RUNS", bench.names["runs"])


def make_image(bench: Bench, made: dict[str, Any]) -> None:
    """`image`: a file as `made_images.file_of` describes it; `name` is its name, else image.png."""
    file = Path(bench.names["folder"]) / made.get("name", "image.png")
    file.write_bytes(file_of(made))
    bench.names["image"] = str(file)


def make_environment(bench: Bench, values: dict[str, str]) -> None:
    """`environ`: environment variables."""
    for name, value in values.items():
        bench.patch.setenv(name, bench.filled(value))


def lay_files(bench: Bench, files: dict[str, str]) -> None:
    """`files`: text files, by their path below the row's folder; "data/..." is a damaged data folder."""
    for name, text in files.items():
        path = Path(bench.names["folder"]) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(bench.filled(text), encoding="utf-8")


def occupy_port(bench: Bench, _: bool) -> None:
    """`port_in_use`: a port of this machine on which somebody else listens already."""
    taken = bench.ends.enter_context(socket.socket())
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    bench.names["port"] = str(taken.getsockname()[1])


def be_in_networks(bench: Bench, networks: dict[str, str]) -> None:
    """`networks`: this machine's networks and its address in each, in the system's order; the first is the default route's."""
    found = [lan.Address(host, name) for name, host in networks.items()]
    bench.patch.setattr(lan, "lan_addresses", lambda: lan.likely_first(found, found[0].host))
    bench.patch.setattr(lan, "shut_in", lambda: False)


ANSWERS: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {
    "403": lambda request: request.send_error(403),
    "404": lambda request: request.send_error(404),
    "a sign-in page": lambda request: _send(request, b"<!DOCTYPE html><title>Sign in</title>"),
    "half of it": lambda request: _send(request, bytes(1000), promised=_size_of(request)),
    "other content": lambda request: _send(request, bytes(_size_of(request))),
}
"""How a server answers a request for a file of a data set."""


def serve_data(bench: Bench, answer: str) -> None:
    """`server`: the only source of every data set is a server on this machine that answers like this (a key of ANSWERS)."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

        def do_GET(self) -> None:
            ANSWERS[answer](self)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    bench.ends.callback(server.server_close)
    bench.ends.callback(thread.join)
    bench.ends.callback(server.shutdown)
    bench.names["server"] = f"http://127.0.0.1:{server.server_port}/"
    for name, source in SOURCES.items():
        bench.patch.setitem(SOURCES, name, dataclasses.replace(source, mirrors=(bench.names["server"],)))


def _size_of(request: BaseHTTPRequestHandler) -> int:
    """The published size of the file that is asked for."""
    files = [file for source in SOURCES.values() for layout in source.layouts for file in layout.downloads]
    return next(file.size for file in files if request.path.endswith(file.name))


def _send(request: BaseHTTPRequestHandler, body: bytes, promised: int | None = None) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(promised or len(body)))
    request.end_headers()
    request.wfile.write(body)


NEEDS: dict[str, Callable[[Bench, Any], None]] = {
    "folder": make_folders, "image": make_image, "environ": make_environment, "files": lay_files,
    "port_in_use": occupy_port, "server": serve_data, "networks": be_in_networks,
}  # fmt: skip


# --- the one thing that is done ----------------------------------------------------------------------------------------


def run_core(bench: Bench, words: list[str]) -> Outcome:
    """`core`: `python -m core WORDS --json`, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([bench.filled(word) for word in words] + ["--json"])
    answer = json.loads(out.getvalue()) if out.getvalue() else {}
    return Outcome(code, _lines(err.getvalue()), answer)


def run_command(bench: Bench, words: list[str]) -> Outcome:
    """`command`: a program of its own, started in the project's folder; `python` is this one."""
    words = [sys.executable if word == "python" else bench.filled(word) for word in words]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, timeout=SECONDS, env=dict(os.environ))
    told = done.stdout + done.stderr
    return Outcome(done.returncode, _lines(told.decode(os.environ.get("PYTHONIOENCODING", "utf-8"))))


def open_page(bench: Bench, page: str) -> Outcome:
    """`page`: a page as a browser opens it, with its query: "train?threads=1024"."""
    name, _, query = page.partition("?")
    visitor = SimpleNamespace(cookies={"lab_owner": "me"}, theme=SimpleNamespace(type="light"), url="http://localhost:8501")
    bench.patch.setattr("streamlit.context", visitor)
    bench.patch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # AppTest puts its script there and leaves it
    with _manager(bench):
        opened = AppTest.from_function(_render, default_timeout=60, kwargs={"name": name})
        for part in filter(None, query.split("&")):
            key, _, value = part.partition("=")
            opened.query_params[key] = value
        opened.run()
        kinds = (opened.error, opened.warning, opened.info, opened.caption, opened.markdown)
        return Outcome(len(opened.exception), tuple(element.value for kind in kinds for element in kind))


def _render(name: str) -> None:
    """A page, or `join`: the sheet of the menu that brings a class together."""
    import importlib

    from demo.classroom import joining

    if name == "join":
        joining.content()
        return
    importlib.import_module(f"demo.lessons.{name}.page").render()


@contextlib.contextmanager
def _manager(bench: Bench) -> Iterator[None]:
    """The server's job manager, for as long as the page is open."""
    data = Path(bench.names["data"])
    manager = JobManager(open_store(Path(bench.names["runs"])), ThreadEngine(data), data=data, token="teacher", threads=1, cards=FOLDER)
    services.install(manager)
    try:
        yield
    finally:
        manager.close()


def start_on(bench: Bench, facts: dict[str, Any]) -> Outcome:
    """`start_on`: the lab on another computer, which is as this one but for these facts (attributes of supported.Machine);
    `lacks` are the packages and libraries that it does not have."""
    machine, lacks = supported.Machine(), facts.get("lacks", ())
    for name, value in facts.items():
        setattr(machine, name, tuple(value) if isinstance(value, list) else value)
    machine.has = machine.loads = lambda name: name not in lacks  # type: ignore[method-assign,assignment]
    said = supported.problem(machine)
    return Outcome(2 if said else 0, _lines(said))


def import_fails(bench: Bench, message: str) -> Outcome:
    """`import_fails`: PyTorch is there, and cannot be loaded: the operating system says `message`."""
    bench.patch.setitem(VERBS, "networks", dataclasses.replace(VERBS["networks"], run=_raising(OSError(message))))
    return run_core(bench, ["networks"])


def _raising(error: Exception) -> Callable[[object], NoReturn]:
    def raises(_options: object) -> NoReturn:
        raise error

    return raises


ACTIONS: dict[str, Callable[[Bench, Any], Outcome]] = {
    "core": run_core, "command": run_command, "page": open_page, "start_on": start_on, "import_fails": import_fails,
}  # fmt: skip


def _lines(text: str) -> tuple[str, ...]:
    """What was said, line by line; of a line that is written over only what stands last."""
    return tuple(line.rpartition("\r")[2].rstrip() for line in text.replace("\r\n", "\n").splitlines() if line.strip())


# --- a row -------------------------------------------------------------------------------------------------------------


def attempt(steps: dict[str, Any], bench: Bench) -> Outcome:
    """Makes what a row needs, in the order in which it stands there, and does its action."""
    make_folders(bench, steps.get("folder", "lab"))
    for name, value in steps.items():
        if name in NEEDS and name != "folder":
            NEEDS[name](bench, value)
    [action] = [name for name in steps if name in ACTIONS]
    return ACTIONS[action](bench, steps[action])
