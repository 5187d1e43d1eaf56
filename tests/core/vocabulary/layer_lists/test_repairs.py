"""Ways out for a layer that cannot take its input: each mends what it says, and nothing is offered that does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.vocabulary.layer_lists.repairs import repairs
from core.vocabulary.networks import examine

IMAGE = (1, 8, 8)


@pytest.mark.parametrize(
    ("network", "found"),
    [
        ("conv 8 3, maxpool 2", []),
        ("maxpool 2, maxpool 8", [("remove", "maxpool 2"), ("smaller", "maxpool 2, maxpool 4")]),
        ("conv 8 3, maxpool 2, conv 8 5", [("remove", "conv 8 3, maxpool 2"), ("padding", "conv 8 3, maxpool 2, conv 8 5 padding 1")]),
        ("dense 64, conv 8 3", [("remove", "dense 64"), ("move", "conv 8 3, dense 64")]),
        ("conv 8 11", [("padding", "conv 8 11 padding 2")]),
        ("dense 64, batchnorm, globalpool", [("remove", "dense 64, batchnorm"), ("move", "globalpool, dense 64, batchnorm")]),
    ],
)
def test_what_is_offered(network: str, found: list[tuple[str, str]]) -> None:
    assert [(it.kind, it.network) for it in repairs(network, IMAGE, 10)] == found


def test_a_network_that_is_too_large_gets_fewer_filters() -> None:
    network = "conv 512 11 padding 5, conv 512 11 padding 5"
    kinds = {it.kind: it for it in repairs(network, (3, 32, 32), 10)}
    assert kinds["fewer"].value < 512 and examine(kinds["fewer"].network, (3, 32, 32), 10).problem is None


ITEMS = st.sampled_from(["conv 8 3", "conv 8 5 stride 2", "conv 8 3 dilation 3", "maxpool 2", "maxpool 5", "avgpool 2", "globalpool", "dropout 0.5", "batchnorm", "dense 16"])


@settings(max_examples=150, deadline=None)
@given(st.lists(ITEMS, min_size=1, max_size=7).map(", ".join))
def test_whatever_is_offered_takes_the_problem_away(network: str) -> None:
    before = examine(network, IMAGE, 10).problem
    found = repairs(network, IMAGE, 10)
    assert bool(found) <= (before is not None)
    for way in found:
        after = examine(way.network, IMAGE, 10).problem
        assert before is not None
        if way.kind == "remove":
            items = network.split(", ")
            assert way.network == ", ".join(items[: before.index] + items[before.index + 1 :])
        else:
            assert after is None or after.index > before.index
