"""Starts a command that serves, waits until its pages answer, ends it, and checks that nothing of it is left.

usage: python3 .ci/until_it_answers.py ADDRESS SECONDS COMMAND      (Linux, for .ci/run; standard library alone)
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

PATHS = ("/_stcore/health", "/", "/classify/")
SECONDS_TO_END = 10.0
MARK = "LAB_CI_MARK"


def main(address: str, seconds: float, command: str) -> None:
    mark = uuid.uuid4().hex
    shell = subprocess.Popen(
        ["bash", "-c", command],
        stdin=subprocess.DEVNULL,
        env={**os.environ, MARK: mark},
        start_new_session=True,
    )
    try:
        wait_for(shell, address, seconds)
        os.killpg(shell.pid, signal.SIGINT)
        left = wait_for_end(shell, mark)
    finally:
        for process in marked(mark):
            os.kill(process, signal.SIGKILL)
    if left:
        sys.exit(f"{SECONDS_TO_END:.0f} s after Ctrl-C these processes are left: {left}")
    print(f"{address}: {', '.join(PATHS)} answered; the server ended and left nothing", flush=True)


def wait_for(shell: subprocess.Popen[bytes], address: str, seconds: float) -> None:
    """Returns when every page answers 200."""
    end = time.monotonic() + seconds
    while not all(answers(address + path) for path in PATHS):
        if shell.poll() is not None:
            sys.exit(f"the command ended by itself with {shell.returncode}")
        if time.monotonic() > end:
            sys.exit(f"{address} did not answer within {seconds:.0f} s")
        time.sleep(1)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_for_end(shell: subprocess.Popen[bytes], mark: str) -> list[int]:
    """The processes that are left when the time is up."""
    end = time.monotonic() + SECONDS_TO_END
    while (left := marked(mark)) and time.monotonic() < end:
        shell.poll()
        time.sleep(0.1)
    return left


def marked(mark: str) -> list[int]:
    """Every process that was started by the command, however far down, by the mark in its environment."""
    word = f"{MARK}={mark}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if word in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue  # it has ended meanwhile, or is not ours
    return found


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), sys.argv[3])
