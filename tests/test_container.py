"""The Dockerfile's steps against the repository: what is copied is there, nothing that the app needs is left out."""

from __future__ import annotations

import fnmatch
import re

import pytest

from demo.server import health
from tests.ci_scripts import script
from tests.places import ROOT

READER = script("dockerfile")
"""The part of .ci/ that follows the Dockerfile by hand."""
STEPS = READER.steps((ROOT / "Dockerfile").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
IGNORED = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]


def one(name: str) -> str:
    """What follows an instruction that stands once."""
    [found] = READER.of(name, STEPS)
    return str(found)


def sources() -> list[str]:
    return [source for few, _ in READER.copies(STEPS) for source in few]


@pytest.mark.parametrize("source", sources())
def test_what_is_copied_is_there_under_the_same_name(source: str) -> None:
    assert READER.tracked(source), f"git has no {source}"
    [(few, target)] = [copy for copy in READER.copies(STEPS) if source in copy[0]]
    assert target == ("./" if (ROOT / source).is_file() else f"./{source}")
    assert few == [source] or all((ROOT / other).is_file() for other in few)


def test_everything_that_the_app_needs_is_copied() -> None:
    top = {path.partition("/")[0] for path in READER.tracked(".")}
    left_out = {".ci", ".dockerignore", ".gitattributes", ".gitignore", "Dockerfile", "pyproject.toml", "tests"}
    assert set(sources()) == top - left_out


def kept(path: str) -> bool:
    """Whether .dockerignore lets a path into the build: of the lines that match it or a folder above it, the last one."""
    parts = path.split("/")
    ways = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    says = True
    for line in IGNORED:
        pattern = line.removeprefix("!").removeprefix("**/")
        names = ways + parts if "**/" in line else ways
        if any(fnmatch.fnmatchcase(name, pattern) and (pattern != "*" or "/" not in name) for name in names):
            says = line.startswith("!")
    return says


def test_what_is_copied_reaches_the_build_and_nothing_else_does() -> None:
    needed = [file for source in sources() for file in READER.tracked(source)]
    assert all(map(kept, needed)), [file for file in needed if not kept(file)]
    for path in (".git/config", ".venv/bin/python", "tests/test_quality.py", "data/mnist", "core/__pycache__/runs.cpython-311.pyc",
                 "demo/lessons/__pycache__/x.pyc", ".streamlit/secrets.toml"):  # fmt: skip
        assert not kept(path), path


def test_the_app_is_served_on_one_port_by_a_user_without_rights() -> None:
    environ, names = READER.environment(STEPS), [name for name, _ in STEPS]
    assert one("EXPOSE") == environ["STREAMLIT_SERVER_PORT"] == "7860"
    assert "STREAMLIT_SERVER_ADDRESS" not in environ, "without one the server listens on IPv6 and IPv4"
    assert one("USER") == "1000:1000" and "--uid 1000" in READER.of("RUN", STEPS)[0]
    assert names.index("USER") < names.index("CMD") and names.count("USER") == 1
    assert READER.command(one("CMD")) == ["streamlit", "run", "app.py"]
    assert "streamlit run app.py" in README


def test_data_and_runs_outlive_the_container() -> None:
    environ = READER.environment(STEPS)
    volumes = READER.command(one("VOLUME"))
    assert volumes == [environ["LAB_DATA"], environ["LAB_RUNS"]]
    assert f"RUN mkdir -p {' '.join(volumes)}" in [" ".join(step) for step in STEPS]
    assert all(f":{volume} " in README for volume in volumes)
    assert one("WORKDIR").startswith(environ["HOME"]) and environ["HOME"] == READER.HOME


def test_what_is_installed_is_for_the_processor_and_leaves_no_cache() -> None:
    installs = [rest for rest in READER.of("RUN", STEPS) if rest.startswith("pip")]
    assert all("--no-cache-dir" in rest for rest in installs)
    assert one("ARG") == "TORCH_INDEX=https://download.pytorch.org/whl/cpu"
    assert 'torch torchvision --index-url "$TORCH_INDEX"' in installs[0]
    assert installs[1].endswith("-r requirements.txt") and len(installs) == 2


def test_the_health_check_asks_pages_and_classifier_where_they_are() -> None:
    assert READER.command(one("HEALTHCHECK")) == ["python", "-m", "demo.server.health"]
    timeout = re.search(r"--timeout=(\d+)s", one("HEALTHCHECK"))
    assert timeout and int(timeout[1]) > health.SECONDS * len(health.PATHS)
    assert health.addresses(READER.environment(STEPS)) == [
        "http://127.0.0.1:7860/_stcore/health", "http://127.0.0.1:7860/classify/config",
    ]  # fmt: skip


def test_the_readme_s_commands_fit() -> None:
    port = one("EXPOSE")
    assert re.search(rf"docker run .*-p {port}:{port} ", README)
    assert "docker build -t resolution-lab ." in README
    assert all(command in (ROOT / "Dockerfile").read_text(encoding="utf-8") for command in re.findall(r"^docker .+$", README, re.M))


def test_steps_are_read_as_docker_reads_them() -> None:
    found = READER.steps("# a\nFROM x\n\nRUN one && \\\n    # between\n    two\nENV A=1 \\\n    B='2 3'\nCOPY --chown=1:1 a b ./\n")
    assert [name for name, _ in found] == ["FROM", "RUN", "ENV", "COPY"]
    assert found[1][1] == "one && two" and READER.environment(found) == {"A": "1", "B": "2 3"}
    assert READER.copies(found) == [(["a", "b"], "./")]
