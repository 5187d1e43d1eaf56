"""What Jupyter shows of records: whole, safe, and of the right numbers."""

from __future__ import annotations

import html as standard
import re

from core.vocabulary import html, metrics


def cells(text: str) -> list[str]:
    return [standard.unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", text)]


def test_a_confusion_matrix_is_whole_and_its_mistakes_are_the_darker_the_more_they_are() -> None:
    text = html.confusion_table([[90, 10], [25, 75]], ["cat", "<dog>"], "Test")
    assert cells(text) == ["", "90", "10", "25", "75"] and "<dog>" not in text and "&lt;dog&gt;" in text
    assert re.findall(r"14, ([\d.]+)\)", text) == ["0.100", "0.250"] and "<b>90</b>" in text and "Rows: the truth" in text


def test_an_empty_row_is_no_division_by_zero_and_classes_without_names_are_numbered() -> None:
    text = html.confusion_table([[0, 0], [1, 2]])
    assert re.findall(r'scope="row">(\w+)<', text) == ["0", "1"] and re.findall(r"14, ([\d.]+)\)", text) == ["0.000", "0.333"]


def test_scores_show_their_matrix() -> None:
    text = metrics.scores([[9, 1], [0, 10]])._repr_html_()
    assert "Accuracy 95.0%, macro F1 0.950" in text and cells(text)[1:] == ["9", "1", "0", "10"]


def test_a_table_makes_texts_safe() -> None:
    assert cells(html.table(("a",), [["<script>"]], "x & y")) == ["<script>"] and "<script>" not in html.table(("a",), [["<script>"]], "")
