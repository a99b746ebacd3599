"""Nothing that tells a patient stands in any file or line, unless the user asks for it."""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.datadict import DicomDictionary
from pydicom.dataset import Dataset
from pypdf import PdfReader

from BreastUSAILib.cli.analyze import run_analyze
from BreastUSAILib.cli.arguments import parser
from BreastUSAILib.cli.terminal import Terminal
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.reading import read
from BreastUSAILib.report.privacy import hashed_uid, identity_words, private_name, private_path
from Testing.report.samples import analysis_of

STILL = Path(__file__).resolve().parents[2] / "BreastUSAI" / "Resources" / "Samples" / "still_malignant_calibrated.dcm"
MARKER = "ZQXMARK"
TEXTS = ("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT", "UR")
NEEDED_GROUPS = (0x0000, 0x0002, 0x0004, 0x0028)
SCAN = Rectangle(0, 60, 400, 360)
"""Where the scan lies in the marked file; the text stands above it."""


def marked_file(path: Path, with_text: bool = True) -> Dataset:
    """A still with the marker in every element that holds text and is not there already, and in the pixels above."""
    dataset = pydicom.dcmread(STILL)
    pixels = dataset.pixel_array.copy()
    region = dataset.SequenceOfUltrasoundRegions[0]
    region.RegionLocationMinY0 = SCAN.y
    pixels[: SCAN.y] = 0
    if with_text:
        pixels[10:40, 20:300] = np.asarray(np.indices((30, 280)).sum(axis=0) % 2 * 255, pixels.dtype)
    dataset.PixelData = pixels.tobytes()
    for tag, (vr, multiplicity, _name, retired, keyword) in DicomDictionary.items():
        group = tag >> 16
        is_text = vr in TEXTS and not retired and multiplicity.startswith("1") and keyword
        if is_text and group not in NEEDED_GROUPS and tag not in dataset:
            dataset.add_new(tag, vr, MARKER)
    for keyword in ("PatientName", "PatientID", "InstitutionName", "StudyID", "AccessionNumber", "StudyDescription"):
        setattr(dataset, keyword, MARKER)
    dataset.PatientBirthDate = "19611213"
    dataset.OtherPatientIDsSequence = [Dataset()]
    dataset.OtherPatientIDsSequence[0].PatientID = MARKER
    block = dataset.private_block(0x0099, MARKER, create=True)
    block.add_new(0x01, "LO", MARKER)
    dataset.save_as(path)
    return dataset


class Engine:
    def analyze(self, frames, options=None, progress=None, cancelled=None):
        found = analysis_of(frames)
        return replace(
            found,
            input=replace(
                found.input,
                region_px=(SCAN.x, SCAN.y, SCAN.width, SCAN.height),
                sop_instance_uid=frames.identity.sop_instance_uid,
                series_instance_uid=frames.identity.series_instance_uid,
            ),
        )


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """The command's exit status and all that it said."""
    out, err = io.StringIO(), io.StringIO()
    chosen = parser().parse_args(["analyze", *arguments, "--output", str(folder)])
    status = run_analyze(chosen, Terminal(out, err), lambda chosen: Engine(), lambda path: read(path))
    return status, out.getvalue() + err.getvalue()


def bytes_in(path: Path) -> bytes:
    """All bytes of a file, with what is compressed in it unpacked, and its name."""
    content = path.read_bytes()
    parts = [content, str(path).encode()]
    if path.suffix == ".nrrd":
        _, body = content.split(b"\n\n", 1)
        parts.append(gzip.decompress(body))
    elif path.suffix == ".pdf":
        reader = PdfReader(path)
        parts += [page.extract_text().encode() for page in reader.pages]
        parts.append(str(reader.metadata).encode())
    elif path.suffix == ".png":
        parts.append(str(Image.open(path).info).encode())
    elif path.suffix == ".mrb":
        with zipfile.ZipFile(path) as archive:
            parts += [archive.read(name) for name in archive.namelist()]
    return b"\0".join(parts)


def test_a_marker_in_every_text_and_in_the_pixels_is_in_no_file_and_no_line(tmp_path):
    folder = tmp_path / "in" / MARKER.title() / "x"
    folder.mkdir(parents=True)
    source = marked_file(folder / f"{MARKER.lower()}_1.dcm")
    assert sum(MARKER in str(element.value) for element in source) > 1000

    status, said = run(tmp_path / "out", str(folder), "--report", "all")

    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert status == 0, said
    assert len(files) == 10
    for path in files:
        there = bytes_in(path)
        assert MARKER.encode() not in there.upper(), path.name
        assert b"19611213" not in there, path.name
        if path.suffix != ".dcm":
            for uid in (source.SOPInstanceUID, source.SeriesInstanceUID, source.StudyInstanceUID):
                assert uid.encode() not in there, path.name
    assert MARKER not in said.upper().replace(str(tmp_path / "out").upper(), "")


def test_text_that_is_burned_in_above_the_scan_changes_no_picture(tmp_path):
    pictures = []
    for name, with_text in (("with", True), ("without", False)):
        marked_file(tmp_path / f"{name}.dcm", with_text)
        status, _ = run(tmp_path / name, str(tmp_path / f"{name}.dcm"), "--report", "sc,pdf")
        assert status == 0
        folder = tmp_path / name / name
        preview = np.asarray(Image.open(folder / "preview.png"))[74:]  # below the name
        capture = pydicom.dcmread(folder / "preview.dcm")
        assert capture.BurnedInAnnotation == "NO"
        inside = [image.data for page in PdfReader(folder / "report.pdf").pages for image in page.images]
        pictures.append((preview.tobytes(), capture.pixel_array[74:].tobytes(), inside))
    assert pictures[0] == pictures[1]


def test_identity_is_kept_where_it_is_asked_for(tmp_path):
    source = marked_file(tmp_path / f"{MARKER}.dcm")

    status, said = run(tmp_path / "out", str(tmp_path / f"{MARKER}.dcm"), "--report", "sr,pdf,csv", "--keep-identity")

    assert status == 0
    assert MARKER in said
    folder = tmp_path / "out" / MARKER
    assert str(pydicom.dcmread(folder / "measurements.dcm").PatientName) == MARKER
    assert source.SOPInstanceUID in (folder / "analysis.json").read_text()
    assert MARKER in PdfReader(folder / "report.pdf").pages[0].extract_text()


def test_what_cannot_be_read_is_named_no_further_than_it_may_be(tmp_path):
    dataset = marked_file(tmp_path / f"{MARKER}.dcm")
    dataset.Modality = "CT"
    dataset.save_as(tmp_path / f"{MARKER}.dcm")

    status, said = run(tmp_path / "out", str(tmp_path / f"{MARKER}.dcm"))

    assert status == 1
    assert "not ultrasound" in said
    assert MARKER not in said


@pytest.mark.parametrize(
    ("name", "is_told"),
    [
        ("exam", True),
        ("Mueller_Anna", False),
        ("anna-1", False),
        ("scan2024ANNA", False),
        ("an", True),
        ("41077", False),
    ],
)
def test_a_file_name_is_used_unless_it_repeats_the_header(tmp_path, name, is_told):
    dataset = pydicom.dcmread(STILL)
    dataset.PatientName, dataset.PatientID = "Mueller^Anna", "41077"
    dataset.save_as(tmp_path / f"{name}.dcm")

    given = private_name(name, tmp_path / f"{name}.dcm")

    assert (given == name) == is_told
    assert given == private_name(name, tmp_path / f"{name}.dcm")


def test_words_of_a_header_are_compared_without_case_accents_and_signs():
    dataset = Dataset()
    dataset.PatientName = "Müller-Lüdenscheidt^Änne"
    assert {"muller", "ludenscheidt", "anne"} <= identity_words(dataset)


def test_a_path_shows_what_is_nobodys(tmp_path):
    (tmp_path / "Mueller Anna").mkdir()
    dataset = pydicom.dcmread(STILL)
    dataset.PatientName = "Mueller^Anna"
    dataset.save_as(tmp_path / "Mueller Anna" / "exam.dcm")
    assert private_path(str(tmp_path / "Mueller Anna" / "exam.dcm")) == str(tmp_path / "…" / "exam.dcm")
    assert private_path("no/such/file.dcm") == "no/such/file.dcm"


def test_a_hash_stands_for_an_identifier_and_is_one_itself():
    first, second = hashed_uid("1.2.3"), hashed_uid("1.2.4")
    assert first == hashed_uid("1.2.3") != second
    assert pydicom.uid.UID(first).is_valid
    assert hashed_uid(None) is None
