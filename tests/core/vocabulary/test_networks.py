"""A list of layers in the place of a network's name: its spelling, what is made of images, and what stands in its way.

Shapes, parameters, multiplications and receptive fields are compared with torch's own in tests/core/training/models.
"""

from __future__ import annotations

import doctest

import pytest

from core.vocabulary import networks
from core.vocabulary.errors import LabError
from core.vocabulary.layer_lists.spelling import spell
from core.vocabulary.layers import Conv, Dense
from core.vocabulary.networks import NETWORKS, blueprint, canonical, examine, is_own, layer_table
from core.vocabulary.recipe import Recipe

DIGITS = (1, 8, 8)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_registered_network_spelled_as_layers_is_that_network(name: str) -> None:
    text = spell(NETWORKS[name].steps)
    assert canonical(text) == canonical(name) == name and not is_own(name)
    assert blueprint(text) is NETWORKS[name]
    assert Recipe(network=text) == Recipe(network=name)


def test_another_list_has_one_spelling_and_a_row_of_its_own() -> None:
    row = blueprint("Conv 8  3 RELU,dense 5")
    assert row.name == canonical(row.name) == "conv 8 3, dense 5" and is_own(row.name)
    assert row.steps == (Conv(8, 3), Dense(5))
    assert Recipe(network="CONV 8 3, dense 5").network == row.name
    assert Recipe.from_dict(Recipe(network=row.name).as_dict()) == Recipe(network=row.name)


def test_batch_normalisation_of_one_image_is_refused() -> None:
    with pytest.raises(LabError, match="batch size is 1; batch normalisation"):
        Recipe(network="conv 4 3, batchnorm", batch_size=1)
    assert Recipe(network="conv 4 3", batch_size=1).batch_size == 1


def test_every_row_is_there_up_to_the_layer_that_cannot_take_its_input() -> None:
    found = examine("conv 4 3, maxpool 2, maxpool 2, maxpool 2, dense 3", DIGITS, 10)
    assert [layer.name for layer in found.rows] == ["Conv2d 1->4, 3x3", "MaxPool2d 2", "MaxPool2d 2"]
    assert found.problem and found.problem.index == 3
    whole = examine("conv 4 3, maxpool 2, dense 3", DIGITS, 10)
    assert whole.problem is None and len(whole.rows) == 4
    assert whole.parameters == 40 + 111 + 40 and whole.multiplications == 36 * 36 + 108 + 30


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        ("maxpool 2, maxpool 2, maxpool 2, maxpool 2", "Layer 4, maxpool 2, gets 1 × 1: take it out, or pool less before it."),
        ("maxpool 9", "Layer 1, maxpool 9, gets 8 × 8: take it out, or make it smaller."),
        ("conv 8 11", "Layer 1, conv 8 11, gets 8 × 8 and needs at least 11 × 11: take it out, or give it padding 2."),
        ("conv 8 5, conv 8 3 dilation 3 padding 1", "Layer 2, conv 8 3 padding 1 dilation 3, gets 4 × 4 and needs at least 5 × 5: take it out, "
         "give it padding 2, or give the convolutions before it padding."),
        ("conv 8 3 stride 3, conv 8 5", "Layer 2, conv 8 5, gets 2 × 2 and needs at least 5 × 5: take it out, give it padding 2, "
         "or give the convolutions before it a smaller stride."),
        ("dense 9, conv 8 3", "Layer 2, conv 8 3, gets a row of 9 numbers, not maps: move it before layer 1, dense 9, or take it out."),
        ("dense 9, globalpool", "Layer 2, globalpool, gets a row of 9 numbers, not maps: move it before layer 1, dense 9, or take it out."),
        ("conv 512 1, dense 4096", "Layer 2, dense 4096, brings the network to 134,222,848 parameters; 4,000,000 are the most: "
         "give it fewer outputs, or pool more before it."),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_is_one_sentence_with_a_way_out(network: str, sentence: str) -> None:
    found = examine(network, DIGITS, 10)
    assert found.problem and found.problem.sentence == sentence
    with pytest.raises(LabError) as refusal:
        layer_table(network, DIGITS)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("network", "amended"),
    [
        ("conv 8 11", "conv 8 11 padding 2"),
        ("conv 8 5, conv 8 3 dilation 3 padding 1", "conv 8 5, conv 8 3 dilation 3 padding 2"),
        ("conv 8 3 stride 3, conv 8 5", "conv 8 3 stride 3, conv 8 5 padding 2"),
    ],
)
def test_the_padding_that_a_sentence_names_is_enough(network: str, amended: str) -> None:
    assert examine(network, DIGITS, 10).problem and examine(amended, DIGITS, 10).problem is None


def test_the_last_layer_is_called_so() -> None:
    found = examine("conv 512 1", (1, 100, 100), 10)
    assert found.problem and found.problem.index == 1
    assert found.problem.sentence.startswith("The last layer, dense 10, brings the network to 51,201,034 parameters")


def test_too_many_multiplications_are_refused_of_lists_alone() -> None:
    found = examine("conv 512 1, conv 512 1", (1, 100, 100), 10)
    assert found.problem and "brings the network to 2,626,560,000 multiplications; 1,000,000,000 are the most" in found.problem.sentence
    assert examine("arc2", (3, 1000, 1000), 10).problem is None


def test_a_name_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(LabError, match=r"unknown network 'resnet'; choose one of report, .*, or list layers"):
        canonical("resnet")
    assert canonical("globalpool") == "globalpool"


def test_examples_in_the_docstrings() -> None:
    failed, attempted = doctest.testmod(networks)
    assert attempted > 0 and failed == 0
