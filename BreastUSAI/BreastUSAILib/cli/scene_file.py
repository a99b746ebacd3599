"""`scene.mrb`, which needs Slicer's own code."""

from __future__ import annotations

from pathlib import Path

from ..engine.errors import OutputError
from ..engine.findings.analysis import Analysis
from ..engine.images.frames import Frames


def write_scene(analysis: Analysis, frames: Frames, path: Path) -> None:
    """Write the findings as a Slicer scene.

    Raises:
        OutputError: where slicer-core is not installed, or the file cannot be written.
    """
    try:
        from ..scene.results.mrb import writeAnalysisScene
    except ModuleNotFoundError as error:
        if error.name not in ("slicer", "vtk"):
            raise
        raise OutputError(
            "a scene needs Slicer's own code, which is not installed",
            where=path.name,
            remedy="Install it with 'pip install slicer-core', or leave out --scene",
        ) from error
    writeAnalysisScene(analysis, frames, path)
