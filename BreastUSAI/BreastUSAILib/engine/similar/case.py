"""One past case, as a library keeps it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..errors import LibraryError
from ..findings.similar_cases import CASE_LABELS, UNKNOWN

LONGEST_TEXT = 200
LARGEST_MM = 300.0
FACTS = ("label", "proven", "birads", "histology", "size_mm", "area_share", "source")
"""What may be known of a case, in a library's order; also the columns of a table to build one from."""


@dataclass(frozen=True)
class CaseFacts:
    """What is known of a case; texts are empty and numbers None where nobody knows.

    Args:
        label: one of `CASE_LABELS`, or ``unknown``.
        proven: how that is known, such as *biopsy*.
        birads: the category that a reader gave.
        histology: what the pathologist found.
        size_mm: the lesion's long axis.
        area_share: its share of the analyzed image, 0 to 1.
        source: the collection that it is from.

    Raises LibraryError for anything else.
    """

    label: str = UNKNOWN
    proven: str = ""
    birads: str = ""
    histology: str = ""
    size_mm: float | None = None
    area_share: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if self.label not in (*CASE_LABELS, UNKNOWN):
            raise _refused(f"the label {self.label!r} is none", f"Use one of {', '.join((*CASE_LABELS, UNKNOWN))}")
        for name in ("proven", "birads", "histology", "source"):
            text = getattr(self, name)
            if not isinstance(text, str) or len(text) > LONGEST_TEXT:
                raise _refused(f"{name} is longer than {LONGEST_TEXT} characters", "Shorten it")
        for name, most in (("size_mm", LARGEST_MM), ("area_share", 1.0)):
            number = getattr(self, name)
            if number is not None and not (_is_number(number) and 0 <= number <= most):
                raise _refused(f"{name} is {number!r}", f"Give a number from 0 to {most:g}, or nothing")

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> CaseFacts:
        """From the cells of a table's row, by column; columns that are no facts do not count. Raises LibraryError."""
        known = {name: text.strip() for name in FACTS if (text := texts.get(name) or "").strip()}
        numbers: dict[str, float | None] = {}
        for name in ("size_mm", "area_share"):
            text = known.pop(name, "")
            try:
                numbers[name] = float(text) if text else None
            except ValueError:
                raise _refused(f"{name} is {text!r}", "Give a number, or nothing") from None
        known["label"] = known.get("label", UNKNOWN).lower()
        return cls(**known, size_mm=numbers["size_mm"], area_share=numbers["area_share"])

    def with_default_sizes(self, size_mm: float | None, area_share: float | None) -> CaseFacts:
        """The same, with what was measured where nothing was given."""
        return replace(
            self,
            size_mm=size_mm if self.size_mm is None else self.size_mm,
            area_share=area_share if self.area_share is None else self.area_share,
        )


@dataclass(frozen=True)
class NewCase:
    """A case on its way into a library.

    Args:
        facts: what is known of it.
        features: the pooled features ``[F]``.
        picture_hash: 32 bytes, see `picture_hash`.
        pixels: 16 bytes that no other picture has: the same picture is kept once.
        patient: a name for the patient (or group of near-duplicates), of which a library keeps a keyed digest alone;
            empty where it is not known.
        file: where the picture lies; stays in the library. Empty: it is not known.
        frame: which of the file's frames it is.
        thumbnail: a small picture as JPEG or PNG; stays in the library. Empty: there is none.
    """

    facts: CaseFacts
    features: NDArray[np.float32]
    picture_hash: bytes
    pixels: bytes
    patient: str = ""
    file: str = ""
    frame: int = 0
    thumbnail: bytes = b""


@dataclass(frozen=True)
class CasePicture:
    """What a local library knows of a case's picture: its file and frame, and a thumbnail; empty where it does not."""

    file: str
    frame: int
    thumbnail: bytes


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _refused(problem: str, remedy: str) -> LibraryError:
    return LibraryError(problem, remedy=remedy)
