"""The nodes of a result as a change of its lesions takes them."""

from __future__ import annotations

from typing import Any

from BreastUSAILib.scene.lesions.changed_result import ResultNodes


def nodes_of(parameters: Any) -> ResultNodes:
    """Those of the panel's parameters."""
    return ResultNodes(parameters.inputVolume, parameters.segmentation, parameters.table, parameters.report)
