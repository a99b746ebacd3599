"""Whether a frame is sharp and bright enough to be judged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .. import flag_sentences
from ..flags import Flag, FlagCode, Severity

_SIDE = 256  # the shorter side is thinned to between this and twice that
_LIT, _LIT_SHARE = 40, 0.05
_WHITE, _WHITE_SHARE = 232, 0.3
_BLUR_LAG = 4
BLURRED_BELOW = 0.34
"""Share of the change over four pixels that is there from one to the next; a straight ramp has a quarter."""

_TOO_DARK = Flag(FlagCode.EXPOSURE, Severity.WARNING, flag_sentences.TOO_DARK)
_TOO_BRIGHT = Flag(FlagCode.EXPOSURE, Severity.WARNING, flag_sentences.TOO_BRIGHT)
_BLURRED = Flag(FlagCode.BLURRED, Severity.WARNING, flag_sentences.BLURRED)


def quality_flags(gray: NDArray) -> tuple[Flag, ...]:
    """Flags of the analyzed region ``[H, W]``, 0-255: nearly black, much of it white, or without fine texture."""
    step = max(1, min(gray.shape) // _SIDE)
    thinned = gray[::step, ::step]
    if float((thinned > _LIT).mean()) < _LIT_SHARE:
        return (_TOO_DARK,)
    flags = (_TOO_BRIGHT,) if float((thinned > _WHITE).mean()) > _WHITE_SHARE else ()
    return (*flags, _BLURRED) if sharpness(thinned) < BLURRED_BELOW else flags


def sharpness(gray: NDArray) -> float:
    """Mean change from one pixel to the next over that across four, along the axis where it is larger."""
    levels = gray.astype(np.float32)
    shares = []
    for axis in (0, 1):
        if levels.shape[axis] <= _BLUR_LAG:
            continue
        one = np.abs(np.diff(levels, axis=axis)).mean()
        first, last = np.split(levels, [_BLUR_LAG], axis=axis)[1], np.split(levels, [-_BLUR_LAG], axis=axis)[0]
        shares.append(float(one) / max(float(np.abs(first - last).mean()), 1e-3))
    return max(shares, default=1.0)
