"""The model card: read by the Hub's own library, its numbers those of the run."""

from __future__ import annotations

import pytest

from core.export.model_card import card_of, worst_mistake
from core.vocabulary.datasets import SOURCES
from core.vocabulary.recipe import preset
from tests.core.export.conftest import made_up


@pytest.mark.slow
@pytest.mark.parametrize("dataset", SOURCES)
def test_the_hub_reads_it(dataset: str) -> None:
    from huggingface_hub import ModelCard

    data = ModelCard(card_of(made_up(preset("quick", dataset).changed(resolution=4)))).data
    assert data.license == "mit" and data.pipeline_tag == "image-classification"
    results = {result.metric_type: result.metric_value for result in data.eval_results or ()}
    assert results["accuracy"] == 0.9 and results["f1"] == pytest.approx(90 / 99)
    assert [result.dataset_name for result in data.eval_results or ()] == [SOURCES[dataset].title] * 2


def test_the_numbers_in_words_are_the_run_s() -> None:
    run = made_up(preset("quick", "cifar10").changed(resolution=8))
    card = card_of(run)
    assert "About 90 of 100 answers were right" in card and "about 10 of 100" in card
    assert "each only 8 × 8 dots large" in card and "7,000 pictures" in card
    assert 'of 99 pictures of "plane" it called 1 "car"' in card
    for word in ("must not be used for", "seen nothing else", "| cat | 99 | 0.909 | 0.909 | 0.909 |", "95% interval"):
        assert word in card


def test_the_worst_mistake_is_the_largest_off_the_diagonal() -> None:
    found = worst_mistake([[9, 1, 0], [0, 5, 4], [2, 0, 8]], ("cat", "dog", "owl"))
    assert found is not None and (found.truth, found.answer, found.count, found.of) == ("dog", "owl", 4, 9)
    assert worst_mistake([[3, 0], [0, 3]], ("cat", "dog")) is None
