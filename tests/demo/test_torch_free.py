"""The server shows pages without torch and scikit-learn, which would cost the first visitor seconds: pages compute with numpy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ROOT

SCRIPT = """
import sys
from pathlib import Path
from types import SimpleNamespace

import streamlit
from streamlit.testing.v1 import AppTest

from core.engines import base
from core.runs.manager import JobManager
from core.runs.store import open_store
from core.pretrained.cards import FOLDER
from core.vocabulary.recipe import Recipe
from demo.server import services

folder = Path(sys.argv[1])
streamlit.context = SimpleNamespace(cookies={"lab_owner": "ann"}, theme=SimpleNamespace(type="light"), url="http://localhost:8501")
services.install(JobManager(open_store(folder), None, data=folder, token="secret", threads=1, cards=FOLDER))
base.check(Recipe(), folder, thoroughly=True, devices=("cpu",))

for place in sys.argv[2:]:
    lesson, _, section = place.partition("/")
    page = AppTest.from_string(f"from demo.lessons.{lesson} import page\\npage.render()", default_timeout=60)
    page.query_params.update({"section": section} if section else {})
    page.run()
    skips = [button for button in page.button if str(button.key).endswith(".skip")]
    if skips:
        skips[0].click().run()
    assert not page.exception, (place, page.exception)
    print(place, [name for name in ("torch", "sklearn") if name in sys.modules])
"""
PLACES = ("convolution", "pooling", "warmup", "network", "seeing", "seeing/lost", "splits", "splits/drawn", "architectures/pictures", "audit/matrix", "dropout/shown")
"""Pages whose pictures and draws are of a data set, or whose numbers are computed while one looks."""


@pytest.mark.slow
def test_no_page_imports_torch_or_scikit_learn(tmp_path: Path) -> None:
    answer = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path), *PLACES], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.stdout.splitlines() == [f"{place} []" for place in PLACES], answer.stdout + answer.stderr[-2000:]
