"""The folder of one input's results, written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..engine.explanations.registry import EXPLAIN_METHODS
from ..engine.findings.analysis import Analysis
from ..engine.images.frames import Frames
from ..engine.images.without_text import without_text
from .atomic import atomic_folder
from .heat_map_nrrd import write_further_maps, write_heat_maps
from .json_file import write_json
from .preview import write_preview
from .segmentation_nrrd import write_segmentation

ANALYSIS = "analysis.json"
SEGMENTATION = "segmentation.seg.nrrd"
HEAT_MAP = "heatmap.nrrd"
PREVIEW = "preview.png"
SCENE = "scene.mrb"


def further_map_name(option: str) -> str:
    """The file with the maps of a method beside the heat map."""
    return f"heatmap-{option}.nrrd"


OWNED = frozenset({ANALYSIS, SEGMENTATION, HEAT_MAP, PREVIEW, SCENE, *map(further_map_name, EXPLAIN_METHODS)})
"""Every name that a result may have."""

SceneWriter = Callable[[Analysis, Frames, Path], None]


@dataclass(frozen=True)
class ResultFiles:
    """Where one input's results are. Segmentation and heat map are None where no frame was segmented.

    `explanations` are the maps beside the heat map, by the method's option.
    """

    folder: Path
    analysis: Path
    preview: Path
    segmentation: Path | None
    heat_map: Path | None
    scene: Path | None
    explanations: Mapping[str, Path] = field(default_factory=dict)


def write_results(
    analysis: Analysis,
    frames: Frames,
    folder: Path,
    write_scene: SceneWriter | None = None,
    keep_text: bool = False,
) -> ResultFiles:
    """Write every file of one analysis into `folder`, which an earlier result makes way for whole.

    They hold a patient's pixels: only the user may read them, unless the folder was there and lets others.

    A rejected input has no masks and no heat maps: it gives `analysis.json` and `preview.png` alone.

    Args:
        analysis: what was found.
        frames: what it was found in.
        folder: the folder to create; its parents are created too.
        write_scene: writes `scene.mrb`, or None for no scene.
        keep_text: leave what stands beside the scan area in the pictures; else it is black in them, and in the
            scene's image: the patient's name is often burned in there.

    Raises:
        InputError: where a frame cannot be read again for the preview.
        OutputError: where something cannot be written; nothing of this result is left behind then.
    """
    mapped = bool(analysis.maps.frames)
    if not keep_text:
        frames = without_text(frames, analysis.input.region_px)
    with atomic_folder(folder, owned=OWNED, private=True) as inside:
        write_json(analysis, inside / ANALYSIS)
        if mapped:
            write_segmentation(analysis, frames, inside / SEGMENTATION)
            write_heat_maps(analysis, frames, inside / HEAT_MAP)
        for further in analysis.explanations:
            write_further_maps(analysis, frames, further, inside / further_map_name(further.option))
        write_preview(analysis, frames, inside / PREVIEW)
        if write_scene is not None:
            write_scene(analysis, frames, inside / SCENE)
    return ResultFiles(
        folder,
        folder / ANALYSIS,
        folder / PREVIEW,
        folder / SEGMENTATION if mapped else None,
        folder / HEAT_MAP if mapped else None,
        folder / SCENE if write_scene is not None else None,
        {one.option: folder / further_map_name(one.option) for one in analysis.explanations},
    )
