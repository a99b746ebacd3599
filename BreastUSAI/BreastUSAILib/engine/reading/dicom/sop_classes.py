"""The DICOM storage classes that can hold ultrasound pixels (PS3.4 B.5)."""

from __future__ import annotations

_STORAGE = "1.2.840.10008.5.1.4.1.1."
US_IMAGE = _STORAGE + "6.1"
US_MULTIFRAME = _STORAGE + "3.1"
US_RETIRED = frozenset({_STORAGE + "6", _STORAGE + "3"})
ENHANCED_US_VOLUME = _STORAGE + "6.2"
SECONDARY_CAPTURE = _STORAGE + "7"
MULTIFRAME_SECONDARY_CAPTURE = frozenset(_STORAGE + f"7.{kind}" for kind in (1, 2, 3, 4))
DICOMDIR = "1.2.840.10008.1.3.10"

ULTRASOUND = frozenset({US_IMAGE, US_MULTIFRAME, ENHANCED_US_VOLUME}) | US_RETIRED
MULTIFRAME = frozenset({US_MULTIFRAME, ENHANCED_US_VOLUME, _STORAGE + "3"}) | MULTIFRAME_SECONDARY_CAPTURE
"""Those whose files hold several frames, also where they do not say how many."""
CAPTURES = frozenset({SECONDARY_CAPTURE}) | MULTIFRAME_SECONDARY_CAPTURE
SLICER_IMAGE_SEQUENCE = frozenset({US_IMAGE, US_MULTIFRAME, _STORAGE + "7.2"})
"""Those that Slicer's image sequence plugin takes whatever the modality."""
