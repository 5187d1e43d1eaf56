"""A folder or a ZIP archive as a set of one's own: one folder for each class, or train/ and test/ above those.

Everything is read and brought into form before anything is stored, so a refused import leaves nothing behind.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from PIL import Image

from core.datasets.own.images import Pixels, digest_of, png_of
from core.datasets.own.records import Addition, OwnSet
from core.datasets.own.store import OwnStore
from core.images.decoding import open_image
from core.images.own.archive import Entry, Listing, listed
from core.images.own.checks import Checks, check
from core.images.own.intake import has_colour, pixels_for
from core.images.preprocessing import in_form
from core.vocabulary.datasets import Form
from core.vocabulary.errors import LabError
from core.vocabulary.sources import SIDES

PART_OF = {"train": "train", "training": "train", "valid": "train", "validation": "train", "val": "train", "test": "test", "testing": "test"}
"""Name of a folder above the classes -> the part that it is; what others validate with is trained on here."""
LOOKED_AT = 40
"""So many images tell whether a collection has colour, and how large it is."""
NAMED = 3
"""So many broken files are named in a refusal."""
GREY_SIDE, COLOUR_SIDE = 28, 32
"""Pixels of images that had many sizes."""
_PLAIN = Form()
"""Of images that are in form already: nothing is done to them."""
Progress = Callable[[int, int], None]
"""Called with the number of images done, and of all."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the set is to be; what is None is found out from the images."""

    title: str
    owner: str = ""
    side: int | None = None
    channels: int | None = None
    drawn: bool = False
    """Handwriting and drawings, which are cut out and centred; else photographs, which are cropped to a square."""
    keep_rest: bool = False
    """Whether broken images are left out; else one of them refuses the import."""
    authors: bool = False
    """Whether file names begin with their author, as in ANN_12.png."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in an import."""

    name: str
    """`own:NAME`."""
    paths: tuple[str, ...]
    """Of the images that were taken, in the order of their places."""
    counts: dict[str, dict[str, int]]
    """Class -> part ("train", "test", or "" where the split decides) -> images."""
    sizes: dict[str, int]
    """WIDTHxHEIGHT of the files -> how many, the most frequent first."""
    broken: dict[str, str]
    """Path -> why it is no image."""
    skipped: tuple[str, ...]
    """Paths of files that are no images, and of images outside every class."""
    checks: Checks

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        pairs = [{"first": self.paths[pair.first], "second": self.paths[pair.second], "likeness": round(pair.likeness, 4), "across": pair.across,
                  "other_class": pair.other_class, "exact": exact} for exact, found in ((True, self.checks.exact), (False, self.checks.near)) for pair in found]  # fmt: skip
        return {"name": self.name, "images": len(self.paths), "counts": self.counts, "sizes": self.sizes, "broken": self.broken,
                "skipped": list(self.skipped), "duplicates": pairs, "duplicates_across": self.checks.across, "imbalance": self.checks.imbalance}  # fmt: skip


@dataclass(slots=True)
class _Read:
    """What was read so far."""

    places: list[_Place] = field(default_factory=list)
    images: list[Pixels] = field(default_factory=list)
    sizes: Counter[str] = field(default_factory=Counter)
    broken: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a file lies: its class by its folder, its part, its author."""

    entry: Entry
    label: str
    part: str
    author: str


def import_set(source: Path | IO[bytes], wanted: Wanted, store: OwnStore, progress: Progress = lambda done, all: None) -> Report:
    """Makes an open set of what lies in a folder or a ZIP archive; `OwnStore.close` then makes it a data set.

    LabError, in one line, for what is not to be trusted (core.images.own.archive), for fewer than 2 or more than 20 classes,
    for a broken image that is not to be left out, for a name that is taken, and beyond the store's limits.
    """
    listing = listed(source)
    manifest = _manifest(listing)
    places, outside = _places(listing, wanted.authors, manifest.get("folders", {}))
    classes = sorted({place.label for place in places}, key=_natural)
    if set(classes) <= set(manifest.get("classes", ())):
        classes = manifest["classes"]
    channels, side, drawn, native = _form(places, wanted, manifest)
    about = store.create(wanted.title, classes, channels=channels, side=side, drawn=drawn, owner=wanted.owner)
    try:
        read = _read(places, about, wanted.keep_rest, native, progress)
        labels = [about.classes.index(place.label) for place in read.places]
        digests = [digest_of(image) for image in read.images]
        store.add_many(about.name, [Addition(png_of(image), digest, label, place.part, place.author) for image, digest, label, place
                                    in zip(read.images, digests, labels, read.places, strict=True)])  # fmt: skip
    except BaseException:
        store.delete(about.name)
        raise
    checks = check(read.images, labels, digests, [place.part == "test" for place in read.places], len(about.classes))
    counts = {name: dict(Counter(place.part for place, label in zip(read.places, labels, strict=True) if label == number))
              for number, name in enumerate(about.classes)}  # fmt: skip
    return Report(about.name, tuple(str(place.entry.path) for place in read.places), counts, dict(read.sizes.most_common()), read.broken,
                  (*listing.others, *outside), checks)  # fmt: skip


def _natural(name: str) -> tuple[int, int, str]:
    """Numbers in the order of their values, before words."""
    return (0, int(name), name) if name.isdecimal() else (1, 0, name.casefold())


# --- what lies where ----------------------------------------------------------------------------------------------------


def _places(listing: Listing, authors: bool, names: Mapping[str, str]) -> tuple[list[_Place], list[str]]:
    """Each image with its class and part, and the paths of images that lie in no class. `names`: folder -> class where they differ."""
    depth = _wrapper(listing.images)
    parts = {entry.path.parts[depth].casefold() for entry in listing.images if len(entry.path.parts) > depth + 1}
    parted = {PART_OF.get(part) for part in parts} == {"train", "test"}
    first = depth + 1 if parted else depth
    places, outside = [], []
    for entry in listing.images:
        if len(entry.path.parts) < first + 2:
            outside.append(str(entry.path))
            continue
        part = PART_OF[entry.path.parts[depth].casefold()] if parted else ""
        author = entry.path.stem.partition("_")[0] if authors and "_" in entry.path.stem else ""
        label = " ".join(entry.path.parts[first].split())
        places.append(_Place(entry, names.get(label, label), part, author))
    if not places:
        raise LabError(f"{outside[0]} lies in no folder of a class; expected one folder for each class, with its pictures in it")
    return places, outside


def _wrapper(images: Sequence[Entry]) -> int:
    """How many folders lie around everything, as `pets/` in pets/cat/1.png; the folder of a single class is none."""
    depth, parts = 0, [entry.path.parts for entry in images]
    while all(len(its) > depth + 2 for its in parts) and len({its[depth] for its in parts}) == 1:
        depth += 1
    return depth


def _manifest(listing: Listing) -> dict[str, Any]:
    """What an export wrote beside the images; {} without it, or where it is none."""
    try:
        found = json.loads(listing.manifest or b"{}")
    except ValueError:
        return {}
    kinds: dict[str, type] = {"channels": int, "side": int, "drawn": bool, "classes": list, "folders": dict}
    return found if isinstance(found, dict) and all(type(found.get(key)) is kind for key, kind in kinds.items()) else {}


def _form(places: Sequence[_Place], wanted: Wanted, manifest: dict[str, Any]) -> tuple[int, int, bool, bool]:
    """(channels, side, drawn, native): what is wanted, else what an export says, else what the images look like.

    `native`: the images come from an export in this very form and are taken as they are.
    """
    looked = [_opened(place) for place in places[:: max(1, len(places) // LOOKED_AT)]]
    images = [image for image in looked if image is not None]
    channels = wanted.channels or manifest.get("channels") or (3 if any(map(has_colour, images)) else 1)
    sizes = {image.size for image in images}
    width, height = next(iter(sizes)) if len(sizes) == 1 else (0, 0)
    found = width if width == height and SIDES[0] <= width <= SIDES[1] else COLOUR_SIDE if channels == 3 else GREY_SIDE
    side, drawn = wanted.side or manifest.get("side") or found, wanted.drawn or bool(manifest.get("drawn"))
    return channels, side, drawn, (manifest.get("channels"), manifest.get("side")) == (channels, side)


def _opened(place: _Place) -> Image.Image | None:
    try:
        return open_image(place.entry.read(), place.entry.path.name)
    except LabError:
        return None


# --- reading ------------------------------------------------------------------------------------------------------------


def _read(places: Sequence[_Place], about: OwnSet, keep_rest: bool, native: bool, progress: Progress) -> _Read:
    read = _Read()
    for number, place in enumerate(places):
        progress(number, len(places))
        try:
            image = open_image(place.entry.read(), str(place.entry.path))
            size = f"{image.width}x{image.height}"
            pixels = _as_it_is(image, about) if native and image.size == (about.side, about.side) else pixels_for(image, about)
        except LabError as error:
            path, sentence = str(place.entry.path), str(error)
            read.broken[path] = sentence if path in sentence else f"{path}: {sentence}"
            continue
        read.sizes[size] += 1
        read.places.append(place)
        read.images.append(pixels)
    if read.broken and not keep_rest:
        named = "; ".join(list(dict.fromkeys(read.broken.values()))[:NAMED])
        raise LabError(f"{len(read.broken)} of {len(places)} pictures cannot be used ({named}); mend or remove them, or keep the rest")
    if not read.images:
        raise LabError(f"none of {len(places)} files is a picture that can be read")
    return read


def _as_it_is(image: Image.Image, about: OwnSet) -> Pixels:
    found: Pixels = in_form(image, _PLAIN, about.shape).seen[0]
    return found
