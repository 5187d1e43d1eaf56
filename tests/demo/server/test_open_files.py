"""A class's pages do not run out of files."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.places import ROOT

resource = pytest.importorskip("resource")
SCRIPT = """
import resource
from demo.server.open_files import WANTED, raise_limit

_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
possible = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, possible), hard))
assert raise_limit() == resource.getrlimit(resource.RLIMIT_NOFILE)[0] == possible, "as on macOS"
assert raise_limit(wanted=10) == possible, "never lowered"
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 300))
assert raise_limit() == 300, "as far as the system lets it"
"""


@pytest.mark.slow
def test_the_soft_limit_is_raised_as_far_as_it_goes() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_system_without_such_a_limit_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from demo.server.open_files import raise_limit

    monkeypatch.setitem(sys.modules, "resource", None)
    assert raise_limit() is None


def test_both_servers_raise_it() -> None:
    for file in ("app.py", "demo/space.py"):
        assert "raise_limit()" in (ROOT / file).read_text(encoding="utf-8")
