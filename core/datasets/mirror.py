"""A school's own copy of the data sets, which is asked before the public servers: $LAB_MIRROR."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from core.datasets.download import Offer
from core.vocabulary.datasets import Layout, Published
from core.vocabulary.errors import LabError

Mirror = Path | str
"""A folder, or the address of one, which ends with a slash."""


def mirror_of(environ: Mapping[str, str] = os.environ) -> Mirror | None:
    """What $LAB_MIRROR names: a folder, or an address (http, https). None without; LabError for anything else."""
    chosen = environ.get("LAB_MIRROR", "").strip()
    if not chosen:
        return None
    scheme, separated, _ = chosen.partition("://")
    if not separated:
        try:
            return Path(chosen).expanduser().absolute()
        except RuntimeError:
            raise LabError(f"LAB_MIRROR is {chosen!r}; there is no such home folder") from None
    if scheme.lower() not in ("http", "https"):
        raise LabError(f"LAB_MIRROR is {chosen!r}; expected a folder, or an address that begins with http:// or https://")
    return chosen.rstrip("/") + "/"


def offer(layout: Layout, published: Published, address: str, folder: Path) -> Offer:
    """A download of the layout at an address prefix, and where it belongs in the data folder."""
    target = folder / published.name if layout.archive else folder / layout.folder / published.name
    return Offer(address + published.name, published, target)


def unpacked_offers(layout: Layout, place: int, address: str, folder: Path) -> list[Offer]:
    """File number `place` of a layout as the data folder at `address` may hold it: for idx the gzip first, then plain."""
    file, beside = layout.files[place], f"{address}{layout.folder}/"
    plain = Offer(beside + file.name, Published(file.name, file.size, file.digest), folder / layout.folder / file.name)
    return [offer(layout, layout.downloads[place], beside, folder), plain] if layout.kind == "idx" else [plain]
