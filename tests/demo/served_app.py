"""The whole server in this process. One object of Streamlit's serves once, so each module of tests imports the app anew."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from streamlit.runtime import Runtime


@contextmanager
def serving_app(folder: Path, **environ: str) -> Iterator[TestClient]:
    """A client of `app.py` with stores of its own below `folder`, until the end of the `with`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("LAB_TEACHER_TOKEN", raising=False)
        for name, value in {"LAB_RUNS": str(folder / "runs"), "LAB_DATA": str(folder / "data"), **environ}.items():
            patch.setenv(name, value)
        sys.modules.pop("app", None)
        patch.setattr(Runtime, "_instance", None)
        with TestClient(importlib.import_module("app").app) as client:
            yield client
