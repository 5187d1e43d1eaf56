"""A file is written whole or not at all: whatever happens half-way, its name shows the old content or the new."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.system.atomic import whole_file, whole_folder, write_whole
from tests.places import ROOT


def test_what_was_written_is_there_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "new" / "a.json"
    write_whole(file, "grüße")
    assert file.read_bytes() == "grüße".encode()
    write_whole(file, b"bytes")
    assert file.read_bytes() == b"bytes" and list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_refuses_leaves_the_old_content(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a"
    write_whole(file, "old")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, refuse)
    with pytest.raises(OSError, match="No space left"):
        write_whole(file, "new")
    monkeypatch.undo()
    assert file.read_text() == "old" and list(tmp_path.iterdir()) == [file]


def test_an_error_of_the_writer_leaves_the_old_content(tmp_path: Path) -> None:
    file = tmp_path / "a"
    write_whole(file, "old")
    with pytest.raises(KeyError), whole_file(file) as stream:
        stream.write(b"half")
        raise KeyError
    assert file.read_text() == "old" and list(tmp_path.iterdir()) == [file]


@pytest.mark.slow
def test_a_process_that_is_killed_half_way_leaves_the_old_content(tmp_path: Path) -> None:
    file = tmp_path / "a"
    write_whole(file, "old")
    code = ("import sys, os\nfrom pathlib import Path\nfrom core.system.atomic import whole_file\n"
            "with whole_file(Path(sys.argv[1])) as stream:\n    stream.write(b'half')\n    stream.flush()\n    os._exit(9)\n")  # fmt: skip
    assert subprocess.run([sys.executable, "-c", code, str(file)], cwd=ROOT, check=False).returncode == 9
    assert file.read_text() == "old"


def test_a_folder_comes_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "new" / "home"
    with pytest.raises(RuntimeError), whole_folder(target) as place:
        write_whole(place / "inside" / "a", "half")
        raise RuntimeError
    assert not list(target.parent.iterdir())
    with whole_folder(target) as place:
        write_whole(place / "inside" / "a", "whole")
        assert not target.exists()
    assert (target / "inside" / "a").read_text() == "whole" and list(target.parent.iterdir()) == [target]
