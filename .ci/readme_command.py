"""Prints a command of README.md, verbatim: the fenced block below `<!-- command: NAME -->`. Standard library alone."""

from __future__ import annotations

import re
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def command(name: str, readme: Path = README) -> str:
    """The lines of the block called `name`. Raises ValueError unless there is exactly one, and not empty."""
    block = rf"^<!-- command: {re.escape(name)} -->\n+```\w+\n(.*?)^```$"
    found = re.findall(block, readme.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    if len(found) != 1 or not found[0].strip():
        raise ValueError(
            f"{readme.name} has {len(found)} blocks below '<!-- command: {name} -->'; expected one"
        )
    return found[0].strip()


if __name__ == "__main__":
    print(command(sys.argv[1]))
