"""What a run tells, as JSON and back: nothing is lost, nothing is added, and what an old run lacks stays away."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from core.pretrained.cards import FOLDER, read_cards, write_card
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import (
    DeadUnits,
    Epoch,
    Facts,
    LayerNorms,
    Observation,
    Record,
    Result,
    Start,
    Tick,
    as_dict,
    blobs_of,
    from_dict,
    required,
    without_blobs,
)
from tests import run_records

FACTS = Facts(("a", "b"), (1, 8, 8), 7, 20, 0, 20, 1, {"torch": "2", "cores": 2})
MATRIX = [[3, 1], [0, 4]]
OBSERVATION = Observation((1, 0), (0.75, 0.5), (LayerNorms(0, None, 1.5), LayerNorms(3, 0.25, None)), (DeadUnits(0, 0.125),))


@pytest.mark.parametrize("record", [
    Start(Recipe(epochs=3), FACTS, 2, b"arrays"), Tick("training", 1, 2, 3, 0.5),
    Epoch(1, 0.5, 0.5, 0.6, 0.7, 0.8, MATRIX, MATRIX, 0.1, 1.5, 100.0, 1, [0.3], b"checkpoint"),
    Epoch(1, 0.5, 0.5, 0.6, 0.7, 0.8, MATRIX, MATRIX, 0.1, 1.5, 100.0, 1, observation=OBSERVATION, arrays=b"arrays"),
    Result(1, 0.3, 0.9, MATRIX, 0.1, b"weights", arrays=b"arrays"), Result(1, 0.3, 0.9, MATRIX, 0.1, sha256="ab"),
], ids=lambda record: type(record).__name__)  # fmt: skip
def test_a_record_comes_out_of_json_as_it_went_in(record: Record) -> None:
    assert from_dict(json.loads(json.dumps(as_dict(record))), blobs_of(record)) == record


def test_an_epoch_without_an_observation_has_the_keys_of_before() -> None:
    assert "observation" not in as_dict(run_records.epoch(1)) and not {"checkpoint", "arrays"} & as_dict(run_records.epoch(1)).keys()
    bare = without_blobs(dataclasses.replace(run_records.epoch(1), checkpoint=b"1", arrays=b"2", observation=OBSERVATION))
    assert bare == dataclasses.replace(run_records.epoch(1), observation=OBSERVATION)


def test_the_keys_of_a_result_are_those_of_before() -> None:
    result = Result(1, 0.3, 0.9, MATRIX, 0.1, b"weights")
    assert list(as_dict(result)) == ["kind", "epoch", "test_loss", "test_accuracy", "confusion", "seconds"]
    assert list(as_dict(Result(1, 0.3, 0.9, MATRIX, 0.1, sha256="ab")))[-1] == "sha256"


@pytest.mark.parametrize("values", [
    {}, {"train": 20, "validation": 0, "provenance": {"torch": "2"}}, {"classes": ["a"], "shape": [1, 8, 8], "parameters": 7},
])  # fmt: skip
def test_what_old_facts_lack_stays_away(values: dict[str, object]) -> None:
    facts = Facts.from_dict(values)
    assert facts.as_dict() == values and bool(facts) == bool(values) and facts.steps_per_epoch == 0


def test_an_epoch_that_lacks_something_says_what() -> None:
    values = as_dict(run_records.epoch(1))
    del values["best_epoch"]
    with pytest.raises(KeyError, match="best_epoch"):
        Epoch.from_dict(values)
    assert required(run_records.epoch(1).train_loss) == 1.0
    with pytest.raises(ValueError, match="does not tell"):
        required(run_records.epoch(1).validation_loss)


def test_every_card_is_written_again_byte_for_byte(tmp_path: Path) -> None:
    cards = read_cards(FOLDER)
    assert cards
    for name, card in cards.items():
        kept = next(path for folder in (FOLDER / "cards", FOLDER) if (path := folder / f"{name}.json").exists())
        write_card(card, tmp_path)
        again, values = (tmp_path / f"{name}.json").read_bytes(), json.loads(kept.read_bytes())
        if "imbalance" in values["recipe"]:  # an older recipe lacks what it had no name for
            assert again == kept.read_bytes(), name
        else:
            assert json.loads(again) == values | {"recipe": values["recipe"] | {"imbalance": 1.0}}, name
