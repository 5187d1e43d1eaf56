"""What the command line prints of an answer for a person; with --json the answer itself is printed."""

from __future__ import annotations

import json
from typing import Any

from core.vocabulary.networks import label

Answer = dict[str, Any]
SHOWN_DUPLICATES = 8


def print_data(answer: Answer) -> None:
    """A line for each data set: whether it is there, how many images it has, where it lies; or what was done with one's own."""
    if answer.keys() & {"imported", "exported", "deleted"}:
        return _print_own(answer)
    for name, state in answer.items():
        where = state["path"] or "with scikit-learn" if state["present"] else state["problem"] or "missing"
        print(f"{name:14} {'present' if state['present'] else 'missing':8} {state['train']:>6,} + {state['test']:>6,}  {where}")


def _print_own(answer: Answer) -> None:
    if "deleted" in answer:
        return print(f"{answer['deleted']}: {answer['images']:,} pictures forgotten")
    if "exported" in answer:
        return print(f"{answer['exported']}: {answer['images']:,} pictures in {answer['to']}")
    report, channels = answer["report"], "colour" if answer["shape"][0] == 3 else "grey"
    print(f"{answer['imported']}: {report['images']:,} pictures ({answer['train']:,} to learn from, {answer['test']:,} to test), {answer['shape'][1]}x{answer['shape'][2]}, {channels}")
    for name, parts in report["counts"].items():
        print(f"  {name:20} {sum(parts.values()):>6,}")
    for path in report["broken"].values():
        print(f"  left out: {path}")
    for pair in report["duplicates"][:SHOWN_DUPLICATES]:
        where = ", one in training and one in test" if pair["across"] else ""
        print(f"  {'the same' if pair['exact'] else 'nearly the same'}: {pair['first']} and {pair['second']}{where}{', in two classes' if pair['other_class'] else ''}")
    if (more := len(report["duplicates"]) - SHOWN_DUPLICATES) > 0:
        print(f"  and {more:,} more such pairs")
    print(f"train on it: python -m core train --dataset {answer['imported']}")


def print_networks(answer: Answer) -> None:
    """A line for each network, or for each layer of one."""
    if "networks" in answer:
        for row in answer["networks"]:
            print(f"{row['network']:12} {row['total_parameters']:>9,}  {row['about']}")
        return
    if "total_multiplications" in answer:
        return _print_own_network(answer)
    for layer in answer["layers"]:
        shape = "x".join(map(str, layer["output_shape"]))
        print(f"{layer['name']:28} {shape:>12} {layer['parameters']:>10,}  {layer['activation']}")
    print(f"{'total':28} {'':12} {answer['total_parameters']:>10,}")


def _print_own_network(answer: Answer) -> None:
    """A line for each layer of a list: output shape, parameters, multiplications, receptive field, activation."""
    cells = [["layer", "output", "parameters", "multiplications", "sees", "activation"]]
    for layer in answer["layers"]:
        side, shape = layer["receptive_field"], "x".join(map(str, layer["output_shape"]))
        cells.append([layer["name"], shape, f"{layer['parameters']:,}", f"{layer['multiplications']:,}", f"{side}x{side}", layer["activation"]])
    cells.append(["total", "", f"{answer['total_parameters']:,}", f"{answer['total_multiplications']:,}", "", ""])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    print(answer["network"])
    for first, *rest, last in cells:
        numbers = "  ".join(cell.rjust(width) for cell, width in zip(rest, widths[1:-1], strict=True))
        print(f"{first:{widths[0]}}  {numbers}  {last}".rstrip())


def print_run(answer: Answer) -> None:
    """One line: the run's scores, or where it stands."""
    if answer["test_accuracy"] is not None:
        print(f"run {answer['run']}: test accuracy {answer['test_accuracy']:.1%}, macro precision "
              f"{answer['macro_precision']:.3f}, recall {answer['macro_recall']:.3f}, F1 {answer['macro_f1']:.3f}; "
              f"{answer['epochs']} epochs in {answer['seconds']:.0f} s of training")  # fmt: skip
    else:
        print(f"run {answer['run']}: {answer['status']} after {answer['epochs']} epochs {answer['message']}".rstrip())


def print_runs(answer: Answer) -> None:
    """A line for each run of the store, or one run as JSON."""
    if "runs" not in answer:
        return print_plain(answer)
    if not answer["runs"]:
        print("no runs yet; make one with: python -m core train")
    for row in answer["runs"]:
        accuracy = f"{row['test_accuracy']:.1%}" if row["test_accuracy"] is not None else "-"
        print(f"{row['run']}  {row['status']:12} {row['dataset']:14} {label(row['network']):14} {row['epochs']:>4} epochs  {accuracy:>6}")
    print(f"{len(answer['pretrained'])} more come with the app: python -m core runs --json names them, python -m core runs NAME shows one")


def print_classify(answer: Answer) -> None:
    """A line for each class, the most probable first; of several images a line for each, with its most probable class."""
    if "pictures" in answer:
        for row in answer["pictures"]:
            print(f"{row['file']}: {row.get('error') or _guess(row)}")
        return
    for guess in answer["top"]:
        print(f"{guess['label']:14} {guess['probability']:6.1%}")
    if answer["known"] is False:
        print(f"not one of my classes: {answer['network']} trusts none of them")


def _guess(answer: Answer) -> str:
    first = answer["top"][0]
    return f"{first['label']} {first['probability']:.1%}{', not one of my classes' if answer['known'] is False else ''}"


def print_export(answer: Answer) -> None:
    """A line for each file with its size, and for each kind that the run could not give."""
    print(f"run {answer['run']} in {answer['to']}")
    width = max((len(row["file"]) for row in answer["files"]), default=0)
    for row in answer["files"]:
        print(f"{row['file']:{width}} {row['bytes'] / 1000:>9,.1f} kB  {row['about']}")
    for name, reason in answer["left_out"].items():
        print(f"without {name}: {reason}")


def print_plain(answer: Answer) -> None:
    """The answer as JSON with line breaks, where a person has no shorter form."""
    print(json.dumps(answer, indent=1))


def print_study(answer: Answer) -> None:
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
    if answer.get("report"):
        print()
        print_export(answer["report"])
    if answer["missing"]:
        print(f"\nnot there yet: {', '.join(answer['missing'])}; made by python -m core pretrain")


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)

