"""The store of the data sets that people make themselves: one folder, safe for many visitors, threads and processes at once.

A set is collected (`create`, `add`, `remove`), closed (`close`), which makes it a data set like the others, and may be opened
again. Whatever an operation says is on the disk when it returns. Who may do what is for the caller to decide.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from core.datasets.own import compiling, database, records
from core.datasets.own.images import Pixels, checked, digest_of, pixels_of, png_of
from core.datasets.own.records import Addition, Contribution, Counts, OwnSet
from core.system.atomic import whole_folder
from core.vocabulary.errors import LabError
from core.vocabulary.folders import own_folder
from core.vocabulary.sources import FOLDER, PREFIX, ROW

_GONE = ".gone-"
_COLUMNS = "id, label, part, author, digest, added"


class OwnStore:
    """The data sets of one's own below `folder`."""

    def __init__(self, folder: Path | None = None) -> None:
        """Takes $LAB_OWN, or what else core.vocabulary.folders.own_folder says, where no folder is given. Makes nothing."""
        self.folder = (folder or own_folder()).absolute()

    # --- sets ------------------------------------------------------------------------------------------------------

    def list_sets(self) -> list[OwnSet]:
        """Every set that can be read, the newest first, open ones and closed ones."""
        found = []
        for folder in self.folder.glob(f"{FOLDER}*"):
            with contextlib.suppress(LabError):
                found.append(self.get(PREFIX + folder.name.removeprefix(FOLDER)))
        return sorted(found, key=lambda its: its.created, reverse=True)

    def get(self, name: str) -> OwnSet:
        """The description of a set. LabError where it is not there, as by every operation below."""
        with database.reading(self._folder(name), name) as connection:
            return _about(connection)

    def create(self, title: str, classes: Sequence[str], *, channels: int = 1, side: int = 28, drawn: bool = True, owner: str = "") -> OwnSet:
        """A new, empty, open set. LabError for values that make none, for a name that is taken, and beyond the limits."""
        title, names = records.checked_title(title), records.checked_classes(classes)
        records.checked_form(channels, side)
        there, name = self.list_sets(), records.name_of(title)
        if len(there) >= records.MOST_SETS:
            raise LabError(f"there are {len(there)} data sets; expected at most {records.MOST_SETS}, delete one first")
        if sum(its.owner == owner for its in there) >= records.MOST_OF_OWNER:
            raise LabError(f"you have {records.MOST_OF_OWNER} data sets; delete one first")
        folder = self._folder(name)
        if folder.exists():
            raise LabError(f"there is a data set {title!r} already; choose another name, or delete it first")
        about = OwnSet(name, title, owner, names, channels, side, drawn, time.time(), True)
        try:
            with whole_folder(folder) as part:
                database.create(part)
                with database.writing(part, name) as connection:
                    connection.execute("INSERT INTO about VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?)", (
                        name, title, owner, json.dumps(names), channels, side, drawn, about.created, secrets.token_hex(16)))  # fmt: skip
        except OSError as error:
            raise LabError(f"cannot write to {self.folder}: {error.strerror or error}") from error
        return about

    def delete(self, name: str) -> None:
        """Forgets everything of a set: no file of it is left, whether it is open or closed."""
        folder = self._folder(name)
        if not folder.is_dir():
            raise LabError(f"there is no data set {name!r} on this machine; it may have been deleted")
        gone = folder.with_name(f"{_GONE}{secrets.token_hex(4)}")
        try:
            folder.rename(gone)  # from here on nobody finds it
        except OSError as error:
            raise LabError(f"the data set {name!r} cannot be deleted while it is in use ({error.strerror or error}); try again") from error
        for left in self.folder.glob(f"{_GONE}*"):  # also of a process that was killed meanwhile
            shutil.rmtree(left, ignore_errors=True)

    def delete_all(self) -> int:
        """Forgets every set; how many there were. What was left by a kill goes too."""
        names = [PREFIX + folder.name.removeprefix(FOLDER) for folder in self.folder.glob(f"{FOLDER}*")]
        for name in names:
            self.delete(name)
        for left in self.folder.glob(f"{_GONE}*"):
            shutil.rmtree(left, ignore_errors=True)
        return len(names)

    # --- images ----------------------------------------------------------------------------------------------------

    def add(self, name: str, image: Pixels, label: int, author: str = "", part: str = "") -> int:
        """Adds an image uint8 (C, S, S), whoever `author` is; returns its id. LabError for a closed or full set, an unknown
        class, another shape, and an author with MOST_OF_AUTHOR images."""
        shape = self.get(name).shape
        addition = Addition(png_of(checked(image, shape)), digest_of(image), label, part, author)
        with database.writing(self._folder(name), name) as connection:
            if author and _count(connection, "author = ?", _pseudonym(connection, author)) >= records.MOST_OF_AUTHOR:
                raise LabError(f"you have given {records.MOST_OF_AUTHOR} pictures; that is enough, thank you")
            return self._insert(connection, [addition])[0]

    def add_many(self, name: str, additions: Iterable[Addition]) -> list[int]:
        """Adds all of them, or, on a LabError, none; for an owner's import, to whom the limit of one author does not apply."""
        with database.writing(self._folder(name), name) as connection:
            return self._insert(connection, list(additions))

    def _insert(self, connection: sqlite3.Connection, additions: Sequence[Addition]) -> list[int]:
        about = _about(connection)
        if not about.open:
            raise LabError(f"{about.title} is closed; it takes no more pictures")
        there = _count(connection)
        if there + len(additions) > records.MOST_IMAGES:
            raise LabError(f"{there + len(additions):,} pictures; {about.title} takes at most {records.MOST_IMAGES:,}")
        if self.stored_bytes() + sum(len(addition.png) for addition in additions) > records.MOST_BYTES:
            raise LabError(f"all data sets together have {records.MOST_BYTES // 1_000_000:,} MB; delete one first")
        ids = []
        for addition in additions:
            if not (isinstance(addition.label, int) and 0 <= addition.label < len(about.classes)):
                raise LabError(f"class {addition.label!r}; expected 0 to {len(about.classes) - 1}, one of {', '.join(about.classes)}")
            if addition.part not in records.PARTS:
                raise LabError(f"part {addition.part!r}; expected train, test or none")
            connection.execute("INSERT OR IGNORE INTO images VALUES (?, ?)", (addition.digest, addition.png))
            author = _pseudonym(connection, addition.author) if addition.author else ""
            ids.append(connection.execute(
                "INSERT INTO contributions (label, part, author, digest, added) VALUES (?, ?, ?, ?, ?)",
                (addition.label, addition.part, author, addition.digest, time.time())).lastrowid or 0)  # fmt: skip
        return ids

    def remove(self, name: str, ids: Iterable[int]) -> int:
        """Removes these images; how many there were. A set that was closed is closed anew without them, so that they are left
        nowhere; where that is impossible, it is no data set until it is closed again."""
        with database.writing(self._folder(name), name) as connection:
            count = sum(connection.execute("DELETE FROM contributions WHERE id = ?", (id,)).rowcount for id in ids)
            return self._swept(connection, count)

    def forget_class(self, name: str, label: int) -> int:
        """Removes all images of a class, as `remove`."""
        with database.writing(self._folder(name), name) as connection:
            return self._swept(connection, connection.execute("DELETE FROM contributions WHERE label = ?", (label,)).rowcount)

    def forget_author(self, name: str, author: str) -> int:
        """Removes all images of an author, as `remove`; `author` as he was handed to `add`."""
        with database.writing(self._folder(name), name) as connection:
            pseudonym = _pseudonym(connection, author)
            return self._swept(connection, connection.execute("DELETE FROM contributions WHERE author = ?", (pseudonym,)).rowcount)

    def contributions(self, name: str, author: str = "") -> list[Contribution]:
        """Every image without its pixels, in the order of arrival; with `author`, as he was handed to `add`, only his."""
        with database.reading(self._folder(name), name) as connection:
            return _contributions(connection, _pseudonym(connection, author) if author else "")

    def counts(self, name: str) -> Counts:
        """How many images there are, of each class and by each author, in one consistent look."""
        with database.reading(self._folder(name), name) as connection:
            connection.execute("BEGIN")
            classes = len(_about(connection).classes)
            of_class = dict(connection.execute("SELECT label, count(*) FROM contributions GROUP BY label"))
            of_author = dict(connection.execute("SELECT author, count(*) FROM contributions GROUP BY author"))
            newest = connection.execute("SELECT coalesce(max(id), 0) FROM contributions").fetchone()[0]
            connection.execute("COMMIT")
        return Counts(tuple(of_class.get(label, 0) for label in range(classes)), of_author, newest)

    def pngs(self, name: str, ids: Iterable[int]) -> dict[int, bytes]:
        """The images of these contributions as PNG, by id, in this order, those that are gone left out."""
        with database.reading(self._folder(name), name) as connection:
            return {id: row[0] for id in ids for row in connection.execute(
                "SELECT png FROM images JOIN contributions USING (digest) WHERE id = ?", (id,))}  # fmt: skip

    def images(self, name: str, ids: Iterable[int]) -> dict[int, Pixels]:
        """The same as uint8 (C, S, S). LabError where one is damaged."""
        shape = self.get(name).shape
        return {id: pixels_of(png, shape) for id, png in self.pngs(name, ids).items()}

    # --- open and closed -------------------------------------------------------------------------------------------

    def close(self, name: str, split: str = "random", seed: int = 0) -> OwnSet:
        """Takes no more images, and makes the set a data set: `own:NAME` means it split so (core.vocabulary.sources.SPLITS).

        A closed set is closed anew, with another split perhaps. LabError, and the set as it was,
        where a class has fewer than two images or the split is impossible.
        """
        with database.writing(self._folder(name), name) as connection:
            connection.execute("UPDATE about SET open = 0")
            return self._compile(connection, split, seed)

    def _compile(self, connection: sqlite3.Connection, split: str, seed: int) -> OwnSet:
        about, images = _about(connection), _contributions(connection)
        stored = dict(connection.execute("SELECT digest, png FROM images"))
        try:
            compiling.write(self._folder(about.name), about, images, [stored[image.digest] for image in images], split, seed)
        except OSError as error:
            raise LabError(f"cannot write to {self.folder}: {error.strerror or error}") from error
        return about

    def _swept(self, connection: sqlite3.Connection, count: int) -> int:
        """Removes the images that no contribution has any more, from the arrays too; returns `count`."""
        connection.execute("DELETE FROM images WHERE digest NOT IN (SELECT digest FROM contributions)")
        name = _about(connection).name
        if count and self.is_compiled(name):
            try:
                self._compile(connection, *compiling.split_of(self._folder(name)))
            except LabError:
                compiling.remove(self._folder(name))
        return count

    def reopen(self, name: str) -> OwnSet:
        """Takes images again. What is trained on goes on being what was closed last."""
        with database.writing(self._folder(name), name) as connection:
            connection.execute("UPDATE about SET open = 1")
            return _about(connection)

    def is_compiled(self, name: str) -> bool:
        """Whether the set was closed at least once, so that it can be trained on."""
        return (self._folder(name) / ROW).is_file()

    def stored_bytes(self) -> int:
        """What all sets take on the disk, without what can be made anew by closing."""
        return sum(file.stat().st_size for file in self.folder.glob(f"{FOLDER}*/{database.FILE}"))

    def _folder(self, name: str) -> Path:
        return self.folder / f"{FOLDER}{records.slug_of(name)}"


def _about(connection: sqlite3.Connection) -> OwnSet:
    row = connection.execute("SELECT name, title, owner, classes, channels, side, drawn, created, open FROM about").fetchone()
    name, title, owner, classes, channels, side, drawn, created, is_open = row
    return OwnSet(name, title, owner, tuple(json.loads(classes)), channels, side, bool(drawn), created, bool(is_open))


def _contributions(connection: sqlite3.Connection, pseudonym: str = "") -> list[Contribution]:
    where, values = ("WHERE author = ?", (pseudonym,)) if pseudonym else ("", ())
    return [Contribution(*row) for row in connection.execute(f"SELECT {_COLUMNS} FROM contributions {where} ORDER BY id", values)]


def _count(connection: sqlite3.Connection, where: str = "1", *values: str) -> int:
    found: int = connection.execute(f"SELECT count(*) FROM contributions WHERE {where}", values).fetchone()[0]
    return found


def _pseudonym(connection: sqlite3.Connection, author: str) -> str:
    """A visitor's cookie is a key to what is his: never stored, nor told from one set to the next."""
    salt = connection.execute("SELECT salt FROM about").fetchone()[0]
    return hashlib.sha256(f"{salt}:{author}".encode()).hexdigest()[:12]
