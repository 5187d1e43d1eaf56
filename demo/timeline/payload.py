"""What the browser gets of a run, epoch by epoch: packed once for everybody who watches, and only what is new.

`answer` is what /history/RUN sends (demo/timeline/route.py); client/timeline/records.js reads it. Nothing in it needs torch.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.runs.history import History
from core.runs.snapshot import Snapshot
from core.system.once import Once
from core.vocabulary import networks
from core.vocabulary.errors import LabError
from core.vocabulary.records import Epoch, Matrix
from demo.text import speaker
from demo.timeline import kept

say = speaker("timeline")
MOST_BYTES = 36_000
"""Of one answer, with room to spare below 40 kB; what does not fit comes with the next one."""
KERNELS, KERNEL_BYTES = 64, 2_048
"""So many kernels of an epoch are shown, and so many bytes they may take."""
KINDS = {"Conv": "conv", "BatchNorm": "norm", "MaxPool": "pool", "AvgPool": "pool", "Linear": "dense"}
PACKED = 256
"""So many answers are kept ready."""
_answers: Once[bytes] = Once(PACKED)


def answer(now: Snapshot, first: int, head: bool) -> bytes:
    """JSON for the browser: the epochs from the place `first` on, as many as fit; with a `head`, what stays the same, and
    perhaps no epoch beside it."""
    key = (now.run, now.created, now.status, len(now.epochs), first, head)
    return _answers.get(key, lambda: _answer(now, max(0, first), head))


def _answer(now: Snapshot, first: int, head: bool) -> bytes:
    history = kept.history_of(now)
    answered = history.epochs if history.validation_indices() is not None else ()
    found: dict[str, Any] = {"run": now.run, "first": first, "kept": history.kept, "answered": answered}
    if head:
        found["head"] = _head(now, history)
    room = MOST_BYTES - len(_text(found))
    epochs: list[dict[str, Any]] = []
    for epoch in now.epochs[first:]:
        one = _epoch(epoch, history)
        room -= len(_text(one)) + 1
        if room < 0 and (epochs or head):
            break
        epochs.append(one)
    return _text(found | {"epochs": epochs})


def _text(values: Any) -> bytes:
    return json.dumps(values, separators=(",", ":")).encode()


# --- what stays the same ----------------------------------------------------------------------------------------------


def _head(now: Snapshot, history: History) -> dict[str, Any]:
    layers, held_out = _layers(now), now.facts.validation or not now.facts.train
    # `early`: of a run that has not begun little is known; it is asked for again
    return {"early": not now.epochs, "classes": now.facts.classes, "nine": _nine(history), "why": say("nine_not_kept" if held_out else "nine_no_validation"),
            "kernels": _kernels_about(history), "no_kernels": say(_no_kernels(layers)), "layers": layers}  # fmt: skip


def _no_kernels(layers: Sequence[str]) -> str:
    """Why there are none to show, as a key of the texts."""
    return "kernels_not_kept" if not layers or any(name.endswith(KINDS["Conv"]) for name in layers) else "kernels_none"


def _nine(history: History) -> dict[str, Any] | None:
    watched = history.watched()
    if watched is None:
        return None
    _, channels, side, _ = watched.images.shape
    return {"channels": channels, "side": side, "truth": watched.labels.tolist(), "pixels": packed(watched.images)}


def _layers(now: Snapshot) -> list[str]:
    """The name of each row of the layer table, as "3 conv"; none where it is not known."""
    shape, classes = now.facts.shape, now.facts.classes
    if len(shape) != 3 or not classes:
        return []
    try:
        table = networks.layer_table(now.recipe.network, (shape[0], shape[1], shape[2]), len(classes), now.recipe.dropout)
    except LabError:
        return []
    words = [re.match(r"[A-Za-z]+", layer.name) for layer in table]
    return [say("layer", number=number, name=KINDS.get(word[0], word[0].lower()) if word else "") for number, word in enumerate(words, start=1)]


def _kernels_about(history: History) -> dict[str, int] | None:
    """How many kernels of what size; None where none are kept."""
    first = next((found for epoch in history.epochs if (found := history.kernels(epoch)) is not None), None)
    if first is None:
        return None
    count, channels, size, _ = first.shape
    return {"count": count, "shown": _shown(first), "channels": channels, "size": size}


def _shown(kernels: NDArray[np.float32]) -> int:
    return int(min(len(kernels), KERNELS, max(1, KERNEL_BYTES // kernels[0].size)))


# --- what is new -------------------------------------------------------------------------------------------------------


def _epoch(epoch: Epoch, history: History) -> dict[str, Any]:
    found: dict[str, Any] = {
        "epoch": epoch.epoch, "train_accuracy": _short(epoch.train_accuracy), "validation_accuracy": _short(epoch.validation_accuracy),
        "train_loss": _short(epoch.train_loss), "validation_loss": _short(epoch.validation_loss),
        "validation": matrix(epoch.validation_confusion), "training": matrix(epoch.train_confusion),
        "answers": None, "confidences": None, "gradients": None, "dead": None, "kernels": None, "scale": None,
    }  # fmt: skip
    if (seen := epoch.observation) is not None:
        found["answers"] = packed(np.array(seen.answers, np.uint8))
        found["confidences"] = packed(np.rint(255 * np.array(seen.confidences)).astype(np.uint8))
        found["gradients"] = [[it.layer, _short(it.gradient), _short(it.weights)] for it in seen.gradients if it.gradient is not None] or None
        found["dead"] = [[it.layer, _short(it.share)] for it in seen.dead]
    kernels = history.kernels(epoch.epoch)
    if kernels is not None:
        shown = kernels[: _shown(kernels)]
        scale = float(np.abs(shown).max()) or 1.0
        found |= {"kernels": packed(np.rint(127 * shown / scale).astype(np.int8)), "scale": _short(scale)}
    return found


def _short(value: float | None) -> float | None:
    """Five digits are more than a screen shows."""
    return None if value is None else float(f"{value:.5g}")


def matrix(counts: Matrix | None) -> str | None:
    """A confusion matrix as base64: two bytes a cell where they fit, else four."""
    if counts is None:
        return None
    cells = np.array(counts, np.int64)
    return packed(cells.astype(np.uint16 if cells.max(initial=0) < 2**16 else np.uint32))


def points(curve: Sequence[tuple[float, float, float]]) -> dict[str, Any]:
    """(position, loss, accuracy) as three numbers of two bytes each, with what each is to be multiplied by."""
    values = np.array(curve, np.float64).reshape(-1, 3)
    scales = [float(most) / 65_535 or 1.0 for most in values.max(axis=0, initial=0)]
    return {"packed": packed(np.rint(values / scales).astype(np.uint16)), "scales": scales}


def packed(values: NDArray[Any]) -> str:
    """The bytes of an array, little-endian, as base64."""
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()
