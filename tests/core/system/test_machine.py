"""What this process may use: the quota of a container counts, not the host's cores. And what does not fit is refused."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from core.system import machine
from core.system.machine import check_threads, usable_cores, usable_memory
from core.training import resources
from core.training.resources import bytes_per_image, check_fits
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe, preset

GB = 2**30


@pytest.fixture(autouse=True)
def sixteen_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host of sixteen cores."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)


def lay(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


V2, V1 = {"proc/self/cgroup": "0::/\n"}, {"proc/self/cgroup": "5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n1:name=systemd:/\n"}
NESTED = {"proc/self/cgroup": "0::/user.slice/lab.scope\n"}
GROUP = "sys/fs/cgroup"


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({}, 16),
        ({**V2, f"{GROUP}/cpu.max": "max 100000\n"}, 16),
        ({**V2, f"{GROUP}/cpu.max": "200000 100000\n"}, 2),
        ({**V2, f"{GROUP}/cpu.max": "250000 100000\n"}, 2),
        ({**V2, f"{GROUP}/cpu.max": "50000 100000\n"}, 1),
        ({**V2, f"{GROUP}/cpu.max": "6400000 100000\n"}, 16),
        ({**V2, f"{GROUP}/cpu.max": "nonsense\n"}, 16),
        ({**NESTED, f"{GROUP}/user.slice/lab.scope/cpu.max": "max 100000", f"{GROUP}/user.slice/cpu.max": "300000 100000"}, 3),
        ({**V1, f"{GROUP}/cpu,cpuacct/cpu.cfs_quota_us": "200000", f"{GROUP}/cpu,cpuacct/cpu.cfs_period_us": "100000"}, 2),
        ({**V1, f"{GROUP}/cpu/docker/abc/cpu.cfs_quota_us": "400000", f"{GROUP}/cpu/docker/abc/cpu.cfs_period_us": "100000"}, 4),
        ({**V1, f"{GROUP}/cpu/cpu.cfs_quota_us": "-1", f"{GROUP}/cpu/cpu.cfs_period_us": "100000"}, 16),
    ],
)
def test_the_quota_of_a_container_counts(tmp_path: Path, files: dict[str, str], cores: int) -> None:
    assert usable_cores(lay(tmp_path, files)) == cores


def test_the_affinity_counts_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3}, raising=False)
    assert usable_cores(lay(tmp_path, {**V2, f"{GROUP}/cpu.max": "800000 100000"})) == 1


@pytest.mark.parametrize(
    ("files", "memory"),
    [
        ({}, 16 * GB),
        ({**V2, f"{GROUP}/memory.max": "max"}, 16 * GB),
        ({**V2, f"{GROUP}/memory.max": str(2 * GB)}, 2 * GB),
        ({**V1, f"{GROUP}/memory/memory.limit_in_bytes": "9223372036854771712"}, 16 * GB),
        ({**V1, f"{GROUP}/memory/docker/abc/memory.limit_in_bytes": str(GB)}, GB),
    ],
)
def test_the_memory_of_a_container_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], memory: int) -> None:
    monkeypatch.setattr(machine, "_physical_memory", lambda: 16 * GB)
    assert usable_memory(lay(tmp_path, files)) == memory


def test_it_can_be_asked_here() -> None:
    assert 1 <= usable_cores() <= 16
    memory = usable_memory()
    assert memory is None or memory > 2**20


# --- what does not fit --------------------------------------------------------------------------------------------


def test_more_threads_than_cores_are_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "usable_cores", lambda: 2)
    for threads in (0, 1, 2):
        check_threads(threads)
    with pytest.raises(LabError, match=r"^threads is 3; expected a whole number from 0 \(choose for me\) to 2, [^\n]*$"):
        check_threads(3)


def test_a_batch_that_does_not_fit_is_refused_with_the_one_that_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "usable_memory", lambda: 8 * GB)
    recipe = preset("fast", "cifar10").changed(device="cpu")
    assert 1_000_000 < bytes_per_image(recipe) < 2_000_000
    check_fits(recipe.changed(batch_size=2_000))
    with pytest.raises(LabError, match=r"batch size is 10000; of cifar10 with report a batch of at most 3\d{3} fits into the 8.0 GB"):
        check_fits(recipe.changed(batch_size=10_000))
    check_fits(Recipe(batch_size=10_000, device="cpu"))
    check_fits(recipe.changed(batch_size=10_000, device="cuda"))
    monkeypatch.setattr(resources, "usable_memory", lambda: None)
    check_fits(recipe.changed(batch_size=10_000))


def test_training_and_the_pages_are_given_the_cores_of_the_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.engines import sizing
    from core.training import device
    from demo.server import services

    for module in (sizing, device):
        monkeypatch.setattr(module, "usable_cores", lambda: 3)
    manager = services.make_manager({"LAB_RUNS": str(tmp_path / "runs"), "LAB_DATA": str(tmp_path)})
    manager.close()
    assert manager.threads * manager.engine.places == 2, "one core is left to the pages"
    assert device.resolve(Recipe()).threads == 3


def test_cores_are_counted_in_one_place() -> None:
    root = Path(machine.__file__).resolve().parents[2]
    files = [*(root / "core").rglob("*.py"), *(root / "demo").rglob("*.py"), root / "app.py"]
    counting = [file.name for file in files if re.search(r"cpu_count|sched_getaffinity", file.read_text(encoding="utf-8"))]
    assert counting == ["machine.py"]
