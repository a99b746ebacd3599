"""The nodes of a result as a change of its lesions takes them."""

from __future__ import annotations

from typing import Any

from BreastUSAILib.scene.lesions.changed_result import ChangedNodes


def nodes_of(parameters: Any) -> ChangedNodes:
    """Those of the panel's parameters."""
    return ChangedNodes(parameters.inputVolume, parameters.segmentation, parameters.table, parameters.report)
