"""The script of a run: short, clean, free of this project, and to the last digit what the run was."""

from __future__ import annotations

import ast
import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.export.errors import NotExportable
from core.export.program.script import layout_at_hand, script_of
from core.runs.snapshot import Snapshot
from core.vocabulary.datasets import SOURCES
from core.vocabulary.recipe import AUGMENTS, FILTERS, preset
from tests.core.export.conftest import RECIPES, made_up

SETTINGS = {
    "cifar10 quick": preset("quick", "cifar10").changed(resolution=16),
    "cifar10 fast": preset("fast", "cifar10"),
    "mnist": preset("quick", "mnist").changed(network="mnist-cnn"),
    "l1": preset("quick", "digits").changed(loss="l1", optimizer="adagrad", augment="flip+mixed", split="random", train_limit=500),
    "folds": preset("quick", "digits").changed(split="k-fold", folds=4, fold=2, keep="best", imbalance=3.0, augment="flip+shift"),
    "rmsprop": preset("quick", "digits").changed(optimizer="rmsprop", momentum=0.5, augment="mixed", resolution=4, filter="area", dropout=0.0),
}


def script(run: Snapshot) -> str:
    return script_of(run, layout_at_hand(run.recipe.dataset))


@pytest.mark.parametrize("name", [*SETTINGS, *RECIPES])
def test_it_is_short_and_imports_nothing_of_this_project(name: str) -> None:
    text = script(made_up((SETTINGS | RECIPES)[name], precision="bfloat16"))
    lines = text.splitlines()
    assert len(lines) <= 150 and max(map(len, lines)) <= 140
    imported = {(node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else node.names[0].name.split(".")[0]
                for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)}  # fmt: skip
    assert {"torch", "numpy"} <= imported <= {"torch", "torchvision", "numpy", "sklearn", "os", "sys", "pathlib", "math", "copy"}


@pytest.mark.slow
def test_ruff_finds_nothing_in_any_of_them(tmp_path: Path) -> None:
    recipes = {**SETTINGS, **RECIPES}
    for augment in AUGMENTS:
        recipes[augment] = preset("quick", "digits").changed(augment=augment)
    for filter in FILTERS:
        recipes[filter] = preset("quick", "digits").changed(filter=filter, resolution=4)
    for name, recipe in recipes.items():
        (tmp_path / f"{name.replace(' ', '-')}.py").write_text(script(made_up(recipe)), encoding="utf-8")
        (tmp_path / f"{name.replace(' ', '-')}-cuda.py").write_text(script(made_up(recipe, "cuda", "float16")), encoding="utf-8")
    rules = ["--isolated", "--select", "E,F,I,W,UP,C4", "--line-length", "140", "--target-version", "py311"]
    done = subprocess.run([sys.executable, "-m", "ruff", "check", *rules, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_it_has_only_the_lines_that_the_recipe_needs() -> None:
    plain = script(made_up(preset("report", "cifar10").changed(network="report", dropout=0.0)))
    for word in ("one_cycle", "resample", "at_resolution", "validation", "autocast", "best", "class Dropout", "cuda", "flip"):
        assert word not in plain, word
    assert "nn.Dropout(0)" in plain, "the weights keep their names"
    card = script(made_up(preset("fast", "cifar10"), "cuda", "float16"))
    assert all(word in card for word in ('DEVICE = "cuda"', "GradScaler", "nn.Dropout(0.25)", ".to(DEVICE)")) and "class Dropout" not in card


def test_the_data_are_read_as_they_lie_here_else_as_torchvision_fetches_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_DATA", str(tmp_path))
    run = made_up(preset("report", "cifar10"))
    assert "CIFAR10(DATA, train=train, download=True)" in script(run)
    binary = SOURCES["cifar10"].layouts[0]
    assert "cifar-10-binary.tar.gz" in script_of(run, binary) and "torchvision.datasets import CIFAR10" not in script_of(run, binary)


def test_a_layer_without_a_spelling_is_named() -> None:
    from torch import nn

    from core.export.program.layers import layer_code

    with pytest.raises(NotExportable, match="a layer Bilinear cannot be written down as code yet"):
        layer_code(nn.Bilinear(1, 1, 1))
    assert layer_code(nn.Conv2d(3, 8, 5, stride=2, padding=1)) == "nn.Conv2d(3, 8, 5, stride=2, padding=1)"
    assert layer_code(nn.AvgPool2d(3, 1)) == "nn.AvgPool2d(3, stride=1)" and layer_code(nn.MaxPool2d(2)) == "nn.MaxPool2d(2)"
    assert layer_code(nn.BatchNorm2d(8)) == "nn.BatchNorm2d(8)" and layer_code(nn.LeakyReLU(0.1)) == "nn.LeakyReLU(0.1)"


def test_a_last_batch_of_one_is_refused_where_pytorch_refuses_it() -> None:
    one = preset("quick", "digits").changed(network="globalpool, batchnorm", train_limit=33)
    with pytest.raises(NotExportable, match="the last batch of an epoch is one image"):
        script(made_up(one))
    assert "nn.BatchNorm2d(1)" in script(made_up(one.changed(train_limit=34)))


def test_a_run_s_name_stays_a_name() -> None:
    """A name is anybody's text, and a script is executed."""
    named = dataclasses.replace(made_up(preset("quick", "digits")), name='my best\n"""\nimport os  # \\')
    first, *rest = script(named).splitlines()
    assert first == '"""Run abc234 (my bestimport os) of Resolution Lab: the network digits-cnn on Digits (8 × 8).'
    assert not [line for line in rest if line.startswith("import os")]


def test_a_network_of_one_s_own_is_called_so() -> None:
    text = script(made_up(preset("quick", "digits").changed(network="conv 4 3, maxpool 2, dense 8")))
    assert "a network of one's own on Digits (8 × 8)" in text and "nn.Linear(36, 8), nn.ReLU()," in text


@pytest.mark.slow
@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.data] if SOURCES[RECIPES[name].dataset].layouts else []) for name in RECIPES])
def test_it_prints_the_run_s_numbers_to_the_last_digit(name: str, trained: Callable[[str], Snapshot], tmp_path: Path) -> None:
    run = trained(name)
    file = tmp_path / "train.py"
    file.write_text(script(run), encoding="utf-8")
    done = subprocess.run([sys.executable, str(file)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == printed(run)


@pytest.mark.slow
def test_an_epoch_s_script_goes_the_run_s_way_as_far_as_that_epoch(trained: Callable[[str], Snapshot], tmp_path: Path) -> None:
    """With a learning rate that depends on all epochs, as one-cycle."""
    whole = trained("digits")
    assert whole.recipe.schedule == "one-cycle"
    record = dataclasses.replace(whole.record, result=None)
    file = tmp_path / "train.py"
    file.write_text(script(dataclasses.replace(whole, record=record, epoch=1)), encoding="utf-8")
    done = subprocess.run([sys.executable, str(file)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, tested, *_ = done.stdout.splitlines()
    assert first == printed(whole)[0] and tested.startswith("test loss ") and "in the lab" not in done.stdout


def printed(run: Snapshot) -> list[str]:
    """What the script of a run prints on the machine that trained it."""
    result, lines = run.result, []
    assert result is not None
    for epoch in run.epochs[1:]:
        checked = f", validation loss {epoch.validation_loss}, accuracy {epoch.validation_accuracy}" if run.facts.validation else ""
        lines.append(f"epoch {epoch.epoch}: training loss {epoch.train_loss}{checked}")
    lines.append(f"test loss {result.test_loss}, test accuracy {result.test_accuracy}; rows are the truth, columns the answers:")
    for name, row in zip(run.facts.classes, result.confusion, strict=True):
        lines.append(" ".join([f"{name:>12}", *(f"{count:5}" for count in row)]))
    return [*lines, f"{result.test_accuracy!r} in the lab: the same"]
