"""Real pip finds versions that go with what Slicer 5.12.3 and 5.10 bring, and replaces none of it but itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from BreastUSAILib.client.installing.installer import REQUIREMENTS
from BreastUSAILib.client.installing.python_environment import PythonEnvironment, readRequirements
from BreastUSAILib.client.installing.slicer_pip import LIGHT_THE_TORCH
from Testing.client.installing.packages import put_package, write_wheel

SLICER = {
    "5.12.3": (
        "certifi==2026.5.20 cffi==2.0.0 chardet==7.4.3 charset-normalizer==3.4.7 couchdb==1.2 cryptography==48.0.0 "
        "dcmqi==0.4.0 Deprecated==1.3.1 dicomweb-client==0.61.0 gitdb==4.0.12 GitPython==3.1.50 highdicom==0.27.0 "
        "idna==3.16 numpy==2.4.6 packaging==26.2 pillow==12.2.0 pip==26.1.1 pycparser==3.0 pydicom==3.0.2 "
        "PyGithub==2.9.1 PyJWT==2.13.0 pyjpegls==1.5.1 PyNaCl==1.6.2 pyparsing==3.3.2 python-dateutil==2.9.0 "
        "requests==2.34.2 retrying==1.4.2 scipy==1.17.1 setuptools==82.0.1 SimpleITK==2.5.5 six==1.17.0 smmap==5.0.3 "
        "typing_extensions==4.15.0 urllib3==2.7.0 wheel==0.47.0 wrapt==2.2.1"
    ),
    "5.10": (
        "certifi==2025.4.26 cffi==1.17.1 chardet==5.2.0 charset-normalizer==3.4.2 couchdb==1.2 cryptography==45.0.3 "
        "Deprecated==1.2.18 dicomweb-client==0.60.0 gitdb==4.0.12 GitPython==3.1.44 idna==3.10 numpy==2.0.2 "
        "packaging==25.0 pillow==11.2.1 pip==25.1.1 pycparser==2.22 pydicom==2.4.4 PyGithub==2.6.1 PyJWT==2.10.1 "
        "PyNaCl==1.5.0 pyparsing==3.2.3 python-dateutil==2.9.0 requests==2.32.3 retrying==1.3.4 scipy==1.13.1 "
        "setuptools==80.9.0 six==1.17.0 smmap==5.0.2 typing_extensions==4.14.0 urllib3==2.4.0 wheel==0.45.1 "
        "wrapt==1.17.2"
    ),
}
"""What the versions of Slicer bring, as their build pins it."""

NEEDED = {
    "light_the_torch==0.8.1": ("pip<26.1,>=22.3", "packaging>=23.0"),
    "torch==2.14.1": ("typing-extensions>=4.10.0", "setuptools", "sympy>=1.13.3"),
    "torchvision==0.29.1": ("numpy", "torch==2.14.1", "pillow!=8.3.*,>=5.3.0"),
    "sympy==1.14.0": (),
    "monai==1.6.1": ("numpy<3.0,>=1.24", "torch>=2.4.1"),
    "captum==0.9.0": ("matplotlib", "numpy", "packaging", "torch>=1.10", "tqdm"),
    "matplotlib==3.11.0": ("numpy>=1.25", "packaging>=20.0", "pillow>=9", "pyparsing>=3", "python-dateutil>=2.7"),
    "tqdm==4.70.0": (),
    "reportlab==5.1.0": ("charset-normalizer", "pillow>=9.0.0"),
}
"""What the packages that are installed want."""


THE_REST = readRequirements(REQUIREMENTS)


@pytest.mark.parametrize("version", SLICER)
def test_all_that_is_needed_goes_with_what_slicer_brings(tmp_path: Path, version: str) -> None:
    site, index, brought = tmp_path / "site", tmp_path / "index", SLICER[version].split()
    index.mkdir()
    for one in brought:
        put_package(site, *one.split("=="))
        write_wheel(index, *one.split("=="))
        write_wheel(index, one.split("==")[0], "99.0")  # pip would take it
    write_wheel(index, "pip", "26.0.1")
    for one, wanted in NEEDED.items():
        write_wheel(index, *one.split("=="), wanted)
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("\n".join(PythonEnvironment([str(site)]).constraints(["torch", "torchvision"])))

    chosen = would_install(index, constraints, LIGHT_THE_TORCH, "torch>=2.2", "torchvision", *THE_REST)

    kept = {name.lower().replace("_", "-"): number for name, number in (one.split("==") for one in brought)}
    pip = chosen.pop("pip")
    assert {name: kept[name] for name in chosen if name in kept} == {
        name: number for name, number in chosen.items() if name in kept
    }
    assert {"numpy", "pillow", "packaging", "setuptools", "typing-extensions"} <= set(chosen)
    assert {"torch", "captum", "monai", "reportlab", "light-the-torch"} <= set(chosen)
    assert tuple(map(int, pip.split("."))) < (26, 1)


def would_install(index: Path, constraints: Path, *requirements: str) -> dict[str, str]:
    """Name -> version of everything that pip would install, whatever this Python has."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--isolated", "--quiet"]
    offline = ["--no-index", "--find-links", str(index), "--constraint", str(constraints), "--report", "-"]
    run = subprocess.run([*command, *offline, *requirements], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    chosen = (one["metadata"] for one in json.loads(run.stdout)["install"])
    return {one["name"].lower().replace("_", "-"): one["version"] for one in chosen}
