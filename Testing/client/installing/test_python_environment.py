"""What is installed is found from records and files alone; half installations are recognized."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from BreastUSAILib.client.installing.python_environment import (
    LONGEST_SITE_PACKAGES,
    SLICER_BRINGS,
    Condition,
    PythonEnvironment,
    isTooLong,
    nameIn,
    readRequirements,
)
from Testing.client.installing.packages import put_package

REQUIREMENTS = Path(__file__).parents[3] / "BreastUSAI" / "Resources" / "requirements.txt"


@pytest.fixture
def environment(tmp_path) -> PythonEnvironment:
    return PythonEnvironment([str(tmp_path)])


def test_a_whole_package_is_installed(environment, tmp_path):
    put_package(tmp_path, "torch", "2.9.0+cpu")

    package = environment.package("torch")

    assert package.condition is Condition.INSTALLED
    assert package.version == "2.9.0+cpu"


def test_nothing_there_is_absent(environment):
    assert environment.package("torch").condition is Condition.ABSENT


def leave_record_only(site: Path) -> None:
    put_package(site, "torch", code=False)


def leave_code_only(site: Path) -> None:
    put_package(site, "torch", record=False)


def leave_emptied_folder(site: Path) -> None:
    (site / "torch" / "lib").mkdir(parents=True)


def leave_unreadable_record(site: Path) -> None:
    put_package(site, "torch", version=None)


LEFTOVERS = (leave_record_only, leave_code_only, leave_emptied_folder, leave_unreadable_record)


@pytest.mark.parametrize("leave", LEFTOVERS, ids=lambda leave: leave.__name__)
def test_what_was_not_finished_is_half_installed(environment, tmp_path, leave):
    leave(tmp_path)

    assert environment.package("torch").condition is Condition.HALF
    assert not environment.satisfies("torch")


def test_looking_imports_nothing(environment, tmp_path, monkeypatch):
    put_package(tmp_path, "torch", "2.9.0")  # raises when imported
    monkeypatch.delitem(sys.modules, "torch", raising=False)

    environment.satisfies("torch>=2.2")

    assert "torch" not in sys.modules


@pytest.mark.parametrize(
    ("requirement", "version", "does"),
    [
        ("monai>=1.3,!=1.4.*", "1.3.2", True),
        ("monai>=1.3,!=1.4.*", "1.4.0", False),
        ("monai>=1.3,!=1.4.*", "1.2.0", False),
        ("torch>=2.2", "2.5.1+cu124", True),
        ("torch>=2.2", "2.9.0.dev20250901", True),
        ("torch>=2.2", "unknown", False),
        ("torch", "1.0", True),
    ],
)
def test_the_version_has_to_fit(environment, tmp_path, requirement, version, does):
    put_package(tmp_path, nameIn(requirement), version)

    assert environment.satisfies(requirement) is does


def test_constraints_keep_what_slicer_brings_and_torch(environment, tmp_path):
    for name, version in [("numpy", "2.4.6"), ("SimpleITK", "2.5.5"), ("torch", "2.9.0+cpu"), ("sympy", "1.12")]:
        put_package(tmp_path, name, version)

    assert environment.constraints() == ["numpy==2.4.6", "SimpleITK==2.5.5", "torch==2.9.0+cpu"]


def test_constraints_leave_free_what_is_to_be_replaced(environment, tmp_path):
    put_package(tmp_path, "numpy", "2.4.6")
    put_package(tmp_path, "torch", "2.0.0")

    assert environment.constraints(["Torch"]) == ["numpy==2.4.6"]


def test_a_package_is_known_under_every_spelling_of_its_name(environment, tmp_path):
    put_package(tmp_path, "charset_normalizer", "3.4.7")
    put_package(tmp_path, "pillow", version=None)

    assert environment.constraints() == ["charset-normalizer==3.4.7"]


def test_what_this_python_has_of_slicers_packages_is_kept():
    kept = {nameIn(line) for line in PythonEnvironment().constraints()}

    assert {"numpy", "scipy", "pydicom", "pillow", "SimpleITK", "torch"} <= kept
    assert len(SLICER_BRINGS) == len(set(SLICER_BRINGS))


def test_missing_libraries_are_those_of_the_record(environment, tmp_path):
    libraries = ("torch/lib/libtorch_cpu.so", "torch/lib/libgomp.so.1", "torch/lib/torch.dll", "torch/notes.txt")
    put_package(tmp_path, "torch", libraries=libraries)
    assert environment.missingLibraries("torch") == []

    for library in libraries[1:]:
        (tmp_path / library).unlink()

    assert environment.missingLibraries("torch") == list(libraries[1:3])
    assert environment.missingLibraries("monai") == []


def test_forgetting_removes_the_record_of_that_package_alone(environment, tmp_path):
    info = put_package(tmp_path, "torch", version=None)
    other = put_package(tmp_path, "torchvision")

    environment.forget("torch")

    assert not info.exists()
    assert other.exists()
    assert (tmp_path / "torch" / "__init__.py").exists()


def test_only_windows_minds_long_paths():
    short, long = Path("C" * LONGEST_SITE_PACKAGES), Path("C" * (LONGEST_SITE_PACKAGES + 1))

    assert isTooLong(long, "win32")
    assert not isTooLong(short, "win32")
    assert not isTooLong(long, "linux")


def test_the_shipped_requirements_are_read():
    assert [nameIn(one) for one in readRequirements(REQUIREMENTS)] == ["captum", "monai", "reportlab"]
