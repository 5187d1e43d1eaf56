"""What the next click needs is imported behind the page."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from demo.server import preload


def test_a_module_is_imported_once_and_behind_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "needed_soon.py").write_text("import threading\nwho = threading.current_thread()\n")
    monkeypatch.syspath_prepend(tmp_path)
    preload.preload("needed_soon")
    preload.preload("needed_soon")
    threads = [thread for thread in threading.enumerate() if thread.name == "import needed_soon"]
    assert len(threads) <= 1
    for thread in threads:
        thread.join(10)
    assert sys.modules["needed_soon"].who is not threading.main_thread()
