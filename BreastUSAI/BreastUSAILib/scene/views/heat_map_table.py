"""The colors of heat maps as nodes: a table that every heat map of the scene shares, and a legend for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...engine.findings.heat_map_colors import heat_map_colors, heat_map_opacity
from ..mrml.nodes import nodesOfClass

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLColorLegendDisplayNode, vtkMRMLColorTableNode, vtkMRMLScene, vtkMRMLVolumeNode

TABLE_ATTRIBUTE = "BreastUSAI.heatMapColours"
"""Attribute of a color table that holds the colors of heat maps: over what, `grey` or `flow`, and ` signed`."""

_NAMES = {
    "grey": "BreastUSAI heat map",
    "flow": "BreastUSAI heat map on Doppler",
    "grey signed": "BreastUSAI heat map, for and against",
    "flow signed": "BreastUSAI heat map on Doppler, for and against",
}
_COLORS = 256
_LEGEND_SIZE = (0.1, 0.28)  # short and long side, as shares of the view
_LEGEND_POSITION = (0.97, 0.06)  # at the lower right
_LEGEND_FONT = 10


def heatMapTable(scene: vtkMRMLScene, onFlow: bool, isSigned: bool = False) -> vtkMRMLColorTableNode:
    """The scene's color table for heat maps over gray images, or over color Doppler; added where there is none.

    The table's opacities start at none and grow with the heat. That of signed maps reaches from -1 to 1, and its
    opacities grow to both ends.
    """
    over = ("flow" if onFlow else "grey") + (" signed" if isSigned else "")
    for table in nodesOfClass(scene, "vtkMRMLColorTableNode"):
        if table.GetAttribute(TABLE_ATTRIBUTE) == over:
            return table
    table = scene.CreateNodeByClass("vtkMRMLColorTableNode")
    table.UnRegister(None)
    table.SetName(scene.GenerateUniqueName(_NAMES[over]))
    table.SetAttribute(TABLE_ATTRIBUTE, over)
    table.SetAttribute("Category", "BreastUSAI")
    table.SetTypeToUser()
    table.SetNumberOfColors(_COLORS)
    values = np.linspace(-1.0 if isSigned else 0.0, 1.0, _COLORS)
    colors = heat_map_colors(values, onFlow, isSigned) / 255.0
    for index, (value, color, opacity) in enumerate(zip(values, colors, heat_map_opacity(values), strict=True)):
        table.SetColor(index, f"{value:.2f}", *(float(channel) for channel in color), float(opacity))
    return scene.AddNode(table)


def addLegend(volumeNode: vtkMRMLVolumeNode) -> vtkMRMLColorLegendDisplayNode | None:
    """A scale of the colors in every slice view that shows `volumeNode`, a heat map with its display."""
    scene, display = volumeNode.GetScene(), volumeNode.GetDisplayNode()
    legend = scene.AddNewNodeByClass("vtkMRMLColorLegendDisplayNode", f"{volumeNode.GetName()} legend")
    legend.SetAndObservePrimaryDisplayNode(display)
    legend.SetTitleText("Relevance")
    legend.SetNumberOfLabels(3)
    for words in (legend.GetTitleTextProperty(), legend.GetLabelTextProperty()):
        words.SetFontSize(_LEGEND_FONT)
    legend.SetSize(*_LEGEND_SIZE)
    legend.SetPosition(*_LEGEND_POSITION)
    legend.SetVisibility3D(False)
    volumeNode.AddAndObserveDisplayNodeID(legend.GetID())
    legend.Modified()  # the views hear of a new legend by this alone
    return legend
