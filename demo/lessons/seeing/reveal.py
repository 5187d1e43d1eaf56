"""The end of a picture of the game: who said what, as marks under the growing pictures."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.inference.protocols import ProtocolAnswer
from demo.text import speaker
from demo.ui import images
from demo.ui.formatting import percent

say = speaker("seeing")
STYLE = """
.grown { border-collapse: separate; border-spacing: 3px; width: 100%; table-layout: fixed; font-size: 0.78rem; line-height: 1.25; }
.grown th { font-weight: 600; text-align: start; padding: 0; } .grown thead th { text-align: center; font-weight: 400; }
.grown img { width: 100%; image-rendering: pixelated; display: block; border-radius: 3px; }
.grown td { text-align: center; padding: 0.25rem 0; border-radius: 0.3rem; background: var(--lab-raised); }
.grown thead td { background: none; } .grown b { display: block; font-size: 1.05rem; line-height: 1.1; }
.grown .right b { color: var(--lab-do); } .grown .wrong b { color: var(--lab-wrong); }
.counters { display: flex; flex-wrap: wrap; gap: 0.4rem 1.4rem; align-items: baseline; } .counters b { font-size: 1.5rem; margin-inline-end: 0.3rem; }
.counters small { flex-basis: 100%; color: var(--lab-quiet); }
@media (max-width: 640px) { .grown { font-size: 0.62rem; } }
"""


@dataclass(frozen=True, slots=True)
class Word:
    """An answer, and whether it is right."""

    words: str
    right: bool


def word(cell: ProtocolAnswer, truth: str) -> Word | None:
    """What a network said; None where it is not there."""
    return None if cell.label is None else Word(cell.label, cell.label == truth)


def sure(cell: ProtocolAnswer) -> str:
    """The network's answer with its probability."""
    if cell.label is None or cell.probability is None:
        return say("not_there")
    return say("answer", label=cell.label, probability=percent(cell.probability))


def known_from(row: Mapping[int, Word | None]) -> int | None:
    """The smallest side from which on all answers are right."""
    found = None
    for side in sorted(row, reverse=True):
        answer = row[side]
        if answer is None or not answer.right:
            break
        found = side
    return found


def sheet(pictures: Sequence[np.ndarray], rows: Mapping[str, Mapping[int, Word | None]]) -> str:
    """HTML: the pictures beside each other with their sides above them, and below each what everybody said."""
    sides = list(next(iter(rows.values())))
    heads = "".join(
        f"<th scope='col'>{side} × {side}<img alt='' src='data:image/png;base64,{base64.b64encode(images.enlarged(one)).decode()}'></th>"
        for side, one in zip(sides, pictures, strict=True)
    )
    body = "".join(f"<tr><th scope='row'>{html.escape(name)}</th>{''.join(map(_cell, row.values()))}</tr>" for name, row in rows.items())
    return f"<style>{STYLE}</style><table class='grown'><thead><tr><td></td>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _cell(answer: Word | None) -> str:
    if answer is None:
        return f"<td>{html.escape(say('not_there'))}</td>"
    kind, mark = ("right", "✓") if answer.right else ("wrong", "✗")
    return f"<td class='{kind}'><b>{mark}</b>{html.escape(answer.words)}</td>"


def counters(totals: Sequence[tuple[str, int | None]], told: str) -> str:
    """HTML: how many right answers everybody has."""
    parts = "".join(f"<span><b>{'–' if count is None else count}</b>{html.escape(name)}</span>" for name, count in totals)
    return f"<div class='counters'>{parts}<small>{html.escape(told)}</small></div>"
