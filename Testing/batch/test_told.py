"""What the terminal hears of a batch names nobody."""

from __future__ import annotations

import io
from pathlib import Path

from pydicom import dcmread

from BreastUSAILib.cli.batch.command import _Told
from BreastUSAILib.cli.terminal import Terminal

SAMPLES = Path(__file__).resolve().parents[2] / "BreastUSAI" / "Resources" / "Samples"


def test_a_path_that_repeats_the_patients_name_is_not_printed_unless_it_is_asked_for(tmp_path):
    dataset = dcmread(SAMPLES / "still_benign_calibrated.dcm")
    dataset.PatientName = "Doering^Ottilie"
    path = tmp_path / "archive" / "ottilie" / "one.dcm"
    path.parent.mkdir(parents=True)
    dataset.save_as(path)
    said = {}
    for keep in (False, True):
        err = io.StringIO()
        told = _Told(Terminal(io.StringIO(), err), keep)
        told.failed(str(path), f"{path}: it is too small. Give a larger one.")
        told.failed(str(tmp_path / "archive"), f"{path}: it is too small. Give a larger one.")
        told.failed(str(path), "it is odd")
        said[keep] = err.getvalue().splitlines()
    assert "ottilie" not in " ".join(said[False])
    assert said[False][0] == f"breastusai: {tmp_path}/archive/…/one.dcm: it is too small. Give a larger one."
    assert said[True][0] == said[True][1] == f"breastusai: {path}: it is too small. Give a larger one."
    assert said[True][2] == f"breastusai: {path}: it is odd"
