"""Two results side by side: of image nodes, of files, or as they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..engine.errors import InputError
from ..engine.findings.analysis import Analysis
from ..engine.findings.comparison.comparison import Comparison, one_partner_each, pair_in
from ..engine.findings.document_form import read_result
from ..scene.mrml.nodes import nodesOfClass
from ..scene.mrml.result_links import VOLUME_ROLE, resultOf
from ..scene.results.stored_report import storedReport

if TYPE_CHECKING:
    from ..scene.mrml.node_types import vtkMRMLScene, vtkMRMLVolumeNode


def compared(
    first: Analysis, second: Analysis, pairs: Mapping[int, int] | None = None, *, areViews: bool = False
) -> Comparison:
    """What became of the lesions from one exam to the next, or what two views of them say together.

    `pairs` are numbers of lesions of `first` to those of `second`; None: suggested. Raises OptionError for a number
    that a result does not have, or that is given twice.
    """
    from ..engine.lesions.exams import compare_exams, join_views  # with scipy: not when the panel opens

    return (join_views if areViews else compare_exams)(first, second, pairs)


def resultFrom(source: vtkMRMLVolumeNode | Analysis | str | Path | None) -> Analysis:
    """The newest result of an image node, the one that a file or folder holds, or the one that is given.

    Raises InputError where there is none.
    """
    if isinstance(source, Analysis):
        return source
    if isinstance(source, (str, Path)):
        return read_result(Path(source))
    linked = None if source is None else resultOf(source)
    stored = None if linked is None else storedReport(linked.report)
    if stored is None:
        raise InputError(
            "the image has no result to compare",
            where="" if source is None else source.GetName(),
            remedy="Analyze it first, or give a result that was saved",
        )
    return stored.analysis


def imagesWithResults(scene: vtkMRMLScene) -> list[vtkMRMLVolumeNode]:
    """The images of the scene that have a result that may be seen, in the scene's order."""
    reports = nodesOfClass(scene, "vtkMRMLTextNode")
    images = [report.GetNodeReference(VOLUME_ROLE) for report in reports if not report.GetHideFromEditors()]
    return list(dict.fromkeys(image for image in images if image is not None))


def pairsIn(text: str) -> dict[int, int] | None:
    """Pairs as they are typed, ``1:2, 2:1``; None for an empty text. Raises OptionError."""
    return one_partner_each(map(pair_in, text.replace(",", " ").split())) or None
