"""The caller chooses how a result is explained; nothing else in the result depends on it."""

from __future__ import annotations

import copy
import dataclasses
from dataclasses import replace

import numpy as np
import pytest
import torch

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.explanations.registry import HEAT_MAP_METHODS, explainer_for, method_asked_for
from BreastUSAILib.engine.explanations.saliency import InputSaliency
from BreastUSAILib.engine.findings.analysis import Analysis, Label
from BreastUSAILib.engine.models.chosen_explainer import chosen_explainer
from BreastUSAILib.engine.models.shared_encoder import SharedEncoder
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection

from ..conftest import CLASSIFIER, SMALL, speckle_frames
from ..networks.definitions import CLASSIFIERS, build


def explained(models: Models, method: str | None, label: Label = Label.MALIGNANT, frames: str = "all") -> Analysis:
    options = AnalyzeOptions(FrameSelection.parse(frames), label, explain_method=method)
    return Analyzer(models, "cpu").analyze(speckle_frames(2), options)


def with_explanation(models: Models, method: str, layer: str = "") -> Models:
    """The same networks as a bundle that names another explanation."""
    explainer = explainer_for(models.classifier.network, method, layer)
    return replace(models, classifier=replace(models.classifier, explainer=explainer))


def test_the_result_says_what_was_used(untrained: Models) -> None:
    said = {method: explained(untrained, method).to_json()["explanation"] for method in (None, "grad-cam", "saliency")}
    grad_cam = {"method": "Grad-CAM", "layer": "_blocks.6", "class": "malignant"}
    saliency = {"method": "Saliency", "layer": "input", "class": "malignant"}
    assert said == {None: grad_cam, "grad-cam": grad_cam, "saliency": saliency}


def test_the_bundles_own_method_asked_for_is_the_bundles_own_explanation(untrained: Models) -> None:
    """Its layer too, though another would be the first choice."""
    early = with_explanation(untrained, "Grad-CAM", "_blocks.3")
    analysis = explained(early, "grad-cam")
    assert analysis.explanation.layer == "_blocks.3"
    assert np.array_equal(analysis.maps.heat_map(0), explained(early, None).maps.heat_map(0))


@pytest.mark.parametrize("pair", ["untrained", "related", "with_mask"])
@pytest.mark.parametrize("frames", ["all", "key"])
def test_only_the_heat_map_depends_on_the_method(pair: str, frames: str, request: pytest.FixtureRequest) -> None:
    models: Models = request.getfixturevalue(pair)
    one, other = (explained(models, method, frames=frames) for method in ("grad-cam", "saliency"))
    for mine, yours in zip(one.frames, other.frames, strict=True):
        assert mine.probabilities is not None
        assert yours.probabilities is not None
        assert dataclasses.astuple(mine.probabilities) == pytest.approx(
            dataclasses.astuple(yours.probabilities), abs=1e-4
        )
    assert one.maps.frames == other.maps.frames
    for index in one.maps.frames:
        assert (one.maps.labels(index) != other.maps.labels(index)).mean() < 0.001
        heat = other.maps.heat_map(index)
        assert 0 <= heat.min() < heat.max() <= 1
        assert not np.allclose(heat, one.maps.heat_map(index), atol=0.05)


@pytest.mark.parametrize("label", [Label.NORMAL, Label.BENIGN])
def test_saliency_that_was_asked_for_is_that_of_a_bundle_that_names_it(related: Models, label: Label) -> None:
    asked = explained(related, "saliency", label)
    named = explained(with_explanation(related, "Saliency"), None, label)
    assert np.array_equal(asked.maps.heat_map(1), named.maps.heat_map(1))


def test_a_pair_on_one_encoder_shares_it_again_when_grad_cam_is_asked_for(related: Models) -> None:
    analyzer = Analyzer(with_explanation(related, "Saliency"), "cpu")
    seen: list[int] = []
    stems = [analyzer.models.classifier.network._conv_stem, analyzer.models.segmenter.network.encoder._conv_stem]
    hooks = [stem.register_forward_hook(lambda *_: seen.append(1)) for stem in stems]
    analyzer.analyze(speckle_frames(), AnalyzeOptions(explain_method="grad-cam"))
    for hook in hooks:
        hook.remove()
    assert len(seen) == 2  # the image and its mirror image
    assert not isinstance(analyzer.passes, SharedEncoder)


def test_one_analyzer_can_be_asked_for_one_after_the_other(untrained: Models) -> None:
    analyzer = Analyzer(untrained, "cpu")
    asked = ["saliency", "grad-cam", None, "saliency"]
    found = [analyzer.analyze(speckle_frames(), AnalyzeOptions(explain_method=method)) for method in asked]
    assert [one.explanation.method for one in found] == ["Saliency", "Grad-CAM", "Grad-CAM", "Saliency"]
    assert np.array_equal(found[0].maps.heat_map(0), found[3].maps.heat_map(0))
    assert np.array_equal(found[1].maps.heat_map(0), found[2].maps.heat_map(0))


@pytest.mark.parametrize("name", ["row-lstm", "vit-tiny"])
def test_grad_cam_of_a_network_without_a_feature_map_is_refused_before_anything_is_read(
    untrained: Models, name: str
) -> None:
    network = build(name, in_channels=1).eval().requires_grad_(False)
    classifier = replace(untrained.classifier, network=network, explainer=InputSaliency(network))
    analyzer = Analyzer(replace(untrained, classifier=classifier), "cpu")

    def unread(index: int) -> np.ndarray:
        raise AssertionError("a frame was read")

    frames = replace(speckle_frames(), read_frame=unread)
    with pytest.raises(OptionError) as caught:
        analyzer.analyze(frames, AnalyzeOptions(explain_method="grad-cam"))
    assert CLASSIFIER in caught.value.problem
    assert "feature map" in caught.value.problem
    assert caught.value.remedy == "Choose the explanation method 'saliency'"


@pytest.mark.parametrize("name", sorted(set(CLASSIFIERS) - {"row-lstm", "vit-tiny"}))
def test_every_other_network_can_be_explained_either_way(untrained: Models, name: str) -> None:
    network = build(name).eval().requires_grad_(False)
    images = torch.rand(1, 2, SMALL.size, SMALL.size, generator=torch.Generator().manual_seed(2))
    classifier = replace(untrained.classifier, network=network, explainer=InputSaliency(network))
    for method in HEAT_MAP_METHODS:
        explainer = chosen_explainer(classifier, method)
        assert explainer.method == method_asked_for(method).name
        logits, heat = explainer(images, 1)
        assert np.allclose(logits, network(images).numpy(), atol=1e-4)
        assert heat.shape[0] == 1
        assert 0 <= heat.min() <= heat.max() <= 1


def test_explaining_leaves_the_networks_as_they_were(related: Models) -> None:
    before = copy.deepcopy(related.classifier.network.state_dict())
    explained(related, "saliency")
    after = related.classifier.network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert not any(weight.requires_grad for weight in related.classifier.network.parameters())
