"""The command line: its JSON, its exit codes, one line for a mistake, and kill -9 in the middle of an epoch."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.__main__ import main
from core.cli import commands as command
from core.cli.commands import summary
from core.inference.classifier import Classifier
from core.pretrained.cards import FOLDER, Card
from core.runs.store import RunStore, StoreError, open_store
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Epoch, Record
from tests.networks_for_tests import png, seven
from tests.places import ROOT

FACTS = {
    "report": 412_298, "arc1": 101_770, "arc2": 607_306, "arc3": 136_330, "arc4": 54_474, "arc5": 594_922,
}  # fmt: skip


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("LAB_DATA", str(tmp_path / "data"))


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main([*words, "--json"]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


TRAIN = ("train", "--epochs", "2", "--train-limit", "200", "--threads", "1", "--precision", "float32")


@pytest.mark.slow
def test_train_prints_its_scores_and_runs_lists_it(capsys: pytest.CaptureFixture[str]) -> None:
    trained = ask(capsys, *TRAIN)
    keys = ("run", "status", "epochs", "test_accuracy", "macro_precision", "macro_recall", "macro_f1", "confusion",
            "images_per_second", "seconds")  # fmt: skip
    assert all(trained[key] is not None for key in keys) and trained["epochs"] == 2 and trained["status"] == "finished"
    hits = sum(row[i] for i, row in enumerate(trained["confusion"]))
    assert trained["test_accuracy"] == pytest.approx(hits / 360)
    listed = ask(capsys, "runs")["runs"]
    assert [row["run"] for row in listed] == [trained["run"]]
    one = ask(capsys, "runs", trained["run"])
    assert one["recipe"]["epochs"] == 2 and Path(one["weights"]).exists() and one["provenance"]["torch"]
    assert [record["kind"] for record in one["records"]] == ["epoch", "epoch", "epoch", "result"]
    assert ask(capsys, "train", "--resume", trained["run"]) == trained, "a finished run is printed, not trained again"


def test_runs_knows_the_runs_that_come_with_the_app(
    put_card: Callable[..., Card], pretrained: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "FOLDER", pretrained)
    put_card("arc-b", {"area": {"4": [[1, 0], [0, 1]]}}, weights=True)
    put_card("arc-a")
    trained = ask(capsys, *TRAIN)
    listed = ask(capsys, "runs")
    assert [row["run"] for row in listed["runs"]] == [trained["run"]]
    assert [(row["run"], row["test_accuracy"]) for row in listed["pretrained"]] == [("arc-a", 0.85), ("arc-b", 0.85)]
    assert main(["runs"]) == 0 and "2 more come with the app" in capsys.readouterr().out
    card, own = ask(capsys, "runs", "arc-b"), ask(capsys, "runs", trained["run"])
    assert card.keys() == own.keys() and own["evaluations"] == {}
    assert card["status"] == "finished" and card["epochs"] == 3 and card["provenance"] == {"torch": "2"}
    assert card["evaluations"] == {"area": {"4": [[1, 0], [0, 1]]}} and card["weights"] == str(pretrained / "arc-b.safetensors")
    assert [record["kind"] for record in card["records"]] == ["epoch"] * 4 + ["result"]
    assert ask(capsys, "runs", "arc-a")["weights"] is None
    resumed = ask(capsys, "train", "--resume", "arc-b")
    assert resumed.keys() == trained.keys() and (resumed["run"], resumed["test_accuracy"]) == ("arc-b", 0.85)
    assert open_store(Path(os.environ["LAB_RUNS"])).names() == [trained["run"]], "it is printed, not trained again"


def test_the_first_network_comes_with_the_app(capsys: pytest.CaptureFixture[str]) -> None:
    digits = ask(capsys, "runs", "digits")
    assert digits["test_accuracy"] == pytest.approx(sum(row[i] for i, row in enumerate(digits["confusion"])) / 360)
    assert Path(digits["weights"]).exists() and digits["recipe"]["dataset"] == "digits"


@pytest.mark.parametrize("network", FACTS)
def test_networks_prints_the_layer_table(network: str, capsys: pytest.CaptureFixture[str]) -> None:
    table = ask(capsys, "networks", network)
    assert table["total_parameters"] == FACTS[network] == sum(layer["parameters"] for layer in table["layers"])


LAYERS = "Conv 8 3 stride 2 padding 1 none, batchnorm leaky, maxpool 2, dense 16"


def test_networks_prints_what_each_layer_of_a_list_costs_and_sees(capsys: pytest.CaptureFixture[str]) -> None:
    table = ask(capsys, "networks", "--layers", LAYERS)
    assert table["network"] == LAYERS.lower() and table["shape"] == [1, 8, 8]
    assert table["total_parameters"] == 80 + 16 + 16 * 33 + 170 and table["total_multiplications"] == 72 * 16 + 128 + 16 * 32 + 160
    assert [layer["receptive_field"] for layer in table["layers"]] == [3, 3, 5, 8, 8]
    assert [layer["activation"] for layer in table["layers"]] == ["", "LeakyReLU", "", "ReLU", ""]
    assert ask(capsys, "networks", "--layers", LAYERS, "--shape", "3x32x32")["layers"][0]["output_shape"] == [8, 16, 16]
    assert main(["networks", "--layers", LAYERS]) == 0
    printed = capsys.readouterr().out
    assert LAYERS.lower() in printed and "Conv2d 1->8, 3x3, stride 2, padding 1" in printed and "5x5" in printed


@pytest.mark.slow
def test_a_list_of_layers_is_trained_stored_and_found_again(capsys: pytest.CaptureFixture[str], image: Path) -> None:
    trained = ask(capsys, "train", "--layers", LAYERS, "--dataset", "digits", "--epochs", "2", "--threads", "1")
    assert trained["network"] == LAYERS.lower() and trained["test_accuracy"] > 0.3
    assert ask(capsys, "runs", trained["run"])["recipe"]["network"] == LAYERS.lower()
    assert ask(capsys, "classify", str(image), "--network", trained["run"], "--top", "1")["network"] == trained["run"]
    assert main(["runs"]) == 0 and "own (4 layers)" in capsys.readouterr().out


@pytest.mark.parametrize("study", ["resolution", "architectures", "dropout", "splits"])
def test_a_study_answers_at_once_from_what_comes_with_the_app(study: str, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    answer = ask(capsys, "study", study)
    assert time.monotonic() - began < 5 and set(answer) == {"tables", "missing"}
    named = [row for table in answer["tables"].values() for row in table["rows"]]
    assert all(row.get("run") or row.get("runs") or "split" in row for row in named), "each row leads to its run"
    assert main(["study", study]) == 0
    printed = capsys.readouterr().out
    assert all(f"\n{name}\n" in printed for name in answer["tables"])


# --- classify ------------------------------------------------------------------------------------------------------


@pytest.fixture
def image(tmp_path: Path) -> Path:
    file = tmp_path / "seven.png"
    file.write_bytes(png(seven()))
    return file


def test_classify_answers_with_the_top_classes(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "classify", str(image), "--network", "mnist-28", "--resolution", "14", "--filter", "area", "--top", "3")
    assert answer["resolution"] == 14 and answer["network"] == "mnist-28" and len(answer["top"]) == 3
    expected = Classifier.load("mnist-28", FOLDER).classify(seven(), 14, "area", 3)
    assert [(guess["label"], guess["probability"]) for guess in answer["top"]] == expected.top and expected.top[0][0] == "7"
    assert ask(capsys, "classify", str(image), "--network", "mnist")["resolution"] == 28
    inside_out = ask(capsys, "classify", str(image), "--network", "mnist", "--invert", "off", "--crop", "off", "--top", "1")
    assert inside_out["top"] != ask(capsys, "classify", str(image), "--network", "mnist", "--top", "1")["top"]


def test_classify_takes_several_pictures(image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each answered as alone, beside its file; one that cannot be read hides none of the others."""
    words = ("--network", "mnist-28", "--top", "2")
    broken = tmp_path / "broken.png"
    broken.write_bytes(image.read_bytes()[:200])
    alone = ask(capsys, "classify", str(image), *words)
    answer = ask(capsys, "classify", str(image), str(broken), str(image), *words)
    assert answer.keys() == {"pictures"}
    first, second, third = answer["pictures"]
    assert first == third == {"file": str(image), **alone}
    assert second.keys() == {"file", "error"} and "broken.png" in second["error"]
    assert main(["classify", str(image), str(broken), *words]) == 0
    assert re.fullmatch(r".+seven\.png: 7 \d+\.\d%.*\n.+broken\.png: .+\n", capsys.readouterr().out)
    assert main(["classify", str(broken), "none.png", *words, "--json"]) == 2
    out, error = capsys.readouterr()
    assert not out and error.count("\n") == 1 and "none of 2 pictures can be classified; of the first: " in error


def test_classify_prints_for_a_person(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", str(image), "--network", "mnist-28", "--top", "1"]) == 0
    assert re.fullmatch(r"7 +\d+\.\d%\n(not one of my classes: .+\n)?", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("classify none.png --network mnist", "none.png cannot be read as a picture"),
        ("classify {0} --network nosuch", "there is no network 'nosuch'"),
        ("classify {0}", "--network"),
        ("classify {0} --network mnist --resolution 3", "resolution is 3; expected a whole number from 4 to 28"),
        ("classify {0} --network mnist --resolution big", "--resolution"),
        ("classify {0} --network mnist --filter sharp", "unknown filter 'sharp'"),
        ("classify {0} --network mnist --top 11", "top is 11"),
        ("classify {0} --network mnist --crop maybe", "crop is 'maybe'; choose one of auto, on, off"),
        ("classify http://127.0.0.1/a.png --network mnist", "cannot be read as a picture"),
    ],
)
def test_classify_refuses_in_one_line(words: str, told: str, image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words.format(image).split()) == 2
    out, err = capsys.readouterr()
    assert out == "" and told in err and err.count("\n") == 1


def test_data_says_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    data = ask(capsys, "data")
    assert list(data) == ["digits", "mnist", "fashion-mnist", "cifar10"]
    assert data["digits"]["present"] and not data["cifar10"]["present"]
    assert (data["cifar10"]["train"], data["cifar10"]["test"], len(data["cifar10"]["classes"])) == (50_000, 10_000, 10)


@pytest.mark.parametrize("words", [
    "train --network resnet", "train --dataset svhn", "train --network report", "train --epochs -1", "train --epochs two",
    "train --learning-rate 0", "train --batch-size 0", "train --dropout 1.5", "train --resolution 99", "train --colour red",
    "train --optimizer adam --momentum 0.9", "train --validation 0.7", "train --train-limit 99999", "train --dataset cifar10",
    "train --resume nosuch", "train --resume nosuch --epochs 3", "train --preset slow", "train --preset report --dataset mnist",
    "train --device tpu", "train --engine ray", "train --fold 2", "runs nosuch", "networks arc9", "networks report --shape 1x8x8",
    "study", "study colour", "study splits --epochs none", "study splits --optimizer adam --momentum 0.9", "study dropout --dataset svhn",
    "networks report --shape big", "data svhn", "study", "",
])  # fmt: skip
def test_bad_input_is_one_line_and_exit_2_and_makes_no_run(words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(words.split()) == 2
    told = capsys.readouterr()
    if words:
        assert told.err.count("\n") == 1 and "usage" not in told.err and "Traceback" not in told.err and told.out == ""
    if (tmp_path / "runs").exists():
        assert open_store(tmp_path / "runs").names() == []


def test_a_failed_run_exits_1_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*TRAIN, "--learning-rate", "1000", "--json"]) == 1
    told = capsys.readouterr()
    assert "try a learning rate" in told.err
    failed = json.loads(told.out)
    assert failed["status"] == "failed" and "try a learning rate" in failed["message"]
    assert main(["train", "--resume", failed["run"]]) == 2


def broken_off_at(epoch: int, capsys: pytest.CaptureFixture[str]) -> Any:
    """What a run prints whose disk is full from this epoch on."""
    save = RunStore.save

    def full(store: RunStore, run: str, record: Record) -> None:
        if isinstance(record, Epoch) and record.epoch == epoch:
            raise StoreError("cannot write to the run store: No space left on device")
        save(store, run, record)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RunStore, "save", full)
        assert main([*TRAIN, "--json"]) == 1
    return capsys.readouterr()


def test_a_full_disk_breaks_the_run_off_with_the_reason_and_it_can_be_resumed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = broken_off_at(1, capsys)
    assert "was interrupted: cannot write to the run store: No space left" in told.err and "Traceback" not in told.err
    broken = json.loads(told.out)
    assert broken["status"] == "interrupted" and "No space left" in open_store(tmp_path / "runs").get(broken["run"]).message
    assert main(["train", "--resume", broken["run"], "--json"]) == 0


def test_a_run_store_that_cannot_be_written_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LAB_RUNS", str(tmp_path / "file"))
    assert main(list(TRAIN)) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_damaged_checkpoint_is_one_line_and_nothing_else_is_harmed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, good = json.loads(broken_off_at(2, capsys).out)["run"], ask(capsys, *TRAIN)["run"]
    store = open_store(tmp_path / "runs")
    file = next(store.weights_folder(run).iterdir())
    file.write_bytes(file.read_bytes()[:-100])
    assert main(["train", "--resume", run]) == 2
    err = capsys.readouterr().err.splitlines()
    assert len([line for line in err if "damaged" in line]) == 1 and str(file) in err[-1]
    assert [(stored.run, stored.status) for stored in store.all()] == [(good, "finished"), (run, "interrupted")]


@pytest.mark.data
@pytest.mark.parametrize("harm", ["truncated", "altered"])
def test_a_damaged_data_file_is_named_in_one_line_and_makes_no_run(
    harm: str, real_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data" / "MNIST" / "raw"
    shutil.copytree(real_data / "MNIST" / "raw", folder)
    images = folder / "t10k-images-idx3-ubyte"
    content = images.read_bytes()
    images.write_bytes(content[:-1000] if harm == "truncated" else content[:-1] + bytes([content[-1] ^ 1]))
    assert main(["train", "--dataset", "mnist"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "t10k-images-idx3-ubyte" in err and "--fetch" in err
    assert not (tmp_path / "runs").exists()


# Batches of one picture make an epoch of digits last more than half a second, so that a kill falls into one.
SLOW = ("--epochs", "3", "--train-limit", "400", "--batch-size", "1", "--threads", "1", "--precision", "float32", "--learning-rate", "0.001")


def begun_and_killed(*words: str) -> str:
    """A run of SLOW, killed with no warning after its first epoch, in the middle of another. Returns its id."""
    command = [sys.executable, "-m", "core", "train", *SLOW, *words]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    run = ""
    for line in process.stderr:
        run = line.split()[1] if line.startswith("run ") else run
        if line.startswith("epoch 1"):
            break
    children = child_pids(process.pid)
    assert children or "process" not in words
    process.kill()
    process.wait()
    process.stderr.close()
    end = time.monotonic() + 5
    while any(is_alive(child) for child in children):
        assert time.monotonic() < end, "a child outlived its server by 5 s"
        time.sleep(0.05)
    return run


def child_pids(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        pytest.skip("needs /proc to see the child")


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 here")
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_kill_9_loses_no_finished_epoch_and_the_other_engine_ends_it_bit_for_bit(
    optimizer: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    undisturbed = ask(capsys, "train", *SLOW, "--optimizer", optimizer)
    run = begun_and_killed("--engine", "process", "--optimizer", optimizer)
    store = open_store(tmp_path / "runs")
    left = store.get(run)
    assert left.status == "interrupted" and 1 <= left.epochs_done < 3
    resumed = ask(capsys, "train", "--resume", run, "--engine", "thread")
    assert resumed["status"] == "finished" and resumed["confusion"] == undisturbed["confusion"]
    weights = [store.get(name).weights for name in (run, undisturbed["run"])]
    assert weights[0] is not None and weights[1] is not None and weights[0].read_bytes() == weights[1].read_bytes()
    assert summary(store.get(run))["epochs"] == 3


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one process here")
@pytest.mark.parametrize("engine", ["thread", "process"])
def test_ctrl_c_stops_the_run_and_says_how_to_go_on(engine: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "core", "train", *SLOW, "--epochs", "500", "--engine", engine]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("epoch 1"):
            break
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 130 and "go on with: python -m core train --resume" in err and "Traceback" not in err
    store = open_store(tmp_path / "runs")
    assert [stored.status for stored in store.all()] == ["stopped"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("train", "--resume", ""), "there is no run ''"),
        (("train", "--threads", "1025"), "expected a whole number from 0"),
        (("train", "--threads", "1000"), "threads is 1000; expected a whole number from 0 (choose for me) to"),
        (("study", "dropout", "--seed", "5"), "fashion-mnist is not in"),
        (("pretrain", "digits", "--to", ""), "--to is ''; expected a folder"),
        (("pretrain", "digits", "--to", "{file}/x"), "Not a directory"),
        (("networks", "report", "--shape", ""), "shape is ''"),
        (("networks", "report", "--layers", "conv 3 3"), "leave out 'report' or --layers"),
        (("networks", "--layers", "maxpool 4, maxpool 4"), "Layer 2, maxpool 4, gets 2 × 2: take it out"),
        (("train", "--layers", "conv 32"), "Layer 1, conv 32: expected conv FILTERS SIZE"),
        (("train", "--layers", ""), "the list of layers is empty"),
        (("train", "--layers", "conv 3 3, maxpool 8"), "Layer 2, maxpool 8, gets 6 × 6: take it out"),
        (("train", "--layers", "conv 3 3", "--network", "arc1"), "not allowed with argument --layers"),
        (("train", "--resume", "x", "--layers", "conv 3 3"), "leave out --network or --layers"),
        (("classify", "{file}", "--network", "digits", "--filter", ""), "unknown filter ''"),
        (("runs", ""), "there is no run ''"),
    ],
)
def test_bad_words_are_one_line_and_make_no_run(
    words: tuple[str, ...], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a file"
    file.write_text("")
    assert main([word.format(file=file) for word in words]) == 2
    err = capsys.readouterr().err
    assert told in err and err.count("\n") == 1
    assert not (tmp_path / "runs" / "runs.sqlite").exists() or open_store(tmp_path / "runs").names() == []


@pytest.mark.parametrize(("variable", "words"), [("LAB_DATA", ("data",)), ("LAB_RUNS", ("runs",))])
def test_a_folder_of_nobody_is_one_line(
    variable: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, "~nosuchuser/x")
    assert main(list(words)) == 2
    err = capsys.readouterr().err
    assert f"{variable} is '~nosuchuser/x'; expected a folder" in err and err.count("\n") == 1


def test_a_run_that_cannot_be_read_is_left_out_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = open_store(tmp_path / "runs")
    good, bad = (store.create(Recipe(), "me") for _ in range(2))
    with store._db as database:
        database.execute("UPDATE runs SET recipe = '[]' WHERE run = ?", (bad,))
    assert main(["runs", "--json"]) == 0
    out, err = capsys.readouterr()
    assert [run["run"] for run in json.loads(out)["runs"]] == [good] and f"run {bad} is left out" in err
