"""How good a heat map is, as plain data. Needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EnergyShare:
    """Of a heat map the share of its positive energy in some part of the analyzed region, beside that part's area.

    Args:
        energy: share of the sum of the map's positive values, in [0, 1].
        area: share of the analyzed region's pixels, in [0, 1].
    """

    energy: float
    area: float

    @property
    def ratio(self) -> float | None:
        """Energy over area: 1 is what a map gives that knows nothing; None for a part without pixels."""
        return self.energy / self.area if self.area > 0 else None


@dataclass(frozen=True)
class MethodAgreement:
    """How the map of another method orders the pixels: the rank correlation with it, in [-1, 1]."""

    method: str
    rank_correlation: float


@dataclass(frozen=True)
class CostlyGrades:
    """Grades that take many passes through the network, of one heat map; `None` where one means nothing.

    Args:
        deletion: area under the class's probability while the pixels are blurred away, those the map marks first;
            lower is better.
        insertion: the same while they come back into a blurred image; higher is better.
        random_deletion: `deletion` in an order that knows nothing, the mean over a few of them.
        random_insertion: `insertion` in such an order.
        infidelity: Captum's, scaled so that the map is in the units of the output; lower is better.
        sensitivity: Captum's `sensitivity_max`: by how much the map changes, relative to itself, when the image hardly
            does; lower is better.
        flip_stability: rank correlation of the map with that of the mirror image, mirrored back.
        shift_stability: the least rank correlation with those of the image moved a little each way, moved back.
        agreement: with the maps of other methods for the same class.
    """

    deletion: float
    insertion: float
    random_deletion: float
    random_insertion: float
    infidelity: float | None = None
    sensitivity: float | None = None
    flip_stability: float | None = None
    shift_stability: float | None = None
    agreement: tuple[MethodAgreement, ...] = ()

    @property
    def gain(self) -> float:
        """Insertion less deletion, beyond that of an order that knows nothing: above 0 where the map is right."""
        return (self.insertion - self.deletion) - (self.random_insertion - self.random_deletion)


@dataclass(frozen=True)
class HeatMapGrades:
    """Grades of one frame's heat map by one method.

    Args:
        frame: the frame.
        method: the method, by its name.
        is_empty: whether the map has no positive value: nothing speaks for the class. It has no other grades then.
        lesion: energy in the outlined lesions; None where none is outlined.
        lesion_and_band: energy in the lesions and the band behind them, as deep as they are high, where shadow and
            enhancement show; None as `lesion`.
        points_at_lesion: whether the map's highest point lies in a lesion (the pointing game); None as `lesion`.
        points_at_band: whether it lies in a lesion or the band behind one.
        marks: energy on or close to calipers, text and other thin drawings inside the scan area.
        outside: energy inside the analyzed rectangle but outside the scan area.
        costly: what was asked for besides; None where it was not.
        failed: what it fails by the model's own thresholds: words of `engine.explanations.grading.thresholds`.
    """

    frame: int
    method: str
    is_empty: bool = False
    lesion: EnergyShare | None = None
    lesion_and_band: EnergyShare | None = None
    points_at_lesion: bool | None = None
    points_at_band: bool | None = None
    marks: EnergyShare | None = None
    outside: EnergyShare | None = None
    costly: CostlyGrades | None = None
    failed: tuple[str, ...] = ()
