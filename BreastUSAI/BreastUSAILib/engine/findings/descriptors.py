"""What a lesion looks like, in the words of the BI-RADS lexicon for ultrasound. Needs numpy alone.

The words are those of the American College of Radiology's BI-RADS Atlas, 5th edition (2013), Ultrasound. They are
computed (`engine/lesions/descriptors/`), and a reader may think otherwise: a reader's word stands beside the computed
one, never in its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SHAPE, ORIENTATION, MARGIN = "shape", "orientation", "margin"
ECHO_PATTERN, POSTERIOR = "echo_pattern", "posterior_features"

OVAL, ROUND, IRREGULAR = "oval", "round", "irregular"
PARALLEL, NOT_PARALLEL = "parallel", "not_parallel"
CIRCUMSCRIBED, NOT_CIRCUMSCRIBED = "circumscribed", "not_circumscribed"
ANECHOIC, HYPOECHOIC, ISOECHOIC, HYPERECHOIC = "anechoic", "hypoechoic", "isoechoic", "hyperechoic"
COMPLEX = "complex_cystic_and_solid"
ENHANCEMENT, SHADOWING, NO_FEATURES = "enhancement", "shadowing", "none"

WORDS: Mapping[str, tuple[str, ...]] = {
    SHAPE: (OVAL, ROUND, IRREGULAR),
    ORIENTATION: (PARALLEL, NOT_PARALLEL),
    MARGIN: (CIRCUMSCRIBED, NOT_CIRCUMSCRIBED),
    ECHO_PATTERN: (ANECHOIC, HYPOECHOIC, ISOECHOIC, HYPERECHOIC, COMPLEX),
    POSTERIOR: (NO_FEATURES, ENHANCEMENT, SHADOWING),
}
"""Every descriptor, in the order in which they are shown, with the words that it may have."""

READER_WORDS_KEY = "reader_descriptors"
"""Where a reader's words stand in a report: `Lesion.id`, as text, to the name of a descriptor to the word."""

ReaderWords = Mapping[int, Mapping[str, str]]
"""`Lesion.id` -> name of a descriptor -> the reader's word."""


@dataclass(frozen=True)
class Descriptor:
    """One descriptor of a lesion.

    Args:
        name: one of `WORDS`.
        value: one of that descriptor's words; None where the image does not show it.
        confidence: how far the measures lie from where another word would have been chosen: 0.5 at that point, towards
            1 far from it. It is not a probability that was calibrated on readers. 0 where there is no word.
        measures: the numbers that the word was chosen by, without unit.
    """

    name: str
    value: str | None
    confidence: float
    measures: Mapping[str, float] = field(default_factory=dict)


def value_of(descriptors: tuple[Descriptor, ...], name: str) -> str | None:
    """The word of that descriptor, or None where there is none."""
    return next((one.value for one in descriptors if one.name == name), None)


def reader_words_in(value: object) -> dict[int, dict[str, str]]:
    """The reader's words that the entry `READER_WORDS_KEY` of a report tells; what is not one is left out."""
    if not isinstance(value, dict):
        return {}
    found = {}
    for key, given in value.items():
        if key.isdecimal() and isinstance(given, dict):
            own = {name: word for name, word in given.items() if word in WORDS.get(name, ())}
            if own:
                found[int(key)] = own
    return found
