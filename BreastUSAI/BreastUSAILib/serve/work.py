"""From an uploaded file to the files of its result, in memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ..engine.errors import BreastUSAIError, InputError
from ..engine.findings.analysis import Analysis
from ..engine.findings.document_form import ANALYSIS
from ..engine.findings.heat_map_colors import heat_map_over, shows_flow
from ..engine.images.frames import Frames
from ..engine.images.without_text import without_text
from ..engine.interface import Engine
from ..engine.options import AnalyzeOptions, Cancelling, Progress
from ..engine.remote.private_folder import PrivateFolder
from ..report.analyze_to_folder import analyze_to_folder
from ..report.preview_views import Magnification, displayable, draw_outlines, enlarged, enlarged_map
from ..report.privacy import private_frames
from ..report.reports import ReportOptions
from ..report.result_folder import PREVIEW

IMAGE, OVERLAY, REPORT = "image.png", "overlay.png", "report.pdf"
_BOX = (900, 900)

Read = Callable[[Path], Iterator[Frames | BreastUSAIError]]


@dataclass(frozen=True)
class UploadWork:
    """Reads and analyzes uploads; nothing that tells the patient is in what it gives.

    Args:
        engine: analyzes.
        read: reads a file, in a process of its own.
        folder: where results are written before they are taken into memory.
    """

    engine: Engine
    read: Read
    folder: PrivateFolder

    def __call__(
        self, file: Path, options: AnalyzeOptions, progress: Progress, cancelled: Cancelling
    ) -> Mapping[str, bytes]:
        """The files of the result of the first image in a file. Raises BreastUSAIError."""
        frames = next(self.read(file), None)
        if frames is None:
            raise InputError("this is no image", remedy="Send DICOM, a picture, a volume or a video")
        if not isinstance(frames, Frames):
            raise frames
        frames = private_frames(frames)
        with self.folder.subfolder() as place:
            done = analyze_to_folder(
                frames,
                options,
                place / "result",
                self.engine,
                progress=progress,
                cancelled=cancelled,
                reports=ReportOptions(("pdf",)),
            )
            files = {
                name: (done.files.folder / name).read_bytes()
                for name in (ANALYSIS, PREVIEW, REPORT)
                if (done.files.folder / name).is_file()
            }
        plain, overlay = pictures(done.analysis, without_text(frames, done.analysis.input.region_px))
        return {**files, IMAGE: plain, OVERLAY: overlay}


def pictures(analysis: Analysis, frames: Frames) -> tuple[bytes, bytes]:
    """The key frame as PNG, by itself and with heat map and outlines; the middle one where nothing was judged."""
    key = analysis.verdict.key_frame
    frame = frames.count // 2 if key is None else key
    fitting = Magnification.fitting(frames.rows, frames.columns, frames.pixel_spacing_mm, _BOX)
    size = fitting.size(frames.rows, frames.columns)
    plain = enlarged(displayable(frames.read_frame(frame)), size)
    overlay = plain.copy()
    if frame in analysis.maps.frames:
        heat = enlarged_map(analysis.maps.heat_map(frame), size)
        overlay = Image.fromarray(heat_map_over(np.asarray(plain), heat, shows_flow(analysis.flags)))
        draw_outlines(overlay, analysis.segment_labels(frame))
    return _png(plain), _png(overlay)


def _png(image: Image.Image) -> bytes:
    stored = io.BytesIO()
    image.save(stored, format="PNG")
    return stored.getvalue()
