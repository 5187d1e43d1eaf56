"""What the command line prints of an answer: one JSON object, or lines for a person."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Answer = dict[str, Any]


def show(verb: str, answer: Answer, as_json: bool) -> None:
    """The answer on stdout: as one JSON object, or for a person."""
    if as_json:
        print(json.dumps(answer))
    else:
        _PRINTERS.get(verb, _print_plain)(answer)


def _print_data(answer: Answer) -> None:
    for name, state in answer.items():
        where = state["path"] or "with scikit-learn" if state["present"] else state["problem"] or "missing"
        print(f"{name:14} {'present' if state['present'] else 'missing':8} {state['train']:>6,} + {state['test']:>6,}  {where}")


def _print_networks(answer: Answer) -> None:
    if "networks" in answer:
        for row in answer["networks"]:
            print(f"{row['network']:12} {row['total_parameters']:>9,}  {row['about']}")
        return
    for layer in answer["layers"]:
        shape = "x".join(map(str, layer["output_shape"]))
        print(f"{layer['name']:28} {shape:>12} {layer['parameters']:>10,}  {layer['activation']}")
    print(f"{'total':28} {'':12} {answer['total_parameters']:>10,}")


def _print_run(answer: Answer) -> None:
    if answer["test_accuracy"] is not None:
        print(f"run {answer['run']}: test accuracy {answer['test_accuracy']:.1%}, macro precision "
              f"{answer['macro_precision']:.3f}, recall {answer['macro_recall']:.3f}, F1 {answer['macro_f1']:.3f}; "
              f"{answer['epochs']} epochs in {answer['seconds']:.0f} s of training")  # fmt: skip
    else:
        print(f"run {answer['run']}: {answer['status']} after {answer['epochs']} epochs {answer['message']}".rstrip())


def _print_runs(answer: Answer) -> None:
    if "runs" not in answer:
        return _print_plain(answer)
    if not answer["runs"]:
        print("no runs yet; make one with: python -m core train")
    for row in answer["runs"]:
        accuracy = f"{row['test_accuracy']:.1%}" if row["test_accuracy"] is not None else "-"
        print(f"{row['run']}  {row['status']:12} {row['dataset']:14} {row['network']:12} {row['epochs']:>4} epochs  {accuracy:>6}")
    print(f"{len(answer['pretrained'])} more come with the app: python -m core runs --json names them, python -m core runs NAME shows one")


def _print_classify(answer: Answer) -> None:
    for guess in answer["top"]:
        print(f"{guess['label']:14} {guess['probability']:6.1%}")
    if answer["known"] is False:
        print(f"not one of my classes: {answer['network']} trusts none of them")


def _print_plain(answer: Answer) -> None:
    print(json.dumps(answer, indent=1))


def _print_study(answer: Answer) -> None:
    """Each table with its single values; the lists by class are in the JSON."""
    for name, table in answer["tables"].items():
        print(f"\n{name}")
        rows = [{key: value for key, value in row.items() if not isinstance(value, list)} for row in table["rows"]]
        if not rows:
            print("  no run is there yet")
            continue
        cells = [[key.replace("_", " ") for key in rows[0]], *([_cell(value) for value in row.values()] for row in rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        for line in cells:
            print("  " + "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))
    if answer["missing"]:
        print(f"\nnot there yet: {', '.join(answer['missing'])}; made by python -m core pretrain")


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


_PRINTERS: dict[str, Callable[[Answer], None]] = {
    "data": _print_data, "networks": _print_networks, "train": _print_run, "runs": _print_runs, "classify": _print_classify,
    "study": _print_study,
}  # fmt: skip
