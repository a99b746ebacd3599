"""Which stages of a classifier Grad-CAM explains: those whose heat maps point at the lesions, if that is clear.

Which one does so depends on the training: the same network, trained on one collection or on two, has its best maps at
different stages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.bundles.bundle import load_classifier
from BreastUSAILib.engine.explanations.explanation import GRAD_CAM
from BreastUSAILib.engine.models.classifier import Classifier
from BreastUSAILib.engine.options import AnalyzeOptions

from ..bundles.writer import read_metadata, rewrite_bundle
from ..data.example import CLASS_NAMES, Example
from ..measure.figures.intervals import SEED
from ..measure.rows.pointing import hit_and_share
from ..measure.rows.run import show_progress

SAMPLE = 64  # lesions: every stage has a pass of its own for each
RULE = (
    "The stage whose heat map of malignancy has its highest point in the lesion most often, of equal ones the one "
    "with more of its sum there; but the last stage sharpened by a finer one (both names) unless another one is "
    "clearly better: of the lesions that only one of the two hits, the other one hits more by over twice the root of "
    "their number."
)


@dataclass(frozen=True)
class Pointing:
    """How the heat maps of every stage point at N outlined lesions.

    Args:
        layers: names of the S stages, first to last, then the pair.
        hits: whether the highest point lies in the lesion ``[S, N]``.
        shares: share of the map's sum in the lesion ``[S, N]``, 0 for an empty map.
        areas: the lesion's share of the image ``[N]``.
    """

    layers: tuple[str, ...]
    hits: NDArray[np.bool_]
    shares: NDArray[np.float64]
    areas: NDArray[np.float64]

    def best(self) -> str:
        """The stage that `RULE` chooses."""
        hits, shares = self.hits.mean(axis=1), self.shares.mean(axis=1)
        best = max(range(len(self.layers)), key=lambda stage: (hits[stage], shares[stage]))
        won = int((self.hits[best] & ~self.hits[-1]).sum())
        lost = int((self.hits[-1] & ~self.hits[best]).sum())
        return self.layers[best if won - lost > 2 * np.sqrt(won + lost) else -1]

    def means(self) -> dict[str, tuple[float, float]]:
        """By stage: share of the lesions hit, and mean share of the heat in them."""
        values = zip(self.layers, self.hits.mean(axis=1), self.shares.mean(axis=1), strict=True)
        return {layer: (float(hit), float(share)) for layer, hit, share in values}

    def lines(self) -> list[str]:
        """A table for the console."""
        return [
            "stage       highest point in lesion   share of heat in lesion",
            *(f"{layer:12}{hit:23.3f}{share:26.3f}" for layer, (hit, share) in self.means().items()),
            f"{len(self.areas)} lesions, which cover {self.areas.mean():.3f} of their images",
        ]


def calibrate_stage(bundle: Path, examples: Sequence[Example]) -> tuple[str, Pointing] | None:
    """Choose the stage of a classifier on a sample of `examples`, and write it into the bundle, whole or not at all.

    None, and nothing is written, where the bundle's method is not Grad-CAM, its network has no stages to choose from,
    it reads more than the image, or no lesion is outlined. Raises InputError for an image that cannot be read,
    ModelError, OutputError.
    """
    classifier, chosen = load_classifier(bundle), sample_lesions(examples)
    if not chosen or not candidates(classifier):
        return None
    found = measure_stages(classifier, chosen)
    metadata = read_metadata(bundle)
    metadata["breastusai"]["explanation"] = {"method": GRAD_CAM, "layer": found.best()}
    stages = {layer: {"hit": hit, "share": share} for layer, (hit, share) in found.means().items()}
    report = {"rule": RULE, "lesions": len(chosen), "area": float(found.areas.mean()), "stages": stages}
    rewrite_bundle(bundle, metadata={**metadata, "explanation_report": report})
    return found.best(), found


def candidates(classifier: Classifier) -> list[str]:
    """The stages to choose from, the pair of two last; none where there is no choice, see `calibrate_stage`."""
    from BreastUSAILib.engine.explanations.fine_grad_cam import fine_and_coarse
    from BreastUSAILib.engine.explanations.grad_cam import stages

    chooses = classifier.explainer.method == GRAD_CAM and classifier.inputs == ("image",)
    names = stages(classifier.network) if chooses else []
    return [*names, fine_and_coarse(classifier.network)] if names else []


def sample_lesions(examples: Sequence[Example]) -> list[Example]:
    """At most `SAMPLE` images with an outlined lesion, of as many patients, in their order; always the same ones."""
    first = {one.group: one for one in reversed(examples) if one.masks}
    ordered = [one for one in examples if first.get(one.group) is one]
    generator = np.random.default_rng(SEED)
    return [ordered[place] for place in sorted(generator.permutation(len(ordered))[:SAMPLE])]


def measure_stages(classifier: Classifier, examples: Sequence[Example]) -> Pointing:
    """How the heat maps of every candidate point at the outlined lesions of `examples`, at least one.

    The class explained is the one that the product explains unless told otherwise, for benign lesions too. Raises
    InputError for an image or mask that cannot be read.
    """
    import torch

    from BreastUSAILib.engine.checks.sector import detect_sector
    from BreastUSAILib.engine.device import resolve_device
    from BreastUSAILib.engine.explanations.registry import explainer_for
    from BreastUSAILib.engine.preparing.prepare import prepare

    target = CLASS_NAMES.index(AnalyzeOptions().explain_class.value)
    wanted, device = classifier.preprocessing, resolve_device("auto")
    network = classifier.network.to(device)
    explainers = [explainer_for(network, GRAD_CAM, layer) for layer in candidates(classifier)]
    values, areas = [], []
    for example in show_progress(examples):
        frames = example.frames()
        gray = frames.gray(0)
        lesion = example.mask_array(gray.shape)
        region = detect_sector(gray) if frames.region is None else frames.region.rectangle
        box = wanted.letterbox(gray.shape[0], gray.shape[1], region)
        image = torch.from_numpy(prepare(gray, box, wanted))[None, None].to(device)
        maps = (box.restore(explain(image, target)[1][0]) for explain in explainers)
        values.append([hit_and_share(heat, lesion) for heat in maps])
        areas.append(lesion.mean())
    table = np.nan_to_num(np.array(values, dtype=np.float64).transpose(2, 1, 0))
    layers = tuple(explainer.layer for explainer in explainers)
    return Pointing(layers, table[0] > 0, table[1], np.array(areas))
