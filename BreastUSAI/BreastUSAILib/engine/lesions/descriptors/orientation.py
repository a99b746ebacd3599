"""Orientation: parallel to the skin, or not.

The lexicon calls a mass parallel that is wider than tall; one whose height along the beam exceeds its width is not.
Measured is `height_width_ratio`, that of the box around the outline, in mm where the pixel size is known; above 1 the
lesion is taller than wide. After A. T. Stavros et al., Solid breast nodules: use of sonography to distinguish between
benign and malignant lesions, Radiology 1995;196:123-134. The skin is taken to lie along the image's upper edge.
"""

from __future__ import annotations

import math

from ...findings.analysis import Lesion
from ...findings.descriptors import NOT_PARALLEL, ORIENTATION, PARALLEL, Descriptor
from .patch import confidence

_SCALE = 0.08  # of the ratio's logarithm


def orientation(lesion: Lesion) -> Descriptor:
    """The orientation of a lesion that is measured."""
    ratio = lesion.height_width_ratio
    value = NOT_PARALLEL if ratio > 1 else PARALLEL
    return Descriptor(ORIENTATION, value, confidence(math.log(ratio), _SCALE), {"height_width_ratio": ratio})
