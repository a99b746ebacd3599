"""What an image is compared with: the same image without its details.

Black would be the usual choice, but a lesion is dark: what is as dark as the baseline gets no relevance by integrated
gradients and the like, however much the network looks at it. The blurred image keeps the brightness at every depth
and loses borders, textures and shadows.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, interpolate

from ..explanation import Subject

CELLS = 4
"""Of the square, along each side: what is smaller than two of them is gone from the baseline."""


def blurred(subject: Subject, cells: int = CELLS) -> Tensor:
    """The subject's image ``[1, 1, S, S]`` as the means of `cells` by `cells` parts of its analyzed region, smooth.

    What lies outside the region stays as it is.
    """
    rows, columns = subject.content
    baseline = subject.image.clone()
    inside = baseline[..., rows, columns]
    small = adaptive_avg_pool2d(inside, min(cells, *inside.shape[-2:]))
    baseline[..., rows, columns] = interpolate(small, inside.shape[-2:], mode="bilinear", align_corners=False)
    return baseline


def contrast(image: Tensor) -> float:
    """From the darkest to the brightest value of an image, never 0."""
    return max(float(image.max() - image.min()), 1e-6)
