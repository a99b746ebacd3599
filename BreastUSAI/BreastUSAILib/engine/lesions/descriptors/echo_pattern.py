"""Echo pattern: how bright the lesion is beside the tissue around it.

The lexicon compares with subcutaneous fat. Where in an image fat lies is not known here, so that the tissue beside the
lesion at its own depth stands for it, which attenuation and gain reach as they reach the lesion; of that tissue its
darker half, as fat is darker than glandular tissue. Gray values are shares of the analyzed region's range. Measured are

- `level`: the lesion's median gray value,
- `contrast`: that level minus the reference,
- `dark_share`: the share of the lesion without echoes, at most `NO_ECHO`; most of an anechoic lesion,
- `dark_parts`: the same after speckle is smoothed away, which leaves coherent parts without echoes; where they are more
  than `_PART` of a lesion that has echoes elsewhere, that is the pattern of a complex cystic and solid mass.

After the echogenicity features of W.-C. Shen et al., Acad Radiol 2007;14:928-939.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ...findings.descriptors import (
    ANECHOIC,
    COMPLEX,
    ECHO_PATTERN,
    HYPERECHOIC,
    HYPOECHOIC,
    ISOECHOIC,
    Descriptor,
)
from .patch import Patch, confidence

NO_ECHO = 0.08
MOST_ISOECHOIC = 0.06
"""Contrast below which a lesion is as bright as what is around it."""

_ANECHOIC_SHARE, _PART = 0.75, 0.35
_SMOOTH = 2.0  # cells
_ECHOES = 0.3  # gray value of what is solid
_CORE, _REACH = 0.05, 0.6  # of the lesion's size: from the outline inwards, and how far tissue is looked at
_FEWEST = 50
_SCALE, _SHARE_SCALE = 0.03, 0.08


def echo_pattern(patch: Patch) -> Descriptor:
    """The echo pattern of the lesion in the patch."""
    core = patch.distance < -_CORE
    rows: NDArray[np.bool_] = np.any(patch.mask, axis=1)
    beside = patch.free & rows[:, None] & (patch.distance > _CORE) & (patch.distance < _REACH)
    if np.count_nonzero(core) < _FEWEST or np.count_nonzero(beside) < _FEWEST:
        return Descriptor(ECHO_PATTERN, None, 0.0)
    inside, around = patch.gray[core], patch.gray[beside]
    level, reference = float(np.median(inside)), float(np.percentile(around, 25))
    smooth = ndimage.gaussian_filter(patch.gray, _SMOOTH)[core]
    dark, parts = (float((values <= NO_ECHO).mean()) for values in (inside, smooth))
    contrast = level - reference
    measures = {"level": level, "contrast": contrast, "dark_share": dark, "dark_parts": parts}
    value, away = _word(contrast, dark, parts, float(np.percentile(smooth, 90)))
    return Descriptor(ECHO_PATTERN, value, confidence(away, 1.0), measures)


def _word(contrast: float, dark: float, parts: float, brightest: float) -> tuple[str, float]:
    """The word, and how far it is from the next one."""
    if dark >= _ANECHOIC_SHARE:
        return ANECHOIC, (dark - _ANECHOIC_SHARE) / _SHARE_SCALE
    if parts >= _PART and brightest >= _ECHOES:
        return COMPLEX, min(parts - _PART, _ANECHOIC_SHARE - dark) / _SHARE_SCALE
    if abs(contrast) < MOST_ISOECHOIC:
        return ISOECHOIC, (MOST_ISOECHOIC - abs(contrast)) / _SCALE
    return HYPOECHOIC if contrast < 0 else HYPERECHOIC, (abs(contrast) - MOST_ISOECHOIC) / _SCALE
