"""How pip is told what to keep, with the real pip and with Slicer's PyTorch extension as it calls it."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

from BreastUSAILib.client.installing import slicer_pip
from Testing.client.installing.packages import write_wheel


@pytest.fixture
def pip_through_torch(tmp_path, monkeypatch):
    """What `PyTorchUtilsLogic.installTorch` starts: here the real pip, on a folder, without installing."""
    outputs = []

    class PyTorchUtilsLogic:
        def installTorch(self, askConfirmation=False, forceComputationBackend=None, torchVersionRequirement=None):
            command = [sys.executable, "-m", "pip", "install", "--dry-run", "--target", str(tmp_path / "target")]
            offline = ["--no-index", "--find-links", str(tmp_path), f"tinytorch{torchVersionRequirement}"]
            outputs.append(subprocess.run([*command, *offline], capture_output=True, text=True))
            return object()

    module = ModuleType("PyTorchUtils")
    module.PyTorchUtilsLogic = PyTorchUtilsLogic
    monkeypatch.setitem(sys.modules, "PyTorchUtils", module)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return outputs


def test_real_pip_keeps_what_the_constraints_name_in_a_folder_with_a_space(tmp_path, pip_through_torch):
    write_wheel(tmp_path, "tinytorch", "2.2.0", requires="tinynumpy")
    for version in ("1.0", "2.0"):
        write_wheel(tmp_path, "tinynumpy", version)
    constraints = tmp_path / "Max Muster" / "constraints.txt"
    constraints.parent.mkdir()
    constraints.write_text("tinynumpy==1.0\n")

    slicer_pip.installTorch(">=2.2", constraints)

    (run,) = pip_through_torch
    assert "Would install tinynumpy-1.0 tinytorch-2.2.0" in run.stdout, run.stderr
