"""A run of the store, trained in this process to its end: for the command line, scripts and notebooks.

The server has its own way, with a queue, orders and visitors (core.runs.scheduling.runner); the store's locks keep both apart.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Literal

from core.engines.base import Engine
from core.runs.scheduling.lifecycle import outcome_of
from core.runs.store import RunStore, StoreError
from core.system import log
from core.vocabulary.errors import LabError
from core.vocabulary.records import Record

Ending = Literal["finished", "stopped", "failed", "interrupted"]


def train_to_the_end(
    store: RunStore, run: str, engine: Engine, begin: Callable[[bool], None], show: Callable[[Record], None]
) -> tuple[Ending, str]:
    """Trains a run from its last finished epoch on; what became of it, and why where it broke off.

    `begin` gets whether it goes on from a checkpoint; `show` each record once it is stored. Ctrl-C ends it as `stopped`.
    Whatever happens, every finished epoch stays in the store, and the run can be resumed unless it failed. LabError for a
    run that another process holds, and for a damaged checkpoint.
    """
    with store.locked(run), log.of_run(run):
        resume = store.checkpoint(run)
        begin(bool(resume))
        stream = engine.stream(store.get(run).recipe, resume)
        try:
            for record in stream:
                store.save(run, record)
                show(record)
        except KeyboardInterrupt:
            store.set_status(run, "stopped")
            return "stopped", ""
        except LabError as error:
            return _broken_off(store, run, error), str(error)
        finally:
            stream.close()
        return "finished", ""


def _broken_off(store: RunStore, run: str, error: LabError) -> Ending:
    """Writes what an error makes of the run that we hold: failed, or interrupted, which keeps its status, with the reason."""
    stored = store.get(run)
    status, _, message = outcome_of(error, begun=bool(stored.epochs))
    with contextlib.suppress(StoreError):  # a full disk takes no reason down
        store.set_status(run, stored.status if status == "interrupted" else status, message)
    return "failed" if status == "failed" else "interrupted"
