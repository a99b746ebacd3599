"""What a classifier's heat maps must reach, written into its bundle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from BreastUSAILib.engine.explanations.explanation import GRAD_CAM

from .writer import read_metadata, rewrite_bundle


def set_thresholds(bundle: Path, figures: Mapping[str, Any]) -> None:
    """Put the thresholds of `figures_of_maps`, and the layer that was measured, into the bundle, whole or not at all.

    How they were chosen stands beside them. Raises ModelError and OutputError.
    """
    metadata = read_metadata(bundle)
    own = metadata["breastusai"]
    told = own.get("explanation") or {"method": GRAD_CAM, "layer": own.get("explanation_layer", "")}
    chosen = {name: value for name, value in figures["thresholds"].items() if name != "rule" and value is not None}
    own["explanation"] = {**told, "layer": figures["run"]["layer"], "grades": chosen}
    report = {"rule": figures["thresholds"]["rule"], **figures["run"], "failing": figures["failing"]}
    rewrite_bundle(bundle, metadata={**metadata, "grades_report": report})
