"""What an exported program is made of: parts, each with a heading, words for a student, and code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One step of a program: a comment above its code in a script, a text cell and a code cell in a notebook."""

    title: str
    text: str
    """Plain sentences; one line, whatever its length."""
    code: str
    """Lines of Python without their imports."""
    imports: tuple[str, ...] = ()
    """The lines that import what `code` uses."""


def import_lines(parts: list[Part]) -> list[str]:
    """The imports of all parts, each once: the standard library's, an empty line, the others, as ruff sorts them."""
    wanted = {line for part in parts for line in part.imports}
    names: dict[str, set[str]] = {}
    for line in wanted:
        if line.startswith("from") and " as " not in line:
            names.setdefault(line.split()[1], set()).add(line.split()[3])
    merged = {f"from {module} import {', '.join(sorted(found))}" for module, found in names.items()}
    lines = sorted(merged | {line for line in wanted if not line.startswith("from") or " as " in line}, key=_sorted_as_ruff_does)
    standard = [line for line in lines if line.split()[1] in STANDARD]
    return [*standard, *([""] if standard else []), *(line for line in lines if line not in standard)]


STANDARD = ("copy", "math", "os", "pathlib", "sys")
"""The modules of the standard library that a program may import."""


def _sorted_as_ruff_does(line: str) -> tuple[bool, str]:
    """Whole modules first, then names from modules."""
    return line.startswith("from"), line.split()[1].lower()
