"""One epoch of a run as a network: RUN@EPOCH. Torch-free."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.runs.history import History
from core.vocabulary.errors import LabError
from core.vocabulary.records import RunRecord


@dataclass(frozen=True, slots=True)
class KeptEpoch:
    """An epoch whose weights a run keeps, also while it is still trained; of a pretrained run as well."""

    run: str
    epoch: int
    record: RunRecord
    """Of the run."""
    history: History

    @property
    def name(self) -> str:
        """What names it wherever a network is named."""
        return f"{self.run}@{self.epoch}"

    @property
    def file(self) -> Path:
        """Where the weights lie. LabError, which lists the kept epochs, where this one was not kept."""
        return self.history.weights_file(self.epoch)

    @property
    def changed(self) -> int:
        """When the file was written, in nanoseconds. LabError as `file`, also where a run that goes on has just let it go."""
        try:
            return self.file.stat().st_mtime_ns
        except OSError as error:
            raise LabError(f"{self.name} is not kept any more; choose another epoch") from error

    def content(self) -> bytes:
        """The weights as float32, as the content of a safetensors file. LabError as `file`; Damaged for a bad one."""
        from safetensors.numpy import save

        return save(self.history.weights(self.epoch))
