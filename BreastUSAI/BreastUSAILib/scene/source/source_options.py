"""What a user says about an input that its file does not: pixel size, and whether frames are slices."""

from __future__ import annotations

from dataclasses import dataclass

from ...engine.errors import OptionError
from ...engine.images.plausible_spacing import LARGEST_SPACING_MM, SMALLEST_SPACING_MM, plausible_length


@dataclass(frozen=True)
class SourceOptions:
    """How a volume node is to be understood.

    Args:
        pixelSpacingMm: the pixel size that was typed or measured, one number for square pixels or (row, column), in
            mm; None leaves it to the node and its file.
        asSlices: whether the frames of a cine are the slices of a volume; of a volume, whether `sliceSpacingMm` is to
            count instead of what its header says.
        sliceSpacingMm: the distance between these slices in mm, or None where unknown. Counts with `asSlices` alone.

    Raises:
        OptionError: a size that no ultrasound pixel can have.
    """

    pixelSpacingMm: float | tuple[float, float] | None = None  # noqa: N815
    asSlices: bool = False  # noqa: N815
    sliceSpacingMm: float | None = None  # noqa: N815

    def __post_init__(self) -> None:
        for length in self.pixelSize or ():
            requirePlausible("pixel", length)
        if self.asSlices and self.sliceSpacingMm is not None:
            requirePlausible("slice", self.sliceSpacingMm)

    @property
    def pixelSize(self) -> tuple[float, float] | None:
        """(row, column) in mm, or None where the user gave none."""
        given = self.pixelSpacingMm
        return (given, given) if isinstance(given, (int, float)) else given


def requirePlausible(what: str, lengthMm: float) -> None:
    """Raises OptionError where `lengthMm` cannot be the spacing of an ultrasound pixel or slice."""
    if plausible_length(lengthMm) is None:
        raise OptionError(
            f"a {what} spacing of {lengthMm:.3g} mm is impossible in ultrasound",
            remedy=f"Give a spacing between {SMALLEST_SPACING_MM} and {LARGEST_SPACING_MM:g} mm",
        )
