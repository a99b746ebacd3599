"""What a gate refuses has no result that could be read as an opinion, unless the user asks for one all the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.findings.analysis import Analysis, Label
from BreastUSAILib.engine.findings.document_form import analysis_from
from BreastUSAILib.engine.flags import FlagCode, Severity
from BreastUSAILib.engine.gatekeeper.gate import Gate
from BreastUSAILib.engine.images.frames import Frames, InputKind, Rectangle, Region, RegionContent
from BreastUSAILib.engine.models.passes import SeparatePasses
from BreastUSAILib.engine.models.shared_encoder import SharedEncoder
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection
from BreastUSAILib.engine.stopwatch import Stopwatch

from ..conftest import speckle_frames
from ..gatekeeper.gates import made_up
from ..models.test_shared_encoder import batch

OVERRIDING = AnalyzeOptions(override_rejection=True)


def gated(models: Models, **changes: object) -> Analyzer:
    gate = made_up(models.classifier.identity.sha256, **changes)
    return Analyzer(replace(models, classifier=replace(models.classifier, gate=gate)), "cpu")


def codes(analysis: Analysis) -> list[tuple[FlagCode, Severity]]:
    return [(flag.code, flag.severity) for flag in analysis.flags]


def opinions(analysis: Analysis) -> list[object]:
    """Everything in an analysis that says something of a lesion."""
    found: list[object] = [*analysis.lesions, *analysis.maps.frames]
    found += [frame.probabilities for frame in analysis.frames if frame.probabilities is not None]
    verdict = analysis.verdict
    return found + [one for one in (verdict.malignancy, verdict.probabilities, verdict.key_frame) if one is not None]


def test_what_the_gate_lets_through_has_a_result(related: Models) -> None:
    analysis = gated(related).analyze(speckle_frames())
    assert analysis.verdict.label is not Label.REJECTED
    assert FlagCode.NO_LEARNED_GATE not in [code for code, _severity in codes(analysis)]
    assert analysis.overridden == ()


@pytest.mark.parametrize("frames", ["all", "key"])
def test_what_the_gate_refuses_has_no_opinion_in_it(related: Models, frames: str) -> None:
    options = AnalyzeOptions(FrameSelection.parse(frames))
    analysis = gated(related, reject_from=-1.0).analyze(speckle_frames(3), options)
    assert analysis.verdict.label is Label.REJECTED
    assert (FlagCode.NOT_ULTRASOUND, Severity.REJECT) in codes(analysis)
    assert opinions(analysis) == []


def test_a_rejection_that_is_overridden_is_recorded(related: Models) -> None:
    analysis = gated(related, reject_from=-1.0).analyze(speckle_frames(), OVERRIDING)
    assert analysis.verdict.malignancy is not None
    assert analysis.overridden == (FlagCode.NOT_ULTRASOUND,)
    assert (FlagCode.NOT_ULTRASOUND, Severity.WARNING) in codes(analysis)
    assert (FlagCode.REJECTION_OVERRIDDEN, Severity.WARNING) in codes(analysis)
    assert not any(flag.severity is Severity.REJECT for flag in analysis.flags)
    assert analysis_from(analysis.to_json()).overridden == (FlagCode.NOT_ULTRASOUND,)


def test_a_document_from_before_was_not_overridden(related: Models) -> None:
    document = gated(related).analyze(speckle_frames()).to_json()
    del document["overridden"]
    assert analysis_from(document).overridden == ()


def test_an_option_that_had_nothing_to_override_changes_nothing(related: Models) -> None:
    plain, asked = (gated(related).analyze(speckle_frames(), options) for options in (AnalyzeOptions(), OVERRIDING))
    assert asked.verdict == plain.verdict
    assert asked.flags == plain.flags
    assert asked.overridden == ()


def white(count: int, whites: tuple[int, ...]) -> Frames:
    """A cine of speckle, some of whose frames are as white as a page."""
    speckled = speckle_frames(count)

    def pixels(index: int) -> NDArray[np.uint8]:
        page = np.full((120, 160), 250, np.uint8)
        page[::9] = 20
        return page if index in whites else speckled.read_frame(index)

    return replace(speckled, read_frame=pixels)


def test_rules_are_overridden_as_what_was_learned_is(related: Models) -> None:
    analyzer = gated(related)
    assert analyzer.analyze(white(1, (0,))).verdict.label is Label.REJECTED
    analysis = analyzer.analyze(white(1, (0,)), OVERRIDING)
    assert analysis.verdict.malignancy is not None
    assert analysis.overridden == (FlagCode.NOT_ULTRASOUND,)


def test_of_a_cine_only_the_refused_frames_are_left_out(related: Models) -> None:
    analysis = gated(related).analyze(white(4, (1, 2)))
    judged = [frame.index for frame in analysis.frames if frame.probabilities is not None]
    assert judged == [0, 3]
    assert (FlagCode.NOT_ULTRASOUND, Severity.WARNING) in codes(analysis)


def test_outlines_that_are_scored_again_pass_the_same_gate(related: Models) -> None:
    masks = {0: np.pad(np.ones((20, 30), np.uint8), ((50, 50), (60, 70)))}
    refusing = gated(related, reject_from=-1.0)
    assert opinions(refusing.rescore(speckle_frames(), masks)) == []
    again = refusing.rescore(speckle_frames(), masks, OVERRIDING)
    assert again.verdict.malignancy is not None
    assert again.overridden == (FlagCode.NOT_ULTRASOUND,)


def test_what_is_far_from_the_training_images_is_warned_of(related: Models) -> None:
    analysis = gated(related, far_from=-1e6).analyze(speckle_frames())
    assert (FlagCode.FAR_FROM_TRAINING, Severity.WARNING) in codes(analysis)
    assert analysis.verdict.malignancy is not None


def test_a_bundle_without_a_gate_says_that_rules_alone_were_asked(related: Models) -> None:
    assert (
        codes(Analyzer(related, "cpu").analyze(speckle_frames())).count((FlagCode.NO_LEARNED_GATE, Severity.INFO)) == 1
    )


def test_the_features_are_the_same_whichever_way_the_networks_go(related: Models) -> None:
    together = SharedEncoder(related.classifier, related.segmenter)(batch(), Label.MALIGNANT, Stopwatch())
    apart = SeparatePasses(related.classifier, related.segmenter)(batch(), None, Stopwatch())
    assert together.features is not None
    assert apart.features is not None
    assert [part.shape for part in apart.features] == [(3, 40), (3, 320)]
    for mine, yours in zip(together.features, apart.features, strict=True):
        assert np.ptp(mine) > 1e-4
        assert np.allclose(mine, yours, atol=1e-4)


def test_a_gate_judges_each_frame_of_a_batch_by_itself(related: Models) -> None:
    """By the energy alone, whose point is put between the frames."""
    weights = np.zeros_like(made_up("a").weights)
    weights[-1] = 1.0
    frames = speckle_frames(4)
    scores = [_score(related, weights, index) for index in range(4)]
    middle = float(np.median(scores))
    analysis = gated(related, weights=weights, reject_from=middle).analyze(frames)
    judged = [frame.index for frame in analysis.frames if frame.probabilities is not None]
    assert judged == [index for index, score in enumerate(scores) if score < middle]
    assert 0 < len(judged) < 4


def _score(models: Models, weights: NDArray[np.float64], index: int) -> float:
    noted: list[float] = []

    class Noting(Gate):
        def judge(self, observed):  # type: ignore[no-untyped-def]
            judgment = super().judge(observed)
            noted.append(judgment.score)
            return judgment

    gate = made_up(models.classifier.identity.sha256, weights=weights, reject_from=1e6)
    noting = Noting(**{name: getattr(gate, name) for name in gate.__dataclass_fields__})
    analyzer = Analyzer(replace(models, classifier=replace(models.classifier, gate=noting)), "cpu")
    analyzer.analyze(speckle_frames(4), AnalyzeOptions(FrameSelection(index, index)))
    return noted[0]


@pytest.mark.parametrize(
    ("content", "code"),
    [(RegionContent.M_MODE, FlagCode.M_MODE), (RegionContent.SPECTRAL_DOPPLER, FlagCode.SPECTRAL_DOPPLER)],
)
def test_a_file_that_shows_no_tissue_is_refused(related: Models, content: RegionContent, code: FlagCode) -> None:
    frames = replace(speckle_frames(), kind=InputKind.STILL, regions=(Region(Rectangle(0, 0, 160, 120), content),))
    analysis = gated(related).analyze(frames)
    assert (code, Severity.REJECT) in codes(analysis)
    assert opinions(analysis) == []
