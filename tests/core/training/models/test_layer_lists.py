"""300 lists of layers drawn at random: each is refused in one sentence, or what is said of it is what torch does.

Shapes, parameters and multiplications come from forward hooks and torch's own counter; receptive fields from perturbation:
a pixel that is not a number makes everything that depends on it not a number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from core.explain import activations
from core.explain.receptive_field import receptive_field
from core.inference.plain_network import PlainNetwork, parameters_of
from core.training.models import networks
from core.training.models.inputs import normalise
from core.training.state import TrainingState
from core.vocabulary.errors import LabError
from core.vocabulary.layers import Dense, GlobalPool
from core.vocabulary.networks import NETWORKS, Examined, blueprint, canonical, examine
from core.vocabulary.recipe import Recipe

CLASSES = 3
ACTIVATION = st.sampled_from(["", "", "", " leaky", " sigmoid", " tanh", " none", " relu"])
NUMBER = st.integers(1, 4)


def option(name: str, least: int, most: int) -> st.SearchStrategy[str]:
    return st.one_of(st.just(""), st.just(""), st.integers(least, most).map(lambda value: f" {name} {value}"))


ITEM = st.one_of(
    st.builds("conv {} {}{}{}{}{}".format, NUMBER, st.integers(1, 4), option("stride", 1, 3), option("padding", 0, 3), option("dilation", 1, 3), ACTIVATION),
    st.builds("conv {} 3 padding 1{}".format, NUMBER, ACTIVATION),
    st.builds("batchnorm{}".format, ACTIVATION),
    st.builds("{} {}{}".format, st.sampled_from(["maxpool", "avgpool"]), st.integers(2, 3), option("stride", 1, 4)),
    st.just("globalpool"),
    st.sampled_from(["dropout 0", "dropout 0.3"]),
    st.builds("dense {}{}".format, NUMBER, ACTIVATION),
)
SHAPES = st.builds(lambda channels, side: (channels, side, side), st.sampled_from([1, 3]), st.integers(4, 12))
counted: Counter[str] = Counter()


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # such small steps lose more than they gain with two
    yield
    torch.set_num_threads(threads)


@pytest.mark.slow
@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(ITEM, min_size=1, max_size=8).map(", ".join), SHAPES)
def test_a_list_is_refused_in_one_sentence_or_is_torch_s(text: str, shape: tuple[int, int, int]) -> None:
    try:
        found = examine(text, shape, CLASSES)
    except LabError as refusal:  # the text itself
        assert re.fullmatch(r"Layer \d+, [^\n]+: [^\n]+", str(refusal))
        counted["text"] += 1
        return
    if found.problem:
        assert re.fullmatch(r"Layer \d+, [^\n]+: [^\n]+\.", found.problem.sentence)
        assert found.problem.sentence.startswith(f"Layer {found.problem.index + 1}, ")
        check_that_torch_refuses(text, shape, found)
        counted["problem"] += 1
        return
    counted["built"] += 1
    torch.manual_seed(0)
    network = networks.build(text, shape, CLASSES)
    check_rows(network, shape, found)
    check_receptive_fields(text, network, shape, found)
    trained = check_two_steps(text, shape)
    check_plain(text, trained, shape)


@pytest.mark.slow
def test_the_lists_were_of_every_kind() -> None:
    """Of what the test above has seen, which runs before."""
    assert sum(counted.values()) >= 300 and counted["built"] >= 100 and counted["problem"] >= 50


# --- refused ----------------------------------------------------------------------------------------------------------


def check_that_torch_refuses(text: str, shape: tuple[int, int, int], found: Examined) -> None:
    steps = (*blueprint(text).steps, Dense(CLASSES, ""))[: found.problem.index + 1]
    shapes = [shape, *(row.output_shape for row in found.rows)]
    modules = [module for step, before in zip(steps, shapes, strict=True) for module in networks.modules_of(step, before)]
    if isinstance(steps[-1], GlobalPool):
        return  # of a row of units torch takes the batch for one of the map's sides
    with pytest.raises((RuntimeError, ValueError, IndexError)):
        nn.Sequential(*modules).eval()(torch.zeros(2, *shape))


# --- built ------------------------------------------------------------------------------------------------------------


def heads(network: nn.Sequential) -> list[list[nn.Module]]:
    """The modules of each row: a layer and the activation behind it; the flattening has none."""
    rows: list[list[nn.Module]] = []
    for module in network:
        if isinstance(module, nn.ReLU | nn.LeakyReLU | nn.Sigmoid | nn.Tanh):
            rows[-1].append(module)
        elif not isinstance(module, nn.Flatten):
            rows.append([module])
    return rows


def check_rows(network: nn.Sequential, shape: tuple[int, int, int], found: Examined) -> None:
    outputs: dict[nn.Module, Tensor] = {}
    hooks = [module.register_forward_hook(lambda module, _, output: outputs.update({module: output})) for module in network]
    with FlopCounterMode(display=False) as flops, torch.no_grad():
        network.eval()(torch.zeros(1, *shape))
    for hook in hooks:
        hook.remove()
    rows = heads(network)
    assert len(rows) == len(found.rows)
    products = 0
    for (layer, *activation), row in zip(rows, found.rows, strict=True):
        assert row.output_shape == tuple(outputs[layer].shape[1:])
        assert row.parameters == sum(parameter.numel() for parameter in layer.parameters())
        assert row.activation == (type(activation[0]).__name__ if activation else "")
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            assert row.multiplications == outputs[layer].numel()
        elif isinstance(layer, nn.Conv2d | nn.Linear):
            assert row.multiplications == layer.weight.numel() * outputs[layer][0, 0].numel()
            products += row.multiplications
        else:
            assert row.multiplications == 0
    assert 2 * products == flops.get_total_flops()  # it counts a product and the addition behind it


def dependent(body: nn.Sequential, height: int, width: int, channels: int) -> Tensor:
    """bool (pixel rows, rows of a map): whether a row of the maps depends on a row of the image."""
    images = torch.zeros(height, channels, height, width, dtype=torch.float64)
    images[torch.arange(height), :, torch.arange(height)] = torch.nan
    with torch.no_grad():
        return body(images).isnan().any(dim=1).any(dim=-1)


def check_receptive_fields(text: str, network: nn.Sequential, shape: tuple[int, int, int], found: Examined) -> None:
    """Of the last layer with maps: those of all its rows at the image's size, and the whole side with room around it."""
    channels, side, _ = shape
    steps = blueprint(text).steps
    whole = next((number for number, step in enumerate(steps) if isinstance(step, Dense | GlobalPool)), len(steps))
    assert all(row.receptive_field == side for row in found.rows[whole:])
    last = next((number for number in reversed(range(len(steps))) if len(found.rows[number].output_shape) == 3), None)
    if last is None:
        return
    modules = [module for row in heads(network)[: last + 1] for module in row]
    body = nn.Sequential(*modules).double().eval()
    reached = dependent(body, side, side, channels)
    for row in range(reached.shape[1]):
        pixels = reached[:, row].nonzero().flatten().tolist()
        box = receptive_field(text, last, (row, 0), shape)
        assert (box.top, box.bottom) == ((pixels[0], pixels[-1] + 1) if pixels else (0, 0))
    field = found.rows[last].receptive_field
    if last < whole and field < side:
        room = 48
        reached = dependent(body, room, side, channels)
        spans = [pixels[-1] - pixels[0] + 1 for pixels in map(torch.nonzero, reached.T) if len(pixels)]
        assert all(span <= field for span in spans)
        assert len(spans) < 5 or max(spans) == field
    body.float()


def check_two_steps(text: str, shape: tuple[int, int, int]) -> nn.Sequential:
    recipe = Recipe(network=text, device="cpu", precision="float32", threads=1)
    torch.manual_seed(0)
    state = TrainingState.make(recipe, shape, CLASSES)
    before = [parameter.detach().clone() for parameter in state.network.parameters()]
    images = torch.randint(0, 256, (2, *shape[1:], shape[0]), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    losses = [state.step(recipe, images, torch.tensor([0, 2]))[1] for _ in range(2)]
    assert torch.stack(losses).isfinite().all()
    assert not torch.equal(before[-1], list(state.network.parameters())[-1])
    return state.network.eval()


def check_plain(text: str, network: nn.Sequential, shape: tuple[int, int, int]) -> None:
    """The same network written out with numpy, with the weights as a run stores them."""
    parameters = parameters_of(save({name: value.contiguous() for name, value in network.state_dict().items()}))
    plain = PlainNetwork("one", Recipe(network=text), tuple("abc"), shape, parameters, "")
    image = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    with torch.inference_mode():
        expected = network(normalise(torch.from_numpy(image)[None]))[0]
    np.testing.assert_allclose(activations.forward_pass(plain, image).scores, expected.numpy(), rtol=1e-4, atol=1e-5)


# --- the ten as lists ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
def test_a_registered_network_spelled_as_layers_has_its_bits(name: str) -> None:
    from core.vocabulary.layer_lists.spelling import spell

    shape = (3, 32, 32)
    text = spell(NETWORKS[name].steps)
    made = []
    for given_name in (name, text):
        torch.manual_seed(0)
        made.append(networks.build(given_name, shape).state_dict())
    assert canonical(text) == name and made[0].keys() == made[1].keys()
    assert all(torch.equal(made[0][key], made[1][key]) for key in made[0])
