"""Past cases that look alike, as plain data: what a search in a library of them gave. Needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

CASE_LABELS = ("normal", "benign", "malignant")
UNKNOWN = "unknown"
"""What stands for the label of a case that nobody gave one."""

WITHOUT_VERDICT = "An image without a verdict is compared with no past cases."


class Metric(str, Enum):
    """How the distance of two signatures is stated. Both give the same order, since signatures have length 1.

    ``euclidean``: from 0 to 2. ``cosine``: 1 less the cosine of the angle between them, from 0 to 2.
    """

    EUCLIDEAN = "euclidean"
    COSINE = "cosine"


@dataclass(frozen=True)
class SimilarRequest:
    """What to look for beside an analysis.

    Args:
        library: the folder of the library; empty for the one that comes with the product.
        count: how many cases, 1 to 50.
        metric: how their distance is stated.
        patient: whose cases are left out, as the library's table named this patient; empty where nobody is.
    """

    library: str = ""
    count: int = 5
    metric: Metric = Metric.EUCLIDEAN
    patient: str = ""


@dataclass(frozen=True)
class LibrarySummary:
    """Which library was asked: its own random identifier, its name, how many cases it has, and for which weights."""

    id: str
    name: str
    cases: int
    classifier_sha256: str


@dataclass(frozen=True)
class Neighbor:
    """One past case.

    `case` is its number in the library. `percentile` says how its distance compares with the distances at which the
    library finds the nearest case of an image it does not hold: 0 is nearer than all of these, 100 farther. `label` is
    one of `CASE_LABELS` or ``unknown``, and `proven` says how it is known; texts are empty and numbers None where
    nobody gave them. `size_mm` is the lesion's long axis, `area_share` its share of the analyzed image.
    """

    case: int
    distance: float
    percentile: float
    label: str
    proven: str = ""
    birads: str = ""
    histology: str = ""
    size_mm: float | None = None
    area_share: float | None = None
    source: str = ""


@dataclass(frozen=True)
class Vote:
    """How many of the near cases have a label."""

    label: str
    cases: int


@dataclass(frozen=True)
class SimilarCases:
    """The past cases nearest to one frame, nearest first, each of another patient.

    `votes` counts the labels of those that are near (`close`), the most frequent first. `near_within` is the distance
    within which a case counts as near. `left_out` counts the cases of the same patient, and those that show the very
    same picture.
    `problem` says why there are none, where the library could not be asked; then everything else is empty.
    """

    frame: int | None = None
    library: LibrarySummary | None = None
    metric: Metric = Metric.EUCLIDEAN
    near_within: float = 0.0
    neighbors: tuple[Neighbor, ...] = ()
    votes: tuple[Vote, ...] = ()
    left_out: int = 0
    problem: str = ""

    @property
    def close(self) -> tuple[Neighbor, ...]:
        """The neighbors that are near enough to be called alike."""
        return tuple(one for one in self.neighbors if one.distance <= self.near_within)
