"""Follows the Dockerfile without a container engine, step by step, until its app answers as its health check asks.

usage: [ARGUMENT=VALUE] /usr/bin/python3 .ci/dockerfile.py FOLDER [VENV]      (Linux, as root; standard library alone)

FOLDER must not exist; it stands for the user's home of the image. The image's Python is VENV, or a fresh environment in
FOLDER, into which the Dockerfile's own pip commands install; with VENV nothing is installed. Only `useradd` is not done:
what the image's user does is done under its number, so the Python must be one that everybody may run. ARGUMENT is one of
the Dockerfile's own (ARG), as --build-arg sets it: where PyTorch's own index is out of reach,
TORCH_INDEX=https://pypi.org/simple.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HOME = "/home/lab"
SECONDS_TO_ANSWER, SECONDS_TO_END = 300.0, 10.0
Step = tuple[str, str]


def steps(text: str) -> list[Step]:
    """(INSTRUCTION, what follows), in order; comments gone, continued lines in one.

    >>> steps("# a\\nFROM x\\nENV A=1 \\\\\\n    B=2\\n")
    [('FROM', 'x'), ('ENV', 'A=1 B=2')]
    """
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    whole = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found = [line.strip().partition(" ") for line in whole.splitlines() if line.strip()]
    return [(name.upper(), rest.strip()) for name, _, rest in found]


def of(name: str, found: list[Step]) -> list[str]:
    """What follows each instruction of this name."""
    return [rest for step, rest in found if step == name]


def environment(found: list[Step]) -> dict[str, str]:
    """The variables that the image sets."""
    return dict(pair.split("=", 1) for rest in of("ENV", found) for pair in shlex.split(rest))


def copies(found: list[Step]) -> list[tuple[list[str], str]]:
    """(what, whereto) of each COPY."""
    words = [[word for word in rest.split() if not word.startswith("--")] for rest in of("COPY", found)]
    return [(few[:-1], few[-1]) for few in words]


def command(rest: str) -> list[str]:
    """The words of a CMD, or of a HEALTHCHECK's CMD, in their JSON form."""
    words: list[str] = json.loads(rest[rest.index("[") :])
    return words


class Image:
    """A folder in place of an image; what the steps before have set."""

    def __init__(self, folder: Path, venv: Path | None) -> None:
        self.folder, self.install, self.user, self.place = folder, venv is None, 0, folder
        self.venv = venv or folder / ".venv"
        self.environ = {"PATH": f"{self.venv}/bin:{os.environ['PATH']}"}
        self.environ |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        self.arguments: dict[str, str] = {}
        if self.install:
            subprocess.run([sys.executable, "-m", "venv", str(self.venv)], check=True)

    def build(self, found: list[Step]) -> None:
        """Every step in order; VOLUME, EXPOSE, HEALTHCHECK and CMD build nothing."""
        does = {"RUN": self.run, "WORKDIR": self.go_to, "COPY": self.copy, "USER": self.become, "ENV": self.set, "ARG": self.take}
        for name, rest in found:
            print(f"{name} {rest}", flush=True)
            if name in does:
                does[name](rest.replace(HOME, str(self.folder)))

    def run(self, rest: str) -> None:
        if rest.startswith("useradd"):
            shutil.chown(self.folder, 1000, 1000)
        elif self.install or not rest.startswith("pip install"):
            now = self.as_now()
            subprocess.run(["sh", "-ec", rest], check=True, **{**now, "env": self.arguments | now["env"]})

    def go_to(self, rest: str) -> None:
        self.place = Path(rest)
        self.place.mkdir(parents=True, exist_ok=True)

    def copy(self, rest: str) -> None:
        [(sources, target)] = copies([("COPY", rest)])
        owned = re.match(r"--chown=(\S+)", rest)
        for source in sources:
            above = source if (ROOT / source).is_dir() else "."
            for file in tracked(source):
                into = self.place / target / Path(file).relative_to(above)
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / file, into)
                if owned:
                    subprocess.run(["chown", owned[1], into, into.parent], check=True)

    def become(self, rest: str) -> None:
        self.user = int(rest.partition(":")[0])

    def set(self, rest: str) -> None:
        self.environ |= environment([("ENV", rest)])

    def take(self, rest: str) -> None:
        name, _, default = rest.partition("=")
        self.arguments[name] = os.environ.get(name, default)

    def as_now(self) -> dict[str, Any]:
        """For subprocess: where, with which variables and under which number the image does things now."""
        who = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        return {"cwd": self.place, "env": self.environ, **who}


def tracked(source: str) -> list[str]:
    """What git knows below a path of the repository: what a fresh clone holds."""
    listed = subprocess.run(["git", "ls-files", source], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def serve(image: Image, found: list[Step]) -> None:
    """Starts the app, waits until its health check is content, ends it."""
    check, port = command(of("HEALTHCHECK", found)[-1]), of("EXPOSE", found)[-1]
    app = subprocess.Popen(command(of("CMD", found)[-1]), start_new_session=True, **image.as_now())
    try:
        began = time.monotonic()
        while subprocess.run(check, stderr=subprocess.DEVNULL, **image.as_now()).returncode:
            if app.poll() is not None or time.monotonic() - began > SECONDS_TO_ANSWER:
                sys.exit(f"the app did not answer; it ended with {app.poll()}")
            time.sleep(1)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/classify/", timeout=30) as answer:
            assert b"gradio" in answer.read()
        owner = Path(f"/proc/{app.pid}").stat().st_uid
        print(f"healthy after {time.monotonic() - began:.1f} s on port {port}, as user {owner}", flush=True)
        app.send_signal(signal.SIGTERM)
        app.wait(SECONDS_TO_END)
    finally:
        if app.poll() is None:
            os.killpg(app.pid, signal.SIGKILL)


def main(folder: Path, venv: Path | None) -> None:
    found = steps((ROOT / "Dockerfile").read_text(encoding="utf-8"))
    folder.mkdir(parents=True)
    image = Image(folder, venv)
    image.build(found)
    serve(image, found)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else None)
