"""Segmentation, measurement report and captures are valid DICOM for every kind of input, and say what was found."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import generate_uid

from BreastUSAILib.engine.findings.analysis import Label, Malignancy
from BreastUSAILib.engine.flags import Flag, FlagCode, Severity
from BreastUSAILib.engine.images.frames import LPS_TO_RAS
from BreastUSAILib.engine.images.places import Place
from BreastUSAILib.engine.reading import read
from BreastUSAILib.report.dicom import measurement_report
from BreastUSAILib.report.reports import ReportOptions
from BreastUSAILib.report.result_folder import write_results
from Testing.report.samples import MemoryMaps, analysis_of, ellipse_labels, frames_of, volume_of

from .validity import DCIODVFY, opened

SAMPLES = Path(__file__).resolve().parents[3] / "BreastUSAI" / "Resources" / "Samples"
STILL, CINE = SAMPLES / "still_malignant_calibrated.dcm", SAMPLES / "cine_malignant_calibrated.dcm"
COLOR = SAMPLES / "still_normal_uncalibrated_rgb.dcm"
DICOM = ReportOptions(("sr", "seg", "sc"))


def frames_at(path):
    return next(read(path))


def written(folder, frames, analysis, options=DICOM):
    """The reports, and every DICOM file by name, opened."""
    reports = write_results(analysis, frames, folder, options=options).reports
    return reports, {path.name: opened(path) for path in sorted(folder.glob("*.dcm"))}


def outlines(made, frames, analysis):
    """The label map of every referenced frame, as the file holds it, by the frame's index."""
    found = {}
    for number, groups in enumerate(made.PerFrameFunctionalGroupsSequence):
        place = groups.DerivationImageSequence[0].SourceImageSequence[0].get("ReferencedFrameNumber", 1) - 1
        item = groups if "SegmentIdentificationSequence" in groups else made.SharedFunctionalGroupsSequence[0]
        segment = item.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        labels = found.setdefault(place, np.zeros((frames.rows, frames.columns), int))
        pixels = made.pixel_array if made.NumberOfFrames > 1 else made.pixel_array[None]
        labels[pixels[number] > 0] = segment
    return found


def test_the_validator_is_used():
    if DCIODVFY is None:
        pytest.skip(
            "dciodvfy (Debian: dicom3tools) is not installed: DICOM objects are only read back by highdicom here"
        )


def test_a_still_gives_valid_objects_that_refer_to_it(tmp_path):
    frames = frames_at(STILL)
    analysis = analysis_of(frames, lesions=2)
    source = pydicom.dcmread(STILL, stop_before_pixels=True)

    reports, made = written(tmp_path, frames, analysis)

    assert reports.problems == reports.remarks == ()
    assert set(made) == {"measurements.dcm", "segmentation.dcm", "preview.dcm"}
    seg = made["segmentation.dcm"]
    assert np.array_equal(outlines(seg, frames, analysis)[0], analysis.maps.labels(0))
    assert {one.StudyInstanceUID for one in made.values()} == {source.StudyInstanceUID}
    reference = seg.PerFrameFunctionalGroupsSequence[0].DerivationImageSequence[0].SourceImageSequence[0]
    assert reference.ReferencedSOPInstanceUID == source.SOPInstanceUID
    assert reference.ReferencedSOPClassUID == source.SOPClassUID
    segment = seg.SegmentSequence[0]
    assert segment.SegmentedPropertyTypeCodeSequence[0].CodeValue == "4147007"
    assert segment.SegmentAlgorithmName == "attention-unet"
    assert np.allclose(
        seg.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].PixelSpacing, 0.0952381, atol=1e-6
    )
    evidence = made["measurements.dcm"].CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    named = {item.ReferencedSOPInstanceUID for series in evidence for item in series.ReferencedSOPSequence}
    assert named == {source.SOPInstanceUID, seg.SOPInstanceUID}


def test_the_segmentation_says_whether_a_reader_had_a_hand_in_an_outline(tmp_path):
    frames = frames_at(STILL)
    found = analysis_of(frames, lesions=2)
    pointed_at = replace(found, lesions=(found.lesions[0], replace(found.lesions[1], asked=Place(10, 10))))
    edited = replace(found, flags=(Flag(FlagCode.RESCORED, Severity.INFO, "A reader gave the outlines."),))

    said = []
    for name, analysis in {"found": found, "pointed": pointed_at, "edited": edited}.items():
        made = written(tmp_path / name, frames, analysis)[1]["segmentation.dcm"]
        said.append([segment.SegmentAlgorithmType for segment in made.SegmentSequence])

    assert said == [["AUTOMATIC"] * 2, ["AUTOMATIC", "SEMIAUTOMATIC"], ["SEMIAUTOMATIC"] * 2]


def test_the_report_holds_every_measure_of_every_lesion_with_its_code_and_unit(tmp_path):
    frames = frames_at(STILL)
    plain = analysis_of(frames, lesions=2)
    lesions = (replace(plain.lesions[0], malignancy=Malignancy(0.4, 0.2, 0.7)), plain.lesions[1])
    analysis = replace(plain, lesions=lesions)

    groups = written(tmp_path, frames, analysis)[1]["measurements.dcm"].content.get_planar_roi_measurement_groups()

    assert [group.tracking_identifier for group in groups] == ["Lesion 1", "Lesion 2"]
    first = {(one.name.value, one.unit.value): one.value for one in groups[0].get_measurements()}
    assert first["103339001", "mm"] == pytest.approx(lesions[0].long_axis_mm, rel=1e-5)
    assert first["103340004", "mm"] == pytest.approx(lesions[0].short_axis_mm, rel=1e-5)
    assert first["131197000", "mm"] == pytest.approx(lesions[0].depth_mm, rel=1e-5)
    assert first["42798000", "mm2"] == pytest.approx(lesions[0].area_mm2, rel=1e-5)
    assert [first[key, "%"] for key in ("111047", "likelihood_low", "likelihood_high")] == [40, 20, 70]
    assert "111047" not in {one.name.value for one in groups[1].get_measurements()}
    said = [item.TextValue for item in groups[0][0].ContentSequence if "TextValue" in item]
    assert {"attention-unet", "1.0.0", f"SHA-256 of the weights: {'b' * 64}"} <= set(said)
    assert groups[0].referenced_segmentation_frame is not None


def test_without_a_segmentation_the_report_shows_each_lesion_as_an_ellipse_in_the_image(tmp_path):
    frames = frames_at(STILL)
    analysis = analysis_of(frames)

    made = written(tmp_path, frames, analysis, ReportOptions(("sr",)))[1]

    region = made["measurements.dcm"].content.get_planar_roi_measurement_groups()[0].roi
    assert region.graphic_type.value == "ELLIPSE"
    assert np.allclose(np.asarray(region.value)[:2], np.add(analysis.lesions[0].long_axis_ends_px, 0.5))


@pytest.mark.parametrize("spacing", ["calibrated", "uncalibrated"])
def test_a_cine_is_referred_to_by_the_frames_that_have_a_lesion(tmp_path, spacing):
    frames = frames_at(CINE)
    if spacing == "uncalibrated":
        frames = replace(frames, pixel_spacing_mm=None)
    analysis = analysis_of(frames, analyzed=(3, 4, 9), lesions=2)

    seg = written(tmp_path, frames, analysis, ReportOptions(("seg",)))[1]["segmentation.dcm"]

    found = outlines(seg, frames, analysis)
    assert sorted(found) == [3, 4, 9]
    assert all(np.array_equal(labels, analysis.maps.labels(index)) for index, labels in found.items())
    spacing_mm = list(seg.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].PixelSpacing)
    assert np.allclose(spacing_mm, frames.pixel_spacing_mm or (1.0, 1.0))
    assert ("one millimeter stands in" in seg.ImageComments) == (spacing == "uncalibrated")
    assert "3 of the 24 frames" in seg.ImageComments


def test_an_uncalibrated_color_still_gets_no_length_in_millimeters(tmp_path):
    frames = frames_at(COLOR)
    made = written(tmp_path, frames, analysis_of(frames))[1]

    assert made["segmentation.dcm"].ContentDescription == "Breast lesions; pixel size not known, 1 mm stands in"
    group = made["measurements.dcm"].content.get_planar_roi_measurement_groups()[0]
    assert {one.unit.value for one in group.get_measurements()} == {"{pixels}", "1"}


def test_the_geometry_is_that_which_slicer_gives_the_image(tmp_path):
    frames = frames_at(STILL)
    seg = written(tmp_path, frames, analysis_of(frames), ReportOptions(("seg",)))[1]["segmentation.dcm"]
    shared = seg.SharedFunctionalGroupsSequence[0]
    orientation = shared.PlaneOrientationSequence[0].ImageOrientationPatient
    position = seg.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0].ImagePositionPatient
    lps = LPS_TO_RAS @ frames.ijk_to_ras

    assert np.allclose(
        orientation, [*lps[:3, 0] / np.linalg.norm(lps[:3, 0]), *lps[:3, 1] / np.linalg.norm(lps[:3, 1])]
    )
    assert np.allclose(position, lps[:3, 3])
    assert "stand-ins" in seg.ImageComments


def test_a_picture_gets_a_capture_that_the_objects_refer_to(tmp_path):
    frames = frames_of(spacing=(0.1, 0.2))
    analysis = analysis_of(frames)

    reports, made = written(tmp_path, frames, analysis)

    assert "no DICOM identifiers" in reports.remarks[0]
    capture = made["source.dcm"]
    assert np.array_equal(capture.pixel_array, frames.read_frame(0))
    reference = made["segmentation.dcm"].ReferencedSeriesSequence[0].ReferencedInstanceSequence[0]
    assert reference.ReferencedSOPInstanceUID == capture.SOPInstanceUID
    assert list(capture.PixelSpacing) == [0.1, 0.2]
    assert capture.BurnedInAnnotation == "YES"  # nobody knows


def test_slices_of_a_series_are_referred_to_each_by_its_own_file(tmp_path):
    series, frame_of_reference = generate_uid(), generate_uid()
    (tmp_path / "series").mkdir()
    for index in range(3):
        one = pydicom.dcmread(STILL)
        one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        one.SeriesInstanceUID, one.FrameOfReferenceUID = series, frame_of_reference
        one.ImageOrientationPatient, one.ImagePositionPatient = [0, 1, 0, 0, 0, -1], [2.0 * index, 5, 7]
        one.InstanceNumber = index + 1
        one.save_as(tmp_path / "series" / f"{index}.dcm")
    frames = frames_at(tmp_path / "series")
    assert frames.count == 3
    frames, analysis = volume_of(frames, lesions=1)

    seg = written(tmp_path / "out", frames, analysis, ReportOptions(("seg",)))[1]["segmentation.dcm"]

    assert seg.FrameOfReferenceUID == frame_of_reference
    places = {}
    for groups in seg.PerFrameFunctionalGroupsSequence:
        reference = groups.DerivationImageSequence[0].SourceImageSequence[0]
        places[reference.ReferencedSOPInstanceUID] = groups.PlanePositionSequence[0].ImagePositionPatient[0]
    files = [pydicom.dcmread(path, stop_before_pixels=True) for path in frames.files]
    assert places == {file.SOPInstanceUID: file.ImagePositionPatient[0] for file in files}


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("SOPInstanceUID", None),
        ("SOPInstanceUID", "1.2.patient.7"),
        ("StudyInstanceUID", "1.02.3"),
        ("StudyInstanceUID", None),
        ("SeriesInstanceUID", "1." + "9" * 70),
        ("SOPClassUID", "none"),
    ],
)
def test_identifiers_that_cannot_be_referred_to_are_not(tmp_path, keyword, value):
    dataset = pydicom.dcmread(STILL)
    if value is None:
        delattr(dataset, keyword)
    else:
        dataset[keyword]._value = value
    with pydicom.config.disable_value_validation():
        dataset.save_as(tmp_path / "exam.dcm")
    frames = frames_at(tmp_path / "exam.dcm")

    reports, made = written(tmp_path / "out", frames, analysis_of(frames), ReportOptions(("seg",)))

    assert reports.problems == ()
    reference = made["segmentation.dcm"].ReferencedSeriesSequence[0].ReferencedInstanceSequence[0]
    assert reference.ReferencedSOPInstanceUID == made["source.dcm"].SOPInstanceUID


def test_patient_attributes_are_empty_unless_they_are_to_be_kept_and_then_only_where_they_are_valid(tmp_path):
    dataset = pydicom.dcmread(STILL)
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName, dataset.PatientID = "Yamada^Tarou=山田^太郎", "ИД-7"
    dataset.add_new("PatientBirthDate", "DA", "")
    dataset["PatientBirthDate"]._value = "1970-31-02"
    with pydicom.config.disable_value_validation():
        dataset.save_as(tmp_path / "exam.dcm")
    frames = frames_at(tmp_path / "exam.dcm")
    analysis = analysis_of(frames)

    plain = written(tmp_path / "plain", frames, analysis)[1]
    kept = written(tmp_path / "kept", frames, analysis, replace(DICOM, keep_identity=True))[1]

    for one in plain.values():
        assert all(
            not one.get(name) for name in ("PatientName", "PatientID", "StudyDate", "AccessionNumber", "StudyID")
        )
    for one in kept.values():
        assert (str(one.PatientName), one.PatientID) == ("Yamada^Tarou=山田^太郎", "ИД-7")
        assert not one.PatientBirthDate
        assert one.StudyDate == dataset.StudyDate


def test_no_lesion_is_no_segmentation_and_no_failure(tmp_path):
    frames = frames_at(STILL)

    reports, made = written(tmp_path, frames, analysis_of(frames, Label.NORMAL, lesions=0))

    assert set(made) == {"measurements.dcm", "preview.dcm"}
    assert reports.problems == ()
    assert reports.remarks == ("no lesion was outlined, so there is no DICOM Segmentation",)
    assert made["measurements.dcm"].content.get_planar_roi_measurement_groups() == []


def test_a_rejected_input_gives_a_report_that_says_so(tmp_path):
    frames = frames_at(STILL)
    made = written(tmp_path, frames, analysis_of(frames, Label.REJECTED))[1]

    assert set(made) == {"measurements.dcm", "preview.dcm"}
    assert "rejected" in str(made["measurements.dcm"].content)


def test_more_lesions_than_a_report_lists_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(measurement_report, "MOST_LESIONS", 1)
    frames = frames_at(STILL)

    made = written(tmp_path, frames, analysis_of(frames, lesions=2))[1]

    content = made["measurements.dcm"].content
    assert len(content.get_planar_roi_measurement_groups()) == 1
    whole = content.get_image_measurement_groups()[0]
    assert {one.name.value: one.value for one in whole.get_measurements()}["not_listed"] == 1
    assert len(made["segmentation.dcm"].SegmentSequence) == 2


def test_numbers_that_a_reader_left_out_between_stay_the_names_of_segments(tmp_path):
    frames = frames_at(STILL)
    plain = analysis_of(frames, lesions=1)
    labels = ellipse_labels(frames.rows, frames.columns) * np.uint8(7)
    analysis = replace(
        plain, lesions=(replace(plain.lesions[0], number=7),), maps=MemoryMaps({0: labels}, plain.maps.heat_maps)
    )

    made = written(tmp_path, frames, analysis)[1]

    assert [segment.SegmentLabel for segment in made["segmentation.dcm"].SegmentSequence] == ["Lesion 7"]
    (group,) = made["measurements.dcm"].content.get_planar_roi_measurement_groups()
    assert group.tracking_identifier == "Lesion 7"
    assert group.tracking_uid == made["segmentation.dcm"].SegmentSequence[0].TrackingUID


def test_a_missing_package_costs_its_own_files_alone_and_is_named_once(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "highdicom", None)
    frames = frames_at(STILL)

    files = write_results(analysis_of(frames), frames, tmp_path / "exam", options=ReportOptions(("sr", "sc", "csv")))

    assert set(files.reports.files) == {"lesions.csv", "frames.csv"}
    assert len(files.reports.problems) == 2
    assert all("needs the Python package highdicom" in words for words in files.reports.problems)
    assert files.analysis.exists()
    assert sorted(path.suffix for path in (tmp_path / "exam").iterdir()).count(".dcm") == 0


def test_what_the_library_refuses_is_one_line_and_no_file(tmp_path, monkeypatch):
    frames = frames_at(STILL)
    analysis = replace(analysis_of(frames), models=())
    monkeypatch.setattr("BreastUSAILib.report.dicom.segmentation.DESCRIPTION", "x" * 100)

    files = write_results(analysis, frames, tmp_path / "exam", options=ReportOptions(("seg", "csv")))

    (problem,) = files.reports.problems
    assert "seg report could not be made" in problem
    assert not (tmp_path / "exam" / "segmentation.dcm").exists()
    assert (tmp_path / "exam" / "lesions.csv").exists()
