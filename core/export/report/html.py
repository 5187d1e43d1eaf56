"""A report as one HTML file: style and figures inside, no script, nothing from another place."""

from __future__ import annotations

from html import escape

from core.export.report.document import Blank, Block, Document, Figure, Paragraph, Section, Table
from core.export.report.svg import to_svg

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""The file forbids itself every request."""
STYLE = """
:root { color-scheme: light; }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 46rem; background: #fff; color: #14181c;
  font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem; }
p { max-width: 42rem; margin: .6rem 0; } .subtitle { color: #59636e; margin-top: 0; }
figure { margin: 1.4rem 0; overflow-x: auto; } figcaption, caption { text-align: start; font-size: .875rem; color: #454f59; padding: .3rem 0; }
svg { max-width: 100%; height: auto; display: block; font-family: inherit; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid #d5dae0; text-align: end; vertical-align: top; }
thead th { border-bottom: 2px solid #59636e; } .word { text-align: start; }
.blank { min-height: calc(var(--lines) * 2rem); border: 1px solid #59636e; border-radius: .25rem; padding: .3rem .6rem; line-height: 2rem;
  background: repeating-linear-gradient(transparent 0 calc(2rem - 1px), #d5dae0 calc(2rem - 1px) 2rem); }
.blank:focus { outline: 3px solid #ffa90e; outline-offset: 2px; }
@media print { body { padding: 0; max-width: none; } h2 { break-after: avoid; } figure, tr, .blank { break-inside: avoid; } }
"""


def to_html(document: Document) -> str:
    """The whole file. Its blank lines can be written in; the browser's *Save page* or *Print* keeps what was written."""
    body = "".join(map(_section, document.sections))
    return (
        f'<!doctype html>\n<html lang="{escape(document.language)}" dir="{document.direction}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<link rel="icon" href="data:,">\n'
        f"<title>{escape(document.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{escape(document.title)}</h1>\n<p class="subtitle">{escape(document.subtitle)}</p>\n{body}</main>\n</body>\n</html>\n'
    )


def _section(section: Section) -> str:
    return f"<section>\n<h2>{escape(section.heading)}</h2>\n{''.join(map(_block, section.blocks))}</section>\n"


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            return f"<p>{escape(block.text)}</p>\n"
        case Table():
            return _table(block)
        case Figure():
            return f"<figure>{to_svg(block.drawing)}<figcaption>{escape(block.caption)}</figcaption></figure>\n"
        case Blank():
            prompt = escape(block.prompt)
            return f'<p>{prompt}</p>\n<div class="blank" role="textbox" aria-multiline="true" aria-label="{prompt}" contenteditable="true" style="--lines:{block.lines}"></div>\n'


def _table(table: Table) -> str:
    def cells(row: list[str], tag: str) -> str:
        return "".join(f"<{tag}{' class=' + chr(34) + 'word' + chr(34) if place < table.words else ''}>{escape(cell)}</{tag}>" for place, cell in enumerate(row))

    rows = "".join(f"<tr>{cells(list(row), 'td')}</tr>" for row in table.rows)
    return (f'<figure tabindex="0"><table><caption>{escape(table.caption)}</caption><thead><tr>{cells(list(table.head), "th")}</tr></thead>'
            f"<tbody>{rows}</tbody></table></figure>\n")  # fmt: skip
