"""Reports of a result that lies in a scene: its document, the outlines as they are there, and one heat map."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine.errors import InputError
from ...engine.findings.analysis import Analysis
from ...engine.findings.descriptors import READER_WORDS_KEY, reader_words_in
from ...engine.findings.document_form import ANALYSIS, analysis_from
from ...engine.findings.maps import CroppedLabels
from ...engine.images.frames import Frames
from ...engine.images.without_text import without_text
from ..atomic import atomic_file, atomic_folder
from ..privacy import private_frames, without_identifiers
from ..reports import REPORT_FILES, ReportOptions, Reports, write_reports
from .reader_study import READER_KEY, reader_words

_NAMES_KEY = "lesion_names"
_READERS = (READER_KEY, _NAMES_KEY, READER_WORDS_KEY)
_OWNED = REPORT_FILES | {ANALYSIS}


@dataclass(frozen=True)
class _SceneMaps:
    """Masks of every frame that has one, and the maps of those of which they were handed over, by what they are."""

    masks: Mapping[int, NDArray[np.uint8]]
    maps: Mapping[str, Mapping[int, NDArray[np.float32]]]

    @property
    def frames(self) -> tuple[int, ...]:
        return tuple(sorted(self.masks))

    def labels(self, frame: int) -> NDArray[np.uint8]:
        return self.masks[frame]

    def cropped_labels(self, frame: int) -> CroppedLabels:
        return CroppedLabels.of(self.labels(frame))

    def heat_map(self, frame: int) -> NDArray[np.float32]:
        found = self.maps.get("", {}).get(frame)
        return np.zeros(self.masks[frame].shape, np.float32) if found is None else found

    def explanation_map(self, option: str, frame: int) -> NDArray[np.float32]:
        return self.maps[option][frame]


def write_saved_report(
    document: Mapping[str, Any],
    masks: Mapping[int, NDArray[np.uint8]],
    maps: Mapping[str, Mapping[int, NDArray[np.float32]]],
    frames: Frames,
    folder: Path,
    options: ReportOptions,
) -> Reports:
    """Write `analysis.json`, with a reader's assessment where there is one, and the reports into `folder`.

    Args:
        document: the report of the scene.
        masks: frame -> ``[H, W]``, 0 or the number of the lesion's segment.
        maps: frame -> ``[H, W]``: the heat map by an empty text, in [0, 1]; explanations by their option.
        frames: the image.
        folder: made where it is not there; files of an earlier report in it are replaced, others stay.
        options: what is asked for; the reader's words are taken from the document.

    Raises:
        InputError: the document is damaged, or the outlines are not those that it tells of.
        OutputError: something cannot be written; nothing of it is left behind then.
    """
    try:
        analysis = analysis_from(dict(document))
    except ValueError as error:
        raise InputError(f"the report is damaged ({error})", remedy="Analyze the image again") from error
    analysis = replace(analysis, maps=_SceneMaps(_in_frame_numbers(analysis, masks), maps))
    options = replace(
        options,
        reader=reader_words(document),
        lesion_names=_names(document),
        reader_words=reader_words_in(document.get(READER_WORDS_KEY)),
    )
    named, shown = analysis, frames
    if not options.keep_text:
        shown = without_text(shown, analysis.input.region_px)
    if not options.keep_identity:
        named, shown = without_identifiers(analysis), private_frames(shown)
    told = {**named.to_json(), **{key: document[key] for key in _READERS if key in document}}
    with atomic_folder(folder, owned=_OWNED, private=True) as inside:
        with atomic_file(inside / ANALYSIS) as temporary:
            text = json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False)
            temporary.write_text(text + "\n", encoding="utf-8", newline="\n")
        return write_reports(analysis, frames, shown, inside, options, named)


def _in_frame_numbers(analysis: Analysis, masks: Mapping[int, NDArray[np.uint8]]) -> Mapping[int, NDArray[np.uint8]]:
    """Masks with the numbers that lesions have in their frame, in place of those of their segments."""
    made = {}
    for frame, labels in masks.items():
        numbers = np.zeros(256, np.uint8)
        for lesion in analysis.lesions_of(frame):
            numbers[analysis.volume_number(frame, lesion.number)] = lesion.number
        made[frame] = numbers[labels]
        if np.count_nonzero(made[frame]) != np.count_nonzero(labels):
            raise InputError(
                "the outlines were changed since they were scored", remedy="Press Re-score, then save the report"
            )
    return made


def _names(document: Mapping[str, Any]) -> Mapping[int, str]:
    names = document.get(_NAMES_KEY)
    given = names.items() if isinstance(names, dict) else ()
    return {int(key): name for key, name in given if str(key).isdecimal() and isinstance(name, str)}
