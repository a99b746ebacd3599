"""`breastusai analyze` gives a folder for each input that can be analyzed and one line for each that cannot."""

from __future__ import annotations

import dataclasses
import errno
import io
import json
import os
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from PIL import Image

from BreastUSAILib import RESEARCH_USE, report
from BreastUSAILib.cli.analyze import run_analyze
from BreastUSAILib.cli.arguments import parser
from BreastUSAILib.cli.summary import summary_line
from BreastUSAILib.cli.terminal import Terminal
from BreastUSAILib.engine.bundles import model_folder
from BreastUSAILib.engine.errors import InputError, ModelError, OptionError
from BreastUSAILib.engine.explanations.costs import times_of
from BreastUSAILib.engine.explanations.registry import METHODS
from BreastUSAILib.engine.findings.analysis import Label
from BreastUSAILib.engine.findings.counterfactual.counterfactuals import Change, Counterfactual, Counterfactuals, WhyNot
from BreastUSAILib.engine.flags import Flag, FlagCode, Severity
from BreastUSAILib.engine.images.places import Place
from Testing.report.samples import analysis_of, frames_of, volume_of


class FakeEngine:
    """Gives the same finding for every input and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked = []

    def analyze(self, frames, options=None, progress=None, cancelled=None):
        self.asked.append((frames.name, options))
        if progress is not None:
            progress(frames.count, frames.count, "segmenting")
        if frames.name == "doppler":
            reject = Flag(FlagCode.COLOR_DOPPLER, Severity.REJECT, "The image is a color Doppler image.")
            return analysis_of(frames, Label.REJECTED, flags=(reject,))
        if frames.name == "short":
            raise OptionError("frames 5-9 were asked for, but the input has 1", remedy="Choose from 0 to 0")
        if frames.name == "odd":
            raise ZeroDivisionError("float division\nby zero")
        return analysis_of(frames)

    def counterfactuals(self, frames, masks, options=None, progress=None, cancelled=None):
        self.asked.append((frames.name, dict(masks)))
        picture = np.full((30, 40), 90, np.uint8)
        checks = (
            Counterfactual(Change.MARKS, 0.6, 0.39, 1.0, 0.98, 0.01),
            Counterfactual(Change.LESION, why_not=WhyNot.NO_LESION),
        )
        return Counterfactuals(0, 0.6, checks, {"": picture, "marks": picture})


def read(path):
    """Inputs by name: ``bad*`` cannot be read, ``folder`` holds two exams and a bad file, ``empty`` holds nothing."""
    if path.name.startswith("bad"):
        yield InputError("it is no image", where=path, remedy="Give an image")
    elif path.name == "folder":
        yield frames_of(name="first")
        yield InputError("it is cut short", where=path / "second.dcm", remedy="Copy it again")
        yield frames_of(name="third", count=3)
    elif path.name != "empty":
        yield frames_of(rows=40, columns=50, name=path.stem)


class Run:
    """One run of the command with the fake engine: its exit status and what it said."""

    def __init__(self, output: Path, *arguments: str, read=read) -> None:
        self.out, self.err, self.engine = io.StringIO(), io.StringIO(), FakeEngine()
        chosen = parser().parse_args(["analyze", *arguments, "--output", str(output)])
        self.status = run_analyze(chosen, Terminal(self.out, self.err), lambda chosen: self.engine, read)

    @property
    def said(self) -> list[str]:
        return self.out.getvalue().splitlines()

    @property
    def complaints(self) -> list[str]:
        return self.err.getvalue().splitlines()

    @property
    def documents(self) -> list[dict]:
        return [json.loads(line) for line in self.said]


def _folders(output: Path) -> list[str]:
    return sorted(entry.name for entry in output.iterdir()) if output.exists() else []


def test_one_input_gives_its_folder_one_line_and_status_0(tmp_path):
    run = Run(tmp_path / "out", "exam.dcm")
    assert run.status == 0
    assert _folders(tmp_path / "out" / "exam") == [
        "analysis.json",
        "heatmap.nrrd",
        "preview.png",
        "segmentation.seg.nrrd",
    ]
    assert run.said == [
        "exam.dcm: malignant, likelihood of malignancy 87 % (95 % interval 74 % to 94 %), "
        "risk band above 50 % to 95 %, the range of BI-RADS 4C; 1 lesion: 17 x 9 px; "
        f"flags: uncalibrated; results in {tmp_path / 'out' / 'exam'}",
        RESEARCH_USE,
    ]
    assert run.complaints == []


def test_a_bad_input_is_named_in_one_line_and_the_others_are_done(tmp_path):
    run = Run(tmp_path, "one.dcm", "bad.dcm", "two.dcm")
    assert run.status == 1
    assert _folders(tmp_path) == ["one", "two"]
    assert run.complaints == ["breastusai: bad.dcm: it is no image. Give an image."]


def test_only_bad_inputs_leave_nothing_at_all(tmp_path):
    run = Run(tmp_path / "out", "bad1.dcm", "bad2.dcm")
    assert run.status == 1
    assert len(run.complaints) == 2
    assert run.said == []
    assert not (tmp_path / "out").exists()


def test_a_folder_gives_a_result_for_each_exam_in_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    run = Run(tmp_path / "out", "folder")
    assert run.status == 1
    assert _folders(tmp_path / "out") == ["first", "third"]
    assert run.complaints == ["breastusai: folder/second.dcm: it is cut short. Copy it again."]
    assert "1 lesion in key frame 0:" in run.said[1]


def test_an_input_that_holds_nothing_has_failed(tmp_path):
    run = Run(tmp_path, "empty")
    assert run.status == 1
    assert run.complaints == ["breastusai: empty: nothing to analyze was found. Give a file or folder with images."]


def test_inputs_of_one_stem_are_numbered_in_their_order(tmp_path):
    run = Run(tmp_path, "a/exam.dcm", "b/exam.png", "c/exam.dcm", "--json")
    assert run.status == 0
    assert [document["output"] for document in run.documents] == [
        str(tmp_path / name) for name in ("exam", "exam-2", "exam-3")
    ]


@pytest.mark.parametrize(("bad", "folders"), [("a", ["exam-2"]), ("b", ["exam"]), ("", ["exam", "exam-2"])])
def test_the_folder_of_a_result_does_not_depend_on_what_becomes_of_other_inputs(tmp_path, bad, folders):
    def read_others(path):
        yield from read(Path("bad.dcm") if path.parent.name == bad else path)

    run = Run(tmp_path, "a/exam.dcm", "b/exam.dcm", read=read_others)

    assert run.status == int(bool(bad))
    assert _folders(tmp_path) == folders


def test_a_rejected_input_is_a_result_that_says_why(tmp_path):
    run = Run(tmp_path, "doppler.dcm")
    assert run.status == 0
    assert _folders(tmp_path / "doppler") == ["analysis.json", "preview.png"]
    assert run.said[0].startswith(
        "doppler.dcm: rejected, no verdict: The image is a color Doppler image; flags: uncalibrated; results in "
    )


def test_json_gives_one_valid_document_a_line(tmp_path):
    schema = json.loads((Path(report.__file__).parent / "analysis.schema.json").read_text(encoding="utf-8"))
    run = Run(tmp_path, "one.dcm", "bad.dcm", "doppler.dcm", "--json")
    assert run.status == 1
    good, bad, rejected = run.documents
    assert list(good) == ["input", "output", "analysis"]
    assert (good["input"], good["output"]) == ("one.dcm", str(tmp_path / "one"))
    for document in (good, rejected):
        jsonschema.Draft202012Validator(schema).validate(document["analysis"])
    assert bad == {"input": "bad.dcm", "error": "bad.dcm: it is no image. Give an image."}
    assert json.loads((tmp_path / "one" / "analysis.json").read_text()) == good["analysis"]


def test_options_reach_the_engine(tmp_path):
    asked = ["--frames", "2-9:3", "--explain-class", "benign", "--prevalence", "0.05", "--explain-method", "saliency"]
    asked += ["--explain", "occlusion, kernel-shap,occlusion"]
    [(_, options)] = Run(tmp_path, "exam.dcm", *asked).engine.asked
    assert (options.frames.first, options.frames.last, options.frames.step) == (2, 9, 3)
    assert options.explain_method == "saliency"
    assert options.explain == ("occlusion", "kernel-shap")
    assert options.explain_class is Label.BENIGN
    assert options.prevalence == 0.05


def test_grading_is_asked_for_by_its_option(tmp_path):
    [(_, options)] = Run(tmp_path / "one", "exam.dcm").engine.asked
    assert not options.grade_explanations
    [(_, options)] = Run(tmp_path / "two", "exam.dcm", "--grade-explanations").engine.asked
    assert options.grade_explanations


def test_counterfactual_checks_are_told_and_written_with_their_pictures(tmp_path):
    run = Run(tmp_path, "exam.dcm", "--counterfactuals")
    assert run.status == 0
    assert run.said[1] == "  The likelihood depends on the calipers: -0.21 without them."
    assert run.said[2] == "  No lesion is outlined that could be painted out."
    (masks,) = [asked for _, asked in run.engine.asked if isinstance(asked, dict)]
    assert list(masks) == [0]
    document = json.loads((tmp_path / "exam" / "counterfactuals.json").read_text())
    assert document["checks"][0]["difference"] == pytest.approx(-0.21)
    with Image.open(tmp_path / "exam" / "counterfactuals.png") as picture:
        assert picture.width > 640
    [told] = Run(tmp_path, "exam.dcm", "--counterfactuals", "--json").documents
    assert told["counterfactuals"] == document


def test_of_a_rejected_input_nothing_is_checked(tmp_path):
    run = Run(tmp_path, "doppler.dcm", "--counterfactuals")
    assert run.status == 0
    assert _folders(tmp_path / "doppler") == ["analysis.json", "preview.png"]


def test_an_explanation_that_there_is_not_is_wrong_usage_and_the_manual_has_them_all(capsys):
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["analyze", "exam.dcm", "--output", "out", "--explain", "occlusion,lime"])
    assert ended.value.code == 2
    assert "'lime' is not an explanation method. Choose one of grad-cam, saliency" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        parser().parse_args(["analyze", "--help"])
    manual = " ".join(capsys.readouterr().out.split())
    for method in METHODS:
        assert f"{method.option} ({times_of(method.option):.2g} times) {method.about}" in manual


@pytest.mark.parametrize("asked", [True, False])
def test_a_rejection_is_overridden_only_where_that_is_asked(tmp_path, asked):
    [(_, options)] = Run(tmp_path, "exam.dcm", *["--override-rejection"] * asked).engine.asked
    assert options.override_rejection is asked


def test_places_reach_the_engine_in_their_order(tmp_path):
    [(_, options)] = Run(tmp_path, "exam.dcm", "--at", "212,148", "--at", "3:10,20,31,41").engine.asked
    assert options.places == (Place(212, 148), Place(25, 40, 3, 31, 41))


@pytest.mark.parametrize("text", ["212", "a,b", "1,2,3", "", "1,2,0,0"])
def test_a_place_that_is_none_is_wrong_usage(tmp_path, text, capsys):
    with pytest.raises(SystemExit) as ended:
        Run(tmp_path, "exam.dcm", "--at", text)
    assert ended.value.code == 2
    assert "no place of an image" in capsys.readouterr().err


def test_unless_asked_the_bundle_says_how_it_is_explained(tmp_path):
    [(_, options)] = Run(tmp_path, "exam.dcm", "--frames", "every:4").engine.asked
    assert options.explain_method is None
    assert options.explain == ()
    assert list(options.frames.indices(9)) == [0, 4, 8]


def test_a_volumes_joined_lesions_are_told_with_their_volume_and_likelihood():
    _, calibrated = volume_of(frames_of(count=3, spacing=(0.1, 0.1)))
    first, second = calibrated.volume_lesions
    line = summary_line("sweep.nrrd", calibrated, Path("out"))
    assert (
        f"; 2 lesions across slices: {first.volume_mm3:.1f} mm³ in slices 0 to 2 with a likelihood of 60 %, "
        f"{second.volume_mm3:.1f} mm³ in slices 0 to 2 with a likelihood of 60 %; "
    ) in line
    _, uncalibrated = volume_of(frames_of(count=3), analyzed=(1,), lesions=1)
    line = summary_line("sweep.nrrd", uncalibrated, Path("out"))
    assert f"; 1 lesion across slices: {uncalibrated.volume_lesions[0].voxels} voxels in slice 1 with" in line
    many = tuple(dataclasses.replace(first, id=number) for number in range(1, 9))
    line = summary_line("sweep.nrrd", dataclasses.replace(calibrated, volume_lesions=many), Path("out"))
    assert "8 lesions across slices" in line
    assert ", and 3 more; " in line
    assert "across slices" not in summary_line("cine.dcm", analysis_of(frames_of(count=3)), Path("out"))


def test_the_models_that_were_named_are_opened(tmp_path, monkeypatch):
    asked = []

    def load(classifier, segmenter):
        asked.append((classifier, segmenter))
        raise ModelError("there is no model named 'mine'", remedy="Choose from others")

    monkeypatch.setattr(model_folder, "load_models", load)
    err = io.StringIO()
    for names in ([], ["--classifier", "mine"], ["--segmenter", "other", "--classifier", "mine"]):
        chosen = parser().parse_args(["analyze", "one.dcm", "--output", str(tmp_path), *names])
        assert run_analyze(chosen, Terminal(io.StringIO(), err), read=read) == 1
    assert asked == [(None, None), ("mine", None), ("mine", "other")]
    assert "no model named 'mine'" in err.getvalue()


def test_a_shifted_likelihood_is_never_told_without_its_prevalence():
    frames = frames_of(name="exam")
    plain = analysis_of(frames)
    malignancy = dataclasses.replace(plain.verdict.malignancy, prevalence=0.005)
    shifted = dataclasses.replace(plain, verdict=dataclasses.replace(plain.verdict, malignancy=malignancy))
    assert "94 %) at a prevalence of 0.5 %" in summary_line("exam.dcm", shifted, Path("out"))
    assert "prevalence" not in summary_line("exam.dcm", plain, Path("out"))


def test_an_option_that_does_not_fit_an_input_fails_that_input_alone(tmp_path):
    run = Run(tmp_path, "short.dcm", "one.dcm", "--frames", "5-9")
    assert run.status == 1
    assert _folders(tmp_path) == ["one"]
    assert run.complaints == [
        "breastusai: short.dcm: frames 5-9 were asked for, but the input has 1. Choose from 0 to 0."
    ]


def test_a_defect_costs_one_input_and_is_reported_in_one_line(tmp_path):
    run = Run(tmp_path, "odd.dcm", "one.dcm")
    assert run.status == 1
    assert _folders(tmp_path) == ["one"]
    [line] = run.complaints
    assert line.startswith("breastusai: odd.dcm: unexpected ZeroDivisionError at test_analyze.py:")
    assert line.endswith("(float division by zero). Report this as a defect of BreastUSAI.")


@pytest.mark.parametrize("cause", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_takes_no_more_fails_each_input_and_leaves_nothing(tmp_path, monkeypatch, cause):
    def failing(*_):
        raise OSError(cause, os.strerror(cause))

    monkeypatch.setattr(os, "replace", failing)
    run = Run(tmp_path, "one.dcm", "two.dcm")
    assert run.status == 1
    assert _folders(tmp_path) == []
    assert len(run.complaints) == 2
    assert run.complaints[0].startswith(f"breastusai: one.dcm: {tmp_path / 'one'}: ")


def test_an_output_that_is_a_file_is_said_once_before_any_work(tmp_path):
    (tmp_path / "out").write_text("a file")
    run = Run(tmp_path / "out", "one.dcm", "two.dcm", "--json")
    assert run.status == 1
    assert run.engine.asked == []
    problem = f"{tmp_path / 'out'}: the output is a file, not a folder. Give another --output."
    assert run.complaints == [f"breastusai: {problem}"]
    assert run.documents == [{"input": name, "error": problem} for name in ("one.dcm", "two.dcm")]


def test_an_output_below_a_file_is_refused_too(tmp_path):
    (tmp_path / "file").write_text("a file")
    run = Run(tmp_path / "file" / "below", "one.dcm")
    assert run.status == 1
    assert "is a file" in run.complaints[0]


def test_a_folder_that_may_not_be_written_to_is_said_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda place, mode: False)
    run = Run(tmp_path / "out", "one.dcm")
    assert run.status == 1
    assert run.engine.asked == []
    assert "writing is not permitted" in run.complaints[0]


def test_damaged_models_are_said_once(tmp_path):
    def damaged(chosen):
        raise ModelError("its SHA-256 does not fit", where="classifier", remedy="Install BreastUSAI again")

    err = io.StringIO()
    chosen = parser().parse_args(["analyze", "one.dcm", "two.dcm", "--output", str(tmp_path)])
    assert run_analyze(chosen, Terminal(io.StringIO(), err), damaged, read) == 1
    assert err.getvalue() == "breastusai: classifier: its SHA-256 does not fit. Install BreastUSAI again.\n"


def test_an_interruption_stops_everything_and_leaves_what_was_finished(tmp_path, monkeypatch):
    class Interrupted(FakeEngine):
        def analyze(self, frames, options=None, progress=None, cancelled=None):
            if frames.name == "two":
                raise KeyboardInterrupt
            return super().analyze(frames, options, progress)

    chosen = parser().parse_args(["analyze", "one.dcm", "two.dcm", "three.dcm", "--output", str(tmp_path)])
    with pytest.raises(KeyboardInterrupt):
        run_analyze(chosen, Terminal(io.StringIO(), io.StringIO()), lambda chosen: Interrupted(), read)
    assert _folders(tmp_path) == ["one"]


def test_without_slicer_core_a_scene_is_refused_with_the_way_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "slicer", None)
    monkeypatch.delitem(sys.modules, "BreastUSAILib.scene.results.mrb", raising=False)
    run = Run(tmp_path, "one.dcm", "--scene")
    assert run.status == 1
    assert _folders(tmp_path) == []
    assert "pip install slicer-core" in run.complaints[0]


class FakeTerminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_shows_on_a_terminal_and_never_among_the_results(tmp_path):
    out, err = io.StringIO(), FakeTerminal()
    chosen = parser().parse_args(["analyze", "one.dcm", "--output", str(tmp_path)])
    assert run_analyze(chosen, Terminal(out, err), lambda chosen: FakeEngine(), read) == 0
    assert "segmenting" in err.getvalue()
    assert "segmenting" not in out.getvalue()


def test_reports_are_written_beside_the_findings(tmp_path):
    run = Run(tmp_path, "exam.dcm", "--report", "csv")
    assert run.status == 0
    assert {"lesions.csv", "frames.csv"} <= set(_folders(tmp_path / "exam"))


def test_a_report_that_cannot_be_made_is_a_line_and_status_1(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "highdicom", None)
    run = Run(tmp_path, "exam.dcm", "--report", "csv,seg")
    assert run.status == 1
    (complaint,) = run.complaints
    assert complaint.startswith("breastusai: exam.dcm: a DICOM")
    assert "lesions.csv" in _folders(tmp_path / "exam")


def test_an_unknown_report_is_wrong_usage(tmp_path, capsys):
    with pytest.raises(SystemExit) as raised:
        Run(tmp_path, "exam.dcm", "--report", "pdf,doc")
    assert raised.value.code == 2
    assert "'doc' is no report" in capsys.readouterr().err
