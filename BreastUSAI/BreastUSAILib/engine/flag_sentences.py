"""Every sentence that a flag may say, and the way from one that was said to another language. Needs nothing else.

A flag carries its sentence in English, values and all, as `analysis.json` has it. To show it in another language the
template that it was made from is found again, with the values: so do the flags of documents of earlier versions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache


def _(words: str) -> str:
    """Marks what is translated where it is shown."""
    return words


_VALUE, _VALUES = ".{1,24}?", {"names": ".+?"}
"""What may stand for a value: a number, a share, a word; or the names of files."""

_LONGEST = 4000  # letters of a message: a scene's file may hold any

# The input
UNCALIBRATED = _("The input does not say how large a pixel is, so sizes are given in pixels and none in millimeters.")
IMPOSSIBLE_SIZE = _(
    "The pixel size in the file, {size} mm, would make the image {depth} cm deep, deeper than any breast image: it is "
    "not trusted, and no millimeters are given."
)
RESIZED = _(
    "An ultrasound region of the file lies outside the picture, which was therefore resized or cropped after it was "
    "made: the pixel size does not hold for it, and no millimeters are given."
)
UNEQUAL_SPACING = _(
    "Pixels are {height} mm high and {width} mm wide; read sizes in millimeters, where this is allowed for."
)
CALIBRATION_NOT_IN_SLICER = _(
    "Slicer loads this image without its pixel size, so trust the millimeters given here and not those of Slicer's "
    "ruler."
)
SEVERAL_VIEWS = _(
    "The image holds {count} tissue views and the whole frame was analyzed; crop the image to another view to analyze "
    "that one."
)
ONE_VIEW_OF_SEVERAL = _(
    "The image holds {count} tissue views and only the one at columns {columns}, rows {rows} was analyzed; crop the "
    "image to another view to analyze that one."
)
TWO_VIEWS = _(
    "The picture seems to show two views side by side, and both were analyzed as one; crop the image to one view."
)
TOO_SMALL = _(
    "The analyzed area has only {width} x {height} pixels, too few for any verdict; use an image of at least {least} "
    "pixels on each side."
)
SMALL = _(
    "The analyzed area has only {width} x {height} pixels, so small lesions may be missed; prefer at least {least} "
    "pixels on each side."
)
DOPPLER_REGION = _(
    "The file declares a Doppler region, and color or spectra over the tissue can mislead the networks, so prefer a "
    "plain B-mode image."
)
SPECTRAL_REGION = _(
    "The file declares a spectral Doppler region, and a spectrum drawn over the tissue can mislead the networks, so "
    "prefer a plain B-mode image."
)
M_MODE_REGION = _(
    "The file declares an M-mode region besides the tissue, so check that the analyzed area is the B-mode image."
)
NO_TISSUE_SPECTRAL = _(
    "The file declares spectral Doppler and no picture of tissue, so no verdict is given; choose a B-mode image."
)
NO_TISSUE_M_MODE = _(
    "The file declares M-mode and no picture of tissue, so no verdict is given; choose a B-mode image."
)
OTHER_MODALITY = _(
    "The file says that its modality is {modality} and not ultrasound; it was analyzed only because this was asked for"
    ", and the result means nothing unless the file is wrong about itself."
)
OTHER_BODY_PART = _(
    "The file says that it shows the {part} and not the breast, so no verdict is given; ask for a result all the same "
    "if the file is wrong about itself."
)
AXILLA = _(
    "The file says that it shows the axilla: the networks have learned breasts alone, and a lymph node may be outlined "
    "and scored as a lesion of the breast."
)
BURNED_IN = _(
    "The file says that its pixels hold text that may name the patient: look at every picture before you pass it on."
)
BURNED_IN_UNKNOWN = _(
    "The file does not say that its pixels are free of text that may name the patient, so look at every picture before "
    "you pass it on."
)
ONE_COPY = _("A copy of the same image, {names}, was left out: it has the identifier of another file.")
# before COPIES, whose names could be these with the words after them
MORE_COPIES = _(
    "Copies of the same image, {names} and {more} more, were left out: they have the identifier of another file."
)
COPIES = _("Copies of the same image, {names}, were left out: they have the identifier of another file.")
OTHER_DATA = _(
    "{left} of the file's {count} frames show flow or another kind of data and no tissue, and were left out."
)

# The look of its frames
BLANK = _("The analyzed area is empty: it shows a single gray level, so choose a frame that shows tissue.")
NOT_ULTRASOUND = _(
    "The picture does not look like a B-mode ultrasound image, so no verdict is given; check that the right file and "
    "frame were chosen."
)
DOPPLER_OVER_TISSUE = _(
    "Color Doppler covers part of the tissue and hides its gray levels from the networks, so prefer a B-mode frame "
    "without it."
)
NOT_LIKE_ULTRASOUND = _(
    "The picture is unlike the ultrasound images that the networks learned from, in its texture and to the networks "
    "themselves, so no verdict is given; check that the right file and frame were chosen."
)
FAR = _(
    "The picture is far from the breast images that the networks learned from: it may show another organ, or be made "
    "in a way that they do not know, and the figures may mean nothing."
)
NO_GATE = _(
    "This classifier has not learned to recognize pictures that are not breast ultrasound: only a few plain rules keep "
    "them out."
)
ELASTOGRAPHY = _(
    "A color map such as that of elastography covers part of the tissue and hides its gray levels from the networks, "
    "so prefer a B-mode frame without it."
)
COLOR_BOX = _(
    "A straight line like the edge of a color Doppler box is drawn over the tissue, and flow inside it hides gray "
    "levels from the networks, so prefer a B-mode frame without it."
)
CALIPERS = _(
    "Calipers or other marks are drawn over the tissue and can mislead the networks, so prefer the same frame without "
    "them."
)
BLURRED = _("The picture is blurred or enlarged, so that its texture is lost; prefer one as the scanner made it.")
TOO_DARK = _("Most of the analyzed area is nearly black, so lesions may be missed; prefer a frame with more gain.")
TOO_BRIGHT = _("Much of the analyzed area is white, so lesions may be missed; prefer a frame with less gain.")
SECTOR_DETECTED = _("The file names no ultrasound region, so the scan area was found in the picture itself.")
FRAMES_LEFT_OUT = _("{left} of {count} frames were left out.")
SLICES_LEFT_OUT = _("{left} of {count} slices were left out.")

# What was found
WITHHELD_IN_IMAGE = _(
    "Something was outlined, but is not shown: the classification gives the image a probability of less than {share} "
    "of showing a lesion."
)
WITHHELD_IN_FRAME = _(
    "On {count} of {all} frames something was outlined, but is not shown: the classification gives this frame a "
    "probability of less than {share} of showing a lesion."
)
WITHHELD_IN_FRAMES = _(
    "On {count} of {all} frames something was outlined, but is not shown: the classification gives these frames a "
    "probability of less than {share} of showing a lesion."
)
WITHHELD_IN_SLICE = _(
    "On {count} of {all} slices something was outlined, but is not shown: the classification gives this slice a "
    "probability of less than {share} of showing a lesion."
)
WITHHELD_IN_SLICES = _(
    "On {count} of {all} slices something was outlined, but is not shown: the classification gives these slices a "
    "probability of less than {share} of showing a lesion."
)
NOT_SURE_ENOUGH = _("The outline is not sure enough to stand against that.")
OUTLINED_ON_NORMAL_FRAME = _(
    "On {count} of {all} frames besides the key frame a sure outline is shown, though the classification gives this "
    "frame a probability of less than {share} of showing a lesion: look at it yourself."
)
OUTLINED_ON_NORMAL_FRAMES = _(
    "On {count} of {all} frames besides the key frame a sure outline is shown, though the classification gives these "
    "frames a probability of less than {share} of showing a lesion: look at them yourself."
)
OUTLINED_ON_NORMAL_SLICE = _(
    "On {count} of {all} slices besides the key slice a sure outline is shown, though the classification gives this "
    "slice a probability of less than {share} of showing a lesion: look at it yourself."
)
OUTLINED_ON_NORMAL_SLICES = _(
    "On {count} of {all} slices besides the key slice a sure outline is shown, though the classification gives these "
    "slices a probability of less than {share} of showing a lesion: look at them yourself."
)
NORMAL_BUT_OUTLINED = _("A lesion is outlined, but the classification says normal: look at the outline yourself.")
BENIGN_NOT_OUTLINED = _("The classification says benign, but no lesion could be outlined.")
MALIGNANT_NOT_OUTLINED = _("The classification says malignant, but no lesion could be outlined.")
BENIGN_WITHOUT_OUTLINE = _("The classification says benign, but no lesion is outlined.")
MALIGNANT_WITHOUT_OUTLINE = _("The classification says malignant, but no lesion is outlined.")
NORMAL_NEVER_SAID = _(
    "The image looks normal, but that is not said: the probability of a lesion is {lesion}, and this model has no "
    "point below which it says so."
)
NORMAL_NOT_SURE = _(
    "The image looks normal, but that is not said: the probability of a lesion is {lesion}, and from {share} on it may "
    "be one that looks normal to the network."
)
PREVALENCE_SHIFTED = _(
    "The probabilities are those at the prevalence that was asked for, {asked} % malignant among lesions; the model "
    "was calibrated at {own} %."
)

LESION_AT_BORDER = _(
    "An outlined lesion reaches the edge of the analyzed area: part of it may lie outside, and its size is the least "
    "that it can be."
)
LESIONS_AT_BORDER = _(
    "Outlined lesions reach the edge of the analyzed area: parts of them may lie outside, and their sizes are the "
    "least that they can be."
)
REJECTION_OVERRIDDEN = _(
    "The input was rejected for a reason that stands here, and a result is given only because the user asked for it "
    "all the same: it may mean nothing."
)

# How good the heat map is
HEAT_MAP_UNFOCUSED = _(
    "The heat map does not single out the lesion: its heat there is {ratio} times that of a map that knows nothing, "
    "and below {least} times this model's maps are no better than chance, so do not rely on it."
)
HEAT_MAP_ON_MARKS = _(
    "{share} of the heat lies on or close to calipers or text, which take {area} of the scan, so the estimate may "
    "rest on them and not on tissue."
)
HEAT_MAP_OUTSIDE = _(
    "{share} of the heat lies outside the scan area, where there is no tissue, so do not rely on the heat map."
)
HEAT_MAP_UNFAITHFUL = _(
    "Hiding what the heat map marks changes the answer no more than hiding other places does, so do not rely on it."
)
HEAT_MAP_BESIDE = _(
    "Heat map and outline disagree: the hottest point lies neither in the outlined lesion nor in the band behind it, "
    "so look at both yourself."
)
HEAT_MAP_EMPTY = _("The heat map is empty: the network found nothing that speaks for the class that is explained.")

# Explanations
NO_OUTLINE_TO_EXPLAIN = _("{method} has nothing to explain here, since no lesion is outlined.")
NO_OUTLINE_TO_EXPLAIN_ON = _("{method} has nothing to explain on {count} of {all} frames, where no lesion is outlined.")
NO_OUTLINE_TO_EXPLAIN_ON_SLICES = _(
    "{method} has nothing to explain on {count} of {all} slices, where no lesion is outlined."
)

# Outlines that were given
GIVEN = _("The outlines were given by a reader and not found by the segmentation model.")
SCORED_BY_OWN_CALIBRATION = _(
    "The outlines were given by a reader and not found by the segmentation model; each lesion's likelihood is that of "
    "the whole frame and of a closer view around the lesion together, calibrated on outlined lesions of patients that "
    "were held out."
)
SCORED_BY_CALIBRATION_OF_FRAMES = _(
    "The outlines were given by a reader and not found by the segmentation model; each lesion's likelihood is that of "
    "the whole frame and of a closer view around the lesion together, with the calibration of whole frames, since this "
    "classifier has none for it."
)
OUTSIDE = _("Outlines outside the analyzed area, {count} in number, have no likelihood of their own.")

# Places that a reader asked about
ASKED_FOR = _(
    "Lesion {number} was asked for by the reader at column {column}, row {row}: the whole frame did not show it, and "
    "its outline and likelihood come from closer views."
)
ALREADY_OUTLINED = _(
    "At column {column}, row {row}, where the reader asked for a lesion, lesion {number} is outlined already; its "
    "likelihood comes from a closer view too."
)
ASKED_FOR_AGAIN = _(
    "Lesion {number} was asked for by the reader at column {column}, row {row}; its likelihood comes from a closer "
    "view too."
)
NOTHING_THERE = _(
    "Nothing like a lesion was found at column {column}, row {row}, where the reader asked for one: point closer to "
    "its middle, give a box around it, or outline it in Segment Editor."
)
PLACE_ON_FRAME = _("That is on frame {frame} of {count}.")
PLACE_ON_SLICE = _("That is on slice {frame} of {count}.")


def translated(message: str, translate: Callable[[str], str]) -> str:
    """A flag's message in another language, one sentence after the other; from one that is not known on as it is."""
    if len(message) > _LONGEST:
        return message
    for template, pattern in _patterns():
        found = pattern.fullmatch(message)
        if found is not None:
            values = found.groupdict()
            rest = values.pop("_rest")
            said = translate(template).format(**values)
            return f"{said} {translated(rest, translate)}" if rest else said
    return message


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Every template with what it makes, then perhaps another sentence."""
    templates = [value for name, value in globals().items() if re.fullmatch("[A-Z][A-Z_]+", name)]
    return tuple((template, re.compile(_pattern(template) + "(?: (?P<_rest>.+))?")) for template in templates)


def _pattern(template: str) -> str:
    """A regular expression of a template, its values as groups."""
    parts = re.split(r"\{(\w+)\}", template)
    values = [f"(?P<{name}>{_VALUES.get(name, _VALUE)})" for name in parts[1::2]]
    texts = [re.escape(text) for text in parts[::2]]
    return "".join(text + value for text, value in zip(texts, [*values, ""], strict=True))
