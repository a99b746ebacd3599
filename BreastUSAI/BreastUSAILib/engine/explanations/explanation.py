"""What every explanation has in common, and how each is called. Needs nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from .recorded_pass import Explained

GRAD_CAM = "Grad-CAM"
SALIENCY = "Saliency"

INPUT = "input"
"""The layer of a map that is made of the network's own input."""


class Explains(str, Enum):
    """What a map is about: the classifier's answer for one class, or the lesion outline that the segmenter draws."""

    CLASS = "class"
    OUTLINE = "outline"


class Explainer(Protocol):
    """Explains one class of one network; `method` and `layer` say how, as in `analysis.json`."""

    method: str
    layer: str

    def __call__(self, images: Tensor, target: int) -> Explained:
        """Logits and maps of class `target` for images ``[B, C, S, S]``."""


@dataclass(frozen=True)
class Subject:
    """One prepared frame and the networks that read it: all that a method may look at.

    Args:
        image: the classifier's image ``[1, 1, S, S]``.
        others: its other channels ``[1, R, S, S]``, which are never changed nor explained; None where it has none.
        target: index of the class that is explained.
        classifier: images ``[B, 1 + R, S, S]`` to logits ``[B, 3]``.
        content: where the analyzed region lies in the classifier's square, as rows and columns.
        outlined_image: the segmenter's image ``[1, 1, T, T]``.
        outline: the lesion on the segmenter's square, ``[T, T]`` bool.
        segmenter: images ``[B, 1, T, T]`` to lesion logits ``[B, 1, T, T]``.
        explainer: gives the explainer of the classifier by its option, for methods that a classification makes too.
        at_once: how many images may go through a network together.
        seed: of what a method draws; the same seed gives the same map.
        tick: told after each pass how many images went through. It raises Cancelled where nobody waits any more.
    """

    image: Tensor
    others: Tensor | None
    target: int
    classifier: nn.Module
    content: tuple[slice, slice]
    outlined_image: Tensor
    outline: NDArray[np.bool_]
    segmenter: nn.Module
    explainer: Callable[[str], Explainer]
    at_once: int
    seed: int = 0
    tick: Callable[[int], None] = lambda count: None


@dataclass(frozen=True)
class Attribution:
    """What a method gives for one subject.

    Args:
        values: ``[n, n]`` over the square of the network that was explained, in the method's own unit: logits where
            the method is signed. Their sum means something for some of the methods, so that nothing is scaled yet.
        layer: what was looked at: a layer's name, or `INPUT`.
    """

    values: NDArray[np.float32]
    layer: str
