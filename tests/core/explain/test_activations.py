"""The way of a picture through a network, against hooks in torch's own forward pass; a score's shares, on paper."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.datasets.files import SOURCES
from core.explain import activations
from core.inference.classifier import Classifier
from core.inference.plain_network import PlainNetwork
from core.training.models.inputs import normalise
from core.training.models.networks import build
from core.vocabulary import networks
from tests.networks_for_tests import lay

REGISTERED = {"report": "cifar10", "mnist-cnn": "mnist", "arc1": "fashion-mnist", "arc3-report": "fashion-mnist", "digits-cnn": "digits"}
OWN = {
    "conv 6 3 stride 2 padding 2 dilation 2 none, batchnorm leaky, avgpool 3 stride 2, conv 5 2 padding 1 tanh, batchnorm": "mnist",
    "batchnorm, maxpool 3 stride 2, conv 7 3 padding 1 dilation 2 leaky, maxpool 2 stride 1, globalpool, conv 4 1 sigmoid": "cifar10",
    "conv 4 3 leaky, maxpool 3 stride 1, dense 8 sigmoid, batchnorm tanh, dropout 0.5, dense 6 none": "digits",
    "globalpool, dense 5 tanh": "digits",
}
NETWORKS = {**REGISTERED, **OWN}
COMPUTING = nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d | nn.AdaptiveAvgPool2d | nn.Linear | nn.BatchNorm1d | nn.BatchNorm2d
ACTIVATION = nn.ReLU | nn.LeakyReLU | nn.Sigmoid | nn.Tanh


@pytest.fixture(params=NETWORKS)
def classifier(request: pytest.FixtureRequest, tmp_path: Path) -> Classifier:
    dataset = NETWORKS[request.param]
    torch.manual_seed(0)
    network = build(request.param, SOURCES[dataset].shape).eval()
    with torch.no_grad():
        for module in network:
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):  # as after training: not 0 and 1
                for values in (module.weight, module.bias, module.running_mean):
                    values.normal_()
                module.running_var.uniform_(0.5, 2)
    return Classifier.load(lay(tmp_path, "one", dataset, network=network, kind=request.param), tmp_path)


@pytest.fixture
def plain(classifier: Classifier, tmp_path: Path) -> PlainNetwork:
    """The same network as arrays."""
    return PlainNetwork.load("one", tmp_path)


def image_for(classifier: Classifier | PlainNetwork) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, classifier.shape, np.uint8)


def hooked(network: nn.Sequential, image: np.ndarray) -> tuple[list[tuple[nn.Module, Tensor, Tensor]], Tensor]:
    """(module, input, output) of every module in torch's forward pass, and what the network answers."""
    passed: list[tuple[nn.Module, Tensor, Tensor]] = []
    hooks = [module.register_forward_hook(lambda m, given, made: passed.append((m, given[0], made))) for module in network]
    with torch.inference_mode():
        answer = network(normalise(torch.from_numpy(image)[None]))[0]
    for hook in hooks:
        hook.remove()
    return passed, answer


def test_every_number_is_torch_s(classifier: Classifier, plain: PlainNetwork) -> None:
    image = image_for(classifier)
    found, (passed, answer) = activations.forward_pass(plain, image), hooked(classifier.network, image)
    computing = [place for place, (module, _, _) in enumerate(passed) if isinstance(module, COMPUTING)]
    assert len(found.stages) == len(computing)
    table = networks.layer_table(classifier.recipe.network, classifier.shape)
    for stage, place in zip(found.stages, computing, strict=True):
        module, given, made = passed[place]
        if place + 1 < len(passed) and isinstance(passed[place + 1][0], ACTIVATION):
            made = passed[place + 1][2]
        close = {"rtol": 1e-4, "atol": 1e-5}
        torch.testing.assert_close(torch.from_numpy(stage.inputs), given[0].flatten() if isinstance(module, nn.Linear) else given[0], **close)
        torch.testing.assert_close(torch.from_numpy(stage.outputs), made[0], **close)
        assert (stage.name, stage.outputs.shape) == (table[stage.row].name, table[stage.row].output_shape)
        assert stage.activation == (table[stage.row].activation or "none")
        if isinstance(module, nn.Conv2d | nn.Linear):
            assert torch.equal(torch.from_numpy(stage.weights), module.weight) and torch.equal(torch.from_numpy(stage.biases), module.bias)
    torch.testing.assert_close(torch.from_numpy(found.scores), answer, rtol=1e-4, atol=1e-5)
    assert found.best == int(answer.argmax())


def test_a_number_of_a_map_is_its_window_s_step(plain: PlainNetwork) -> None:
    found = activations.forward_pass(plain, image_for(plain))
    maps = [stage for stage in found.stages if stage.kind == "convolution"]
    for stage in maps:
        place = stage.strongest(1)
        step = stage.step(1, place)
        assert step.output == pytest.approx(stage.outputs[1].max(), abs=1e-5)
        slide = {"dilation": stage.window.dilation, "padding": stage.window.padding, "stride": stage.window.stride}
        window = F.unfold(torch.from_numpy(stage.inputs)[None], stage.size, **slide)[0, :, place[0] * stage.outputs.shape[2] + place[1]]
        products = window * torch.from_numpy(stage.weights[1]).ravel()
        assert np.allclose(step.products.ravel(), products.numpy(), atol=1e-6)
    assert (found.last_convolution is None) == (not maps)


def test_a_score_is_its_products_and_the_bias(classifier: Classifier, plain: PlainNetwork) -> None:
    found = activations.forward_pass(plain, image_for(plain))
    for label in (0, 7):
        terms = activations.products(found, label)
        assert sum(term.product for term in terms) + activations.bias(found, label) == pytest.approx(found.scores[label], abs=1e-5)
        assert [term.product for term in terms] == sorted((term.product for term in terms), reverse=True)
        first = terms[0]
        last = list(classifier.network)[-1]
        assert first.weight == float(last.weight[label, first.unit]) and first.value == float(found.stages[-1].inputs[first.unit])


def test_the_shares_of_the_maps_by_hand(classifier: Classifier, plain: PlainNetwork) -> None:
    """The weights of the dense layers multiplied out, units that are off left out, pooled numbers given to the winner."""
    found = activations.forward_pass(plain, image_for(plain))
    shares = activations.attributions(found, 4)
    if classifier.recipe.network not in REGISTERED or classifier.recipe.network == "arc1":
        assert (shares is None) == ("conv" not in classifier.recipe.network)
        return
    hidden, last = found.stages[-2:]
    on = hidden.outputs > 0
    through = (last.weights[4] * on) @ hidden.weights
    rest = float((last.weights[4] * on) @ hidden.biases + last.biases[4])
    maps = found.stages[shares.stage].outputs
    weight = torch.from_numpy(through.reshape(found.stages[-3].outputs.shape))
    if found.stages[-3].kind == "pooling":
        size = found.stages[-3].size
        _, winners = F.max_pool2d(torch.from_numpy(maps)[None], size, return_indices=True)
        weight = F.max_unpool2d(weight[None], winners, size, output_size=maps.shape[1:])[0]
    expected = weight.numpy() * maps
    assert np.allclose(shares.cells, expected, atol=1e-5) and shares.rest == pytest.approx(rest, abs=1e-4)
    assert np.allclose(shares.maps, expected.sum((1, 2)), atol=1e-4) and shares.cells.any()
    assert shares.maps.sum() + shares.rest == pytest.approx(found.scores[4], abs=1e-4)
    most = int(shares.maps.argmax())
    row, column = shares.strongest(most)
    assert abs(shares.cells[most, row, column]) == np.abs(shares.cells[most]).max()


def test_softmax_number_by_number() -> None:
    scores = np.array([2.0, -1.0, 12.5, 0.0], np.float32)
    made = activations.softmax(scores)
    assert np.allclose(made.probabilities, torch.tensor(scores).softmax(0).numpy(), atol=1e-7)
    assert made.total == pytest.approx(made.exponentials.sum()) and made.exponentials[3] == 1
    assert np.allclose(np.log(made.exponentials), scores)


def test_numbers_as_bytes_keep_sign_zero_and_the_largest() -> None:
    steps, most = activations.in_bytes(np.array([[0.0, 0.5], [-2.0, 1.0]], np.float32))
    assert steps.tolist() == [[0, 32], [-127, 64]] and most == 2
    assert activations.in_bytes(np.zeros((2, 2), np.float32))[1] == 0
    assert activations.as_colours(np.array([0.0, 0.4, -0.4], np.float32).reshape(1, 3, 1, 1)).ravel().tolist() == [128, 255, 0]
    assert activations.as_grey(np.array([[-1.0, 1.0], [4.0, 0.0]], np.float32)).tolist() == [[[0, 64], [255, 0]]]


def test_the_shares_of_every_layer_are_torch_s_gradients(classifier: Classifier, plain: PlainNetwork) -> None:
    """Number times gradient of each score, added up over a map: for every stage but the last."""
    image = image_for(plain)
    found = activations.forward_pass(plain, image)
    made = activations.shares(found)
    assert [one.shape for one in made] == [(10, len(stage.outputs)) for stage in found.stages[:-1]]
    passed, _ = hooked(classifier.network, image)
    behind = [place + isinstance(passed[place + 1][0], ACTIVATION)
              for place, (module, _, _) in enumerate(passed[:-1]) if isinstance(module, COMPUTING)]  # fmt: skip
    for one, place in zip(made, behind, strict=True):
        values = passed[place][2].clone().requires_grad_()
        scores = classifier.network[place + 1 :](values)[0]
        for label in (0, 4):
            (gradient,) = torch.autograd.grad(scores[label], values, retain_graph=True)
            expected = (gradient * values).detach()[0].reshape(one.shape[1], -1).sum(1)
            assert np.allclose(one[label], expected.numpy(), rtol=1e-3, atol=2e-5), place


def test_what_two_maps_have_to_do_with_each_other(classifier: Classifier, plain: PlainNetwork) -> None:
    """The products of one kernel with one map, over all places: a convolution of that map alone, added up."""
    found = activations.forward_pass(plain, image_for(plain))
    for before, stage in zip(found.stages, found.stages[1:], strict=False):
        pairs = activations.between(stage, len(before.outputs))
        if stage.kind in ("pooling", "normalisation"):
            assert pairs is None
            continue
        assert pairs.shape == (len(stage.outputs), len(before.outputs))
        weights, given = torch.from_numpy(stage.weights), torch.from_numpy(before.outputs)
        one = min(2, len(given) - 1)
        if stage.kind == "convolution":
            window = stage.window
            expected = F.conv2d(given[[one]][None], weights[:, [one]], None, window.stride, window.padding, window.dilation)[0].sum((1, 2))
        else:
            expected = weights.reshape(len(weights), len(given), -1)[:, one] @ given[one].reshape(-1)
        assert np.allclose(pairs[:, one], expected.numpy(), rtol=1e-4, atol=1e-4)
