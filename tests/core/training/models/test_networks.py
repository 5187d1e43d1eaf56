"""The layer table against the modules themselves, and both against the numbers that the studies print."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from core.training.models.networks import build
from core.vocabulary.errors import LabError
from core.vocabulary.layers import Layer
from core.vocabulary.networks import NETWORKS, layer_table, total_parameters

CIFAR, MNIST, DIGITS = (3, 32, 32), (1, 28, 28), (1, 8, 8)
HOME = {"report": CIFAR, "digits-cnn": DIGITS}  # the pictures of every other network are MNIST's

# As the course report prints its network for 3x32x32, with the rates of the paper.
REPORT_TABLE = [
    ("Conv2d 3->32, 3x3", (32, 30, 30), 896),
    ("Conv2d 32->32, 3x3", (32, 28, 28), 9248),
    ("Conv2d 32->32, 3x3", (32, 26, 26), 9248),
    ("MaxPool2d 2", (32, 13, 13), 0),
    ("Dropout 0.25", (32, 13, 13), 0),
    ("Conv2d 32->64, 3x3", (64, 11, 11), 18496),
    ("Conv2d 64->64, 3x3", (64, 9, 9), 36928),
    ("Conv2d 64->64, 3x3", (64, 7, 7), 36928),
    ("MaxPool2d 2", (64, 3, 3), 0),
    ("Dropout 0.25", (64, 3, 3), 0),
    ("Linear 576->512", (512,), 295424),
    ("Dropout 0.5", (512,), 0),
    ("Linear 512->10", (10,), 5130),
]


def home(name: str) -> tuple[int, int, int]:
    return HOME.get(name, MNIST)


def names(name: str, dropout: float | None = None) -> list[str]:
    return [layer.name for layer in layer_table(name, home(name), dropout=dropout)]


def rates(name: str, dropout: float | None = None) -> list[float]:
    return [module.p for module in build(name, home(name), dropout=dropout) if isinstance(module, nn.Dropout)]


Row = tuple[str, tuple[int, ...], int, str]


def told(table: list[Layer]) -> list[Row]:
    return [(layer.name, layer.output_shape, layer.parameters, layer.activation) for layer in table]


def rows_of(network: nn.Sequential, shape: tuple[int, ...]) -> list[Row]:
    """What the real modules do: names as PyTorch's own attributes tell them, shapes as pictures come out."""
    values, rows = torch.zeros(1, *shape), []
    for module in network.eval():
        values = module(values)
        count = sum(parameter.numel() for parameter in module.parameters())
        if isinstance(module, nn.ReLU | nn.Sigmoid):
            rows[-1] = (*rows[-1][:3], type(module).__name__)
        elif not isinstance(module, nn.Flatten):
            rows.append((name_of(module), tuple(values.shape[1:]), count, ""))
    return rows


def name_of(module: nn.Module) -> str:
    match module:
        case nn.Conv2d():
            height, width = module.kernel_size
            return f"Conv2d {module.in_channels}->{module.out_channels}, {height}x{width}"
        case nn.Linear():
            return f"Linear {module.in_features}->{module.out_features}"
        case nn.Dropout():
            return f"Dropout {module.p:g}"
        case nn.MaxPool2d():
            return f"MaxPool2d {module.kernel_size}"
    raise TypeError(module)


def test_the_registry_has_the_lab_s_networks():
    assert set(NETWORKS) == {
        *("report", "mnist-cnn", "arc1", "arc2", "arc3", "arc4", "arc5"),
        *("arc2-report", "arc3-report", "digits-cnn"),
    }
    assert all(blueprint.name == name for name, blueprint in NETWORKS.items())
    for blueprint in NETWORKS.values():
        assert blueprint.about and "\n" not in blueprint.about and blueprint.source


def test_report_has_the_rows_that_the_report_prints():
    table = layer_table("report", CIFAR)
    assert [(layer.name, layer.output_shape, layer.parameters) for layer in table] == REPORT_TABLE
    assert [layer.activation for layer in table if layer.name[:4] in ("Conv", "Line")] == ["ReLU"] * 7 + [""]
    assert total_parameters(table) == 412_298


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("report", 412_298),
        *[("arc1", 101_770), ("arc2", 607_306), ("arc3", 136_330), ("arc4", 54_474), ("arc5", 594_922)],
        # as the paper's: the dropout that is missing has no parameters
        *[("arc2-report", 607_306), ("arc3-report", 136_330)],
        # 1->32 and 32->32, 32->64 and 64->64, then 64 maps of 4x4 into 512 into 10
        ("mnist-cnn", 320 + 9_248 + 18_496 + 36_928 + 524_800 + 5_130),
        ("digits-cnn", 320 + 18_496 + 16_448 + 650),
    ],
)
def test_parameter_counts(name, parameters):
    assert total_parameters(layer_table(name, home(name))) == parameters


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("shape", [CIFAR, MNIST, (2, 37, 30)])
def test_table_tells_what_the_modules_do(name, shape):
    assert told(layer_table(name, shape, classes=7)) == rows_of(build(name, shape, classes=7), shape)


def test_digits_cnn_fits_8x8():
    assert told(layer_table("digits-cnn", DIGITS)) == rows_of(build("digits-cnn", DIGITS), DIGITS)


def test_dense_inputs_and_order_as_the_report_prints_them():
    assert names("arc2-report") == [
        *("Conv2d 1->64, 2x2", "MaxPool2d 2", "Dropout 0.25", "Conv2d 64->64, 2x2", "Dropout 0.25"),
        *("Linear 9216->64", "Linear 64->10"),
    ]
    assert names("arc3-report") == [
        *("Conv2d 1->64, 2x2", "MaxPool2d 2", "Dropout 0.25"),
        *("Conv2d 64->64, 2x2", "Conv2d 64->64, 2x2", "MaxPool2d 2", "Dropout 0.25"),
        *("Linear 1600->64", "Linear 64->10"),
    ]


def test_dropout_rates_of_the_papers():
    assert rates("report") == [0.25, 0.25, 0.5]
    assert rates("mnist-cnn") == [0.2]
    assert rates("arc1") == [0.1]
    assert rates("arc2") == [0.25] * 3
    assert rates("arc3") == [0.25] * 4
    assert rates("arc4") == [0.25] * 5
    assert rates("arc5") == [0.25, 0.25, 0.5]


def test_arc1_is_the_one_with_sigmoid():
    activations = {name: {layer.activation for layer in layer_table(name, MNIST)} for name in NETWORKS}
    assert activations.pop("arc1") == {"Sigmoid", ""}
    assert all(used == {"ReLU", ""} for used in activations.values())


@pytest.mark.parametrize("dropout", [0, 0.4])
def test_a_dropout_rate_replaces_all_rates_and_keeps_the_weights_names(dropout):
    assert rates("report", dropout) == [dropout] * 3
    assert [name for name in names("report", dropout) if "Dropout" in name] == [f"Dropout {dropout:g}"] * 3
    assert rates("report") == [0.25, 0.25, 0.5]  # the blueprint is untouched
    changed, usual = build("report", CIFAR, dropout=dropout), build("report", CIFAR)
    assert changed.state_dict().keys() == usual.state_dict().keys()


def test_the_caller_s_seed_decides_the_weights():
    def weights(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        return torch.cat([parameter.flatten() for parameter in build("digits-cnn", DIGITS).parameters()])

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


def test_the_table_draws_nothing():
    before = torch.get_rng_state()
    layer_table("report", CIFAR)
    with pytest.raises(LabError):
        build("report", DIGITS)
    assert torch.equal(torch.get_rng_state(), before)


def test_answers_are_logits():
    torch.manual_seed(0)
    answers = build("report", CIFAR, classes=7)(torch.rand(4, *CIFAR))
    assert answers.shape == (4, 7)
    assert not torch.allclose(answers.sum(dim=1), torch.ones(4))
    assert (answers < 0).any()  # neither a softmax nor a ReLU stands at the end


@pytest.mark.parametrize("name", NETWORKS)
def test_channels_last_gives_the_same_answers(name):
    torch.manual_seed(0)
    network, images = build(name, home(name)).eval(), torch.rand(4, *home(name))
    expected = network(images)
    last = network.to(memory_format=torch.channels_last)(images.to(memory_format=torch.channels_last))
    torch.testing.assert_close(last, expected)


@pytest.mark.parametrize("name", NETWORKS)
def test_one_step_under_bf16_autocast_moves_every_weight(name):
    torch.manual_seed(0)
    network = build(name, home(name)).to(memory_format=torch.channels_last)
    images = torch.rand(8, *home(name)).to(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        answers = network(images)
        loss = nn.functional.cross_entropy(answers, torch.arange(8))
    loss.backward()
    assert answers.dtype == torch.bfloat16
    assert all(weight.grad is not None and weight.grad.any() for weight in network.parameters())


def test_digits_cnn_learns_the_digits():
    digits = pytest.importorskip("sklearn.datasets").load_digits()
    images, labels = torch.tensor(digits.images[:, None] / 16).float(), torch.tensor(digits.target)
    torch.manual_seed(0)
    train, test = torch.randperm(len(images)).split([1437, 360])
    network = build("digits-cnn", DIGITS)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.003)
    for _ in range(8):
        for batch in train[torch.randperm(len(train))].split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(images[batch]), labels[batch]).backward()
            optimizer.step()
    right = network.eval()(images[test]).argmax(dim=1) == labels[test]
    assert right.float().mean() > 0.96


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        (
            *("report", DIGITS),
            "network 'report' cannot take 1 × 8 × 8 pictures. Layer 6, conv 64 3, gets 1 × 1 and needs at least 3 × 3: "
            "take it out, give it padding 1, or pool less before it.",
        ),
        (
            *("report", (1, 7, 7)),
            "network 'report' cannot take 1 × 7 × 7 pictures. Layer 4, maxpool 2, gets 1 × 1: "
            "take it out, or give the convolutions before it padding.",
        ),
        (
            *("arc2", (3, 1, 40)),
            "network 'arc2' cannot take 3 × 1 × 40 pictures. Layer 1, conv 64 2, gets 1 × 40 and needs at least 2 × 2: "
            "take it out, or give it padding 1.",
        ),
    ],
)
def test_a_shape_that_cannot_pass_names_its_layer(name, shape, message):
    for refuse in (build, layer_table):
        with pytest.raises(LabError) as caught:
            refuse(name, shape)
        assert str(caught.value) == message


@pytest.mark.parametrize("name", NETWORKS)
def test_the_smallest_picture_that_passes_really_passes(name):
    """The refusal is neither too strict nor too lax: PyTorch itself refuses one pixel less."""
    side = next(side for side in range(1, 33) if accepted(name, side))
    assert build(name, (1, side, side)).eval()(torch.zeros(1, 1, side, side)).shape == (1, 10)
    if side > 1:
        maps = [
            module for module in build(name, (1, side, side)) if isinstance(module, nn.Conv2d | nn.MaxPool2d)
        ]
        with pytest.raises(RuntimeError):
            nn.Sequential(*maps)(torch.zeros(1, 1, side - 1, side - 1))


def accepted(name: str, side: int) -> bool:
    try:
        layer_table(name, (1, side, side))
    except LabError:
        return False
    return True


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("resnet", CIFAR), "unknown network 'resnet'; choose one of report, mnist-cnn, arc1"),
        (("report", (32, 32)), "(C, H, W), not (32, 32)"),
        (("report", (3, 0, 32)), "(C, H, W), not (3, 0, 32)"),
        (("report", (3, 32.0, 32)), "(C, H, W), not (3, 32.0, 32)"),
        (("report", CIFAR, 1), "classes must be a whole number from 2, not 1"),
        (("report", CIFAR, 2.5), "classes must be a whole number from 2, not 2.5"),
        (("report", CIFAR, 10, 1), "dropout must be at least 0 and below 1, not 1"),
        (("report", CIFAR, 10, -0.1), "dropout must be at least 0 and below 1, not -0.1"),
        (("report", CIFAR, 10, float("nan")), "dropout must be at least 0 and below 1, not nan"),
        (("report", CIFAR, 10, "0.5"), "dropout must be at least 0 and below 1, not '0.5'"),
    ],
)
def test_mistakes_are_told_in_one_line(arguments, part):
    for refuse in (build, layer_table):
        with pytest.raises(LabError) as caught:
            refuse(*arguments)
        assert part in str(caught.value)
        assert "\n" not in str(caught.value)
