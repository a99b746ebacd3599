"""An analysis grades its own key frame's heat map, and flags what fails by the bundle's thresholds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from BreastUSAILib import report
from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.errors import Cancelled, InputError, OptionError
from BreastUSAILib.engine.explanations.grading.thresholds import GradeThresholds
from BreastUSAILib.engine.findings.counterfactual.counterfactuals import Change, WhyNot
from BreastUSAILib.engine.findings.document_form import analysis_from
from BreastUSAILib.engine.flag_sentences import translated
from BreastUSAILib.engine.flags import FlagCode, Severity
from BreastUSAILib.engine.images.frames import Frames, InputKind
from BreastUSAILib.engine.options import AnalyzeOptions
from BreastUSAILib.engine.remote.exchange import read_counterfactuals, write_counterfactuals
from BreastUSAILib.engine.steps import all_at_once

from ..conftest import speckle_frames

SCHEMA = json.loads((Path(report.__file__).parent / "analysis.schema.json").read_text(encoding="utf-8"))
HEAT_FLAGS = {FlagCode.HEAT_MAP_FAILS, FlagCode.HEAT_MAP_DISAGREES}
LESION = np.zeros((120, 160), np.uint8)
LESION[40:60, 60:90] = 1
NOTHING = np.zeros((120, 160), np.uint8)


def demanding(models: Models, **thresholds: float) -> Models:
    classifier = replace(models.classifier, grade_thresholds=GradeThresholds(**thresholds))
    return replace(models, classifier=classifier)


@pytest.fixture(scope="module")
def analyzer(untrained: Models) -> Analyzer:
    return Analyzer(untrained, "cpu")


def test_every_analysis_grades_the_key_frame_and_says_so_in_its_document(analyzer: Analyzer) -> None:
    analysis = analyzer.analyze(speckle_frames(3))
    (grades,) = analysis.heat_map_grades
    assert (grades.frame, grades.method, grades.costly) == (analysis.verdict.key_frame, "Grad-CAM", None)
    assert grades.is_empty or grades.marks is not None
    document = analysis.to_json()
    jsonschema.validate(document, SCHEMA)
    assert [one.frame for one in analysis_from(document).heat_map_grades] == [grades.frame]
    del document["heat_map_grades"]
    assert analysis_from({**document, "schema_version": "1.4.0"}).heat_map_grades == ()


def test_without_thresholds_no_map_fails(analyzer: Analyzer) -> None:
    analysis = analyzer.rescore(speckle_frames(), {0: LESION})
    assert analysis.heat_map_grades[0].failed == ()
    assert not HEAT_FLAGS & {flag.code for flag in analysis.flags}


def test_a_map_that_fails_carries_a_warning_that_can_be_translated(untrained: Models) -> None:
    models = demanding(untrained, least_energy_ratio=900.0)
    analysis = Analyzer(models, "cpu").rescore(speckle_frames(), {0: LESION})
    (grades,) = analysis.heat_map_grades
    assert "unfocused" in grades.failed
    flags = [flag for flag in analysis.flags if flag.code is FlagCode.HEAT_MAP_FAILS]
    assert len(flags) == 1
    assert flags[0].severity is Severity.WARNING
    assert translated(flags[0].message, lambda words: words[::-1] if "{" not in words else f"<{words}>").startswith("<")


def test_the_costly_grades_are_there_where_they_are_asked_for(analyzer: Analyzer) -> None:
    one = analyzer.rescore(speckle_frames(), {0: LESION}, AnalyzeOptions(grade_explanations=True))
    jsonschema.validate(one.to_json(), SCHEMA)
    costly = one.heat_map_grades[0].costly
    assert costly is not None
    assert costly.infidelity is not None
    assert costly.sensitivity is not None
    assert [found.method for found in costly.agreement] == ["Saliency"]


def test_a_rejected_image_has_no_grades_and_nothing_to_check(analyzer: Analyzer) -> None:
    black = Frames("black", InputKind.STILL, 1, 120, 160, False, lambda index: NOTHING)
    assert analyzer.analyze(black).heat_map_grades == ()
    with pytest.raises(InputError, match="no likelihood to check"):
        analyzer.counterfactuals(black, {0: NOTHING})


def test_the_checks_say_what_the_likelihood_becomes(analyzer: Analyzer, tmp_path: Path) -> None:
    frames = speckle_frames()
    found = analyzer.counterfactuals(frames, {0: LESION})
    assert [check.change for check in found.checks] == list(Change)
    by_change = {check.change: check for check in found.checks}
    assert found.likelihood == pytest.approx(analyzer.analyze(frames).verdict.malignancy.probability, abs=1e-5)
    lesion = by_change[Change.LESION]
    assert lesion.difference is not None
    assert lesion.before == found.likelihood
    assert abs(lesion.difference) > 1e-6
    assert 600 / (120 * 160) < lesion.changed < 0.2
    assert set(found.pictures) >= {"", "lesion", "gain_up", "gain_down"}
    write_counterfactuals(tmp_path, found)
    again = all_at_once(read_counterfactuals(tmp_path), lambda wait: None)
    assert again == found
    assert all(np.array_equal(again.pictures[name], found.pictures[name]) for name in found.pictures)


def test_a_readers_outline_is_compared_with_the_one_that_is_found(analyzer: Analyzer) -> None:
    frames = speckle_frames()
    own = analyzer.analyze(frames).maps.labels(0)
    (same,) = [one for one in analyzer.counterfactuals(frames, {0: own}).checks if one.change is Change.OUTLINE]
    assert same.why_not is WhyNot.NO_EDIT


def test_without_a_lesion_the_check_says_so(analyzer: Analyzer) -> None:
    checks = {one.change: one for one in analyzer.counterfactuals(speckle_frames(), {0: NOTHING}).checks}
    assert checks[Change.LESION].why_not is WhyNot.NO_LESION
    assert checks[Change.LESION].difference is None


def test_what_cannot_be_checked_is_refused_in_words(analyzer: Analyzer) -> None:
    with pytest.raises(OptionError, match="not that of the image"):
        analyzer.counterfactuals(speckle_frames(), {0: np.zeros((5, 5), np.uint8)})
    with pytest.raises(OptionError, match="2 frames were given"):
        analyzer.counterfactuals(speckle_frames(3), {0: LESION, 1: LESION})
    with pytest.raises(Cancelled):
        analyzer.counterfactuals(speckle_frames(), {0: LESION}, cancelled=lambda: True)


def test_a_classifier_that_reads_the_mask_is_checked_too(with_mask: Models) -> None:
    found = Analyzer(with_mask, "cpu").counterfactuals(speckle_frames(), {0: LESION})
    assert 0 <= found.likelihood <= 1
