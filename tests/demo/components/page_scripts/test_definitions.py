"""The words that open their definition where they stand."""

from __future__ import annotations

import pytest

from demo import text
from demo.components.page_scripts import definitions
from demo.lessons.glossary import page as glossary

DRAWN = {"intro", "remember"}
"""The texts that may mark words: every lesson draws them as Markdown; in a label or a caption a mark would be no word to open."""


def marks(lesson: str) -> dict[str, list[str]]:
    """The terms that a lesson's texts mark, by text."""
    return {key: found for key, words in text.everything(lesson).items() if (found := definitions.MARK.findall(words))}


@pytest.mark.parametrize("lesson", ["convolution", "pooling", "warmup", "learning", "network", "seeing", "dropout"])
def test_a_lesson_marks_words_where_they_open(lesson: str) -> None:
    assert marks(lesson) and set(marks(lesson)) <= DRAWN


def test_every_marked_word_is_a_term_of_the_glossary() -> None:
    assert definitions.marked() <= set(glossary.TERMS) and len(definitions.marked()) >= 12
    for key in definitions.marked():
        name, _, words = text.everything("glossary")[key].partition("\n")
        assert name and words and not set(f"{name}{words}") & set("*`[]"), "it is shown as it is written, without Markdown"


def test_no_text_outside_the_lessons_marks_words() -> None:
    lessons = {file.stem for file in (text.FOLDER / "en").glob("*.md")}
    assert not {lesson: keys for lesson in lessons if (keys := set(marks(lesson)) - DRAWN)}
