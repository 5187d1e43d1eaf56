"""All teaching texts at once: what no text may say, and how counts bring their words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.explain import kernels, walkthrough, worksheet
from core.vocabulary.errors import LabError
from demo import text
from demo.lessons.convolution.kernel import Settings

FILES = sorted((text.FOLDER / "en").glob("*.md"))


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def texts(request: pytest.FixtureRequest) -> dict[str, str]:
    found: dict[str, str] = text.texts(request.param)
    return found


def test_what_is_filled_in_as_a_whole_sentence_gets_no_second_full_stop(texts: dict[str, str]) -> None:
    """An answer ends with its own full stop."""
    assert not {key: words for key, words in texts.items() if re.search(r"\{(guess|answer|why|option)\}[.!?]", words)}


def test_no_text_promises_how_long_a_training_takes(texts: dict[str, str]) -> None:
    """The machine decides; the page Train measures it."""
    promise = r"within (a|one|\d+) (minute|hour)|trains in (a few )?(seconds|minutes)\b"
    assert not {key: found[0] for key, words in texts.items() if (found := re.search(promise, words))}


def test_a_count_that_may_be_one_has_both_words() -> None:
    seen = {
        "charts": ("compare_loss", "compare_accuracy"), "resolution": ("at_24_ours", "inferred_filter", "inferred_length"),
        "seeing": ("class_said",), "train": ("status_finished",),
    }  # fmt: skip
    for file, keys in seen.items():
        for key in keys:
            words = text.texts(text.FOLDER / "en" / f"{file}.md")[key]
            assert re.search(r"\{\w+:\w+\|\w+\}", words), f"{file}, {key}: {words}"


@pytest.mark.parametrize(("count", "words"), [(1, "1 seed."), ("1", "1 seed."), (0, "0 seeds."), (3, "3 seeds."), ("1,200", "1,200 seeds.")])
def test_a_count_brings_its_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: object, words: str) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "x.md").write_text("## a\n{count:seed|seeds}.\n\n## b\n{share:.1f}\n", encoding="utf-8")
    monkeypatch.setattr(text, "FOLDER", tmp_path)
    assert text.speaker("x")("a", count=count) == words
    assert text.speaker("x")("b", share=0.25) == "0.2", "other formats are Python's"
    with pytest.raises((LabError, KeyError)):
        text.speaker("x")("a", other=1)


def test_what_warm_up_says_to_try_is_not_so_already_and_does_something() -> None:
    """Bias -2 and ReLU: neither is what Convolution opens with, and numbers do become 0."""
    assert "bias to −2 and choose ReLU" in text.speaker("warmup")("next")
    assert Settings().bias != -2 and Settings().activation != "ReLU"
    assert {"plus", "ring"} <= set(kernels.PRESETS)
    for name in ("plus", "ring"):
        kernel = kernels.preset(name)[None]
        before = [walkthrough.convolution(image[None], kernel).totals for image in worksheet.images().values()]
        after = [walkthrough.convolution(image[None], kernel, -2, "ReLU").outputs for image in worksheet.images().values()]
        became = [(was != 0) & (now == 0) for was, now in zip(before, after, strict=True)]
        assert any(one.any() for one in became) and any((now > 0).any() for now in after), f"{name}: some become 0, others stay"
