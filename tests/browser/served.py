"""The whole app in a process of its own, as `streamlit run app.py` starts it, and what is seen from outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

from tests.places import ROOT

TOKEN = "the-teacher"


class App:
    """A running server. `runs` is its run store; what it prints is in `log`; `environ` are further variables."""

    def __init__(self, runs: Path, **environ: str) -> None:
        runs.mkdir(parents=True, exist_ok=True)
        self.runs, self.port, self.log = runs, free_port(), runs / "server.log"
        base = environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "")
        self.url = f"http://127.0.0.1:{self.port}" + (f"/{base}" if base else "")
        self.began = time.monotonic()
        flags = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if sys.platform == "win32" else {}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port)],
                cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env={**os.environ, "LAB_RUNS": str(runs), "LAB_TEACHER_TOKEN": TOKEN, **environ}, **flags,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait_until_up(self, seconds: float = 60) -> None:
        """Returns when the server answers."""
        end = time.monotonic() + seconds
        while not answers(f"{self.url}/_stcore/health"):
            assert self.process.poll() is None, f"the server ended:\n{self.said()}"
            assert time.monotonic() < end, f"no answer within {seconds} s:\n{self.said()}"
            time.sleep(0.05)

    def said(self) -> str:
        """The end of what the server printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-4000:]

    def interrupt(self) -> None:
        """Ctrl-C."""
        self.process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT)

    def end(self) -> None:
        """Ends it in every case, by its id."""
        if self.process.poll() is None:
            self.interrupt()
            try:
                self.process.wait(8)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def children(pid: int) -> list[int]:
    """The living descendants of a process. Linux."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue  # it has ended meanwhile
        if parent == pid:
            found += [int(folder.name), *children(int(folder.name))]
    return found


def alive(pid: int) -> bool:
    """Whether a process still runs; a zombie does not. Linux."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
