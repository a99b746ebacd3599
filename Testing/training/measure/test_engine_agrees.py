"""What a network says of its training square is what the product says of the image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.model_folder import load_models
from BreastUSAILib.engine.findings.analysis import Label
from BreastUSAILib.phantom.cases import random_spec
from BreastUSAILib.phantom.frame import render
from Training.data.example import Example, Part
from Training.data.variants import make_variants
from Training.measure.rows.subject import each_alone


def phantom(folder: Path, label: Label) -> Example:
    """A phantom written as a picture; its mask is of no interest here."""
    pixels = render(random_spec(5, label)).pixels
    path, mask = folder / f"{label.value}.png", folder / f"mask_{label.value}.png"
    Image.fromarray(pixels).save(path)
    Image.fromarray(np.full(pixels.shape[:2], 255, dtype=np.uint8)).save(mask)
    return Example(label.value, "phantoms", label.value, label.value, Part.TEST, path, None, mask)


@pytest.mark.slow
def test_the_training_forward_pass_agrees_with_the_analyzer(tmp_path: Path) -> None:
    models = each_alone(load_models())  # what outline and segmenter add is not the classifier's
    classifier, wanted = models.classifier, models.classifier.preprocessing
    analyzer = Analyzer(models, "cpu")
    for label in (Label.BENIGN, Label.MALIGNANT):
        example = phantom(tmp_path, label)
        (variant,) = make_variants([example], wanted)
        square = (torch.from_numpy(variant.image).float() / 255 - wanted.mean) / wanted.std
        batch = square[None, None]
        with torch.inference_mode():
            logits = (classifier.network(batch) + classifier.network(batch.flip(-1))) / 2
        (trained,) = classifier.calibration.probabilities(logits.numpy())
        found = analyzer.analyze(example.frames()).verdict.probabilities
        assert found is not None
        # The squares are kept as 8-bit pictures for training: half a gray step, a 512th of the range, is lost.
        assert [found.normal, found.benign, found.malignant] == pytest.approx(list(trained), abs=1e-3)
