"""A number is a door: the sheet that an address opens holds the right pictures, the surest first, with what was answered."""

from __future__ import annotations

import base64
import functools
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.engines.thread import ThreadEngine
from core.pretrained.cards import FOLDER
from core.runs.manager import JobManager
from core.runs.store import open_store
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import preset
from core.vocabulary.visitor import Visitor
from demo.server import services
from demo.timeline import doors, kept
from tests.demo import visiting

Sent = list[dict[str, Any]]


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JobManager]:
    folder = tmp_path_factory.mktemp("doors")
    made = JobManager(open_store(folder / "runs"), ThreadEngine(folder), data=folder, token="t", threads=1, cards=FOLDER)
    yield made
    made.close()


@pytest.fixture(scope="module")
def run(manager: JobManager) -> str:
    """Two epochs at 4 × 4 pixels: it mixes enough up."""
    found = manager.submit(preset("quick", "digits").changed(epochs=2, resolution=4), Visitor(owner="me"))
    end = time.monotonic() + 60
    while manager.snapshot(found).active:
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


@pytest.fixture
def sent(manager: JobManager, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What the sheet in the browser is given."""
    services.install(manager)
    monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={}, theme=SimpleNamespace(type="light"), url=None))
    found: Sent = []
    monkeypatch.setattr(doors, "_view", lambda key, data: found.append(data))
    return found


def script() -> None:
    from demo.timeline import doors

    doors.render()


opened = functools.partial(visiting.opened, script)


def worst_cell(manager: JobManager, run: str, epoch: int) -> tuple[int, int, int]:
    """(truth, answer, count) of the pair that is mixed up most."""
    counts = np.array(manager.snapshot(run).epochs[epoch].validation_confusion)
    np.fill_diagonal(counts, 0)
    truth, answer = divmod(int(counts.argmax()), 10)
    return truth, answer, int(counts.max())


def test_a_cell_opens_its_pictures_as_the_network_saw_them(manager: JobManager, run: str, sent: Sent) -> None:
    truth, answer, count = worst_cell(manager, run, 1)
    page = opened(run=run, cell=f"{truth},{answer}", of="validation", epoch="1")
    (group,) = sent[-1]["groups"]
    assert f"{count} of the validation set after epoch 1" in page.markdown[0].value
    assert len(group["pictures"]) == min(count, doors.AT_ONCE) > 1
    assert all(one["truth"] == truth and one["top"][0][0] == answer for one in group["pictures"])
    sure = [one["top"][0][1] for one in group["pictures"]]
    assert sure == sorted(sure, reverse=True) and all(len(one["top"]) == 3 for one in group["pictures"])
    watched, indices = manager.history(run).watched(), [one["name"] for one in group["pictures"]]
    assert watched is not None
    pixels = np.frombuffer(base64.b64decode(group["pixels"]), np.uint8).reshape(-1, 1, 8, 8)
    seen = kept.seen(manager.snapshot(run).recipe, manager.data, watched.indices.tolist())
    assert np.abs(seen.astype(int) - watched.images).max() <= 1, "reduced as those that the network was shown"
    assert np.array_equal(pixels, kept.seen(manager.snapshot(run).recipe, manager.data, indices))


def test_a_class_opens_what_was_found_missed_and_taken_for_it(manager: JobManager, run: str, sent: Sent) -> None:
    truth, _, _ = worst_cell(manager, run, 1)
    page = opened(run=run, epoch="1", of="validation", **{"class": str(truth)})
    counts = np.array(manager.snapshot(run).epochs[1].validation_confusion)
    found, total, answered = counts[truth, truth], counts[truth].sum(), counts[:, truth].sum()
    assert f"{found} of {total} pictures of {truth} were found" in page.markdown[0].value and f"Of {answered} answers" in page.markdown[0].value
    shown = {group["title"].split(":")[0].split(" ", 1)[1]: int(group["title"].split(" ")[0]) for group in sent[-1]["groups"]}
    assert shown.get("missed", 0) == total - found and shown.get("taken for it", 0) == answered - found


def test_the_test_set_is_behind_the_test_s_matrix(manager: JobManager, run: str, sent: Sent) -> None:
    result = manager.snapshot(run).result
    assert result is not None
    label = int(np.argmax(np.diag(result.confusion)))
    opened(run=run, cell=f"{label},{label}", of="test")
    assert len(sent[-1]["groups"][0]["pictures"]) == min(result.confusion[label][label], doors.AT_ONCE)
    assert all(one["name"] >= 1437 for one in sent[-1]["groups"][0]["pictures"]), "indices of the official test part"


@pytest.mark.parametrize("address", [{}, {"cell": "x"}, {"cell": "99,1"}, {"cell": "1,2", "run": "nosuch"}, {"cell": "1,2", "of": "training"}])
def test_an_address_that_names_nothing_opens_nothing(run: str, sent: Sent, address: dict[str, str]) -> None:
    page = opened(**{"run": run, **address})
    assert not page.markdown and not page.info and not sent


def test_what_is_not_kept_and_what_is_not_here_is_one_sentence(run: str, sent: Sent) -> None:
    assert "did not keep" in opened(run=run, cell="1,2", epoch="77").info[0].value
    page = opened(run="cifar10-8", cell="3,5", of="test-8")
    assert "cifar10 is not on this machine" in page.info[0].value and not sent


def test_a_run_of_the_app_has_its_kept_answers_behind_its_matrix(manager: JobManager, sent: Sent) -> None:
    now = manager.snapshot("cifar10-8")
    found = kept.predictions(now, "test-8", 0, manager.data)
    assert found is not None and kept.keeps_test(now) and kept.keeps_test(now, "test-8") and not kept.keeps_test(now, "test-13")
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (found.labels, found.answers), 1)
    assert now.result is not None and np.abs(counts - now.result.confusion).sum() <= 20, "float16 may turn a tie"


def test_a_name_of_a_set_is_checked() -> None:
    assert (kept.side_of("test"), kept.side_of("validation"), kept.side_of("test-16")) == (None, None, 16)
    for bad in ("training", "test-x", "", "test--1"):
        with pytest.raises(LabError):
            kept.side_of(bad)
