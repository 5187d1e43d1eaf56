"""Single answers against torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.pretrained.outputs import Answers, drawn
from tests.architectures_cards import outputs


def test_answers_are_torch_s_softmax() -> None:
    kept = outputs(0.7)
    found = Answers.of(kept, 28)
    confidence, guess = torch.from_numpy(kept.logits[28].astype(np.float64)).softmax(1).max(1)
    assert np.array_equal(found.guesses, guess.numpy())
    assert found.confidence == pytest.approx(confidence.numpy())
    wrong = guess != torch.from_numpy(kept.labels.astype(np.int64))
    expected = torch.where(wrong, confidence, 0.0).topk(10).indices.tolist()
    assert found.mistakes(10) == expected
    assert len(found.mistakes(10_000)) == int(wrong.sum()), "there are no more mistakes than there are"


def test_a_draw_is_the_same_for_a_seed_and_takes_nothing_twice() -> None:
    assert drawn(3, 300, 15) == drawn(3, 300, 15) != drawn(4, 300, 15)
    assert len(set(drawn(0, 300, 15))) == 15 and max(drawn(0, 20, 15)) < 20 and drawn(0, 5, 15) == [0, 1, 2, 3, 4]
