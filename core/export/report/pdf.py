"""A report as PDF (A4), by fpdf2: text that can be searched, the fonts inside, figures as vectors. No browser.

DejaVu Sans (core/export/report/fonts) has Latin, Greek, Cyrillic, Hebrew and Arabic letters; what it lacks is shown as □.
Where uharfbuzz is installed, Arabic letters are joined; text from right to left needs it too.
"""

from __future__ import annotations

import importlib.util
import io
from datetime import UTC, datetime
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout
from fpdf.fonts import FontFace
from PIL import Image

from core.export.report.document import Blank, Block, Document, Figure, Paragraph, Table
from core.export.report.drawing import Box, Drawing, Label, Line, Raster, Shape

FONTS = Path(__file__).with_name("fonts")
FACE = "DejaVu"
MARGIN = 20.0
"""Millimetres at each side."""
POINT = 25.4 / 72
"""Millimetres of a point."""
TEXT, SMALL, LEAD = 10.0, 8.5, 5.2
LINE = 8.5
"""Millimetres between two lines to write on."""
WIDEST = 8
"""Columns from which on a table is set smaller."""
MISSING = "□"


class _Pages(FPDF):
    """A4 with a number at the foot of each page."""

    def footer(self) -> None:
        self.set_y(-13)
        self.set_font(FACE, size=8)
        self.set_text_color(89, 99, 110)
        self.cell(0, 6, str(self.page_no()), align=Align.C)
        self.set_text_color(20, 24, 28)


def to_pdf(document: Document) -> bytes:
    """The whole file; the same bytes for the same document."""
    return bytes(_Writer(document).write())


class _Writer:
    """Sets one document."""

    def __init__(self, document: Document) -> None:
        self.document, self.rtl = document, document.direction == "rtl"
        self.start = Align.R if self.rtl else Align.L
        self.end = Align.L if self.rtl else Align.R
        pdf = self.pdf = _Pages(unit="mm", format="A4")
        pdf.set_margins(MARGIN, MARGIN, MARGIN)
        pdf.c_margin = 0.0
        pdf.set_auto_page_break(True, MARGIN)
        pdf.add_font(FACE, "", FONTS / "DejaVuSans.ttf")
        pdf.add_font(FACE, "B", FONTS / "DejaVuSans-Bold.ttf")
        if importlib.util.find_spec("uharfbuzz"):
            pdf.set_text_shaping(True, direction=document.direction)
        pdf.set_title(document.title)
        pdf.set_lang(document.language)
        pdf.set_creation_date(datetime(2000, 1, 1, tzinfo=UTC))
        self.known = set(pdf.fonts[FACE.lower()].cmap)  # type: ignore[union-attr]

    def write(self) -> bytearray:
        pdf = self.pdf
        pdf.add_page()
        self._text(self.document.title, 18, "B", 8.5)
        self._text(self.document.subtitle, TEXT, "", LEAD, grey=True)
        for section in self.document.sections:
            first = self._height(section.blocks[0]) if section.blocks else 0.0
            pdf.ln(4)
            self._keep(13 + first)
            pdf.start_section(self._safe(section.heading))
            self._text(section.heading, 13, "B", 7)
            pdf.ln(1)
            for block in section.blocks:
                self._block(block)
        return pdf.output()

    def _safe(self, text: str) -> str:
        return "".join(letter if ord(letter) in self.known or letter == "\n" else MISSING for letter in text)

    def _text(self, text: str, size: float, style: str, lead: float, grey: bool = False) -> None:
        self.pdf.set_font(FACE, style, size)
        if grey:
            self.pdf.set_text_color(89, 99, 110)
        self.pdf.multi_cell(0, lead, self._safe(text), align=self.start, new_x="LMARGIN", new_y="NEXT")
        self.pdf.set_text_color(20, 24, 28)

    def _lines(self, text: str, size: float) -> int:
        self.pdf.set_font(FACE, "", size)
        found = self.pdf.multi_cell(0, LEAD, self._safe(text), dry_run=True, output="LINES")
        assert isinstance(found, list)
        return len(found)

    def _height(self, block: Block) -> float:
        """Millimetres that a block takes, rounded up; of a table a fair guess."""
        match block:
            case Paragraph():
                return self._lines(block.text, TEXT) * LEAD + 2
            case Blank():
                return self._lines(block.prompt, TEXT) * LEAD + block.lines * LINE + 4
            case Figure():
                return block.drawing.height * self._scale(block.drawing) + self._lines(block.caption, SMALL) * 4.5 + 6
            case Table():
                return self._lines(block.caption, SMALL) * 4.5 + (len(block.rows) + 1) * 6 + 6

    def _keep(self, height: float) -> None:
        """Turns the page where so much does not fit any more, unless it would fit on none."""
        if height > self.pdf.h - 2 * MARGIN:
            height = 60
        if self.pdf.will_page_break(height):
            self.pdf.add_page()

    def _block(self, block: Block) -> None:
        self._keep(self._height(block))
        match block:
            case Paragraph():
                self._text(block.text, TEXT, "", LEAD)
                self.pdf.ln(2)
            case Blank():
                self._blank(block)
            case Figure():
                self._draw(block.drawing)
                self._text(block.caption, SMALL, "", 4.5, grey=True)
                self.pdf.ln(4)
            case Table():
                self._text(block.caption, SMALL, "", 4.5, grey=True)
                self._table(block)
                self.pdf.ln(5)

    def _blank(self, block: Blank) -> None:
        self._text(block.prompt, TEXT, "", LEAD)
        pdf = self.pdf
        pdf.set_draw_color(150, 158, 166)
        pdf.set_line_width(0.2)
        for number in range(1, block.lines + 1):
            y = pdf.get_y() + number * LINE
            pdf.line(MARGIN, y, pdf.w - MARGIN, y)
        pdf.set_y(pdf.get_y() + block.lines * LINE + 4)

    def _table(self, block: Table) -> None:
        size = 7.0 if len(block.head) > WIDEST else SMALL
        rows = [[self._safe(cell) for cell in row] for row in (block.head, *block.rows)]
        aligns = [self.start if place < block.words else self.end for place in range(len(block.head))]
        self.pdf.set_font(FACE, "B", size)
        widths = [max(max(self.pdf.get_string_width(word) for cell in column for word in cell.split(" ")) + 3,
                      min(max(map(self.pdf.get_string_width, column)) + 3, 60)) for column in zip(*rows, strict=True)]  # fmt: skip
        whole = min(self.pdf.epw, sum(widths))
        if self.rtl:
            rows, aligns, widths = [row[::-1] for row in rows], aligns[::-1], widths[::-1]
        self.pdf.set_font(FACE, "", size)
        self.pdf.set_draw_color(180, 187, 194)
        self.pdf.set_line_width(0.2)
        head = FontFace(emphasis="BOLD")
        with self.pdf.table(borders_layout=TableBordersLayout.HORIZONTAL_LINES, col_widths=widths, width=whole, text_align=aligns,
                            headings_style=head, line_height=size * 0.55, padding=(0.7, 1), align=self.start) as table:  # fmt: skip
            for cells in rows:
                table.row(cells)

    # --- figures -------------------------------------------------------------------------------------------------

    def _scale(self, drawing: Drawing) -> float:
        return min(POINT, self.pdf.epw / drawing.width)

    def _draw(self, drawing: Drawing) -> None:
        pdf, scale, top = self.pdf, self._scale(drawing), self.pdf.get_y()
        left = pdf.w - MARGIN - drawing.width * scale if self.rtl else MARGIN
        pdf.set_auto_page_break(False)
        for shape in drawing.shapes:
            self._shape(shape, left, top, scale)
        pdf.set_auto_page_break(True, MARGIN)
        pdf.set_xy(MARGIN, top + drawing.height * scale + 1)
        pdf.set_text_color(20, 24, 28)
        pdf.set_fill_color(0)  # a table takes any other colour for the ground of its cells

    def _shape(self, shape: Shape, left: float, top: float, scale: float) -> None:
        pdf = self.pdf
        match shape:
            case Line():
                pdf.set_draw_color(shape.colour)
                pdf.set_line_width(shape.width * scale)
                pdf.set_dash_pattern(*(length * scale for length in shape.dash or (0, 0)))
                pdf.polyline([(left + x * scale, top + y * scale) for x, y in shape.points])
                pdf.set_dash_pattern()
            case Box():
                pdf.set_fill_color(shape.fill)
                pdf.rect(left + shape.x * scale, top + shape.y * scale, shape.width * scale, shape.height * scale, style="F")
            case Raster():
                image = Image.open(io.BytesIO(shape.png))
                sharp = image.resize((image.width * 8, image.height * 8), Image.Resampling.NEAREST)
                pdf.image(sharp, left + shape.x * scale, top + shape.y * scale, shape.width * scale, shape.height * scale)
            case Label():
                self._label(shape, left + shape.x * scale, top + shape.y * scale, scale / POINT)

    def _label(self, label: Label, x: float, y: float, scale: float) -> None:
        pdf, text = self.pdf, self._safe(label.text)
        pdf.set_font(FACE, "B" if label.bold else "", label.size * scale)
        pdf.set_text_color(label.colour)
        width = pdf.get_string_width(text)
        shift = {"start": 0.0, "middle": width / 2, "end": width}[label.anchor]
        down = label.size * scale * POINT * 0.36  # from the middle of the letters to their foot
        if label.upright:
            with pdf.rotation(90, x, y):
                pdf.text(x - shift, y + down, text)
        else:
            pdf.text(x - shift, y + down, text)
