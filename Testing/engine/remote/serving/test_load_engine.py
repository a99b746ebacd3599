"""The real engine behind the process: what it is loaded from, and why it is not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from BreastUSAILib.engine.bundles import model_folder
from BreastUSAILib.engine.bundles.bundle import METADATA, WEIGHTS
from BreastUSAILib.engine.bundles.model_folder import FOLDER_VARIABLE
from BreastUSAILib.engine.errors import ModelError, OptionError
from BreastUSAILib.engine.options import ModelChoice
from BreastUSAILib.engine.remote.serving.analysis_methods import AnalysisMethods
from BreastUSAILib.engine.remote.serving.server import Call
from BreastUSAILib.engine.remote.serving.warm_engine import WarmEngine, load_engine
from Testing.engine.bundles.test_bundle import change
from Testing.engine.conftest import CLASSIFIER, SEGMENTER


@pytest.fixture(autouse=True)
def mine(bundle_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The untrained pair stands for the shipped one, and a classifier was added under the name of `mine`."""
    pair = {"classification": bundle_folder / CLASSIFIER, "segmentation": bundle_folder / SEGMENTER}
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(model_folder, "default_bundles", lambda: pair)
    path = Path(shutil.copytree(pair["classification"], tmp_path / "mine"))
    change(path, METADATA, "name", "mine")
    return path


def test_models_are_loaded_by_name_onto_the_device() -> None:
    engine = load_engine(ModelChoice("mine", device="cpu"))

    assert engine.models.classifier.identity.name == "mine"
    assert engine.models.segmenter.identity.name == SEGMENTER
    assert str(engine.device) == "cpu"


def test_a_tampered_model_is_refused(mine: Path) -> None:
    (mine / WEIGHTS).write_bytes(b"other weights")

    with pytest.raises(ModelError, match="SHA-256 does not match"):
        load_engine(ModelChoice("mine"))


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(ModelError, match="no model named 'yours'"):
        load_engine(ModelChoice("yours"))
    with pytest.raises(OptionError, match="'abacus' is not a device"):
        load_engine(ModelChoice(device="abacus"))


def test_the_self_check_takes_an_image_through_both_networks() -> None:
    call = Call({"models": {"classifier": "mine", "device": "cpu"}}, print, lambda: False, print)

    answer = AnalysisMethods(WarmEngine()).table["selfCheck"](call)

    assert answer["models"] == ["mine", SEGMENTER]
    assert answer["device"] == "cpu"
    assert answer["packages"]["torch"]
