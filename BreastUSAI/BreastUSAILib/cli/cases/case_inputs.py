"""Images with what is known of them, from folders and tables, on their way into a library."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...engine.errors import BreastUSAIError, InputError, LibraryError
from ...engine.findings.analysis import Analysis
from ...engine.findings.similar_cases import CASE_LABELS, UNKNOWN
from ...engine.images.frames import Frames, InputKind, Rectangle
from ...engine.images.without_text import without_text
from ...engine.similar.case import CaseFacts, NewCase
from ...engine.similar.signature import Asked
from ..inputs_run import Read

LONGEST_SIDE = 160
"""Of a thumbnail, in pixels."""

_LARGEST_TABLE = 64 * 2**20


@dataclass(frozen=True)
class Given:
    """An image with what is known of it before it is analyzed."""

    frames: Frames
    facts: CaseFacts
    patient: str = ""


@dataclass(frozen=True)
class Defaults:
    """What holds for every image that says nothing else of itself."""

    label: str | None = None
    proven: str = ""
    source: str = ""

    def complete(self, facts: CaseFacts) -> CaseFacts:
        """The facts, with what they lack."""
        label = self.label if facts.label == UNKNOWN and self.label else facts.label
        return replace(facts, label=label, proven=facts.proven or self.proven, source=facts.source or self.source)


def given_images(path: Path, read: Read, defaults: Defaults) -> Iterator[Given | BreastUSAIError]:
    """The images of a file, a folder or a CSV table; an error in the place of each that cannot be had."""
    if path.suffix.lower() == ".csv":
        yield from _of_table(path, read, defaults)
        return
    for item in read(path):
        if isinstance(item, InputError):
            yield item
        else:
            yield Given(item, defaults.complete(CaseFacts(_label_by_folder(path, item))))


def new_case(given: Given, analysis: Analysis, asked: Asked, with_thumbnail: bool) -> NewCase:
    """The case that an analyzed image becomes: its key frame, with the size that was measured where none was given."""
    frames, facts = given.frames, given.facts
    lesions = analysis.lesions_of(asked.frame)
    region = Rectangle(*analysis.input.region_px)
    if lesions and facts.label != CASE_LABELS[0]:
        facts = facts.with_default_sizes(lesions[0].long_axis_mm, lesions[0].area_px / max(region.area, 1))
    return NewCase(
        facts,
        asked.features,
        asked.picture_hash,
        pixels_digest(frames, asked.frame),
        given.patient,
        "" if frames.source is None else str(Path(frames.source).absolute()),
        asked.frame,
        thumbnail(frames, asked.frame, region) if with_thumbnail else b"",
    )


def pixels_digest(frames: Frames, frame: int) -> bytes:
    """16 bytes that no other picture has."""
    gray = np.ascontiguousarray(frames.gray(frame))
    return hashlib.sha256(repr((gray.shape, gray.dtype.str)).encode() + gray.tobytes()).digest()[:16]


def known_before(given: Given, known: frozenset[bytes]) -> bool:
    """Whether the library holds a still already, which saves analyzing it."""
    return given.frames.kind is InputKind.STILL and pixels_digest(given.frames, 0) in known


def thumbnail(frames: Frames, frame: int, region: Rectangle) -> bytes:
    """The analyzed region as a small gray JPEG; what is burned in beside it is not in the picture."""
    from PIL import Image

    shown = without_text(frames, (region.x, region.y, region.width, region.height))
    gray = np.asarray(shown.gray(frame), dtype=np.float64)[region.slices]
    low, high = float(gray.min()), float(gray.max())
    scaled = gray if gray.max() <= 255 and gray.min() >= 0 else (gray - low) * 255 / max(high - low, 1e-9)
    picture = Image.fromarray(scaled.round().astype(np.uint8))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    stored = io.BytesIO()
    picture.save(stored, format="JPEG", quality=80)
    return stored.getvalue()


def _label_by_folder(given: Path, frames: Frames) -> str:
    """The class that a folder is named after, from the image up to the folder that was given, itself included."""
    if frames.source is None:
        return UNKNOWN
    place = Path(frames.source).absolute()
    for folder in place.parents:
        if folder.name.lower() in CASE_LABELS:
            return folder.name.lower()
        if folder == given.absolute():
            break
    return UNKNOWN


def _of_table(path: Path, read: Read, defaults: Defaults) -> Iterator[Given | BreastUSAIError]:
    try:
        rows = _rows(path)
    except BreastUSAIError as error:
        yield error
        return
    for number, row in enumerate(rows, start=2):
        where = f"{path}, row {number}"
        try:
            facts = defaults.complete(CaseFacts.from_texts(row))
        except LibraryError as error:
            yield InputError(error.problem, where=where, remedy=error.remedy)
            continue
        image = (row.get("image") or "").strip()
        if not image:
            yield InputError("the row names no image", where=where, remedy="Fill the column image")
            continue
        for item in read(path.parent / image):
            yield item if isinstance(item, InputError) else Given(item, facts, (row.get("patient") or "").strip())


def _rows(path: Path) -> list[dict[str, str]]:
    remedy = "Give a CSV table in UTF-8 with the column image"
    try:
        if path.stat().st_size > _LARGEST_TABLE:
            raise InputError("the table is too large", where=path, remedy="Give it in parts of 64 MB")
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"the table cannot be read ({error})", where=path, remedy=remedy) from error
    if "image" not in (reader.fieldnames or ()):
        raise InputError("the table has no column image", where=path, remedy=remedy)
    return rows
