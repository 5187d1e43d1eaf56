"""A run's history, to go back in: what it kept of its epochs, read from its folder (core/runs/history_files.py). No torch.

Old runs have none: then every list is empty and every array None. `history_of` takes a run of the store or one that
comes with the app.
"""

from __future__ import annotations

import logging
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.runs import history_files as files
from core.runs.history_files import ARRAYS, EPOCH, TEST, VALIDATION, WEIGHTS, Array
from core.vocabulary.errors import Damaged, LabError

LOG = logging.getLogger(__name__)
FOLDER = "history"
"""Below a store, and below pretrained/: one folder a run."""


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """The validation images whose answers every epoch's observation holds, in its order."""

    indices: npt.NDArray[np.int32]
    """(n,), into the official training part; n is 9 at most."""
    labels: npt.NDArray[np.uint8]
    """(n,), the truth."""
    images: npt.NDArray[np.uint8]
    """(n, C, H, W), 0 to 255, as the network sees them."""


@dataclass(frozen=True, slots=True)
class History:
    """What lies in one run's folder, at the moment of each question. Safe while the run goes on."""

    folder: Path
    last: int | None = None
    """The last finished epoch: what lies there of a later one is not shown, for its record is not stored. None: all."""

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs of which anything is kept, ascending."""
        return self._numbers("z", "safetensors")

    @property
    def kept(self) -> tuple[int, ...]:
        """The epochs whose weights are kept, ascending: those to go back to."""
        return self._numbers("safetensors")

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        try:
            with os.scandir(self.folder) as entries:
                return sum(entry.stat().st_size for entry in entries)
        except OSError:
            return 0

    def kernels(self, epoch: int) -> npt.NDArray[np.float32] | None:
        """float32 (F, C, k, k) of the first convolution; None where there is none, or nothing was kept."""
        return self._arrays(ARRAYS.format(epoch)).get("kernels")

    def probabilities(self, epoch: int) -> npt.NDArray[np.uint8] | None:
        """uint8 (N, C), round(255 p), of the validation part in its order; None where nothing was kept.

        The largest of a row is the predicted class, also where rounding makes two equal: there it is one larger.
        """
        return self._arrays(ARRAYS.format(epoch)).get("probabilities")

    def test_probabilities(self) -> npt.NDArray[np.uint8] | None:
        """uint8 (N, C) of the official test set in its order, as `probabilities`; None before the test."""
        return self._arrays(TEST).get("probabilities")

    def validation_indices(self) -> npt.NDArray[np.int32] | None:
        """(N,), ascending, into the official training part; None where nothing was kept or nothing is held out."""
        return self._arrays(VALIDATION).get("indices")

    def validation_labels(self) -> npt.NDArray[np.uint8] | None:
        """(N,), the true class of each validation image."""
        return self._arrays(VALIDATION).get("labels")

    def watched(self) -> Watched | None:
        """The nine images; None where nothing was kept or nothing is held out."""
        part = self._arrays(VALIDATION)
        if not part:
            return None
        places = part["watched"]
        return Watched(part["indices"][places], part["labels"][places], part["images"])

    def weights(self, epoch: int) -> dict[str, npt.NDArray[np.float32]]:
        """The weights after an epoch by the names of the network's state, as float32 (rounded to float16 where they are
        matrices or kernels). LabError, which lists the kept epochs, for one that was not kept; Damaged for a bad file."""
        from safetensors import SafetensorError, safe_open

        file = self.weights_file(epoch)
        try:
            with safe_open(file, "numpy") as tensors:
                found: dict[str, Array] = {name: tensors.get_tensor(name) for name in tensors.keys()}  # noqa: SIM118 (it is no dict)
                expected = (tensors.metadata() or {}).get("crc32")
        except (SafetensorError, OSError, ValueError) as error:
            raise Damaged(f"{file} is damaged ({error}); choose another epoch") from error
        if str(files.checksum(found)) != expected:
            raise Damaged(f"{file} is damaged (its checksum is another); choose another epoch")
        return {name: array.astype(np.float32) for name, array in found.items()}

    def weights_file(self, epoch: int) -> Path:
        """Where the weights of an epoch lie. LabError, which lists the kept epochs, for one that was not kept."""
        if epoch not in (kept := self.kept):
            those = f"kept are {', '.join(map(str, kept))}" if kept else "none is kept"
            raise LabError(f"the weights after epoch {epoch} of {self.folder.name} were not kept; {those}")
        return self.folder / WEIGHTS.format(epoch)

    def _numbers(self, *ends: str) -> tuple[int, ...]:
        try:
            matches = [EPOCH.fullmatch(name) for name in os.listdir(self.folder)]
        except OSError:
            return ()
        found = {int(match[1]) for match in matches if match and match[2] in ends}
        return tuple(sorted(number for number in found if self.last is None or number <= self.last))

    def _arrays(self, name: str) -> dict[str, Array]:
        """What a `.z` file holds; empty where there is none. A damaged one is told in the log and counts as none."""
        match = EPOCH.fullmatch(name)
        if match and self.last is not None and int(match[1]) > self.last:
            return {}
        return _read(self.folder / name)


def _read(path: Path) -> dict[str, Array]:
    from safetensors import SafetensorError

    try:
        return files.unpack(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, zlib.error, SafetensorError) as error:
        LOG.warning("%s cannot be read: %s", path, error)
        return {}
