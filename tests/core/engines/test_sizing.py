"""How many runs at once, and with how many threads: what cores and memory bear, or what LAB_WORKERS says."""

from __future__ import annotations

import pytest

from core.engines import sizing
from core.engines.sizing import MEMORY_OF_A_WORKER, pool_size, size_for
from core.vocabulary.errors import LabError

GB = 1 << 30


@pytest.mark.parametrize("cores", [1, 2, 3, 4, 5, 8, 16, 64])
@pytest.mark.parametrize("memory", [None, GB // 2, 4 * GB, 64 * GB])
def test_one_core_stays_with_the_pages_and_memory_is_enough(cores: int, memory: int | None) -> None:
    size = size_for(cores, memory)
    assert 1 <= size.workers * size.threads <= max(1, cores - 1)
    assert memory is None or size.workers == 1 or size.workers * MEMORY_OF_A_WORKER <= memory


def test_a_lone_worker_of_little_memory_has_all_threads() -> None:
    assert size_for(8, GB) == (1, 7) and size_for(8, 64 * GB) == (3, 2) and size_for(4, 64 * GB) == (3, 1)


def test_on_a_gpu_one_run_is_trained_at_a_time_unless_somebody_wants_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizing, "usable_cores", lambda: 9)
    monkeypatch.setattr(sizing, "has_accelerator", lambda: True)
    assert pool_size({}) == (1, 8) and pool_size({"LAB_WORKERS": "4"}) == (4, 2)
    monkeypatch.setattr(sizing, "has_accelerator", lambda: False)
    assert pool_size({}).workers > 1


def test_an_nvidia_driver_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}" if name == "nvidia-smi" else None)
    assert sizing.has_accelerator()


def test_what_the_environment_says_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizing, "usable_cores", lambda: 9)
    monkeypatch.setattr(sizing, "has_accelerator", lambda: False)
    assert pool_size({"LAB_WORKERS": "2"}) == (2, 4) and pool_size({"LAB_WORKERS": " 1 "}) == (1, 8)
    monkeypatch.setattr(sizing, "usable_cores", lambda: 2)
    assert pool_size({"LAB_WORKERS": "2"}) == (2, 1), "side by side on the two cores, if somebody wants that"
    assert pool_size({"LAB_WORKERS": ""}) == (1, 1)


@pytest.mark.parametrize("wanted", ["0", "-1", "two", "1.5", "17", "\u00b2"])
def test_a_number_that_is_none_is_refused_in_one_line(wanted: str) -> None:
    with pytest.raises(LabError, match="expected a whole number from 1 to 16") as refusal:
        pool_size({"LAB_WORKERS": wanted})
    assert "\n" not in str(refusal.value)
