"""Grad-CAM: where in the image the evidence for a class lies (Selvaraju et al. 2017, ICCV).

The feature maps of a late convolution are added up, each weighted by the mean gradient of the class's logit over it;
what speaks against the class is cut off at 0. So the answer is only as sharp as those maps are: a few cells. Each lies
where the centre of its receptive field is; without padding the cells do not reach the image's edges.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.images.decoding import Bytes
from core.inference.classifier import Classifier, Floats
from core.vocabulary.errors import LabError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from core.explain.receptive_field import Box

NO_CONVOLUTION = "this network has no convolution, so there are no feature maps to look at"


def heat(classifier: Classifier, seen: Bytes, label: str | None = None) -> tuple[str, Floats]:
    """(class, float32 (H, W) from 0 to 1, a value for each pixel): 1 is most; all 0 where nothing speaks for the class.

    `seen`: uint8 (C, H, W), as the network sees it. `label`: the class asked about; None: the most probable.
    Raises LabError for a class that there is not and for a network without a convolution.
    """
    import torch

    from core.explain import receptive_field
    from core.training.models.inputs import batch_of

    if label is not None and label not in classifier.classes:
        raise LabError(f"unknown class {label!r}; choose one of {', '.join(classifier.classes)}")
    layer = _map_layer(classifier)
    images = batch_of(torch.from_numpy(seen)[None].permute(0, 2, 3, 1))
    if label is None:
        label = classifier.ranked(classifier.logits(seen[None])[0], 1)[0][0]
    cut = behind_convolution(classifier.network, receptive_field.convolution_number(classifier.recipe.network, layer))
    cells = class_map(classifier.network, images, classifier.classes.index(label), cut).numpy()
    found = placed(cells, *receptive_field.fields(classifier.recipe.network, layer, classifier.shape), classifier.shape[1:])
    most = found.max()
    return label, found / most if most > 0 else found


def cells(classifier: Classifier) -> tuple[int, int]:
    """(rows, columns) of the map that `heat` spreads over the image. LabError for a network without a convolution."""
    from core.vocabulary import networks

    _, height, width = networks.layer_table(classifier.recipe.network, classifier.shape)[_map_layer(classifier)].output_shape
    return height, width


def _map_layer(classifier: Classifier) -> int:
    from core.explain import receptive_field

    layer = receptive_field.map_layer(classifier.recipe.network, classifier.shape)
    if layer is None:
        raise LabError(NO_CONVOLUTION)
    return layer


def class_map(network: nn.Sequential, images: Tensor, place: int, cut: int | None = None) -> Tensor:
    """float32 (1, C, H, W) -> (h, w), not scaled: relu(sum over maps k of mean(d logit[place] / d map k) * map k).

    The maps are those behind the first `cut` layers; None: behind the last convolution.
    """
    import torch

    cut = behind_the_last_convolution(network) if cut is None else cut
    with torch.enable_grad():
        maps = network[:cut](images).detach().requires_grad_()
        logit = network[cut:](maps)[0, place]
        (gradient,) = torch.autograd.grad(logit, maps)
    weights = gradient[0].mean(dim=(1, 2))
    return torch.einsum("k,khw->hw", weights, maps.detach()[0]).clamp(min=0)


def placed(cells: Floats, down: Sequence[Box], across: Sequence[Box], size: tuple[int, int]) -> Floats:
    """(h, w) cells -> (H, W) pixels: a cell's value stands at the centre of its receptive field.

    `down`, `across`: the fields of the cells of one column and of one row. Between two centres the values change in a
    straight line; beyond the outermost centres they fall to 0 where the receptive field of the outermost cell ends.
    """
    rows = _shares([(box.top, box.bottom) for box in down], size[0])
    columns = _shares([(box.left, box.right) for box in across], size[1])
    found: Floats = (rows @ cells @ columns.T).astype(np.float32)
    return found


def _shares(fields: Sequence[tuple[int, int]], pixels: int) -> Floats:
    """(pixels, cells): how much each cell gives to each pixel of one axis. `fields`: from and to of each cell's field."""
    centres = [(begin + end) / 2 for begin, end in fields]
    at = np.arange(pixels) + 0.5  # the middle of each pixel
    shares = np.stack([np.interp(at, centres, row) for row in np.eye(len(centres))], axis=1)
    begin, end = fields[0][0], fields[-1][1]
    before, behind = (at - begin) / (centres[0] - begin), (end - at) / (end - centres[-1])  # padding lies beyond the edges
    fading: Floats = (shares * np.minimum(before, behind).clip(0, 1)[:, None]).astype(np.float32)
    return fading


def behind_convolution(network: nn.Sequential, number: int) -> int:
    """The number of layers up to and with the normalisation and activation of a convolution, counted from 0."""
    return _behind_each(network)[number]


def behind_the_last_convolution(network: nn.Sequential) -> int:
    """The number of layers up to and with the normalisation and activation of the last convolution. LabError when there is none."""
    places = _behind_each(network)
    if not places:
        raise LabError(NO_CONVOLUTION)
    return places[-1]


def _behind_each(network: nn.Sequential) -> list[int]:
    from torch import nn

    number_by_number = (nn.BatchNorm2d, nn.ReLU, nn.LeakyReLU, nn.Sigmoid, nn.Tanh)
    layers, behind = list(network), []
    for place, layer in enumerate(layers):
        if isinstance(layer, nn.Conv2d):
            following = itertools.takewhile(lambda it: isinstance(it, number_by_number), layers[place + 1 :])
            behind.append(place + 1 + len(list(following)))
    return behind
