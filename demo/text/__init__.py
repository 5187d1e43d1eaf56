"""The teaching text: one Markdown file a lesson and language, so that it is edited and translated without code.

A file is a list of `## key` headings, each followed by its text; what stands before the first heading is a note
to the editor. `{name}` in a text is replaced by a value, `{name:seed|seeds}` by a count with its word. A file is read
again when it has changed on disk.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from core.vocabulary.errors import LabError

FOLDER = Path(__file__).parent
LANGUAGE = "en"

Say = Callable[..., str]
"""`say(key, **values)` -> the text of that key, with the values filled in."""


def speaker(lesson: str, language: str = LANGUAGE) -> Say:
    """What speaks the texts of one file: `speaker("train")("start")`. Raises LabError for a missing file or key.

    >>> speaker("train")("start")
    'Start'
    """
    path = FOLDER / language / f"{lesson}.md"

    def say(key: str, **values: object) -> str:
        found = texts(path).get(key)
        if found is None:
            raise LabError(f"{path.name} has no text {key!r}")
        return _FILLED.vformat(found, (), values) if values else found

    return say


class _Filled(string.Formatter):
    """Fills in values; a count brings its word, in the singular or the plural."""

    def format_field(self, value: object, format_spec: str) -> str:
        one, counts, many = format_spec.partition("|")
        if not counts:
            return str(super().format_field(value, format_spec))
        return f"{value} {one if str(value) == '1' else many}"


_FILLED = _Filled()


_MARKDOWN = re.compile(r"""[\\`*\[\]<>$~|&]|(?<![^\W_])_|_(?![^\W_])|^(?:[#+=-]|\d+(?=[.)]))""")
_BY_ITSELF = re.compile(r"(?<=:)(?=[\w+/-])|(?<=www)(?=\.)|(?<=@)", re.IGNORECASE)
"""Where an address or Streamlit's `:smile:` would be found also in words that are no Markdown any more."""


def plain(words: object) -> str:
    r"""What comes from an address, a person or a file, as words that Markdown, HTML and LaTeX leave as they are, in one line.

    An invisible space keeps an address in it from becoming a link by itself.

    >>> print(plain("no run '[here](x)' for batch_size=_5_"))
    no run '\[here\](x)' for batch_size=\_5\_
    """
    return _MARKDOWN.sub(_escaped, _BY_ITSELF.sub("\u200b", " ".join(str(words).split())))


def _escaped(found: re.Match[str]) -> str:
    return f"{found[0]}\u200b" if found[0].isdigit() else f"\\{found[0]}"


def everything(lesson: str, language: str = LANGUAGE) -> dict[str, str]:
    """All texts of one file, for a view in the browser, which has no text of its own."""
    return texts(FOLDER / language / f"{lesson}.md")


def texts(path: Path) -> dict[str, str]:
    """All texts of one file, by key."""
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise LabError(f"the text file {path} is missing") from error


@lru_cache(maxsize=64)
def _read(path: Path, changed: int) -> dict[str, str]:
    return parse(path.read_text(encoding="utf-8"))


def parse(markdown: str) -> dict[str, str]:
    r"""The texts by key. Raises LabError for a key that stands twice.

    >>> parse("## a\nOne.\n\n## b\nTwo\nlines.\n")
    {'a': 'One.', 'b': 'Two\nlines.'}
    """
    found: dict[str, str] = {}
    for part in f"\n{markdown}".split("\n## ")[1:]:
        key, _, text = part.partition("\n")
        if key.strip() in found:
            raise LabError(f"the text {key.strip()!r} stands twice")
        found[key.strip()] = text.strip()
    return found
