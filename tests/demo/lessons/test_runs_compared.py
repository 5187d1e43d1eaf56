"""My runs, two or more finished ones chosen: what is decided by which test, seeds together, what changed, the report."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save
from streamlit.testing.v1 import AppTest

from core.datasets import arrays
from core.export.report.words import p_value, percent
from core.runs.manager import JobManager
from core.vocabulary import metrics
from core.vocabulary.recipe import preset
from core.vocabulary.records import Facts, Result, Start
from core.vocabulary.stats import mcnemar_test, t_test
from demo.lessons.runs import compared, report
from tests import run_records
from tests.demo import visiting
from tests.places import ROOT


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobManager]:
    visiting.visit(monkeypatch, "http://localhost:8501/")
    with visiting.serving(tmp_path, cards=tmp_path / "pretrained") as serving:
        yield serving


@pytest.fixture
def truth() -> np.ndarray:
    digits = arrays.read("digits", Path("nowhere"))
    labels: np.ndarray = digits.labels[digits.train_size :]
    return labels


def stored(manager: JobManager, guesses: np.ndarray, truth: np.ndarray, *, kept: bool = True, **changes: Any) -> str:
    """A finished run in the store that gave these answers to the test pictures; `kept`: one by one."""
    recipe = preset("quick", "digits").changed(epochs=1, **changes)
    classes = tuple(map(str, range(10)))
    run = manager.store.create(recipe, "me")
    manager.store.start(run, Start(recipe, Facts(train=20, classes=classes), 0))
    for number in (0, 1):
        manager.store.add_epoch(run, run_records.epoch(number, checkpoint=b"state"))
    chances = save({"probabilities": (np.eye(10, dtype=np.uint8) * 255)[guesses]}) if kept else b""
    confusion = metrics.confusion_matrix(truth, guesses, 10).tolist()
    manager.store.finish(run, Result(1, 0.3, float((guesses == truth).mean()), confusion, 0.1, b"weights", arrays=chances))
    return run


def missing(truth: np.ndarray, *wrong: int) -> np.ndarray:
    """Answers that are right but for these pictures, which are taken for the next class."""
    guesses = truth.copy()
    guesses[list(wrong)] = (guesses[list(wrong)] + 1) % 10
    return guesses


def script() -> None:
    from demo import studio

    studio.page("runs")()


def opened(runs: Sequence[str], **address: str) -> AppTest:
    return visiting.opened(script, runs=",".join(runs), **address)


def words(page: AppTest) -> str:
    return visiting.words(page).replace("\\", "")


def unbroken(p: float) -> str:
    """No line ends inside it."""
    return p_value(p).replace(" ", "\N{NO-BREAK SPACE}")


def downloads(page: AppTest) -> set[str]:
    return {part.proto.label for part in page.get("download_button")}


def figures(page: AppTest) -> list[str]:
    return [part.proto.alt for part in page.get("vega_lite_chart")]


@pytest.mark.parametrize(("first", "second"), [(range(30), range(20, 32)), (range(8), range(5, 9)), (range(4), range(10, 15))])
def test_two_runs_are_compared_on_the_same_pictures_by_mcnemar(manager: JobManager, truth: np.ndarray, first: range, second: range) -> None:
    answers = [missing(truth, *first), missing(truth, *second)]
    one, other = (stored(manager, guesses, truth, seed=seed) for seed, guesses in enumerate(answers))
    found = words(opened([one, other]))
    right = [(guesses == truth).tolist() for guesses in answers]
    expected = mcnemar_test(right[1], right[0])
    better, worse = (other, one) if expected.lead > 0 else (one, other)
    sentence = next(line for line in found.splitlines() if "points ahead of" in line and "test pictures right" in line)
    assert sentence.index(f"({better})") < sentence.index(f"({worse})")
    assert f"{100 * abs(expected.lead):.2f} points" in sentence and percent(float(np.mean(right[0])), 2) in sentence
    assert f"**{unbroken(expected.p)}**" in sentence and "exact McNemar test" in sentence and f"the same {len(truth)} test pictures" in sentence
    assert ("more than chance" in sentence) == (expected.p < 0.05) and ("may be chance" in sentence) == (expected.p >= 0.05)


def test_two_runs_that_get_as_many_right_are_said_to(manager: JobManager, truth: np.ndarray) -> None:
    runs = [stored(manager, missing(truth, *wrong), truth, seed=seed) for seed, wrong in enumerate((range(4), range(6, 10)))]
    assert f"get the same share of the test pictures right: {percent(1 - 4 / len(truth), 2)}" in words(opened(runs))


def test_without_kept_answers_two_proportions_decide_and_the_page_says_why(manager: JobManager, truth: np.ndarray) -> None:
    runs = [stored(manager, missing(truth, *range(wrong)), truth, kept=kept, seed=wrong) for wrong, kept in ((30, True), (2, False))]
    found = words(opened(runs))
    assert "two accuracies, each on" in found and "kept no answer to each test picture" in found and "McNemar" not in found


def test_what_cannot_be_compared_is_said(manager: JobManager, truth: np.ndarray) -> None:
    one, other = (stored(manager, missing(truth, seed), truth, seed=seed) for seed in (1, 2))
    elsewhere = stored(manager, missing(truth, 3), truth, dataset="mnist", network="report")
    queued = manager.store.create(preset("quick", "digits"), "me")
    manager.store.set_status(queued, "stopped")
    alone = opened([one, queued])
    assert "At most one of the chosen runs is finished" in words(alone) and not any("Recall" in figure for figure in figures(alone))
    assert "Report (PDF)" not in downloads(alone)
    other_data = opened([one, elsewhere])
    assert "on two data sets an accuracy says nothing" in words(other_data) and not any("Difference" in figure for figure in figures(other_data))
    assert {"Report (HTML)", "Report (PDF)"} <= downloads(other_data)
    three = words(opened([one, queued, other]))
    assert f"({queued})" in next(line for line in three.splitlines() if line.startswith("Not finished"))
    assert "Is the difference real?" not in words(opened([one]))


def test_seeds_stand_together_and_student_decides(manager: JobManager, truth: np.ndarray) -> None:
    plain = [stored(manager, missing(truth, *range(wrong)), truth, seed=wrong) for wrong in (20, 22, 24)]
    slow = [stored(manager, missing(truth, *range(wrong)), truth, seed=wrong, learning_rate=0.125) for wrong in (4, 7)]
    found = words(opened([*plain, *slow]))
    shares = [[1 - wrong / len(truth) for wrong in group] for group in ((20, 22, 24), (4, 7))]
    for group in shares:
        mean, low, high = (f"{100 * value:.2f}" for value in (float(np.mean(group)), min(group), max(group)))
        assert f"| {len(group)} | {mean} | {low} | {high} |" in found
    expected = t_test(shares[1], shares[0])
    assert expected is not None
    sentence = next(line for line in found.splitlines() if line.startswith("Over the seeds"))
    assert f"{100 * expected.lead:.2f} points" in sentence and unbroken(expected.p) in sentence and "5 trainings" in sentence
    assert "differ by their seed alone" not in words(opened([plain[0], slow[0]]))


def test_what_changed_is_drawn_and_a_link_restores_which_run_it_changed_to(manager: JobManager, truth: np.ndarray) -> None:
    runs = [stored(manager, missing(truth, *range(wrong)), truth, seed=wrong) for wrong in (30, 12, 3)]
    page = opened(runs)
    first, *others = page.multiselect[0].value
    assert page.selectbox(key="runs.with").value == others[0]
    page.selectbox(key="runs.with").set_value(others[1]).run()
    assert not page.exception and others[1] in page.query_params["with"]
    again = opened(runs, **{"with": others[1]})
    for there in (page, again):
        assert there.selectbox(key="runs.with").value == others[1]
        assert sum(f"{first} → {others[1]}" in figure for figure in figures(there)) == 2
    assert opened(runs, **{"with": "nonsense"}).selectbox(key="runs.with").value == others[0]


def test_the_report_is_made_when_it_is_asked_for(manager: JobManager, truth: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [stored(manager, missing(truth, *range(wrong)), truth, seed=wrong) for wrong in (30, 12)]
    calls: list[Any] = []

    def made(*given: Any) -> dict[str, bytes]:
        calls.append(given)
        return {"report.html": b"<p>", "report.pdf": b"%PDF"}

    monkeypatch.setattr("core.export.report.files.comparison_files", made)
    assert {"Report (HTML)", "Report (PDF)"} <= downloads(opened(runs)) and not calls
    snapshots = [compared._with_answers(run) for run in runs]
    assert [report.writer(snapshots, form)() for form in report.FORMS] == [b"<p>", b"%PDF"]
    assert len(calls) == 1 and [run.run for run in calls[0][0]] == runs


def test_the_report_has_the_page_s_numbers(manager: JobManager, truth: np.ndarray) -> None:
    answers = [missing(truth, *range(wrong)) for wrong in (30, 12)]
    snapshots = [compared._with_answers(stored(manager, guesses, truth, seed=seed)) for seed, guesses in enumerate(answers)]
    html, pdf = (report.writer(snapshots, form)() for form in report.FORMS)
    expected = mcnemar_test(*((guesses == truth).tolist() for guesses in reversed(answers)))
    assert "McNemar" in html.decode() and p_value(expected.p).replace("<", "&lt;") in html.decode() and pdf.startswith(b"%PDF")


SCRIPT = """
import dataclasses, sys
from pathlib import Path
from core.export.report.files import comparison_files
from core.pretrained.cards import FOLDER
from core.runs.snapshot import look_up
from core.runs.store import open_store
folder = Path(sys.argv[1])
run = look_up("digits", open_store(folder), FOLDER)
print(sorted(comparison_files([run, dataclasses.replace(run, run="other")], folder)), "torch" in sys.modules)
"""


@pytest.mark.slow
def test_the_report_needs_no_torch(tmp_path: Path) -> None:
    answer = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.stdout.strip() == "['report.html', 'report.pdf'] False", answer.stderr[-2000:]
