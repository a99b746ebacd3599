"""What both networks of a pair say of outlines that are not shown."""

from __future__ import annotations

from ..bundles.bundle import Models
from ..lesions.withholding import WithholdingRule


def withholding_rule(models: Models) -> WithholdingRule:
    """What an outline must reach to be shown, as both bundles say."""
    segmenter = models.segmenter
    return WithholdingRule(
        evidence=segmenter.lesion_evidence,
        gap=segmenter.lesion_gap,
        normal_below=models.classifier.calibration.normal_below,
        withhold_below=segmenter.withhold_below,
    )
