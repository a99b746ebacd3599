"""The frames worth a second look, most suspicious first, and the way from one to the next."""

from __future__ import annotations

from ...engine.findings.analysis import Analysis


def suspiciousFrames(analysis: Analysis) -> list[int]:
    """Indices of the frames that "next key frame" goes through, the most suspicious first.

    They are the local maxima of the probability of *malignant* over the analyzed frames (of a level stretch its first
    frame), in descending order. A curve with a single peak says little about where else to look: then the frames with
    lesions follow, in order.
    """
    curve = malignantByFrame(analysis)
    peaks = sorted(_localMaxima(curve), key=lambda frame: (-dict(curve)[frame], frame))
    if len(peaks) > 1:
        return peaks
    return list(dict.fromkeys([*peaks, *sorted({lesion.frame for lesion in analysis.lesions})]))


def malignantByFrame(analysis: Analysis) -> list[tuple[int, float]]:
    """Index of every frame that has probabilities, and how probably it shows a malignant lesion, ascending by index."""
    return sorted(
        (finding.index, finding.probabilities.malignant)
        for finding in analysis.frames
        if finding.probabilities is not None
    )


def nextKeyFrame(frames: list[int], current: int | None, step: int) -> int | None:
    """The frame `step` places after `current` among `frames`; after the last comes the first.

    The first of them where `current` is none of them; None where there are no frames at all.
    """
    if not frames:
        return None
    if current not in frames:
        return frames[0]
    return frames[(frames.index(current) + step) % len(frames)]


def _localMaxima(curve: list[tuple[int, float]]) -> list[int]:
    """Frames that no neighbor exceeds; a level stretch counts once, by its first frame."""
    stretches: list[tuple[int, float]] = []
    for frame, share in curve:
        if not stretches or share != stretches[-1][1]:
            stretches.append((frame, share))
    below = float("-inf")
    heights = [below, *(height for _frame, height in stretches), below]
    return [
        frame
        for place, (frame, height) in enumerate(stretches, start=1)
        if heights[place - 1] < height > heights[place + 1]
    ]
