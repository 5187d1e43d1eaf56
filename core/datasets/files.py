"""Which data sets there are, whether they are here, and how they get here.

Needs neither torch nor numpy and is imported in milliseconds, for the first page and `python -m core data`.
Sizes are looked at often and cheaply (`state`); content is hashed when it is about to be used (`content`).
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from core.datasets.download import FetchProgress, FetchStopped, Progress, Stop, digest_of, download, kind_of
from core.datasets.mirror import Mirror, mirror_of, offer, unpacked_offers
from core.system.atomic import whole_file
from core.vocabulary.datasets import SOURCES, DataFile, Layout, Source
from core.vocabulary.errors import LabError
from core.vocabulary.folders import data_folder
from core.vocabulary.sources import is_own, source_of

__all__ = [
    "SOURCES", "DataFile", "FetchProgress", "FetchStopped", "Layout", "Source", "State",
    "content", "data_folder", "fetch", "how_to_get", "mirror_of", "ready", "state", "verified",
]  # fmt: skip

Complete = tuple[Layout, tuple[Path, ...]]

_LOCK_POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class State:
    """Whether a data set is here: where, in which layout, and what is wrong with it ("" when nothing is)."""

    present: bool
    path: Path | None
    layout: str
    problem: str


def state(name: str, folder: Path, sources: Mapping[str, Source] = SOURCES) -> State:
    """Whether the data set is in `folder`, judged by names and sizes alone: cheap enough for every page."""
    source = source_of(name, sources)
    if not source.layouts:
        return State(True, None, "scikit-learn", "")
    try:
        return _look(source, folder)
    except OSError as error:
        return State(False, None, "", f"{folder} cannot be read: {error.strerror or error}")


def ready(name: str, folder: Path, sources: Mapping[str, Source] = SOURCES) -> Complete:
    """The layout that is complete in `folder`, and its files in order; unpacks an archive at need.

    An archive that somebody laid there is verified first and kept. Raises LabError, with what to do, when
    the set is missing or damaged. The files' content is not hashed yet: read them with `content`.
    """
    source = source_of(name, sources)
    found = state(name, folder, sources)
    problem = "" if found.present else found.problem or f"the data set {name} is not in {folder}"
    if not problem and _complete(source, folder) is None:
        with _alone(name, folder):
            problem = _unpack_archives(source, folder)
    complete = None if problem else _complete(source, folder)
    if complete is None:
        raise LabError(f"{problem}; {how_to_get(name)}")
    return complete


def how_to_get(name: str) -> str:
    """What to do where a data set is missing or damaged; only one that comes with the app can be fetched."""
    return "close its collection again, or import it again" if is_own(name) else f"python -m core data {name} --fetch fetches it"


def verified(name: str, folder: Path, sources: Mapping[str, Source] = SOURCES) -> State:
    """What `state` says, but judged by content: every file is hashed, which takes up to a second."""
    found = state(name, folder, sources)
    if not found.present or found.path is None:
        return found
    try:
        layout, paths = ready(name, folder, sources)
        for path, file in zip(paths, layout.files, strict=True):
            content(path, file)
    except LabError as error:
        return State(False, None, "", str(error))
    return state(name, folder, sources)


def content(path: Path, file: DataFile) -> bytes:
    """The unpacked bytes of `path` (gzipped or not), known to be the published ones; else a LabError."""
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise LabError(f"{path} cannot be read: {error}") from error
    algorithm = kind_of(file.digest)
    actual = hashlib.new(algorithm, data).hexdigest()
    if actual != file.digest:
        raise LabError(f"{path} is altered: {algorithm} {actual} instead of {file.digest}")
    return data


def fetch(
    name: str,
    folder: Path,
    progress: Progress = lambda progress: None,
    stop: Stop = lambda: False,
    sources: Mapping[str, Source] = SOURCES,
    mirror: Mirror | None = None,
) -> State:
    """Makes the data set present and verified in `folder`; downloads only what is missing or damaged.

    `mirror` comes first: a folder or an address that holds what a data folder may hold, or the published files side by
    side. What it does not have comes from the public servers, and every file is verified, wherever it comes from. Tells `progress` a few times a second; a set of one's own is only looked for; goes on from an earlier FILE.part. While another process fetches
    the same set this one waits, and then finds it done. Idx files stay gzipped; a downloaded archive is
    unpacked and removed, one that somebody laid there is unpacked and kept. Raises FetchStopped when
    `stop()` says so, LabError for everything else (no network, wrong content, full disk).
    """
    source = source_of(name, sources)
    if is_own(name):
        return state(name, folder, sources)
    if source.layouts and not (state(name, folder, sources).present and _intact(source, folder)):
        with _alone(name, folder, stop):
            # Looked at again: another process may have fetched it meanwhile, or a good archive lies here.
            if _complete(source, folder) is None:
                _unpack_archives(source, folder)
            if not _intact(source, folder):
                _fetch_missing(source, folder, progress, stop, mirror)
    return state(name, folder, sources)


def _look(source: Source, folder: Path) -> State:
    if complete := _complete(source, folder):
        return State(True, folder / complete[0].folder, complete[0].title, "")
    problems = []
    for layout in source.layouts:
        problems += _problems(layout, folder)
        if layout.archive and (archive := folder / layout.archive.name).is_file():
            if archive.stat().st_size == layout.archive.size:
                return State(True, archive, f"{layout.title}, packed", "")
            problems.append(_wrong_size(archive, archive.stat().st_size, layout.archive.size))
    return State(False, None, "", problems[0] if problems else "")


def _complete(source: Source, folder: Path) -> Complete | None:
    """The first layout all of whose files are here in their full size."""
    for layout in source.layouts:
        paths = [_spelling(layout, file, folder) for file in layout.files]
        present = tuple(path for path in paths if path is not None)
        if len(present) == len(paths) and not _problems(layout, folder):
            return layout, present
    return None


def _problems(layout: Layout, folder: Path) -> list[str]:
    """What is wrong with a layout of which something is here: wrong sizes first, then missing files."""
    found = [(_spelling(layout, file, folder), file) for file in layout.files]
    sizes = [_size_problem(path, file) for path, file in found if path]
    if not sizes:
        return []
    missing = [f"{folder / layout.folder / file.name} is missing" for path, file in found if path is None]
    return [problem for problem in sizes if problem] + missing


def _spellings(layout: Layout, file: DataFile, folder: Path) -> list[Path]:
    """Where a file may lie: for idx files plain or gzipped, the published name or the one with a dot."""
    names = [file.name]
    if layout.kind == "idx":
        names += [file.name.replace("-idx", ".idx")]
        names += [name + ".gz" for name in names]
    return [folder / layout.folder / name for name in names]


def _spelling(layout: Layout, file: DataFile, folder: Path) -> Path | None:
    """The spelling that is here; a whole one before a truncated one."""
    present = [path for path in _spellings(layout, file, folder) if path.is_file()]
    return min(present, key=lambda path: bool(_size_problem(path, file)), default=None)


def _size_problem(path: Path, file: DataFile) -> str:
    """Wrong size, or "". A gzip file tells its unpacked size in its last four bytes (RFC 1952)."""
    size = path.stat().st_size
    if path.suffix != ".gz":
        return _wrong_size(path, size, file.size)
    with path.open("rb") as stream:
        stream.seek(max(0, size - 4))
        unpacked = int.from_bytes(stream.read(), "little")
    if unpacked == file.size:
        return ""
    return f"{path} is truncated: its {size:,} bytes do not end as the gzip of {file.size:,} bytes does"


def _wrong_size(path: Path, actual: int, expected: int) -> str:
    if actual == expected:
        return ""
    fault = "truncated" if actual < expected else "too long"
    return f"{path} is {fault}: {actual:,} bytes instead of {expected:,}"


def _is_intact(path: Path | None, file: DataFile) -> bool:
    try:
        return path is not None and bool(content(path, file))
    except LabError:
        return False


def _intact(source: Source, folder: Path) -> bool:
    """Whether all files that `ready` would name have the published content."""
    complete = _complete(source, folder)
    return complete is not None and all(map(_is_intact, complete[1], complete[0].files))


def _fetch_missing(source: Source, folder: Path, progress: Progress, stop: Stop, mirror: Mirror | None) -> None:
    """From the mirror, else from the public servers; what was wrong with the mirror is told when they fail too."""
    problem = _mirror_problem(source, folder, progress, stop, mirror) if mirror else ""
    if mirror and not problem:
        return
    try:
        _download_set(source, folder, progress, stop)
    except FetchStopped:
        raise
    except LabError as error:
        raise LabError(f"{error}; LAB_MIRROR: {problem}" if problem else str(error)) from error


def _mirror_problem(source: Source, folder: Path, progress: Progress, stop: Stop, mirror: Mirror) -> str:
    """Makes the set present from the mirror: "", or why that was not possible."""
    try:
        if isinstance(mirror, Path):
            return _copy_set(source, mirror, folder)
        try:
            _download_files(source, folder, progress, stop, mirror)
        except FetchStopped:
            raise
        except LabError:  # no data folder; the published archives then
            _download_set(source, folder, progress, stop, (mirror,))
        return ""
    except FetchStopped:
        raise
    except LabError as error:
        return str(error)


def _copy_set(source: Source, mirror: Path, folder: Path) -> str:
    """Copies a whole set out of a data folder, or of a folder in which its files lie side by side; "" or why not."""
    side_by_side = replace(source, layouts=tuple(replace(layout, folder="") for layout in source.layouts))
    for known in (source, side_by_side):
        complete = _complete(known, mirror)
        if complete and all(map(_is_intact, complete[1], complete[0].files)):
            layout = source.layouts[known.layouts.index(complete[0])]
            for path, file in zip(complete[1], layout.files, strict=True):
                target = folder / layout.folder / path.name
                with path.open("rb") as stream:
                    _write(stream, target)
                _remove_others(layout, file, folder, target)
            return ""
    return _unpack_archives(source, mirror, folder)


def _write(stream: IO[bytes], target: Path) -> None:
    with whole_file(target) as out:
        shutil.copyfileobj(stream, out, 1 << 20)


def _download_files(source: Source, folder: Path, progress: Progress, stop: Stop, address: str) -> None:
    """The unpacked files of the first layout, one by one, from the address of a data folder."""
    layout = source.layouts[0]
    sizes = [file.size for file in layout.files]
    for place, file in enumerate(layout.files):
        if not _is_intact(_spelling(layout, file, folder), file):
            offers = unpacked_offers(layout, place, address, folder)
            came = download(source.name, offers, _in_all(progress, sum(sizes[:place]), sum(sizes)), stop)
            _remove_others(layout, file, folder, came.target)


def _download_set(source: Source, folder: Path, progress: Progress, stop: Stop, mirrors: Sequence[str] = ()) -> None:
    """The published files: each of the first layout, or the archive of any; from `mirrors`, else from the public servers."""
    layout = source.layouts[0]
    if layout.archive:
        _download_archive(source, folder, progress, stop, mirrors)
        return
    sizes = [file.size for file in layout.downloads]
    for place, (file, published) in enumerate(zip(layout.files, layout.downloads, strict=True)):
        if not _is_intact(_spelling(layout, file, folder), file):
            offers = [offer(layout, published, address, folder) for address in mirrors or source.mirrors]
            came = download(source.name, offers, _in_all(progress, sum(sizes[:place]), sum(sizes)), stop)
            _remove_others(layout, file, folder, came.target)


def _download_archive(source: Source, folder: Path, progress: Progress, stop: Stop, mirrors: Sequence[str]) -> None:
    places = {layout: mirrors or layout.mirrors for layout in source.layouts}
    places[source.layouts[0]] = mirrors or source.mirrors
    offers = [offer(layout, layout.downloads[0], address, folder) for layout in places for address in places[layout]]
    came = download(source.name, offers, progress, stop)
    [layout] = [layout for layout in source.layouts if layout.archive == came.file]
    _unpack(came.target, layout, folder)
    came.target.unlink()
    for other in offers:  # what a slower server had begun
        other.part.unlink(missing_ok=True)


def _in_all(progress: Progress, before: int, in_all: int) -> Progress:
    """Tells of one file as a part of its set: bytes of the files before it, and of all."""
    return lambda one: progress(replace(one, before_bytes=before, set_bytes=in_all))


def _remove_others(layout: Layout, file: DataFile, folder: Path, target: Path) -> None:
    """A damaged file under another spelling would stand before the good one."""
    for other in _spellings(layout, file, folder):
        if other != target:
            other.unlink(missing_ok=True)


def _unpack_archives(source: Source, folder: Path, into: Path | None = None) -> str:
    """Unpacks the first published archive in `folder` that is whole, or tells what is wrong with it.

    Some browsers take the gzip off what they store: a .tar is taken as well, and judged by the files in it.
    """
    into, problem = into or folder, f"{source.name} is not in {folder}"
    for layout in source.layouts:
        if layout.archive is None:
            continue
        archive, tar = folder / layout.archive.name, folder / layout.archive.name.removesuffix(".gz")
        if archive.is_file():
            if (actual := digest_of(archive, layout.archive.digest)) == layout.archive.digest:
                _unpack(archive, layout, into)
                return ""
            problem = f"{archive} is altered: md5 {actual} instead of {layout.archive.digest}"
        elif tar.is_file():
            try:
                _unpack(tar, layout, into)
            except LabError as error:
                problem = str(error)
                continue
            if _intact(replace(source, layouts=(layout,)), into):
                return ""
            problem = f"{tar} does not hold what was published"
    return problem


def _unpack(archive: Path, layout: Layout, folder: Path) -> None:
    """Writes the files that the layout names, each whole before it is renamed; follows no archived path."""
    import tarfile

    target = folder / layout.folder
    wanted = {f"{layout.folder}/{file.name}": target / file.name for file in layout.files}
    try:
        with tarfile.open(archive, "r:*") as tar:
            for member in tar:
                stream = tar.extractfile(member) if member.name in wanted and member.isfile() else None
                if stream is not None:
                    _write(stream, wanted.pop(member.name))
    except tarfile.TarError as error:
        raise LabError(f"{archive} cannot be unpacked: {error}") from error
    if wanted:
        raise LabError(f"{archive} does not hold {', '.join(wanted)}")


@contextmanager
def _alone(name: str, folder: Path, stop: Stop = lambda: False) -> Iterator[None]:
    """One process or thread at a time changes a data set's files; what the disk refuses is a LabError."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f".{name}.lock")
        while not lock.is_locked:
            if stop():
                raise FetchStopped(f"stopped while another process fetched {name}")
            try:
                lock.acquire(timeout=_LOCK_POLL_S)
            except Timeout:
                continue
        try:
            yield
        finally:
            lock.release()
    except OSError as error:
        raise LabError(f"cannot write below {folder}: {error.strerror or error}") from error
