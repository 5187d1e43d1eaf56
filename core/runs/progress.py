"""How a run goes, for a terminal or a notebook: tqdm's bar where tqdm is installed, else a line for each epoch on stderr."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from core.vocabulary.records import Epoch, Record, Start, Tick


class Progress:
    """Shows the records of one run as they come; `close` when there are no more."""

    def __init__(self) -> None:
        try:
            self._tqdm: Any = importlib.import_module("tqdm.auto").tqdm
        except ImportError:
            self._tqdm = None
        self._bar: Any = None
        self._epoch = 0

    def show(self, record: Record) -> None:
        """One record: a Start opens the bar, a Tick moves it inside an epoch, an Epoch says its numbers."""
        if isinstance(record, Start):
            self._epoch = record.epoch
            if self._tqdm is not None:
                self._bar = self._tqdm(total=record.recipe.epochs, initial=record.epoch, unit="epoch", desc=record.recipe.dataset)
        elif isinstance(record, Epoch) and record.epoch > 0:
            self._move(record.epoch)
            if self._bar is None:
                print(f"epoch {record.epoch}: {_numbers(record)}", file=sys.stderr, flush=True)
            else:
                self._bar.set_postfix_str(_numbers(record))
        elif isinstance(record, Tick) and record.phase == "training" and record.steps:
            self._move(record.epoch - 1 + record.step / record.steps)

    def close(self) -> None:
        """Leaves the bar as it is."""
        if self._bar is not None:
            self._bar.close()

    def _move(self, position: float) -> None:
        """To a position in epochs; a tick may lie a little before the last one of an epoch that went on."""
        if self._bar is not None:
            self._bar.update(round(max(0.0, position - self._bar.n), 3))


def _numbers(epoch: Epoch) -> str:
    held_out = epoch.validation_accuracy
    checked = f"accuracy {epoch.train_accuracy:.1%}" if held_out is None else f"validation accuracy {held_out:.1%}"
    return f"loss {epoch.train_loss:.3f}, {checked}"
