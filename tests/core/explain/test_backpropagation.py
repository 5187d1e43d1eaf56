"""Every number of the tiny network is the one that torch and its autograd compute."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.explain import backpropagation, worksheet
from core.explain.backpropagation import Parameters
from core.explain.walkthrough import Numbers

NETWORKS = 200


def random_case(seed: int) -> tuple[Numbers, Parameters, float]:
    """An image, a network and a target: bits and tenths as on the page, whole numbers with equal maxima, or any; some with every ReLU closed."""
    draw = np.random.default_rng(seed)
    image = draw.integers(0, 2, (4, 4)).astype(float) if seed % 2 else draw.normal(size=(4, 4))
    kernel, rest = draw.normal(size=(3, 3)), draw.normal(size=3)
    if seed % 4 == 1:
        kernel, rest = kernel.round(1), rest.round(1)
    if seed % 4 == 3:
        kernel, rest = draw.integers(-1, 2, (3, 3)).astype(float), draw.integers(-1, 2, 3).astype(float)
    if seed % 10 == 3:
        rest[0] -= 4
    return image, Parameters(kernel, *map(float, rest)), float(draw.integers(0, 2))


def autograd(image: Numbers, parameters: Parameters, wanted: float) -> dict[str, torch.Tensor]:
    """What torch computes: every number on the way, and behind `d_` its derivative."""
    names = {"kernel": parameters.kernel, "bias": [parameters.bias], "weight": parameters.weight, "output_bias": parameters.output_bias}
    leaves = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in names.items()}
    sums = F.conv2d(torch.tensor(image)[None, None], leaves["kernel"][None, None], leaves["bias"])
    activations = torch.relu(sums)
    maximum = F.max_pool2d(activations, 2)
    score = leaves["weight"] * maximum + leaves["output_bias"]
    loss = (score - wanted) ** 2 / 2
    found = {**leaves, "sums": sums, "activations": activations, "maximum": maximum, "score": score}
    gradients = torch.autograd.grad(loss.sum(), list(found.values()))
    return {**found, "loss": loss, **{f"d_{name}": value for name, value in zip(found, gradients, strict=True)}}


def close(ours: object, theirs: torch.Tensor) -> bool:
    return np.allclose(np.ravel(ours), theirs.detach().numpy().ravel(), rtol=1e-6, atol=1e-12)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_every_number_is_autograd_s(seed: int) -> None:
    image, parameters, wanted = random_case(seed)
    torchs = autograd(image, parameters, wanted)
    now = backpropagation.forward(image, parameters, wanted)
    back = backpropagation.backward(image, parameters, wanted)
    for name in ("sums", "activations", "maximum", "score", "loss"):
        assert close(getattr(now, name), torchs[name]), name
    for name in ("sums", "activations", "maximum", "score"):
        assert close(getattr(back, name), torchs[f"d_{name}"]), name
    after = backpropagation.step(parameters, back.parameters, 0.3)
    for name in ("kernel", "bias", "weight", "output_bias"):
        assert close(getattr(back.parameters, name), torchs[f"d_{name}"]), name
        assert close(getattr(after, name), torchs[name] - 0.3 * torchs[f"d_{name}"]), name


def test_the_random_networks_meet_every_case() -> None:
    """Closed ReLUs, several equal maxima, both targets, and pixels that are 0."""
    cases = [random_case(seed) for seed in range(NETWORKS)]
    found = [backpropagation.forward(*case) for case in cases]
    assert sum(now.maximum == 0 for now in found) >= 10 and sum(now.maximum > 0 for now in found) >= 100
    assert sum((now.activations == now.maximum).sum() > 1 and now.maximum > 0 for now in found) >= 5
    assert {wanted for *_, wanted in cases} == {0.0, 1.0}


def test_the_factors_are_named_from_the_loss_back_to_the_weight() -> None:
    image, parameters = worksheet.images()["class 1 a"], backpropagation.start()
    way = backpropagation.factors("kernel", 0, 0, image, parameters, 1.0)
    assert [factor.name for factor in way] == ["error", "weight", "passed", "open", "pixel"]
    assert np.allclose([factor.value for factor in way], [-1.2, -0.5, 1, 1, 1])
    closed = backpropagation.factors("sum", 0, 0, image, parameters, 1.0)
    assert [factor.value for factor in closed[-2:]] == [0, 0], "not the maximum, and below zero"
    assert [factor.name for factor in backpropagation.factors("weight", 0, 0, image, parameters, 1.0)] == ["error", "maximum"]


def test_the_first_step_helps_and_one_that_is_too_large_makes_it_worse() -> None:
    image, parameters = worksheet.images()["class 1 a"], backpropagation.start()
    back = backpropagation.backward(image, parameters, 1.0).parameters

    def loss(rate: float) -> float:
        return backpropagation.forward(image, backpropagation.step(parameters, back, rate), 1.0).loss

    assert loss(0.1) < backpropagation.forward(image, parameters, 1.0).loss < loss(2)


@pytest.mark.parametrize("name", worksheet.images())
def test_no_image_opens_with_two_equal_maxima(name: str) -> None:
    """Rounding would decide which one passes the derivative on, and another order of adding rounds otherwise."""
    sums = np.sort(backpropagation.forward(worksheet.images()[name], backpropagation.start(), backpropagation.target(name)).sums.ravel())
    assert sums[-1] > 0.01 and sums[-1] - sums[-2] > 0.01


def test_the_lines_of_torch_that_the_lesson_shows_give_the_same() -> None:
    image, parameters = worksheet.images()["class 1 a"], backpropagation.start()
    leaves = {
        "kernel": torch.tensor(parameters.kernel, requires_grad=True), "bias": torch.tensor([parameters.bias], dtype=torch.float64, requires_grad=True),
        "weight": torch.tensor(parameters.weight, dtype=torch.float64, requires_grad=True),
        "output_bias": torch.tensor(parameters.output_bias, dtype=torch.float64, requires_grad=True),
    }  # fmt: skip
    names = {"torch": torch, "F": F, "image": torch.tensor(image), "target": 1.0, **leaves}
    exec(backpropagation.in_torch(), names)
    back = backpropagation.backward(image, parameters, 1.0).parameters
    assert all(close(getattr(back, name), leaf.grad) for name, leaf in leaves.items() if leaf.grad is not None)
    assert all(leaf.grad is not None for leaf in leaves.values())
