"""What every explanation of a class has in common, and how each is called. Needs nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor

    from .recorded_pass import Explained

GRAD_CAM = "Grad-CAM"
SALIENCY = "Saliency"


class Explainer(Protocol):
    """Explains one class of one network; `method` and `layer` say how, as in `analysis.json`."""

    method: str
    layer: str

    def __call__(self, images: Tensor, target: int) -> Explained:
        """Logits and maps of class `target` for images ``[B, C, S, S]``."""
