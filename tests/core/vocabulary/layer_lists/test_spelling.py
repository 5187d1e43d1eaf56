"""Lists of layers as text: what is read, how it is written back, and that every mistake is one line that names its layer."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.vocabulary.errors import LabError
from core.vocabulary.layer_lists import spelling
from core.vocabulary.layer_lists.spelling import GRAMMAR, MOST_LAYERS, parse, spell, spell_step
from core.vocabulary.layers import ACTIVATIONS, BatchNorm, Conv, Dense, Drop, GlobalPool, Pool, Step

ACTIVATION = st.sampled_from(sorted(ACTIVATIONS.values()))


def convs() -> st.SearchStrategy[Step]:
    sizes = st.tuples(st.integers(1, 11), st.integers(1, 8)).flatmap(
        lambda it: st.builds(Conv, st.integers(1, 512), st.just(it[0]), ACTIVATION, st.integers(1, 8), st.integers(0, it[1] * (it[0] - 1)), st.just(it[1])))  # fmt: skip
    return sizes


STEPS: st.SearchStrategy[Step] = st.one_of(
    convs(),
    st.builds(BatchNorm, ACTIVATION),
    st.builds(Pool, st.integers(2, 16), st.none() | st.integers(1, 16), st.sampled_from(["max", "average"])),
    st.builds(GlobalPool),
    st.builds(Drop, st.floats(0, 1, exclude_max=True)),
    st.builds(Dense, st.integers(1, 4096), ACTIVATION),
)


@given(st.lists(STEPS, min_size=1, max_size=MOST_LAYERS))
def test_what_is_spelled_is_read_back(steps: list[Step]) -> None:
    text = spell(steps)
    assert parse(text) == tuple(steps)
    assert spell(parse(text.upper().replace(" ", "   "))) == text


@given(st.text(alphabet="conv dense, 0123.-_relu²³", max_size=60))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    try:
        assert parse(spell(parse(text))) == parse(text)
    except LabError as refusal:
        assert "\n" not in str(refusal) and len(str(refusal)) < 300


def test_usual_values_are_left_out_and_the_others_stand_in_one_order() -> None:
    assert spell(parse("conv 8 3 tanh dilation 2 padding 1 stride 1, batchnorm none, avgpool 3 stride 1, dense 5 relu")) == (
        "conv 8 3 padding 1 dilation 2 tanh, batchnorm, avgpool 3 stride 1, dense 5"
    )


@pytest.mark.parametrize("word", GRAMMAR)
def test_every_example_is_an_item(word: str) -> None:
    (step,) = parse(GRAMMAR[word].example)
    assert spell_step(step) == GRAMMAR[word].example
    assert GRAMMAR[word].usage.split()[0] == word


def test_equal_poolings_are_equal_however_they_were_made() -> None:
    assert Pool(2, 2) == Pool(2) == parse("maxpool 2 stride 2")[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the list of layers is empty; expected layers parted by commas"),
        ("conv 32", "Layer 1, conv 32: expected conv FILTERS SIZE"),
        ("maxpool 2, konv 3 3", "Layer 2, konv 3 3: there is no layer 'konv'; expected one of conv, batchnorm, maxpool"),
        ("dropout 2", "Layer 1, dropout 2: rate is 2.0; expected a number from 0, below 1"),
        ("dropout nan", "Layer 1, dropout nan: rate is nan; expected a number from 0, below 1"),
        ("dropout x", "Layer 1, dropout x: 'x' is no number; expected dropout RATE, as dropout 0.25"),
        ("conv 3 3,, dense 4", "Layer 2 is empty; expected one of conv,"),
        ("conv 3 3,", "Layer 2 is empty"),
        ("conv 3.5 3", "Layer 1, conv 3.5 3: '3.5' is no whole number; expected conv FILTERS SIZE"),
        ("conv 3 3 stride", "'stride' does not belong here"),
        ("conv 3 3 stride 1 stride 2", "'stride' does not belong here"),
        ("conv 3 3 relu tanh", "'tanh' does not belong here"),
        ("maxpool 2 relu", "Layer 1, maxpool 2 relu: 'relu' does not belong here; expected maxpool SIZE [stride N]"),
        ("globalpool 2", "'2' does not belong here; expected globalpool"),
        ("conv 0 3", "filters is 0; expected a whole number from 1 to 512"),
        ("conv 3 12", "size is 12; expected a whole number from 1 to 11"),
        ("conv 3 3 stride 0", "stride is 0; expected a whole number from 1 to 8"),
        ("conv 3 3 dilation 9", "dilation is 9; expected a whole number from 1 to 8"),
        ("conv 3 3 padding 3", "padding is 3; expected at most 2"),
        ("maxpool 1", "size is 1; expected a whole number from 2 to 16"),
        ("avgpool 2 stride 17", "stride is 17; expected a whole number from 1 to 16"),
        ("dense 4097", "outputs is 4097; expected a whole number from 1 to 4096"),
        (", ".join(["maxpool 2"] * 31), "the list has 31 layers"),
        ("conv 3 3" + " " * 2000, "2,008 characters; expected at most 30 layers and 2,000 characters"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_layer(text: str, message: str) -> None:
    with pytest.raises(LabError) as refusal:
        parse(text)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("make", [lambda: Conv(8, 3, "relu"), lambda: Conv(True, 3), lambda: Pool(2, kind="median"), lambda: BatchNorm("GELU")])
def test_a_step_checks_what_it_is_given(make) -> None:
    with pytest.raises(LabError):
        make()


def test_examples_in_the_docstrings() -> None:
    failed, attempted = doctest.testmod(spelling)
    assert attempted > 0 and failed == 0
