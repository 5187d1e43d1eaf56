"""A trained network as an ONNX file, node by node, checked against torch before it is handed out.

Opset 17 and format version 8: what onnxruntime 1.18, Netron and older tools open. The package `onnx` is optional.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from core.export.errors import NotExportable
from core.export.weights import network_of, weights_of
from core.runs.snapshot import Snapshot
from core.vocabulary.errors import LabError
from core.vocabulary.sources import source_of

OPSET, FORMAT_VERSION = 17, 8
TOLERANCE = 1e-4
"""So far a probability may lie from torch's."""
CHECKED_IMAGES = 8
MISSING = "the package onnx is not installed, which writes this file: pip install onnx"


def onnx_of(run: Snapshot) -> bytes:
    """The network of a finished run: uint8 images (N, C, H, W) -> `logits` and `probabilities`, both (N, classes).

    NotExportable without weights, without the package onnx, and for a layer that it has no node for; LabError where the
    file would not answer as the network does.
    """
    try:
        import onnx
    except ImportError as error:
        raise NotExportable(MISSING) from error
    network = network_of(run, weights_of(run))
    graph = _graph(network, run)
    model = onnx.helper.make_model(graph, producer_name="Resolution Lab", opset_imports=[onnx.helper.make_opsetid("", OPSET)])
    model.ir_version = FORMAT_VERSION
    onnx.helper.set_model_props(model, metadata(run))
    onnx.checker.check_model(model, full_check=True)
    _compare(model, network, run)
    return bytes(model.SerializeToString())


def metadata(run: Snapshot) -> dict[str, str]:
    """What the file says of itself, as texts."""
    recipe, source = run.recipe, source_of(run.recipe.dataset)
    channels, side, _ = run.facts.shape
    colours = "red, green, blue" if channels == 3 else "light on dark" if source.form.grey else "grey"
    reduced = f", reduced to {recipe.resolution} x {recipe.resolution} pixels and brought back ({recipe.filter})" if recipe.resolution not in (None, side) else ""
    return {
        "run": run.run,
        "input": f"images: uint8 (N, {channels}, {side}, {side}), levels 0 to 255, {colours}{reduced}; any N",
        "output": "logits and probabilities: float32 (N, classes)",
        "classes": json.dumps(list(run.facts.classes)),
        **({"test_accuracy": repr(run.result.test_accuracy)} if run.result else {"epoch": str(run.epoch)}),
        "recipe": json.dumps(recipe.as_dict()),
    }


def _graph(network: nn.Sequential, run: Snapshot) -> Any:
    from onnx import TensorProto, helper, numpy_helper

    half = np.array(127.5, np.float32)
    tensors: dict[str, np.ndarray] = {"half": half}
    nodes = [
        helper.make_node("Cast", ["images"], ["levels"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["levels", "half"], ["centred"]),
        helper.make_node("Div", ["centred", "half"], ["normalised"]),
    ]
    reached = "normalised"
    for name, layer in network.named_children():
        found = _node(layer)
        if found is None:
            continue
        kind, parameters, attributes = found
        inputs = [f"{name}.{parameter}" for parameter in parameters]
        tensors |= {f"{name}.{parameter}": getattr(layer, parameter).detach().numpy() for parameter in parameters}
        nodes.append(helper.make_node(kind, [reached, *inputs], [f"{name}.output"], name=f"{name} {kind}", **attributes))
        reached = f"{name}.output"
    nodes += [helper.make_node("Identity", [reached], ["logits"]), helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1)]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", len(run.facts.classes)]) for name in ("logits", "probabilities")]
    images = helper.make_tensor_value_info("images", TensorProto.UINT8, ["N", *run.facts.shape])
    return helper.make_graph(nodes, run.run, [images], outputs,
                             [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in tensors.items()])  # fmt: skip


Node = tuple[str, tuple[str, ...], dict[str, Any]]
"""The operator, the layer's tensors that it takes in their order, its attributes."""


def _node(layer: nn.Module) -> Node | None:
    """The node of a layer; None for one that only training knows."""
    if isinstance(layer, nn.Dropout):
        return None
    for kind, node in NODES.items():
        if isinstance(layer, kind):
            return node(layer)
    raise NotExportable(f"a layer {type(layer).__name__} cannot be written to ONNX yet")


def _conv(layer: Any) -> Node:
    return "Conv", ("weight", "bias"), {"kernel_shape": list(layer.kernel_size), "strides": list(layer.stride),
                                        "pads": [*layer.padding, *layer.padding], "dilations": list(layer.dilation)}  # fmt: skip


def _pool(operator: str) -> Callable[[Any], Node]:
    return lambda layer: (operator, (), {"kernel_shape": [layer.kernel_size] * 2, "strides": [layer.stride] * 2})


def _norm(layer: Any) -> Node:
    return "BatchNormalization", ("weight", "bias", "running_mean", "running_var"), {"epsilon": layer.eps}


NODES: dict[type[nn.Module], Callable[[Any], Node]] = {
    nn.Conv2d: _conv,
    nn.BatchNorm2d: _norm,
    nn.BatchNorm1d: _norm,
    nn.MaxPool2d: _pool("MaxPool"),
    nn.AvgPool2d: _pool("AveragePool"),
    nn.AdaptiveAvgPool2d: lambda layer: ("GlobalAveragePool", (), {}),
    nn.Flatten: lambda layer: ("Flatten", (), {"axis": 1}),
    nn.Linear: lambda layer: ("Gemm", ("weight", "bias"), {"transB": 1}),
    nn.ReLU: lambda layer: ("Relu", (), {}),
    nn.LeakyReLU: lambda layer: ("LeakyRelu", (), {"alpha": layer.negative_slope}),
    nn.Sigmoid: lambda layer: ("Sigmoid", (), {}),
    nn.Tanh: lambda layer: ("Tanh", (), {}),
}
"""Kind of layer -> its node; subclasses count as their kind."""


def _compare(model: Any, network: nn.Sequential, run: Snapshot) -> None:
    """Raises LabError unless onnx's own interpreter and torch agree on random images."""
    from onnx.reference import ReferenceEvaluator

    images = np.random.default_rng(0).integers(0, 256, (CHECKED_IMAGES, *run.facts.shape), np.uint8)
    _, answered = ReferenceEvaluator(model).run(None, {"images": images})
    with torch.inference_mode():
        wanted = network((torch.from_numpy(images).float() - 127.5) / 127.5).softmax(1).numpy()
    if not np.abs(answered - wanted).max() <= TOLERANCE:
        raise LabError(f"the ONNX file of run {run.run} would not answer as the network does; nothing is written")
