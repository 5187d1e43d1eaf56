"""Records as HTML, for Jupyter's `_repr_html_`: plain tables that keep the notebook's own colours. No torch, no NumPy."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence


def percent(share: float | None) -> str:
    """A share from 0 to 1 in percent; a dash where there is none.

    >>> percent(0.9944)
    '99.4%'
    """
    return "–" if share is None else f"{100 * share:.1f}%"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> str:
    """A table of texts, each made safe."""
    top = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><caption>{html.escape(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def confusion_table(matrix: Sequence[Sequence[int]], classes: Sequence[str] = (), caption: str = "") -> str:
    """A confusion matrix (C, C): a row for each true class, a column for each answer; right answers bold, the others the
    more orange the more of their row they are. Classes without names are numbered.
    """
    names = [html.escape(name) for name in (classes or map(str, range(len(matrix))))]
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    body = "".join(
        f'<tr><th scope="row">{name}</th>{"".join(_cell(count, sum(row), truth == answer) for answer, count in enumerate(row))}</tr>'
        for truth, (name, row) in enumerate(zip(names, matrix, strict=True))
    )
    told = html.escape(f"{caption}. " if caption else "") + "Rows: the truth; columns: the answer"
    return f'<table><caption>{told}</caption><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cell(count: int, of: int, right: bool) -> str:
    if right:
        return f"<td><b>{count:,}</b></td>"
    share = count / of if of else 0.0
    return f'<td style="background: rgba(255, 169, 14, {share:.3f})">{count:,}</td>'
