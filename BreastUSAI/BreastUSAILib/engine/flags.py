"""What the reader must know about an input or a result before trusting it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(str, Enum):
    """How much a flag weighs: ``reject`` means that no verdict is given."""

    INFO = "info"
    WARNING = "warning"
    REJECT = "reject"


class FlagCode(str, Enum):
    """The closed set of flags, as `analysis.json` names them.

    `OTHER` is never raised: it stands for a code of a later version in a document that is read.
    """

    UNCALIBRATED = "uncalibrated"
    NOT_ULTRASOUND = "not_ultrasound"
    COLOR_DOPPLER = "colour_doppler"
    MULTIPLE_REGIONS = "multiple_regions"
    IMAGE_TOO_SMALL = "image_too_small"
    BLANK_FRAME = "blank_frame"
    SECTOR_DETECTED = "sector_detected"
    PIXEL_SIZE_DOUBTFUL = "pixel_size_doubtful"
    OTHER_MODALITY = "other_modality"
    BURNED_IN_ANNOTATION = "burned_in_annotation"
    LEFT_OUT = "left_out"
    UNEQUAL_SPACING = "unequal_spacing"
    CALIBRATION_NOT_IN_SLICER = "calibration_not_in_slicer"
    DISAGREEMENT = "disagreement"
    NORMAL_NOT_SURE = "normal_not_sure"
    OUTLINE_WITHHELD = "outline_withheld"
    PREVALENCE_SHIFTED = "prevalence_shifted"
    RESCORED = "rescored"
    HEAT_MAP_FAILS = "heat_map_fails"
    HEAT_MAP_DISAGREES = "heat_map_disagrees"
    HEAT_MAP_EMPTY = "heat_map_empty"
    NOT_EXPLAINED = "not_explained"
    SPECTRAL_DOPPLER = "spectral_doppler"
    M_MODE = "m_mode"
    ELASTOGRAPHY = "elastography"
    CALIPERS = "calipers"
    BLURRED = "blurred"
    EXPOSURE = "exposure"
    LESION_AT_BORDER = "lesion_at_border"
    FAR_FROM_TRAINING = "far_from_training"
    NO_LEARNED_GATE = "no_learned_gate"
    REJECTION_OVERRIDDEN = "rejection_overridden"
    ASKED_FOR = "asked_for"
    NOTHING_THERE = "nothing_there"
    OTHER_BODY_PART = "other_body_part"
    AXILLA = "axilla"
    OTHER = "other"


@dataclass(frozen=True)
class Flag:
    """One remark: a code from the closed set, its severity, and one sentence for the reader."""

    code: FlagCode
    severity: Severity
    message: str
