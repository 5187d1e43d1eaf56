"""README.md says what is there: every verb, page, data set, network and variable, and commands that work."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from core.cli.parser import make_parser
from core.datasets.files import SOURCES
from core.vocabulary.networks import NETWORKS
from core.vocabulary.recipe import PRESETS
from demo.studio import PAGES
from demo.text import speaker
from tests.ci_scripts import script
from tests.places import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def command(name: str) -> str:
    """As .ci/run reads it."""
    return str(script("readme_command").command(name))


def verbs() -> list[str]:
    actions = make_parser("")._actions
    return list(next(action for action in actions if isinstance(action, argparse._SubParsersAction)).choices)


def test_what_exists_is_named() -> None:
    # `name`, or at the start or in the middle of a longer example: `train [options]`, `--preset quick\|fast\|report`
    missing = [word for word in (*verbs(), *NETWORKS, *SOURCES, *PRESETS)
               if not re.search(rf"`[^`\n]*(?<![\w-]){re.escape(word)}(?![\w-])[^`\n]*`", README)]  # fmt: skip
    assert not missing, "README.md does not name these"


def test_every_page_is_named() -> None:
    say = speaker("studio")
    assert not [page for page in PAGES if f"| {say(page)} |" not in README]


def test_no_verb_is_named_that_does_not_exist() -> None:
    table = README.partition("| verb | does |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)", table, re.MULTILINE) == verbs()


def test_every_variable_is_named() -> None:
    files = [ROOT / "app.py", *ROOT.glob("core/**/*.py"), *ROOT.glob("demo/**/*.py")]
    used = {
        name for file in files for name in re.findall(r'"(LAB_[A-Z_]+)"', file.read_text(encoding="utf-8"))
    }
    assert used, "the search found nothing, so it proves nothing"
    assert used == set(re.findall(r"^\| `(LAB_[A-Z_]+)`", README, re.MULTILINE))


def lines() -> list[str]:
    found = re.findall(r"^\.venv/bin/python -m core (.+)$", README, re.MULTILINE)
    assert found
    return found


@pytest.mark.parametrize("line", lines())
def test_example_lines_are_understood(line: str) -> None:
    options = make_parser("").parse_args(shlex.split(line))
    if options.verb == "train":
        from core.cli.commands import recipe_of
        from core.vocabulary.recipe import FIELDS

        given = {name: value for name, value in vars(options).items() if name in FIELDS and name != "preset"}
        assert recipe_of(options.preset, given).dataset == options.dataset


def test_both_systems_install_and_start_the_same() -> None:
    for name in ("run", "test"):
        unix, windows = command(name), command(f"{name}-powershell")
        same = windows.replace(".venv\\Scripts\\python -m pip", ".venv/bin/pip").replace(
            "py -m", "python3 -m"
        )
        assert same.replace("\\", "/").replace("/Scripts/", "/bin/").replace("; ", " && ") == unix


def test_each_command_does_its_whole_set_up() -> None:
    for name in ("run", "test"):
        parts = command(name).split(" && ")
        assert parts[0] == "python3 -m venv .venv"
        assert parts[1].startswith(".venv/bin/pip install")
        named = re.findall(r"-r (\S+)", parts[1])
        assert "requirements.txt" in named and all((ROOT / file).is_file() for file in named)
    assert command("run").endswith("streamlit run app.py") and (ROOT / "app.py").is_file()
    assert "tests/requirements.txt" in command("test") and command("test").endswith("-m pytest")


def test_ci_runs_both_commands_word_for_word() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for name in ("run", "test"):
        assert f"$(python3 .ci/readme_command.py {name})" in script


@pytest.mark.parametrize(
    "readme", ["", "<!-- command: run -->\n```sh\n```\n", "<!-- command: run -->\n```sh\na\n```\n" * 2]
)
def test_a_command_that_is_missing_empty_or_there_twice_is_refused(readme: str, tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(readme, encoding="utf-8")
    with pytest.raises(ValueError, match="expected one"):
        script("readme_command").command("run", file)


CLAIMS: list[dict[str, str]] = json.loads((ROOT / "tests" / "readme_claims.json").read_text(encoding="utf-8"))
"""What README.md says of Python, platforms, containers and Hugging Face, each with what shows that it is true: a `test`, a
`file` that `holds` it, a `link` that stands beside it, or a `command` with what was `seen`."""


@pytest.mark.parametrize("claim", CLAIMS, ids=[claim["says"][:60] for claim in CLAIMS])
def test_a_claim_stands_there_and_so_does_what_shows_it(claim: dict[str, str]) -> None:
    assert claim["says"] in " ".join(README.split())
    assert claim.keys() & {"test", "file", "link", "command"}
    if "test" in claim:
        file, _, name = claim["test"].partition("::")
        assert f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8"), f"there is no {claim['test']}"
    if "file" in claim:
        assert claim["holds"] in (ROOT / claim["file"]).read_text(encoding="utf-8")
    if "link" in claim:
        assert claim["link"] in README
    assert ("command" in claim) == ("seen" in claim)


@pytest.mark.parametrize("section", ["## Two commands", "## In a container, on Hugging Face, behind a proxy"])
def test_no_paragraph_about_where_the_lab_runs_is_without_a_claim_that_is_shown(section: str) -> None:
    text = re.sub(r"^```.*?^```$", "", README.partition(f"\n{section}\n")[2].partition("\n## ")[0], flags=re.MULTILINE | re.DOTALL)
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n") if part.strip() and not part.startswith("<!--")]
    unshown = [part for part in paragraphs if not any(claim["says"] in part for claim in CLAIMS)]
    assert not unshown


def test_the_upload_to_hugging_face_is_a_command_that_exists() -> None:
    [line] = re.findall(r"^hf upload .+$", README, re.MULTILINE)
    program = Path(sys.executable).with_name("hf")
    help_text = subprocess.run([program, "upload", "--help"], capture_output=True, text=True, check=True, timeout=60).stdout
    assert "--repo-type" in line and "--repo-type" in help_text and "space" in help_text


def test_links_in_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_every_page_has_its_picture() -> None:
    missing = [page for page in (*PAGES, "classify")
               if f"](demo/screens/{page}.png)" not in README or not (ROOT / "demo" / "screens" / f"{page}.png").exists()]  # fmt: skip
    assert not missing, f"python -m tests.browser.screens {' '.join(missing)}"


def test_the_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in (ROOT / "demo" / "screens").iterdir()) <= 2e6


def test_the_bounds_are_the_ones_that_hold() -> None:
    from core.classroom import guesses, teacher_token, votes
    from core.runs.scheduling.limits import Limits
    from demo.classifier import queue
    from demo.classifier.api import UPLOAD_MB
    from demo.server import private_folder, sessions

    def pace(burst: int, seconds: float) -> str:
        return f"{burst} at once, then one in {seconds:g} s"

    megabyte = 1 << 20
    rows = {
        "runs that wait": (Limits().person, Limits().address, Limits().waiting),
        "new browsers in a class": ("", pace(*votes.NEW_MEMBERS), f"{votes.MOST_MEMBERS:,}"),
        "answers to a question": (1, "", votes.MOST_VOTERS),
        "questions answered first": ("", pace(*votes.NEW_QUESTIONS), votes.MOST_QUESTIONS),
        "guesses in *What is it?*": (f"{guesses.MOST_EACH:,}", f"{guesses.MOST // guesses.ADDRESS_SHARE:,}", f"{guesses.MOST:,}"),
        "wrong tries of the token": ("", pace(*teacher_token.TRIES_OF_ADDRESS), pace(*teacher_token.TRIES_IN_ALL)),
        "questions to the classifier that wait": (
            queue.MOST_OF_SESSION, queue.MOST_OF_ADDRESS, queue.MOST_WAITING,
        ),
        "uploads in the lessons, in memory": (f"{sessions.MOST_OF_SESSION // megabyte} MB", "", f"{sessions.MOST_IN_ALL // megabyte} MB"),
        "uploads to the classifier, on the disk": (f"{UPLOAD_MB} MB each", "", f"{private_folder.MOST // megabyte:,} MB"),
    }  # fmt: skip
    part = README.partition("## What the lab protects, and from whom")[2].partition("\n## ")[0]
    for name, bounds in rows.items():
        [cells] = re.findall(rf"^\| {re.escape(name)} \| ?(.*?) ?\| ?(.*?) ?\| ?(.*?) ?\|$", part, re.MULTILINE)
        for cell, bound in zip(cells, bounds, strict=True):
            assert re.match(rf"{re.escape(str(bound))}(?!,?\d)", cell) if bound else not cell, f"{name}: {cell}, but it is {bound}"
    for number, what in (
        (teacher_token.SHORTEST, "at least 8 characters"), (sessions.FREED_AFTER, "30 seconds after their tab"),
        (private_folder.OLDEST / 3600, "after an hour"), (queue.KEPT_SECONDS, "goes after 60 seconds"),
    ):  # fmt: skip
        assert what in " ".join(part.split()) and number in (8, 30.0, 1.0, 60.0)
