"""What was recognized of an input, in words."""

from __future__ import annotations

from slicer.i18n import tr as _

from ...engine.findings.words import spacing_words
from ...engine.images.frames import InputKind, SpacingSource
from ...scene.source.recognized import Recognized


def recognizedWords(recognized: Recognized) -> str:
    """One line: "Cine, 65 frames, 0.062 mm/pixel", or that millimeters are not shown."""
    if recognized.pixelSpacingMm is None:
        return _("{what}, uncalibrated: millimeters are not shown").format(what=_kindWords(recognized))
    parts = [_kindWords(recognized), spacing_words(recognized.pixelSpacingMm, _)]
    if recognized.sliceSpacingMm is not None:
        parts.append(_("slices {size:.3g} mm apart").format(size=recognized.sliceSpacingMm))
    if recognized.spacingSource is SpacingSource.MANUAL:
        parts.append(_("given by hand"))
    elif recognized.spacingSource is SpacingSource.VOLUME_HEADER:
        parts.append(_("as the volume's header states it"))
    if recognized.kind is InputKind.VOLUME and recognized.sliceSpacingMm is None:
        parts.append(_("slice spacing unknown: no volumes in mm³"))
    return ", ".join(parts)


def _kindWords(recognized: Recognized) -> str:
    if recognized.kind is InputKind.CINE:
        return _("Cine, {count} frames").format(count=recognized.frames)
    if recognized.kind is InputKind.VOLUME:
        return _("3-D volume, {count} slices").format(count=recognized.frames)
    return _("Still")
