"""Grad-CAM: where in the picture the evidence for a class lies (Selvaraju et al. 2017, ICCV).

The feature maps of the last convolution are added up, each weighted by the mean gradient of the class's logit over it;
what speaks against the class is cut off at 0. So the answer is only as sharp as the last maps are: a few cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.classify import Classifier, Floats
from core.errors import LabError
from core.pictures_in import Bytes

if TYPE_CHECKING:
    from torch import Tensor, nn


def heat(classifier: Classifier, seen: Bytes, label: str | None = None) -> tuple[str, Floats]:
    """(class, float32 (h, w) from 0 to 1): the strongest cell is 1; all 0 where nothing speaks for the class.

    `seen`: uint8 (C, H, W), as the network sees it. `label`: the class asked about; None: the most probable.
    Raises LabError for a class that there is not and for a network without a convolution.
    """
    import torch

    from core.learner import batch_of

    if label is not None and label not in classifier.classes:
        raise LabError(f"unknown class {label!r}; choose one of {', '.join(classifier.classes)}")
    images = batch_of(torch.from_numpy(seen)[None].permute(0, 2, 3, 1))
    if label is None:
        label = classifier.ranked(classifier.logits(seen[None])[0], 1)[0][0]
    found = class_map(classifier.network, images, classifier.classes.index(label))
    most = found.max()
    return label, (found / most if most > 0 else found).numpy()


def class_map(network: nn.Sequential, images: Tensor, place: int) -> Tensor:
    """float32 (1, C, H, W) -> (h, w), not scaled: relu(sum over maps k of mean(d logit[place] / d map k) * map k)."""
    import torch

    cut = behind_the_last_convolution(network)
    with torch.enable_grad():
        maps = network[:cut](images).detach().requires_grad_()
        logit = network[cut:](maps)[0, place]
        (gradient,) = torch.autograd.grad(logit, maps)
    weights = gradient[0].mean(dim=(1, 2))
    return torch.einsum("k,khw->hw", weights, maps.detach()[0]).clamp(min=0)


def behind_the_last_convolution(network: nn.Sequential) -> int:
    """The number of layers up to and with the activation of the last convolution. LabError when there is none."""
    from torch import nn

    places = [place for place, layer in enumerate(network) if isinstance(layer, nn.Conv2d)]
    if not places:
        raise LabError("this network has no convolution, so there are no feature maps to look at")
    return places[-1] + 2
