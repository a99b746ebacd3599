"""The shipped phantoms in Slicer's Sample Data module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import slicer
from slicer.i18n import tr as _

from ...engine.errors import BreastUSAIError
from ...engine.images.videos import called_video
from ...scene.images.samples import addSample
from ...scene.mrml.sequences import sequenceBehind
from ...scene.source.sample_source import SAMPLES, sampleCopiedTo
from ..words.plain_words import plainWords

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLVolumeNode

CATEGORY = "BreastUSAI"
THUMBNAILS = SAMPLES.parent / "Icons"


@dataclass(frozen=True)
class Sample:
    """One shipped phantom: the file below Resources/Samples and its title in the Sample Data module."""

    fileName: str  # noqa: N815
    title: str

    @property
    def thumbnail(self) -> Path:
        """The picture on its button."""
        return THUMBNAILS / f"sample_{Path(self.fileName).stem}.png"


def samples() -> tuple[Sample, ...]:
    """Every shipped phantom, in the order they are offered in."""
    return (
        Sample("still_malignant_calibrated.dcm", _("Phantom, malignant still")),
        Sample("still_benign_calibrated.dcm", _("Phantom, benign still")),
        Sample("still_normal_uncalibrated_rgb.dcm", _("Phantom, normal still without pixel size")),
        Sample("still_doppler_two_regions.dcm", _("Phantom, still with color Doppler")),
        Sample("cine_malignant_calibrated.dcm", _("Phantom, malignant cine")),
    )


def registerSampleData() -> None:
    """Offer the phantoms in the Sample Data module, category BreastUSAI; nothing is loaded or downloaded yet."""
    from SampleData import SampleDataLogic

    for sample in samples():
        SampleDataLogic.registerCustomSampleDataSource(
            category=CATEGORY,
            sampleName=sample.title,
            uris=(SAMPLES / sample.fileName).as_uri(),
            fileNames=sample.fileName,
            nodeNames=Path(sample.fileName).stem,
            thumbnailFileName=str(sample.thumbnail),
            customDownloader=loadSource,  # of the buttons
            loadFileTypes="BreastUSAIPhantom",  # of `SampleData.downloadSample`, through BreastUSAIFileReader
        )


class SampleSource(Protocol):
    """A data source of the Sample Data module, as far as it is asked."""

    fileNames: list[str]  # noqa: N815


def loadSource(source: SampleSource) -> list[vtkMRMLVolumeNode]:
    """What a button of the Sample Data module does: load that phantom and show it; a failure is said in a sentence.

    Returns the nodes that were loaded, none after a failure.
    """
    return loadFile(source.fileNames[0])


def loadFile(path: str) -> list[vtkMRMLVolumeNode]:
    """Load the phantom of that file name, or a video, and show it; a failure ends in a message."""
    from ...scene.images.video import addVideo

    return _shown(lambda: addVideo(Path(path)) if called_video(path) else addSample(Path(path).name))


def isOurs(path: str) -> bool:
    """Whether the file is a phantom, or a copy of one, or is called a video; an exam is not opened for that."""
    return called_video(path) or sampleCopiedTo(path) is not None


def _shown(add: Callable[[], vtkMRMLVolumeNode]) -> list[vtkMRMLVolumeNode]:
    try:
        volume = add()
    except BreastUSAIError as error:
        slicer.util.errorDisplay(plainWords(str(error)), windowTitle=_("The file cannot be loaded"))
        return []
    slicer.util.setSliceViewerLayers(background=volume, fit=True)
    browsed = sequenceBehind(volume)
    if browsed is not None:
        slicer.modules.sequences.showSequenceBrowser(browsed.browser)
    return [volume]
