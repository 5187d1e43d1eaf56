"""What comes from an address, a person or a file is text: no Markdown, no HTML, no link of its own."""

from __future__ import annotations

import ast

import pytest
from markdown_it import MarkdownIt

from demo.text import plain
from tests.places import ROOT

EVIL = [
    "![x](http://elsewhere.example/x.png)", "[Sign in](http://elsewhere.example)", "<b>bold</b>", "<http://elsewhere.example>",
    "**bold** *it* _it_ __bold__ ~~gone~~", "`code`", "# title", "> quote", "- item", "+ item", "1. item", "12) item", "=====", "a | b",
    "&lt;b&gt; &copy;", "http://elsewhere.example https://elsewhere.example www.elsewhere.example HTTP://elsewhere.example WWW.a.b",
    "a@b.example", "[x]: http://elsewhere.example", "\\[x](http://elsewhere.example)", "line\n\n# title\n\n    code", "a\\", "snake_case _a_b_",
]  # fmt: skip
RENDER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@pytest.mark.parametrize("words", EVIL)
def test_it_is_rendered_as_it_was_written_in_one_paragraph(words: str) -> None:
    tokens = RENDER.parse(plain(words))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    children = tokens[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children).replace("\u200b", "") == " ".join(words.split())


@pytest.mark.parametrize("words", EVIL)
def test_nothing_in_it_becomes_a_link_by_itself(words: str) -> None:
    shown = plain(words)
    for beginning in ("://", "www.", "WWW."):
        assert beginning not in shown
    assert "@b" not in shown


@pytest.mark.parametrize("words", [":material/key: :smile: :red[a] :red-background[a] :streamlit:", "$x^2$ and $$y$$", ":+1:"])
def test_streamlit_s_own_marks_are_words_too(words: str) -> None:
    shown = plain(words)
    assert all(f":{mark}" not in shown for mark in ("material", "smile", "red", "streamlit", "+1")) and "$x" not in shown.replace("\\$", "")


def test_a_sentence_of_ours_stays_as_it_is() -> None:
    line = "the address says epochs=x; expected 1 to 10,000 (a whole number), as in learning_rate: 0.1 - or none"
    assert plain(line) == line


FROM_OUTSIDE = ("error", "refusal", "problem", "message", "unknown", "damaged")
SHOWN = ("error", "warning", "info", "success", "caption", "markdown", "write", "toast")


def test_no_page_shows_an_error_s_words_but_through_it() -> None:
    """By the names that such words have: `st.error(str(error))`, `st.caption(now.message)`."""
    calls, found = {f"st.{name}" for name in SHOWN}, []
    for file in sorted((ROOT / "demo").glob("**/*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in calls:
                shown = node.args[0]
                if isinstance(shown, ast.Call) and ast.unparse(shown.func) == "str":
                    shown = shown.args[0]
                name = shown.id if isinstance(shown, ast.Name) else shown.attr if isinstance(shown, ast.Attribute) else ""
                if name in FROM_OUTSIDE:
                    found.append(f"{file.name}, line {node.lineno}: {ast.unparse(node)[:80]}")
    assert not found, "\n".join(found)
