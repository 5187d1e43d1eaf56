"""A document as HTML and as PDF: the same words in both, nothing from outside, nothing outside a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pypdfium2
import pytest

from core.export.report import figures, html, pdf
from core.export.report.document import Blank, Document, Figure, Paragraph, Section, Table
from core.export.report.drawing import Drawing, Label, Raster
from core.export.report.figures import Series, Tile
from core.export.report.svg import to_svg

PLOT = figures.plot([Series("ours", [(1, 0.5), (2, 0.75)]), Series("theirs", [(1, 0.4)])], "epoch", "accuracy", shares=True)
TABLE = Table("A table of two rows.", ("class", "recall"), [("cat", "59.7%"), ("dog", "−3.1")])
DOCUMENT = Document("A <report> & more", "of something", (
    Section("Question", (Paragraph("Does it work? 8 × 8, −50.3, ✓"), Blank("Your words:", 3))),
    Section("Results", (Figure("A figure.", PLOT), TABLE, Figure("Images.", figures.tiles([Tile(np.zeros((8, 8), np.uint8), ("cat ✗",))], "one", 5)))),
))  # fmt: skip


def words(blob: bytes) -> str:
    """The text of a PDF, its lines joined."""
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(blob))


def outside(blob: bytes) -> list[str]:
    """What of a PDF reaches beyond the margins of its page (the number at the foot aside)."""
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(blob), 1):
        width, height = page.get_size()
        for item in page.get_objects():
            left, low, right, high = item.get_bounds()
            if left < 50 or right > width - 50 or high > height - 50 or low < 18:
                found.append(f"page {number}: {[round(edge) for edge in (left, low, right, high)]}")
    return found


def overlaps(blob: bytes) -> list[str]:
    """Pairs of texts of a PDF that cover each other."""
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(blob), 1):
        boxes = np.array([item.get_bounds() for item in page.get_objects() if item.type == 1 and item.get_bounds()[2] - item.get_bounds()[0] > 0.5])
        for place, (left, low, right, high) in enumerate(boxes):
            rest = boxes[place + 1 :]
            both = (np.minimum(rest[:, 2], right) - np.maximum(rest[:, 0], left) > 0.5) & (np.minimum(rest[:, 3], high) - np.maximum(rest[:, 1], low) > 0.5)
            found += [f"page {number}: {np.round((left, low, right, high))} and {np.round(box)}" for box in rest[both]]
    return found


class Loads(HTMLParser):
    """What a page would load, and its tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "data", "action", "xlink:href")]


def test_the_html_needs_nothing_from_outside_and_is_escaped() -> None:
    text = html.to_html(DOCUMENT)
    found = Loads(text)
    assert found.addresses and all(address.startswith("data:") for address in found.addresses)
    assert "script" not in found.tags and "iframe" not in found.tags and "url(" not in text and "@import" not in text
    assert "A &lt;report&gt; &amp; more" in text and "<report>" not in text
    assert '<html lang="en" dir="ltr">' in text and f'content="{html.POLICY}"' in text
    assert found.tags.count("svg") == 2 and found.tags.count("table") == 1 and 'contenteditable="true"' in text


def test_the_pdf_says_what_the_html_says() -> None:
    blob = pdf.to_pdf(DOCUMENT)
    text = words(blob)
    for part in ("A <report> & more", "Question", "Does it work? 8 × 8, −50.3, ✓", "Your words:", "A figure.", "A table of two rows.", "59.7%", "−3.1", "cat ✗", "accuracy", "ours"):
        assert part in text, part
    assert not outside(blob) and not overlaps(blob)


def test_a_table_below_a_figure_has_no_ground() -> None:
    """fpdf2 fills cells with the last fill colour that it was given."""
    page = pypdfium2.PdfDocument(pdf.to_pdf(Document("T", "s", (Section("R", (Figure("A figure.", PLOT), TABLE)),))))[0]
    low, high = next((item.get_bounds()[1], item.get_bounds()[3]) for item in page.get_objects() if item.type == 1 and "59.7%" in text_of(page, item))
    image = np.asarray(page.render(scale=2).to_pil().convert("L"))
    band = image[round(2 * (page.get_height() - high)) : round(2 * (page.get_height() - low)), 120:300]
    assert np.median(band) == 255


def text_of(page: pypdfium2.PdfPage, item: pypdfium2.PdfObject) -> str:
    return str(page.get_textpage().get_text_bounded(*item.get_bounds()))


def test_the_same_document_gives_the_same_bytes() -> None:
    assert pdf.to_pdf(DOCUMENT) == pdf.to_pdf(DOCUMENT)


def test_text_from_right_to_left_begins_at_the_right() -> None:
    document = Document("דוח", "רשת", (Section("תוצאות", (Paragraph("הרשת טובה"), Table("טבלה", ("מחלקה", "נכון"), [("חתול", "59.7%")]))),), "he", "rtl")
    assert '<html lang="he" dir="rtl">' in html.to_html(document)
    blob = pdf.to_pdf(document)
    page = pypdfium2.PdfDocument(blob)[0]
    edges = [item.get_bounds()[2] for item in page.get_objects() if item.type == 1]
    assert max(edges) > page.get_width() - 60 and not outside(blob)
    title = next(iter(page.get_objects())).get_bounds()
    assert title[0] > page.get_width() / 2


def test_a_letter_that_the_font_lacks_is_a_box_and_no_fault() -> None:
    assert "□" in words(pdf.to_pdf(Document("学", "s", ())))


def test_a_long_table_goes_on_and_a_long_word_stays_inside() -> None:
    rows = [(f"class {number}", "word " * 30, "1") for number in range(90)]
    blob = pdf.to_pdf(Document("T" * 70, "s", (Section("R", (Table("Long.", ("class", "text", "n"), rows, words=2),)),)))
    assert len(pypdfium2.PdfDocument(blob)) > 3 and not outside(blob)
    assert words(blob).count("class 89") == 1


def test_a_table_whose_rows_do_not_fit_its_head_is_refused() -> None:
    with pytest.raises(ValueError, match="another length"):
        Table("Bad.", ("a", "b"), [("1",)])


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.12, 0.47), (-3.0, 250.0), (5.0, 5.0), (0.0, 1e-4), (98.9, 99.4), (0.0, 0.0)])
def test_an_axis_has_round_steps_around_the_values(low: float, high: float) -> None:
    found = figures.steps(low, high)
    assert 2 <= len(found) <= 8 and found[0] <= low and found[-1] >= high and len(set(found)) == len(found)


def test_a_plot_without_a_point_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one point"):
        figures.plot([Series("none", [])], "x", "y")


def test_no_two_lines_of_a_plot_look_alike() -> None:
    assert len({dash for _, dash in figures.STROKES}) == len({colour for colour, _ in figures.STROKES}) == len(figures.STROKES) >= 7


def test_a_difference_marks_better_and_worse_not_by_colour_alone() -> None:
    found = figures.difference([[5, 1], [2, 2]], [[4, 2], [1, 3]], ("a", "b"))
    texts = [shape.text for shape in found.shapes if isinstance(shape, Label)]
    assert [text for text in texts if "✓" in text or "✗" in text] == ["−1 ✗", "+1 ✗", "−1 ✓", "+1 ✓"]


def test_the_drawing_s_text_is_what_a_screen_reader_reads() -> None:
    drawing = Drawing(10, 10, (Label(1, 1, "<b>"), Raster(0, 0, 2, 2, figures.png(np.zeros((2, 2), np.uint8)))), 'a "quoted" text')
    svg = to_svg(drawing)
    assert 'role="img" aria-label="a &quot;quoted&quot; text"' in svg and "&lt;b&gt;" in svg
    assert re.search(r'href="data:image/png;base64,\w', svg)
