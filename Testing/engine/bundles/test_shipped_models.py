"""The shipped pair: whole, small enough, on one encoder, and as good on real frames as its cards say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import CARD, METADATA, Models, find_bundles, verify_bundle
from BreastUSAILib.engine.bundles.model_folder import load_models
from BreastUSAILib.engine.models.shared_encoder import shares_encoder
from BreastUSAILib.engine.reading import read
from Training.data.example import Part
from Training.data.loading import load_examples
from Training.measure.figures import metrics
from Training.measure.rows.run import Measurement
from Training.measure.rows.subject import Split, find_subject

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared" / "data"
SAMPLES = ROOT / "BreastUSAI" / "Resources" / "Samples"


@pytest.fixture(scope="module")
def shipped() -> Models:
    return load_models()


def test_both_bundles_verify_and_stay_under_25_mb() -> None:
    infos = [verify_bundle(path) for path in find_bundles()]
    assert {info.task for info in infos} == {"classification", "segmentation"}
    assert sum(info.size_bytes for info in infos) < 25_000_000


def test_one_pass_of_the_encoder_serves_both(shipped: Models) -> None:
    assert shares_encoder(shipped.classifier, shipped.segmenter)


def test_every_card_says_research_use_and_gives_the_metadatas_figures() -> None:
    for path in find_bundles():
        card = (path / CARD).read_text(encoding="utf-8")
        columns = json.loads((path / METADATA).read_text(encoding="utf-8"))["test_figures"]
        assert "Research use only. Not a medical device." in card
        assert any("across data sets" in title for title in columns)
        for title, values in columns.items():
            assert title in card
            assert all(f"{value:.3f}" in card for name, value in values.items() if name in ("malignancy_auc", "dice"))


@pytest.mark.slow
def test_every_fourth_image_of_the_test_fold_is_read_as_well_as_the_card_says(shipped: Models) -> None:
    if not SHARED.is_dir():
        pytest.skip("the data sets are not beside the repository (../shared/data)")
    examples = [e for e in load_examples(SHARED) if e.part is Part.TEST and e.dataset == "BUS-BRA"][::4]
    measurement = Measurement(find_subject(find_bundles()), Split(1, None), ("BUS-BRA", "BUSI"), None)
    rows = measurement.rows(Analyzer(shipped), examples)
    auc = metrics.auc([row.malignant for row in rows], [row.label == "malignant" for row in rows])
    assert auc >= 0.90  # 94 images scatter by .025 around the whole fold's
    assert np.mean([row.dice for row in rows]) >= 0.87
    assert not [row.name for row in rows if row.refused]


@pytest.mark.parametrize("stem", ["still_benign_calibrated", "still_malignant_calibrated"])
def test_a_phantoms_lesion_is_found_where_it_was_made(shipped: Models, stem: str) -> None:
    (frames,) = read(SAMPLES / f"{stem}.dcm")
    truth = json.loads((SAMPLES / f"{stem}.truth.json").read_text())["frames"][0]["lesions"][0]
    analysis = Analyzer(shipped, "cpu").analyze(frames)
    lesion = analysis.lesions[0]
    left, top, width, height = truth["bbox_px"]
    assert left < lesion.centroid_px[0] < left + width
    assert top < lesion.centroid_px[1] < top + height
    assert lesion.area_mm2 == pytest.approx(truth["area_mm2"], rel=0.5)
