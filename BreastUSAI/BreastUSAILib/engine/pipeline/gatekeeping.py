"""Which frames of one analysis may have a result, and what is said of those that may not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..checks.input_checks import check_pixels, eight_bit
from ..flags import Flag, FlagCode, Severity
from ..gatekeeper.frame_flags import FAR, NO_GATE, NOT_LIKE_ULTRASOUND, drawing_flags
from ..gatekeeper.gate import Gate, Observed
from ..gatekeeper.picture_statistics import picture_statistics
from ..gatekeeper.quality import quality_flags
from ..images.frames import InputKind, Rectangle, luminance
from ..models.passes import Batch, Outputs
from ..preparing.prepare import Preprocessing
from . import remarks

_LEAST_SIDE = 32  # network pixels: a narrower strip has no statistics


@dataclass
class Gatekeeper:
    """Checks frames, by rules before the networks see them and by what was learned afterwards.

    Args:
        gate: what was learned; None leaves the rules alone.
        overriding: whether the user wants a result all the same.
        found: what frames showed, by code.
        overridden: codes of the flags that would have refused a result and were set aside.
    """

    gate: Gate | None
    overriding: bool = False
    found: dict[FlagCode, list[Flag]] = field(default_factory=dict)
    overridden: list[FlagCode] = field(default_factory=list)
    _unjudged: bool = False

    def refuses(self, pixels: NDArray, region: Rectangle) -> bool:
        """Note what the pixels of a frame tell in its region; whether that rules out any result."""
        flags = check_pixels(pixels, region)
        if not any(flag.severity is Severity.REJECT for flag in flags):
            gray = eight_bit(luminance(pixels)[region.slices])
            flags = (*flags, *drawing_flags(gray, {flag.code for flag in flags}), *quality_flags(gray))
        return self._note(flags)

    def let_through(self, batch: Batch, outputs: Outputs, wanted: Preprocessing) -> list[int]:
        """The places in the batch of the frames that what was learned lets through; the others are noted."""
        everything = list(range(len(outputs.logits)))
        if self.gate is None or outputs.features is None:
            self._unjudged = True
            return everything
        seen = observations(batch, outputs, wanted)
        if not seen:
            return everything
        return [place for place, one in enumerate(seen) if not self._note(self._learned(self.gate, one))]

    def _learned(self, gate: Gate, observed: Observed) -> tuple[Flag, ...]:
        judgment = gate.judge(observed)
        if judgment.score >= gate.reject_from:
            return (NOT_LIKE_ULTRASOUND,)
        return (FAR,) if judgment.distance >= gate.far_from else ()

    def _note(self, flags: Iterable[Flag]) -> bool:
        weighed = self.weighed(flags)
        for flag in weighed:
            self.found.setdefault(flag.code, []).append(flag)
        return any(flag.severity is Severity.REJECT for flag in weighed)

    def weighed(self, flags: Iterable[Flag]) -> list[Flag]:
        """The flags as they count: one that refuses a result is a warning where the user overrides it."""
        return [self._set_aside(flag) if flag.severity is Severity.REJECT else flag for flag in flags]

    def _set_aside(self, flag: Flag) -> Flag:
        if not self.overriding:
            return flag
        if flag.code not in self.overridden:
            self.overridden.append(flag.code)
        return replace(flag, severity=Severity.WARNING)

    def flags(self, known: Sequence[Flag], count: int, judged: bool, kind: InputKind) -> list[Flag]:
        """What single frames showed as flags of the input, each code once.

        Args:
            known: flags of the input itself.
            count: how many frames were looked at.
            judged: whether any of them has a result, so that the refused ones are only left out.
            kind: of the input.
        """
        seen, said = {flag.code for flag in known}, []
        for code, flags in self.found.items():
            if flags[0].severity is Severity.REJECT and judged:
                said.append(remarks.left_out(flags, count, kind))
            elif code not in seen:
                said.append(flags[0])
        if self._unjudged:
            said.append(NO_GATE)
        if self.overridden:
            said.append(remarks.REJECTION_OVERRIDDEN)
        return said


def observations(batch: Batch, outputs: Outputs, wanted: Preprocessing) -> list[Observed]:
    """What a gate judges the frames of a batch by; none where the network has no features, or the region is a strip."""
    place = batch.classifier_box.content
    if outputs.features is None or min(place.width, place.height) < _LEAST_SIDE:
        return []
    pictures = batch.for_classifier[:, 0].float().cpu().numpy()[(slice(None), *place.slices)]
    return [
        Observed(
            picture_statistics((picture * wanted.std + wanted.mean).astype(np.float32)),
            tuple(features[index] for features in outputs.features),
            outputs.logits[index],
        )
        for index, picture in enumerate(pictures)
    ]
