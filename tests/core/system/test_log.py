"""The log: its form, its levels, the run's id in it, in the server and in the worker."""

from __future__ import annotations

import io
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.__main__ import main
from core.engines import messages
from core.engines.frames import frame_of
from core.system import log
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe
from tests.places import ROOT

LOG = logging.getLogger("core.some.module")


@pytest.fixture(autouse=True)
def loggers_as_before() -> Iterator[None]:
    kept = {name: (logger := logging.getLogger(name), logger.handlers[:], logger.level, logger.propagate) for name in log.ROOTS}
    yield
    for logger, handlers, level, propagate in kept.values():
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


def test_a_line_has_its_time_level_and_run(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure({})
    LOG.info("no run")
    with log.of_run("20260101-abc"):
        LOG.warning("of a run")
        assert log.current_run() == "20260101-abc"
    LOG.error("after it")
    lines = capsys.readouterr().err.splitlines()
    assert [re.sub(r"^\d\d:\d\d:\d\d ", "", line, count=1) for line in lines] == [
        "INFO no run", "WARNING [20260101-abc] of a run", "ERROR after it",
    ]  # fmt: skip
    assert all(re.match(r"\d\d:\d\d:\d\d ", line) for line in lines)


@pytest.mark.parametrize(("chosen", "written"), [
    ({}, 3), ({"LAB_LOG": ""}, 3), ({"LAB_LOG": "debug"}, 4), ({"LAB_LOG": "INFO"}, 3), ({"LAB_LOG": "warning"}, 2), ({"LAB_LOG": "error"}, 1),
])  # fmt: skip
def test_lab_log_chooses_the_level(chosen: dict[str, str], written: int, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(chosen)
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        LOG.log(level, "a line")
    assert len(capsys.readouterr().err.splitlines()) == written


def test_another_word_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(LabError, match="LAB_LOG is 'loud'; expected one of debug, info, warning, error"):
        log.level_of({"LAB_LOG": "loud"})
    monkeypatch.setenv("LAB_LOG", "loud")
    assert main(["networks"]) == 2
    assert capsys.readouterr().err == "LAB_LOG is 'loud'; expected one of debug, info, warning, error\n"


@pytest.mark.slow
def test_the_worker_writes_in_the_same_form_with_the_run_s_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_LOG", "debug")
    worker = subprocess.Popen([sys.executable, "-m", "core.engines.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, cwd=ROOT)  # fmt: skip
    assert worker.stdin is not None and worker.stderr is not None and worker.stdout is not None
    worker.stdin.write(frame_of(*messages.encode_order(messages.Train(3, Recipe(), Path("."), "20260101-abc"))))
    worker.stdin.flush()
    line = worker.stderr.readline().decode()
    worker.kill()
    worker.communicate()
    assert re.fullmatch(r"\d\d:\d\d:\d\d DEBUG \[20260101-abc\] job 3: Train\n", line), line


def test_a_stderr_that_is_closed_meanwhile_harms_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line runs in a test, whose stderr ends with it; the next line goes to the stderr of then."""
    first, second = io.StringIO(), io.StringIO()
    monkeypatch.setattr("sys.stderr", first)
    log.configure({})
    logging.getLogger("core.engines").warning("one")
    first.close()
    monkeypatch.setattr("sys.stderr", second)
    logging.getLogger("core.engines").warning("two")
    assert second.getvalue().endswith("WARNING two\n")
