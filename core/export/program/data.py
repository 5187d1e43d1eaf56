"""The first half of an exported program: settings, data, split and resolution of a recipe, as PyTorch code.

Each function gives one part with the lines that the recipe needs and no others. The draws are those of
core/datasets/splits.py, by the functions of scikit-learn that core/datasets/draws.py does the same as.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from core.datasets.formats import DIGITS_SEED
from core.datasets.split_sizes import thinned_counts
from core.export.errors import NotExportable
from core.export.program.part import Part
from core.images.filters import interpolation
from core.vocabulary.datasets import Layout, Source
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Facts
from core.vocabulary.sources import is_own, source_of

NUMPY, TORCH, PATH = "import numpy as np", "import torch", "from pathlib import Path"
LONGEST = 120
"""Of a line, in characters."""
FROM_ARGUMENT = 'DATA = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("LAB_DATA", "data"))'
BESIDE = 'DATA = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "data"'
BESIDE_NOTEBOOK = 'DATA = Path("data")'
"""Of a set of one's own, which nobody can fetch: it lies beside the program (core/export/bundle.py)."""
FROM_VARIABLE = 'DATA = Path(os.environ.get("LAB_DATA", "data"))'


def settings(recipe: Recipe, in_notebook: bool, epochs: int) -> Part:
    """The numbers of the recipe that several places use, and the number of threads. `epochs`: so many are trained."""
    folder, imports = [], [TORCH]
    if is_own(recipe.dataset):
        folder = [BESIDE_NOTEBOOK if in_notebook else BESIDE]
        imports += [PATH, *([] if in_notebook else ["import sys"])]
    elif source_of(recipe.dataset).layouts:
        folder = [f"{FROM_VARIABLE if in_notebook else FROM_ARGUMENT}"]
        imports += ["import os", PATH, *([] if in_notebook else ["import sys"])]
    device = [] if recipe.device == "cpu" else [f'DEVICE = "{recipe.device}"']
    if recipe.device == "cuda":
        device += ["torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False",
                   "torch.backends.cudnn.allow_tf32 = False"]  # fmt: skip
    lines = [*folder, f"SEED, EPOCHS, BATCH = {recipe.seed}, {epochs}, {recipe.batch_size}",
             f"torch.set_num_threads({recipe.threads})  # more or fewer add in another order, which changes the last digits", *device]  # fmt: skip
    return Part("Settings", "The data sets' folder, and the numbers that several places below use." if folder else "The numbers that several places below use.", "\n".join(lines), tuple(imports))


# --- data -------------------------------------------------------------------------------------------------------------


def data(recipe: Recipe, layout: Layout | None) -> Part:
    """Fetches and reads the data set: `images` uint8 (N, C, H, W), `labels` int64 (N,), the official training part first.

    `layout` is the one that the program reads and fetches; None for a set that comes with scikit-learn. NotExportable for one that
    cannot be fetched.
    """
    source = source_of(recipe.dataset)
    kind = layout.kind if layout else source.reader
    if kind not in READERS:
        raise NotExportable(f"{source.title} cannot be fetched by a script yet")
    code, imports = READERS[kind](source, layout)
    classes = f"CLASSES = {json.dumps(source.classes, ensure_ascii=False)}"
    text = f"{source.train + source.test:,} images of whole numbers from 0 to 255; the first {source.train:,} are the training part."
    return Part(f"Data: {source.title}", text, f"{code}\n{_broken(classes)}", (TORCH, *imports))


def _broken(line: str) -> str:
    """A list in two lines where it is too long for one."""
    if len(line) <= LONGEST:
        return line
    middle = line.index(", ", len(line) // 2) + 1
    return f"{line[:middle]}\n           {line[middle:]}"


Code = tuple[str, tuple[str, ...]]
"""Lines, and their imports."""

TORCHVISION = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "cifar10": "CIFAR10"}
"""The class of torchvision that fetches and reads a data set."""


def _idx(source: Source, layout: Layout | None) -> Code:
    name = TORCHVISION[source.name]
    return f"""\
parts = [{name}(DATA, train=train, download=True) for train in (True, False)]
images = torch.cat([part.data for part in parts])[:, None]
labels = torch.cat([part.targets for part in parts])""", (f"from torchvision.datasets import {name}",)


def _cifar_python(source: Source, layout: Layout | None) -> Code:
    return """\
parts = [CIFAR10(DATA, train=train, download=True) for train in (True, False)]
images = torch.from_numpy(np.concatenate([part.data for part in parts])).permute(0, 3, 1, 2).contiguous()
labels = torch.tensor([label for part in parts for label in part.targets])""", (NUMPY, "from torchvision.datasets import CIFAR10")


def _cifar_binary(source: Source, layout: Layout | None) -> Code:
    assert layout is not None and layout.archive is not None
    return f"""\
folder, home = DATA / "{layout.folder}", "{source.mirrors[0]}"
if not folder.exists():
    download_and_extract_archive(home + "{layout.archive.name}", DATA, md5="{layout.archive.digest}")
names = [*(f"data_batch_{{number}}.bin" for number in range(1, 6)), "test_batch.bin"]
rows = np.concatenate([np.fromfile(folder / name, np.uint8).reshape(-1, 3073) for name in names])
images = torch.from_numpy(rows[:, 1:].reshape(-1, 3, 32, 32))  # behind the label: red, green, blue, row by row
labels = torch.from_numpy(rows[:, 0]).long()""", (NUMPY, "from torchvision.datasets.utils import download_and_extract_archive")


def _digits(source: Source, layout: Layout | None) -> Code:
    return f"""\
values, labels = load_digits(return_X_y=True)  # 64 values from 0 to 16 each; there is no official test part
drawn = train_test_split(np.arange(len(labels)), test_size={source.test}, stratify=labels, random_state={DIGITS_SEED})
order = np.concatenate([np.sort(part) for part in drawn])
images = torch.from_numpy(np.rint(values[order] * (255 / 16)).astype(np.uint8)).reshape(-1, 1, 8, 8)
labels = torch.from_numpy(labels[order])""", (
        NUMPY, "from sklearn.datasets import load_digits", "from sklearn.model_selection import train_test_split",
    )  # fmt: skip


def _own(source: Source, layout: Layout | None) -> Code:
    return """\
images, labels, order = (np.load(DATA / name) for name in ("images.npy", "labels.npy", "order.npy"))
images, labels = torch.from_numpy(images[order]), torch.from_numpy(labels[order]).long()  # the training part first""", (NUMPY,)


READERS: dict[str, Callable[[Source, Layout | None], Code]] = {
    "idx": _idx, "python": _cifar_python, "binary": _cifar_binary, "digits": _digits, "own": _own,
}  # fmt: skip
"""The kind of a layout, or the reader of a set without one -> the code that fetches and reads it."""


# --- split ------------------------------------------------------------------------------------------------------------


def split(recipe: Recipe, facts: Facts) -> Part:
    """Who trains, who validates, who tests: `train`, `validation`, `test`, indices (n,)."""
    source = source_of(recipe.dataset)
    lines = [f"train, test = np.arange({source.train}), np.arange({source.train}, len(labels))"]
    imports = [NUMPY]
    if recipe.imbalance != 1:
        lines += _thinned(recipe, source)
    if recipe.split == "k-fold":
        lines += [f"folds = StratifiedKFold({recipe.folds}, shuffle=True, random_state={recipe.split_seed}).split(train, labels[train])",
                  f"train, validation = (train[part] for part in list(folds)[{recipe.fold}])"]  # fmt: skip
        imports.append("from sklearn.model_selection import StratifiedKFold")
    elif recipe.validation:
        held_out = round(sum(thinned_counts(source.train_counts, recipe.imbalance)) * recipe.validation)
        strata = "labels[train]" if recipe.split == "stratified" else "None"
        lines.append(f"train, validation = train_test_split(train, test_size={held_out}, stratify={strata}, random_state={recipe.split_seed})")
        imports.append("from sklearn.model_selection import train_test_split")
    limited = _limited(recipe, facts)
    names = "train, validation" if facts.validation else "train"
    if limited:
        imports.append("from sklearn.utils import resample")
    lines += limited or [f"{names} = np.sort(train), np.sort(validation)" if facts.validation else "train = np.sort(train)"]
    return Part("Split", _sizes(facts), "\n".join(lines), tuple(imports))


def _sizes(facts: Facts) -> str:
    held_out = f"{facts.validation:,} to validate with" if facts.validation else "none to validate with"
    return f"{facts.train:,} images to learn from, {held_out}, {facts.test:,} for the one test at the end."


def _thinned(recipe: Recipe, source: Source) -> list[str]:
    counts = thinned_counts(source.train_counts, recipe.imbalance)
    return [f"counts = {counts}  # unbalanced on purpose: the first images of each class",
            "train = np.concatenate([train[labels[train] == label][:count] for label, count in enumerate(counts)])",
            "train.sort()"]  # fmt: skip


def _limited(recipe: Recipe, facts: Facts) -> list[str]:
    """The lines that take a part of the images alone, sorted, where the run took fewer than there are."""
    whole = sum(thinned_counts(source_of(recipe.dataset).train_counts, recipe.imbalance))
    held_out = len(range(recipe.fold, whole, recipe.folds)) if recipe.split == "k-fold" else round(whole * recipe.validation)
    sizes = {"train": (facts.train, whole - held_out), "validation": (facts.validation, held_out)}
    if all(count == there for count, there in sizes.values()):
        return []
    lines = []
    for name, (count, there) in sizes.items():
        strata = f"labels[{name}]" if recipe.split != "random" else "None"
        drawn = f"resample({name}, replace=False, n_samples={count}, stratify={strata}, random_state={recipe.split_seed})"
        if there:
            lines.append(f"{name} = np.sort({drawn if count != there else name})")
    return lines


# --- resolution -------------------------------------------------------------------------------------------------------


def resolution(recipe: Recipe, facts: Facts) -> Part:
    """The images of each part at the recipe's resolution: `train_images`, `train_labels`, `validation`, `test`."""
    side, size = recipe.resolution, source_of(recipe.dataset).side
    reduced = side is not None and side < size
    lines = _at_resolution(recipe.filter) if reduced or "mixed" in recipe.augment else []
    if reduced:
        lines.append(f"images = torch.cat([at_resolution(chunk, {side}) for chunk in images.split(1000)])")
    to = "" if recipe.device == "cpu" else ".to(DEVICE)"
    parts = "train, validation, test" if facts.validation else "train, test"
    lines.append(f"{parts} = ((images[part]{to}, labels[part]{to}) for part in ({parts}))")
    text = f"Reduced to {side} x {side} pixels and brought back: what that loses stays lost." if reduced else f"{size} x {size} pixels each."
    return Part("Images", text, "\n".join(lines), (TORCH, *(["from torch.nn import functional as F"] if len(lines) > 1 else [])))


def _at_resolution(filter: str) -> list[str]:
    options = interpolation(filter).replace("'", '"')
    return f'''\
def at_resolution(images, side):
    """uint8 images reduced to side x side and restored, each time rounded as for a file of 8 bits."""
    for size in (side, images.shape[-1]):
        images = F.interpolate(images.float(), (size, size), {options}).round().clamp(0, 255)
    return images.byte()

'''.split("\n")
