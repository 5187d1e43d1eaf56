"""Where things lie in this repository, for tests that read files."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = ROOT / "tests" / "files"
"""Pictures as they are handed in."""
