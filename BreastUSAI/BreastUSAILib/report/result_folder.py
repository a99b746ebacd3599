"""The folder of one input's results, written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..engine.explanations.registry import EXPLAIN_METHODS
from ..engine.findings.analysis import Analysis
from ..engine.findings.counterfactual.counterfactuals import Counterfactuals
from ..engine.findings.document_form import ANALYSIS
from ..engine.images.frames import Frames
from ..engine.images.without_text import without_text
from .atomic import atomic_folder
from .counterfactual_picture import write_counterfactual_picture
from .json_file import write_document, write_json
from .nrrd.heat_map_nrrd import write_further_maps, write_heat_maps
from .nrrd.segmentation_nrrd import write_segmentation
from .preview import write_preview
from .privacy import private_frames, without_identifiers
from .reports import REPORT_FILES, ReportOptions, Reports, write_reports

SEGMENTATION = "segmentation.seg.nrrd"
HEAT_MAP = "heatmap.nrrd"
PREVIEW = "preview.png"
COUNTERFACTUALS = "counterfactuals.json"
COUNTERFACTUAL_PICTURE = "counterfactuals.png"
SCENE = "scene.mrb"


def further_map_name(option: str) -> str:
    """The file with the maps of a method beside the heat map."""
    return f"heatmap-{option}.nrrd"


OWNED = (
    frozenset({ANALYSIS, SEGMENTATION, HEAT_MAP, PREVIEW, SCENE, COUNTERFACTUALS, COUNTERFACTUAL_PICTURE})
    | frozenset(map(further_map_name, EXPLAIN_METHODS))
    | REPORT_FILES
)
"""Every name that a result may have."""

PLAIN = ReportOptions()
NO_REPORTS = Reports()
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
    reports: Reports = NO_REPORTS
    explanations: Mapping[str, Path] = field(default_factory=dict)


def write_results(
    analysis: Analysis,
    frames: Frames,
    folder: Path,
    write_scene: SceneWriter | None = None,
    options: ReportOptions = PLAIN,
    counterfactuals: Counterfactuals | None = None,
) -> ResultFiles:
    """Write every file of one analysis into `folder`, which an earlier result makes way for whole.

    They hold a patient's pixels: only the user may read them, unless the folder was there and lets others.

    A rejected input has no masks and no heat maps: it gives `analysis.json` and `preview.png` alone.

    Args:
        analysis: what was found.
        frames: what it was found in.
        folder: the folder to create; its parents are created too.
        write_scene: writes `scene.mrb`, or None for no scene.
        options: which reports are written too; and whether what tells the patient may be in the files. Unless it is
            asked for, unique identifiers are hashed outside of DICOM objects, no name repeats what the header says
            of the patient, and what stands beside the scan area is black in pictures and in the scene's image.
        counterfactuals: what was checked of the key frame, or None.

    Raises:
        InputError: where a frame cannot be read again for the preview.
        OutputError: where something cannot be written; nothing of this result is left behind then.
    """
    mapped = bool(analysis.maps.frames)
    named, shown = analysis, frames
    if not options.keep_text:
        shown = without_text(shown, analysis.input.region_px)
    if not options.keep_identity:
        named, shown = without_identifiers(analysis), private_frames(shown)
    with atomic_folder(folder, owned=OWNED, private=True) as inside:
        write_json(named, inside / ANALYSIS)
        if mapped:
            write_segmentation(named, shown, inside / SEGMENTATION)
            write_heat_maps(named, shown, inside / HEAT_MAP)
        for further in named.explanations:
            write_further_maps(named, shown, further, inside / further_map_name(further.option))
        write_preview(named, shown, inside / PREVIEW)
        if counterfactuals is not None:
            write_document(counterfactuals.to_json(), inside / COUNTERFACTUALS)
            write_counterfactual_picture(counterfactuals, inside / COUNTERFACTUAL_PICTURE)
        if write_scene is not None:
            write_scene(named, shown, inside / SCENE)
        reports = write_reports(analysis, frames, shown, inside, options, named)
    return ResultFiles(
        folder,
        folder / ANALYSIS,
        folder / PREVIEW,
        folder / SEGMENTATION if mapped else None,
        folder / HEAT_MAP if mapped else None,
        folder / SCENE if write_scene is not None else None,
        reports,
        {one.option: folder / further_map_name(one.option) for one in analysis.explanations},
    )
