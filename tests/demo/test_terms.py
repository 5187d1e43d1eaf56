"""Bold terms open their entry of the glossary where they stand."""

from __future__ import annotations

from demo.text import speaker, terms


def test_a_bold_term_carries_its_entry_once_and_other_bold_words_stay() -> None:
    entry = speaker("glossary")("kernel").split("\n", 1)[1]
    told = terms.explained("A **kernel**, another **kernel** and a **zebra** <b>.")
    assert told.count("lab-term") == 1 and told.count(f'<span role="note">{entry}</span>') == 1
    assert told.endswith("another **kernel** and a **zebra** <b>.") and 'tabindex="0"' in told


def test_the_lessons_words_are_found() -> None:
    for lesson, words in {"convolution": ("kernel", "feature map", "weights", "bias"), "pooling": ("Pooling",), "warmup": ("convolution", "ReLU")}.items():
        say = speaker(lesson)
        text = terms.explained(say("intro")) + terms.explained(say("remember"))
        assert all(f"<strong>{word}</strong>" in text for word in words), lesson
