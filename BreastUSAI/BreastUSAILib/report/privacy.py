"""What of an input's identity may stand in files and in what is printed: nothing, unless the user asks for it.

Unique identifiers stay in DICOM objects, which must refer to their source; elsewhere their hash stands for them, so
that results of one image or series can still be put together. A file's name is its owner's choice and names the
result, but not where it repeats what the header says of the patient.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePath

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from ..engine.findings.analysis import Analysis
from ..engine.images.frames import Frames
from ..engine.reading.dicom.dicom_file import DATASET_ERRORS
from ..engine.reading.names import stem
from .dicom.source import header_of

_NAMING = (
    *("PatientName", "PatientID", "OtherPatientIDs", "OtherPatientNames", "PatientBirthName", "PatientMotherBirthName"),
    *("PatientBirthDate", "AccessionNumber", "IssuerOfPatientID", "MedicalRecordLocator", "ResponsiblePerson"),
    *("InstitutionName", "ReferringPhysicianName", "PerformingPhysicianName", "OperatorsName"),
)
"""Elements whose words may not stand in a name."""

_SHORTEST_WORD = 4
_OURS = frozenset({"phantom", "breastusai"})
"""Words of the simulated patients that come with the product."""

HIDDEN = "…"


def hashed_uid(uid: str | None) -> str | None:
    """A unique identifier of UUID form (PS3.5 B.2) that follows from `uid` and does not tell it."""
    if uid is None:
        return None
    return f"2.25.{int.from_bytes(hashlib.sha256(uid.encode('utf-8', 'surrogateescape')).digest()[:16], 'big')}"


def without_identifiers(analysis: Analysis) -> Analysis:
    """The same findings with the hash of every unique identifier of the input."""
    summary = analysis.input
    return replace(
        analysis,
        input=replace(
            summary,
            sop_instance_uid=hashed_uid(summary.sop_instance_uid),
            series_instance_uid=hashed_uid(summary.series_instance_uid),
        ),
    )


def private_name(name: str, path: Path) -> str:
    """`name`, or ``exam-`` and a hash where it repeats what the DICOM header at `path` says of the patient."""
    dataset = header_of(path)
    if dataset is None or not _names_patient(name, identity_words(dataset)):
        return name
    uid = str(dataset.get("SOPInstanceUID") or path)
    return f"exam-{hashlib.sha256(uid.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def private_stem(path: Path) -> str:
    """The name that the result of a file gets: its own without extension, as far as that is nobody's."""
    return private_name(stem(path), path)


def private_frames(frames: Frames) -> Frames:
    """The same with a name that is nobody's."""
    path = frames.files[0] if frames.files else frames.source
    return frames if path is None else replace(frames, name=private_name(frames.name, Path(path)))


def private_path(text: str) -> str:
    """A path to print: parts that repeat what the DICOM header behind it says of the patient are an ellipsis."""
    path = Path(text)
    looked_at = path if path.is_file() else next(iter(sorted(path.glob("*"))), path) if path.is_dir() else path
    dataset = header_of(looked_at) if text else None
    if dataset is None:
        return text
    words = identity_words(dataset)
    parts = PurePath(text).parts
    shown = [HIDDEN if _names_patient(part, words) else part for part in parts]
    return text if shown == list(parts) else str(PurePath(*shown))


def identity_words(dataset: Dataset) -> frozenset[str]:
    """The words of four letters and more, small and without accents, by which a header tells its patient."""
    words: set[str] = set()
    for keyword in _NAMING:
        try:
            value = dataset.get(keyword)
        except DATASET_ERRORS:
            continue
        texts: Iterable[object] = value if isinstance(value, MultiValue) else [value]
        for text in texts:
            words.update(_words(str(text or "")))
    return frozenset(word for word in words if len(word) >= _SHORTEST_WORD and word not in _OURS)


def _words(text: str) -> list[str]:
    plain = _plain(text)
    return [*re.findall(r"\w+", plain.replace("_", " ")), re.sub(r"[\W_]", "", plain)]


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _names_patient(name: str, words: frozenset[str]) -> bool:
    plain = re.sub(r"[\W_]", "", _plain(name))
    return any(word in plain for word in words)
