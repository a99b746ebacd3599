"""What was recognised of an input, in words."""

from __future__ import annotations

from slicer.i18n import tr as _

from ...engine.findings.words import spacing_words
from ...engine.images.frames import InputKind, SpacingSource
from ...scene.source.recognised import Recognised


def recognisedWords(recognised: Recognised) -> str:
    """One line: "Cine, 65 frames, 0.062 mm/pixel", or that millimetres are not shown."""
    if recognised.pixelSpacingMm is None:
        return _("{what}, uncalibrated: millimetres are not shown").format(what=_kindWords(recognised))
    parts = [_kindWords(recognised), spacing_words(recognised.pixelSpacingMm, _)]
    if recognised.sliceSpacingMm is not None:
        parts.append(_("slices {size:.3g} mm apart").format(size=recognised.sliceSpacingMm))
    if recognised.spacingSource is SpacingSource.MANUAL:
        parts.append(_("given by hand"))
    elif recognised.spacingSource is SpacingSource.VOLUME_HEADER:
        parts.append(_("as the volume's header states it"))
    if recognised.kind is InputKind.VOLUME and recognised.sliceSpacingMm is None:
        parts.append(_("slice spacing unknown: no volumes in mm³"))
    return ", ".join(parts)


def _kindWords(recognised: Recognised) -> str:
    if recognised.kind is InputKind.CINE:
        return _("Cine, {count} frames").format(count=recognised.frames)
    if recognised.kind is InputKind.VOLUME:
        return _("3-D volume, {count} slices").format(count=recognised.frames)
    return _("Still")
