"""The extension configured, built, installed and packed with CMake: the package holds the tree, and nothing else.

Slicer itself is a stand-in (`slicer/`). Where SLICER_SOURCE_DIR points at a checkout, the macros are Slicer's own, and
where that has the script that packages Python extensions (a pull request in summer 2026), so is the whole build.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

import pytest

from Testing.packaging.list_files import MODULE, shipped_files

ROOT = MODULE.parent
STAND_IN = Path(__file__).parent / "slicer"
SLICER_SOURCE = os.environ.get("SLICER_SOURCE_DIR")
PACKAGER = Path(SLICER_SOURCE or "", "Utilities", "Scripts", "package_python_extension.py")
MODULES = "lib/Slicer-5.12/qt-scripted-modules/"
TESTS = {"py_BreastUSAI", "py_nomainwindow_qSlicerBreastUSAIModuleGenericTest"}
FROM_GIT = {"scm", "scmurl", "scmrevision"}


def program(name: str) -> str | None:
    """CMake's programs: pip's own beside this Python, else the system's."""
    beside = shutil.which(name, path=sysconfig.get_path("scripts"))
    return beside or shutil.which(name)


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(program("cmake") is None, reason="packaging needs CMake: pip install cmake"),
    pytest.mark.skipif(shutil.which("make") is None, reason="packaging needs make"),
]


def run(*command: str | Path, folder: Path) -> str:
    """Output of a command that has to succeed."""
    finished = subprocess.run(
        [str(part) for part in command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert finished.returncode == 0, finished.stdout[-4000:]
    return finished.stdout


@pytest.fixture(scope="module")
def build(tmp_path_factory) -> Path:
    """The build folder, configured and built."""
    folder = tmp_path_factory.mktemp("build")
    slicer = [f"-DSLICER_SOURCE_DIR={SLICER_SOURCE}"] if SLICER_SOURCE else []
    configured = ["-DBUILD_TESTING=ON", f"-DSlicer_DIR={STAND_IN}", "-G", "Unix Makefiles", *slicer]
    run(program("cmake"), *configured, ROOT, folder=folder)
    run(program("cmake"), "--build", ".", folder=folder)
    return folder


def installed(names: list[str]) -> list[str]:
    """Those of the names in the module's folder, relative to it."""
    found = (name.partition(MODULES) for name in names)
    return sorted(rest for _, folder, rest in found if folder and rest)


def shipped() -> list[str]:
    return sorted(name for names in shipped_files(MODULE).values() for name in names)


def test_what_is_installed_is_the_tree_byte_for_byte(build, tmp_path):
    run(program("cmake"), "--install", ".", "--prefix", tmp_path, folder=build)

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert installed([path.as_posix() for path in files]) == shipped()
    for name in shipped():
        assert (tmp_path / MODULES / name).read_bytes() == (MODULE / name).read_bytes(), name


def test_the_package_holds_the_tree(build):
    run(program("cpack"), folder=build)

    (package,) = build.glob("*.tar.gz")
    with tarfile.open(package) as archive:
        names = [member.name for member in archive.getmembers() if member.isfile()]
    assert installed(names) == shipped()
    assert {Path(name).suffix for name in names if MODULES not in name} <= {".s4ext"}


def test_slicer_will_run_the_self_test_and_the_generic_one(build):
    listed = run(program("ctest"), "-N", folder=build)

    assert set(re.findall(r"Test\s+#\d+: (\S+)", listed)) == TESTS


@pytest.mark.skipif(SLICER_SOURCE is None, reason="the description is written by Slicer's own CMake: SLICER_SOURCE_DIR")
def test_the_description_is_the_one_that_slicer_writes(build):
    written, kept = _described(build / "BreastUSAI.s4ext"), _described(ROOT / "BreastUSAI.s4ext")

    assert {key: value for key, value in written.items() if key not in FROM_GIT} == {
        key: value for key, value in kept.items() if key not in FROM_GIT
    }


@pytest.mark.skipif(not PACKAGER.is_file(), reason="this Slicer has no Utilities/Scripts/package_python_extension.py")
def test_slicers_own_packaging_script_packs_the_tree(tmp_path):
    places = [f"--{name}={tmp_path / name}" for name in ("dummy-build", "build-dir", "install-prefix", "output-dir")]
    tool = ["--cmake", program("cmake"), "--slicer-src", SLICER_SOURCE]

    run(sys.executable, PACKAGER, "--ext-src", ROOT, *tool, *places, folder=tmp_path)

    (package,) = (tmp_path / "output-dir").glob("*.tar.gz")
    with tarfile.open(package) as archive:
        names = [member.name for member in archive.getmembers() if member.isfile()]
    assert sorted(name.partition("/qt-scripted-modules/")[2] for name in names if "/qt-scripted-" in name) == shipped()


def _described(file: Path) -> dict[str, str]:
    lines = (line.partition(" ") for line in file.read_text().splitlines() if line and not line.startswith("#"))
    return {key: value.strip() for key, _, value in lines}
