"""The measures of a lesion that its malignancy is judged by beside the classifier (`models/descriptor_evidence.py`).

They are the numbers behind the words for orientation, shape and margin, and the lesion's size:

- `log_height_width_ratio`: the natural logarithm of `height_width_ratio`,
- `ellipse_overlap`, `solidity`, `axis_ratio`, `sharpness` and `lobulation`: as `shape.py` and `margin.py` say,
- `log_share_of_region`: the natural logarithm of the lesion's share of the analyzed region.

Echo pattern and posterior features are not among them: on collections that nothing was fitted on they added nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ...findings.analysis import Lesion
from ...images.frames import Rectangle
from ...models.descriptor_evidence import MEASURES


def all_measures(lesion: Lesion, region: Rectangle) -> dict[str, float]:
    """Every number behind the descriptors of a lesion that can be measured, with those above.

    `region` is the analyzed one.
    """
    found = {name: value for one in lesion.descriptors for name, value in one.measures.items()}
    found["log_share_of_region"] = math.log(lesion.area_px / region.area)
    if lesion.height_width_ratio > 0:
        found["log_height_width_ratio"] = math.log(lesion.height_width_ratio)
    return found


def evidence_measures(found: Mapping[str, float]) -> dict[str, float] | None:
    """Those of `MEASURES` among all of a lesion; None where one of them is missing."""
    return {name: found[name] for name in MEASURES} if set(MEASURES) <= set(found) else None


def main_lesion(lesions: Sequence[Lesion]) -> Lesion | None:
    """The one that its frame's likelihood is about: the surest and largest, by probability times diameter."""
    return max(lesions, key=lambda one: one.mean_probability * math.sqrt(one.area_px), default=None)
