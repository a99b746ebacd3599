"""What a PDF report is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...engine.findings.analysis import Analysis
from ...engine.images.frames import Frames
from .model_cards import CardSummary


@dataclass(frozen=True)
class Contents:
    """Everything that the sections may show.

    Args:
        analysis: the findings.
        frames: what they were found in, without what is not to be seen.
        written_at: when, as it is printed.
        cards: the models' cards in a few lines.
        patient: what the user asked to have kept of the patient, by words; else empty.
        reader: the reader's own assessment by words; empty where there is none.
        lesion_names: what the reader called lesions, by `Lesion.id`.
        reader_words: the reader's own descriptors, by `Lesion.id` and the descriptor's name.
    """

    analysis: Analysis
    frames: Frames
    written_at: str
    cards: tuple[CardSummary, ...] = ()
    patient: Mapping[str, str] = field(default_factory=dict)
    reader: Mapping[str, str] = field(default_factory=dict)
    lesion_names: Mapping[int, str] = field(default_factory=dict)
    reader_words: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
