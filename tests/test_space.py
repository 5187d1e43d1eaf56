"""README.md's head makes the repository a Hugging Face Space: it is valid, and agrees with what is required here.

The keys: https://huggingface.co/docs/hub/spaces-config-reference
"""

from __future__ import annotations

import re
import sys
from importlib import metadata
from typing import Any

import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from tests.places import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
HEAD: dict[str, Any] = yaml.safe_load(README.split("---\n")[1])
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
LONGEST_DESCRIPTION = 60


def required(name: str) -> Requirement:
    """The line of requirements.txt."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    [found] = [line for line in lines if re.match(rf"{name}\b", line)]
    return Requirement(found)


def test_it_is_the_first_thing_in_the_file_and_the_page_reads_on() -> None:
    before, _, rest = README.split("---\n", 2)
    assert before == "" and rest.startswith("\n# Resolution Lab\n")


def test_every_value_is_one_that_a_space_takes() -> None:
    assert HEAD.keys() == {
        "title", "emoji", "colorFrom", "colorTo", "sdk", "sdk_version", "python_version", "app_file", "short_description", "license",
    }  # fmt: skip
    assert all(isinstance(value, str) for value in HEAD.values()), "3.10 without quotes would be 3.1"
    assert HEAD["sdk"] == "gradio" and {HEAD["colorFrom"], HEAD["colorTo"]} <= COLOURS
    assert len(HEAD["short_description"]) <= LONGEST_DESCRIPTION
    assert len(HEAD["emoji"]) == 1 and not HEAD["emoji"].isascii()


def test_the_app_file_is_the_one_that_the_readme_starts() -> None:
    assert (ROOT / HEAD["app_file"]).is_file()
    assert f"`.venv/bin/python {HEAD['app_file']}`" in README


def test_gradio_is_pinned_within_what_is_required() -> None:
    pinned, installed = Version(HEAD["sdk_version"]), Version(metadata.version("gradio"))
    assert re.fullmatch(r"\d+\.\d+\.\d+", HEAD["sdk_version"])
    assert required("gradio").specifier.contains(pinned)
    assert pinned <= installed and pinned.major == installed.major, "a Space gets a version that nobody has tried here"


def test_a_gradio_that_does_not_know_what_the_classifier_asks_for_is_not_allowed() -> None:
    """`run_history` of mount_gradio_app came with 6.24.0."""
    assert "run_history=" in (ROOT / "demo" / "classifier" / "app.py").read_text(encoding="utf-8")
    assert not required("gradio").specifier.contains("6.23.1") and required("gradio").specifier.contains("6.24.0")


def test_python_is_pinned_within_what_is_required_and_the_container_s() -> None:
    said = re.search(r"Python (\d\.\d+) or newer", README)
    assert said and Version(said[1]) <= Version(HEAD["python_version"])
    assert f"python_version = \"{said[1]}\"" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f"FROM python:{HEAD['python_version']}-slim" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert sys.version_info[:2] >= Version(said[1]).release


def test_the_licence_is_the_file_s() -> None:
    assert HEAD["license"] == "mit" and (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


def test_nothing_required_keeps_the_pinned_gradio_out() -> None:
    """Gradio's own demands, as far as requirements.txt names the same packages, leave a version that fits both."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    ours = {Requirement(line).name: Requirement(line).specifier for line in lines if line and line[0] != "#"}
    theirs = [Requirement(line) for line in metadata.requires("gradio") or []]
    both = [need for need in theirs if need.name in ours and (not need.marker or need.marker.evaluate({"extra": ""}))]
    assert both, "the search found nothing, so it proves nothing"
    for need in both:
        assert (ours[need.name] & need.specifier).contains(metadata.version(need.name)), need
