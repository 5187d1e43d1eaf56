"""A set of one's own as a folder that anybody can look through: one PNG for each image, one folder for each class."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

from core.datasets.own.store import OwnStore
from core.images.own.archive import MANIFEST
from core.system.atomic import whole_folder, write_whole
from core.vocabulary.errors import LabError


def export_set(store: OwnStore, name: str, to: Path) -> int:
    """Writes every image of a set, open or closed, to a new folder, with `dataset.json`; how many there are.

    Below the classes, or below train/ and test/ where all images were handed in so: AUTHOR_NUMBER.png, the author by pseudonym.
    `import_set` makes the same images of it. LabError where the folder is there already or cannot be written.
    """
    about, found = store.get(name), store.contributions(name)
    pngs = store.pngs(name, (one.id for one in found))
    found = [one for one in found if one.id in pngs]  # without what was removed meanwhile
    if to.exists():
        raise LabError(f"{to} is there already; expected a folder that is not")
    used: set[str] = set()
    folders = [class_folder(label, used) for label in about.classes]
    parted = bool(found) and all(one.part for one in found)
    try:
        with whole_folder(to) as folder:
            for one in found:
                place = folder / (one.part if parted else "") / folders[one.label]
                write_whole(place / f"{one.author or 'nobody'}_{one.id:05d}.png", pngs[one.id])
            values = {"title": about.title, "classes": about.classes, "folders": dict(zip(folders, about.classes, strict=True)),
                      "channels": about.channels, "side": about.side, "drawn": about.drawn}  # fmt: skip
            write_whole(folder / MANIFEST, json.dumps(values, ensure_ascii=False, indent=1))
    except OSError as error:
        raise LabError(f"{to} cannot be written: {error.strerror or error}") from error
    return len(found)


def class_folder(name: str, used: set[str]) -> str:
    """A folder's name for a class that every system allows and that differs from those `used` before."""
    plain = "".join("_" if letter in '<>:"/\\|?*' or ord(letter) < 32 else letter for letter in name).strip(". ") or "class"
    while plain.casefold() in used or PurePosixPath(plain).stem.upper() in ("CON", "PRN", "AUX", "NUL"):
        plain += "_"
    used.add(plain.casefold())
    return plain
